"""Zip archives from elsewhere: only what a session needs leaves them, and nothing leaves them half.

An archive is refused whole when any member is unsafe. Videos, images and pickles (which can run code when read) stay
inside, whatever their size.
"""

from __future__ import annotations

import io
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from models.errors import UploadRejectedError
from pipeline.session.names import safe_name

EXTRACTED_SUFFIXES = frozenset(
    {".trc", ".mot", ".osim", ".yaml", ".yml", ".sto", ".json", ".txt", ".c3d", ".toml", ".xml", ".csv", ".forces"}
)
"""Everything the pipeline reads; whatever else an archive holds is left in it."""

MAX_MEMBERS = 20_000
"""A subject with fifty sessions of fifty trials and all geometry files stays below."""
MAX_FILE_BYTES = 256 * 2**20
"""Uncompressed, per extracted file: what `pipeline.files.trc` reads at most."""
MAX_TOTAL_BYTES = 2 * 2**30
"""Uncompressed, all extracted files together: about two hundred trials of a minute at 240 Hz."""
MAX_RATIO = 200
"""Uncompressed over compressed. Tables of numbers reach 3 to 20; a zip bomb 1000."""
RATIO_CHECKED_FROM_BYTES = 2**20
"""Smaller files harm nobody at any ratio."""
MAX_DIRECTORY_BYTES = 16 * 2**20
"""Largest table of contents that is read: it is held in memory before members can be counted."""

_CHUNK_BYTES = 2**20
_ENCRYPTED = 0x1
# Resource forks and folder settings that macOS adds beside the real files.
_MACOS_FOLDER, _MACOS_PREFIX = "__MACOSX", "._"


def extract_session_archive(zip_path: Path, workdir: Path) -> Path:
    """Extract the files of a session from a zip archive.

    Parameters
    ----------
    zip_path : Path
    workdir : Path
        Folder to extract into; a new folder is made in it, complete or not at all.

    Returns
    -------
    Path
        The new folder, named after the archive.

    Raises
    ------
    UploadRejectedError
        The file is not a whole zip archive, is encrypted, is larger than the limits of this module, holds members
        that would leave the folder, links, repeated names, or nothing a session consists of.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    holder = Path(tempfile.mkdtemp(prefix="session-", dir=workdir))
    unfinished, finished = holder / ".unpacking", holder / safe_name(zip_path.stem, "session")
    try:
        _extract(zip_path, unfinished)
        unfinished.rename(finished)
    except UploadRejectedError as error:
        shutil.rmtree(holder)
        raise error.within(file=zip_path.name) from None
    except BaseException:
        shutil.rmtree(holder, ignore_errors=True)
        raise
    return finished


def _extract(zip_path: Path, folder: Path) -> None:
    try:
        with _BoundedFile(zip_path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members)
            wanted = [
                member
                for member in members
                if not member.is_dir() and is_part_of_session(PurePosixPath(member.filename))
            ]
            _check_sizes(wanted)
            if not wanted:
                raise UploadRejectedError(_nothing_found(members), hint=_WHAT_A_SESSION_HOLDS)
            folder.mkdir()
            n_bytes = 0
            for member in wanted:
                n_bytes += _write(archive, member, folder, MAX_TOTAL_BYTES - n_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise UploadRejectedError(
            "The file is not a whole zip archive; it may have been cut off while downloading.",
            hint="Download the session again and give the .zip as it is.",
        ) from None
    except (NotImplementedError, RuntimeError):
        raise UploadRejectedError(
            "The archive is compressed in a way that cannot be read.", hint="Pack it again as an ordinary .zip."
        ) from None
    except OSError as reason:
        raise UploadRejectedError(
            f"The archive cannot be unpacked: {reason.strerror or 'unknown reason'}.",
            hint="Check that it can be read, that the disk is not full, and that its file names are ordinary.",
        ) from None


_WHAT_A_SESSION_HOLDS = (
    "A session holds MarkerData/<trial>.trc and sessionMetadata.yaml; in OpenCap choose Download data, and give that "
    ".zip as it is."
)


class _BoundedFile(io.FileIO):
    """A file that refuses to read a huge block at once: `zipfile` reads the table of contents before anything else."""

    def read(self, size: int | None = -1, /) -> bytes | None:  # type: ignore[override, unused-ignore]
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise _too_many()
        return super().read(-1 if size is None else size)


def _too_many() -> UploadRejectedError:
    return UploadRejectedError(
        f"The archive lists more than {MAX_MEMBERS} files.", hint="Give the .zip of one session or one participant."
    )


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise _too_many()
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise UploadRejectedError(
                "The archive is protected by a password.", hint="Unpack it and give the folder, or pack it without."
            )
        # The two differ where an extra field renames the member.
        for name in (member.orig_filename, member.filename):
            if not _stays_inside(name):
                raise UploadRejectedError(
                    f"The archive holds a file whose path is not safe: {name[:80]!r}.",
                    hint="Paths must stay inside the archive, with / between folders. Download the session again.",
                )
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UploadRejectedError(
                f"The archive holds a link or device instead of a file: {member.filename[:80]!r}.",
                hint="Pack the files themselves. Download the session again.",
            )


def _stays_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    has_drive = any(part[1:2] == ":" for part in parts)
    return (
        bool(parts)
        and not name.startswith("/")
        and ".." not in parts
        and not has_drive
        and not {"\\", "\0"} & set(name)
    )


def is_part_of_session(path: PurePosixPath) -> bool:
    """Whether a file is one that the pipeline reads; videos, pickles and what macOS adds are not."""
    return (
        path.suffix.lower() in EXTRACTED_SUFFIXES
        and _MACOS_FOLDER not in path.parts
        and not path.name.startswith(_MACOS_PREFIX)
    )


def _check_sizes(members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse by what the headers claim; `_write` does not believe them and counts again."""
    total = 0
    for member in members:
        total += member.file_size
        _check_size(member, member.file_size, MAX_TOTAL_BYTES - total + member.file_size)


def _check_size(member: zipfile.ZipInfo, n_bytes: int, allowance: int) -> None:
    if n_bytes > MAX_FILE_BYTES or n_bytes > allowance:
        raise UploadRejectedError(
            f"The archive is too large: {member.filename[:80]!r} takes it over the limit.",
            hint=f"Accepted: {MAX_FILE_BYTES // 2**20} MiB per file and {MAX_TOTAL_BYTES // 2**20} MiB in all, without "
            "videos. Give the .zip of one session.",
        )
    if n_bytes > RATIO_CHECKED_FROM_BYTES and n_bytes > MAX_RATIO * max(member.compress_size, 1):
        raise UploadRejectedError(
            f"The archive expands more than {MAX_RATIO}-fold at {member.filename[:80]!r}; recordings do not.",
            hint="Download the session again and give the .zip as it is.",
        )


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, allowance: int) -> int:
    path = folder.joinpath(*PurePosixPath(member.filename).parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    try:
        target = path.open("xb")
    except FileExistsError:
        raise UploadRejectedError(
            f"The archive holds two files called {member.filename[:80]!r}.", hint="Download the session again."
        ) from None
    with target, archive.open(member) as source:
        while chunk := source.read(_CHUNK_BYTES):
            n_bytes += len(chunk)
            _check_size(member, n_bytes, allowance)
            target.write(chunk)
    return n_bytes


def _nothing_found(members: list[zipfile.ZipInfo]) -> str:
    if any(member.filename.lower().endswith(".zip") for member in members):
        return "The archive holds other archives, not a session; unpack it and give one of those inside."
    return "The archive holds no files of a session."
