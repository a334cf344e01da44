"""Folders to work in, locked while somebody does: what a killed program left can be told from them, and removed."""

from __future__ import annotations

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = ".in-use"


@contextmanager
def scratch(home: Path, name: str | None = None) -> Iterator[Path]:
    """A new folder in the home of a store, removed at the end.

    Parameters
    ----------
    home : Path
    name : str or None
        None: one of its own.
    """
    folder = place(home, name or uuid.uuid4().hex)
    with _nobody_removes(home):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        lock = (folder / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def place(home: Path, name: str) -> Path:
    """Where the folder of this name is."""
    return home / "work" / name


def remove_left(home: Path) -> None:
    """Remove the folders of programs that are no more: their locks went with them."""
    with _nobody_removes(home):
        for folder in (home / "work").iterdir():
            if folder.is_dir() and not _in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _nobody_removes(home: Path) -> Iterator[None]:
    """Between making a folder and locking it, it looks like one that was left."""
    (home / "work").mkdir(parents=True, exist_ok=True)
    with (home / "work.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
