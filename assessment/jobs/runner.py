"""The runner: takes one queued run after the other, `python -m assessment work`; each has a process of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assessment.jobs import table
from assessment.store.database import HOME_VARIABLE, URL_VARIABLE, Store, open_store
from assessment.summary import ErrorRecord
from models.errors import StoreError

LOOK_S = 0.5
# Starting a runner takes seconds, keeping one costs next to nothing: it waits a while for the next run.
IDLE_S = 600.0
_ROOT = Path(__file__).parents[2]


def ensure_runner(store: Store) -> None:
    """Start a runner where none lives; it goes on when the caller ends.

    Raises
    ------
    StoreError
        The store's folder cannot be written.
    """
    with _only_one(store) as free:
        pass
    if not free:
        return
    # A session of its own: neither the app's end nor a Ctrl-C in its terminal reaches the runner.
    subprocess.Popen(
        [sys.executable, "-m", "assessment.jobs.runner"],
        cwd=_ROOT,
        env=_environment(store),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def serve(store: Store, *, idle_s: float | None = IDLE_S) -> None:
    """Serve the queue until nothing has come for a while.

    Parameters
    ----------
    store : Store
    idle_s : float or None
        How long to wait for the next run; None: for ever.
    """
    with _only_one(store) as free:
        if not free:
            return
        last = time.monotonic()
        while idle_s is None or time.monotonic() - last < idle_s:
            try:
                table.close_silent(store)
                run_id = table.take(store)
            except StoreError:
                run_id = None  # a full disk or a restarted database: it may be well again in a moment
            if run_id is None:
                time.sleep(LOOK_S)
                continue
            _run_child(store, run_id)
            last = time.monotonic()


def _run_child(store: Store, run_id: str) -> None:
    child = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "assessment.jobs.child", run_id],
        cwd=_ROOT,
        env=_environment(store),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    exit_code = child.wait()
    # Workers of a child that died are nobody's any more.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    shutil.rmtree(store.home / "work" / run_id, ignore_errors=True)
    _close(store, run_id, ErrorRecord(kind="WorkerError", message=_how(exit_code), hint=table.DIED.hint))


def _close(store: Store, run_id: str, error: ErrorRecord) -> None:
    """See that the run is closed, which a child that died could not do itself."""
    with suppress(StoreError):
        # Without space on the disk it stays open; it is closed as silent when there is some.
        table.end_without_results(store, run_id, error)


def _how(exit_code: int) -> str:
    if exit_code >= 0:
        return f"The process of this run ended unexpectedly (exit code {exit_code})."
    return f"The process of this run was killed ({signal.Signals(-exit_code).name})."


def _environment(store: Store) -> dict[str, str]:
    url = store.engine.url.render_as_string(hide_password=False)
    return os.environ | {HOME_VARIABLE: str(store.home), URL_VARIABLE: url}


@contextmanager
def _only_one(store: Store) -> Iterator[bool]:
    """Hold the runner's lock of this store for a while; False where somebody else has it."""
    try:
        with (store.home / "runner.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
    except OSError as error:
        raise StoreError(
            f"The folder of the store cannot be written: {error.strerror}.",
            hint=f"Make space on its disk, or set {HOME_VARIABLE} to a folder that can be written.",
        ) from None


if __name__ == "__main__":
    serve(open_store())
