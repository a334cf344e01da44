"""Files that decide numbers: read once as long as they stay the same, and known by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# Files of one kind that a process works with: a session's scaled models and the generic one.
_REMEMBERED = 4


def once_per_file(read: Callable[[Path], T], *, remembered: int = _REMEMBERED) -> Callable[[Path], T]:
    """Remember what a function reads from a file, until the file is written anew.

    For what nobody changes: all who ask get the same object. Errors are not remembered.

    Parameters
    ----------
    read : callable
    remembered : int
        Of how many files.
    """

    @lru_cache(maxsize=remembered)
    def known(path: Path, _version: tuple[int, int, int]) -> T:
        return read(path)

    @wraps(read)
    def current(path: Path) -> T:
        if not path.is_file():
            return read(path)  # which says what is missing
        status = path.stat()
        return known(path.absolute(), (status.st_ino, status.st_mtime_ns, status.st_size))

    return current


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal digits.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
