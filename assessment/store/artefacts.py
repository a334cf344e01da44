"""Files by content hash: the same content is kept once, and a file is there whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path, PurePosixPath
from typing import ParamSpec, TextIO, TypeVar

from models.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredFile:
    """A file of an upload or a result: where it belongs, and its content's hash."""

    path: str
    sha256: str
    n_bytes: int


def _clear_errors(work: Callable[P, T]) -> Callable[P, T]:
    """Turn the system's errors into ones that say what to do; a path could tell of a person and is left out."""

    @wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise StoreError(
                f"The files of the store cannot be used: {'the disk is full' if full else error.strerror}.",
                hint="Make space on the disk of the store and do it again; what was stored before is unharmed."
                if full
                else "Check that the folder of the store is there and can be read and written, and do it again.",
            ) from None

    return guarded


@dataclass(frozen=True)
class Artefacts:
    """A folder of files that are known by the SHA-256 of what they hold."""

    folder: Path

    @contextmanager
    def filing(self) -> Iterator[None]:
        """Hold this from keeping files to naming them in the tables, and while removing files that nobody names.

        Raises
        ------
        StoreError
            The folder cannot be written.
        """
        with self._lock() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @_clear_errors
    def keep(self, root: Path, wanted: Callable[[Path], bool] = lambda _: True) -> list[StoredFile]:
        """Keep every file below a folder, or none.

        Parameters
        ----------
        root : Path
        wanted : callable
            Takes a path below the folder; False leaves the file out.

        Raises
        ------
        StoreError
            The disk is full or cannot be written.
        """
        found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        new: list[str] = []
        try:
            return [
                self._keep(path, path.relative_to(root).as_posix(), new)
                for path in found
                if wanted(path.relative_to(root))
            ]
        except BaseException:
            self.remove(new)  # a disk that is full should not stay so
            raise

    @_clear_errors
    def lay_out(self, files: Iterable[StoredFile], into: Path) -> None:
        """Lay files out in a folder again, without copying where the disk permits it. They must not be changed there.

        Raises
        ------
        StoreError
            A file is missing, or the folder cannot be written.
        """
        for file in files:
            parts = PurePosixPath(file.path).parts
            if PurePosixPath(file.path).is_absolute() or ".." in parts:
                raise StoreError("The store names a file outside its folder.", hint="The store was changed by hand.")
            target = into.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            source = self.place(file.sha256)
            if not source.exists():
                raise StoreError(
                    "A file of the store is missing.", hint="Restore it from a backup, or run the assessment again."
                )
            try:
                os.link(source, target)
            except FileExistsError:
                continue
            except OSError:  # a disk without links
                _copy_whole(source, target)

    def place(self, sha256: str) -> Path:
        """Where the file of this hash lies."""
        if not _SHA256.fullmatch(sha256):
            raise StoreError("The store names a file by something else than a hash.", hint="It was changed by hand.")
        return self.folder / sha256[:2] / sha256[2:]

    @_clear_errors
    def remove(self, hashes: Iterable[str]) -> None:
        """Delete files, those that are not there any more included."""
        for sha256 in hashes:
            self.place(sha256).unlink(missing_ok=True)

    def all_hashes(self) -> set[str]:
        """Hashes of all files."""
        return {f"{path.parent.name}{path.name}" for path in self.folder.glob("??/*") if len(path.name) == 62}

    @_clear_errors
    def remove_all_but(self, hashes: Collection[str]) -> None:
        """Delete every file but these, and what an interrupted copy left; hold `filing` meanwhile."""
        for path in self.folder.glob("??/*"):
            if f"{path.parent.name}{path.name}" not in hashes:
                path.unlink(missing_ok=True)

    @_clear_errors
    def _lock(self) -> TextIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        return (self.folder / "lock").open("w", encoding="utf-8")

    def _keep(self, path: Path, name: str, new: list[str]) -> StoredFile:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        target, n_bytes = self.place(sha256), path.stat().st_size
        if not target.exists() or target.stat().st_size != n_bytes:  # a power cut may leave an empty file
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_whole(path, target)
            new.append(sha256)
        return StoredFile(name, sha256, n_bytes)


def _copy_whole(source: Path, target: Path) -> None:
    """Copy under another name first: a file that is there is whole, and on the disk."""
    unfinished = target.with_name(f"{target.name}.new-{uuid.uuid4().hex}")
    try:
        shutil.copyfile(source, unfinished)
        unfinished.chmod(0o400)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
