"""Recordings on their way into the store: from the browser or the OpenCap server to disk, through the one door.

Whatever the way, nothing is left behind: neither in memory nor in temporary folders.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS
from assessment.store import UserStore, uploads
from assessment.store.scratch import scratch
from models.errors import SarcoscopeError, StoreError, UploadRejectedError
from pipeline.opencap_server import Progress, download

_CHUNK_BYTES = 2**20


def take_archive(mine: UserStore, file: UploadedFile) -> str:
    """Take a zip from the browser; returns the upload's id.

    Raises
    ------
    SarcoscopeError
        See `assessment.store.uploads.receive`.
    """
    with _forgotten(file), _workplace(mine) as folder:
        path = folder / uploads.ARCHIVE_NAME
        with path.open("wb") as target:
            shutil.copyfileobj(file, target, _CHUNK_BYTES)
        return _received(mine, path)


def take_folder(mine: UserStore, files: Sequence[UploadedFile]) -> str:
    """Take a folder from the browser: packed as a zip, so that the same door checks it.

    Raises
    ------
    SarcoscopeError
        See `assessment.store.uploads.receive`.
    """
    with _forgotten(*files), _workplace(mine) as folder:
        path = folder / uploads.ARCHIVE_NAME
        try:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
                for file in files:
                    with archive.open(zipfile.ZipInfo(file.name), "w", force_zip64=True) as target:
                        shutil.copyfileobj(file, target, _CHUNK_BYTES)
        except ValueError:
            raise UploadRejectedError(
                "The folder holds a file whose name cannot be written.", hint="Give its files ordinary names."
            ) from None
        return _received(mine, path)


def take_from_server(
    mine: UserStore,
    session_id: str,
    *,
    token: str | None,
    ask: Callable[[], tuple[str, str]] | None,
    on_progress: Callable[[Progress], None],
) -> str:
    """Take a session from the OpenCap server.

    Raises
    ------
    SarcoscopeError
        See `pipeline.opencap_server.download` and `assessment.store.uploads.receive`.
    """
    with _workplace(mine) as folder:
        # A token of whoever started the server is not this user's.
        path = download(session_id, folder, token=token, ask=ask, on_progress=on_progress, from_environment=False)
        return uploads.receive(mine, path).id


def take_example(mine: UserStore) -> str:
    """Take the bundled example."""
    return uploads.receive(mine, EXAMPLE, age_years=EXAMPLE_AGE_YEARS).id


def _received(mine: UserStore, path: Path) -> str:
    """Let an archive in that we wrote; an error does not name it, because nobody chose that name."""
    try:
        return uploads.receive(mine, path).id
    except SarcoscopeError as error:
        if error.context.get("file") == uploads.ARCHIVE_NAME:
            del error.context["file"]
        raise


@contextmanager
def _workplace(mine: UserStore) -> Iterator[Path]:
    """A folder on the store's disk, which goes whatever happens."""
    try:
        with scratch(mine.store.home) as folder:
            yield folder
    except OSError as error:
        raise StoreError(
            f"The recordings cannot be written to the disk of the store: {error.strerror or type(error).__name__}.",
            hint="Make space on it (an archive needs its own size and that of its unpacked files) and do it again.",
        ) from None


@contextmanager
def _forgotten(*files: UploadedFile) -> Iterator[None]:
    """Take files out of Streamlit's memory, which otherwise holds them until the browser is closed."""
    try:
        yield
    finally:
        context = get_script_run_ctx()
        for file in files:
            file.close()
            if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
                context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
