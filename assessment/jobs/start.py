"""Starting the runner of a store: one on each host, detached from whoever starts it."""

from __future__ import annotations

import fcntl
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from assessment.store.database import HOME_VARIABLE, Store
from assessment.store.engine import URL_VARIABLE
from models.errors import StoreError

ROOT = Path(__file__).parents[2]
RUNNER = (sys.executable, "-m", "assessment.jobs.runner")


def ensure_runner(store: Store, command: Sequence[str] = RUNNER) -> None:
    """Start a runner where none lives on this host; it goes on when the caller ends.

    Parameters
    ----------
    store : Store
    command : sequence of str
        What is started; it is given the number of the open lock file.

    Raises
    ------
    StoreError
        The store's folder cannot be written, or no process can be started.
    """
    with only_one(store) as lock:
        if lock is None:
            return
        try:
            # A session of its own: neither the app's end nor a Ctrl-C in its terminal reaches the runner. It inherits
            # the lock, so that no second one is started until it is up.
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, str(lock.fileno())],
                cwd=ROOT,
                env=environment(store),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
        except OSError as error:
            raise StoreError(
                f"No process can be started for runs: {error.strerror}.",
                hint="Close other programs. The run stays in the queue and is served when there is room.",
            ) from None
    # Somebody must ask how it ended, or it stays in the list of processes.
    threading.Thread(target=process.wait, daemon=True).start()


@contextmanager
def only_one(store: Store) -> Iterator[TextIO | None]:
    """Hold the lock of this store's runner on this host for a while; None where somebody else has it."""
    try:
        # A name for each host: where several share a store, each has a runner.
        lock = (store.home / f"runner-{platform.node() or 'host'}.lock").open("w", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"The folder of the store cannot be written: {error.strerror}.",
            hint=f"Make space on its disk, or set {HOME_VARIABLE} to a folder that can be written.",
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield lock


def environment(store: Store) -> dict[str, str]:
    """Environment of processes that work on a store; the address may hold a password, which arguments would show."""
    url = store.engine.url.render_as_string(hide_password=False)
    return os.environ | {HOME_VARIABLE: str(store.home), URL_VARIABLE: url}
