"""Files by content hash: the same content is kept once, and a file is there whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path, PurePosixPath
from typing import ParamSpec, TypeVar

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
        """Hold this from keeping files to naming them in the tables, and from there to removing files nobody names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @_clear_errors
    def keep(self, root: Path) -> list[StoredFile]:
        """Keep every file below a folder.

        Raises
        ------
        StoreError
            The disk is full or cannot be written.
        """
        found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        return [self._keep(path, path.relative_to(root).as_posix()) for path in found]

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
            try:
                os.link(source, target)
            except FileExistsError:
                continue
            except FileNotFoundError:
                raise StoreError(
                    "A file of the store is missing.", hint="Restore it from a backup, or run the assessment again."
                ) from None
            except OSError:
                shutil.copyfile(source, target)

    def place(self, sha256: str) -> Path:
        """Where the file of this hash lies."""
        if not _SHA256.fullmatch(sha256):
            raise StoreError("The store names a file by something else than a hash.", hint="It was changed by hand.")
        return self.folder / sha256[:2] / sha256[2:]

    def remove(self, hashes: Iterable[str]) -> None:
        """Delete files, those that are not there any more included."""
        for sha256 in hashes:
            self.place(sha256).unlink(missing_ok=True)

    def all_hashes(self) -> set[str]:
        """Hashes of all files."""
        return {f"{path.parent.name}{path.name}" for path in self.folder.glob("??/*") if ".new-" not in path.name}

    def _keep(self, path: Path, name: str) -> StoredFile:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        target = self.place(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # Under another name first: a file that is there is whole.
            unfinished = target.with_name(f"{target.name}.new-{os.getpid()}")
            try:
                shutil.copyfile(path, unfinished)
                unfinished.chmod(0o400)
                unfinished.replace(target)
            finally:
                unfinished.unlink(missing_ok=True)
        return StoredFile(name, sha256, path.stat().st_size)
