"""One stored file to disk: streamed, resumed where it broke off, complete or not at all."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests

from pipeline.opencap_server import faults
from pipeline.opencap_server.transport import ATTEMPTS, Transport, delay_s

# What of a chunk has arrived when the connection breaks is lost, so chunks are small.
_CHUNK_BYTES = 1 << 15
# The first new link is the same file signed again, the second a file made anew; then it is not the link.
_MAX_RENEWALS = 2
# Storage answers to an expired or withdrawn link (S3: 403; a cleaned-up archive: 404, 410).
_LINK_IS_DEAD = frozenset({400, 401, 403, 404, 410})
_READ = frozenset({200, 206})
_BROKEN = 0
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_HTML = re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE)


@dataclass
class _State:
    """How far the file is."""

    file: BinaryIO
    done_bytes: int = 0
    total_bytes: int | None = None
    version: str | None = None
    """What the storage calls this version of the file (ETag or date); None where it does not say."""

    @property
    def is_complete(self) -> bool:
        return self.total_bytes is None or self.done_bytes == self.total_bytes

    def restart(self) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.done_bytes, self.total_bytes, self.version = 0, None, None

    @property
    def headers(self) -> dict[str, str]:
        # "identity": a compressed body could be neither counted nor resumed.
        plain = {"Accept-Encoding": "identity"}
        if not self.done_bytes or self.version is None:
            return plain
        return plain | {"Range": f"bytes={self.done_bytes}-", "If-Range": self.version}


def fetch_file(
    transport: Transport,
    fresh_link: Callable[[], str],
    path: Path,
    on_bytes: Callable[[int, int | None], None],
) -> None:
    """Download what the link points to.

    A broken connection is resumed by a Range request, guarded by If-Range so that two versions are never joined; a
    server that ignores ranges is read from the start again. A dead link is asked for anew.

    Parameters
    ----------
    fresh_link : callable
        A newly signed link; called again when the last one is dead.
    path : Path
        Written anew. The caller renames it when it is content with it, and removes it otherwise.
    on_bytes : callable
        Told bytes done and bytes in all (None where the storage does not say).

    Raises
    ------
    OpenCapServerError
        Broken off again and again, no room on the disk.
    UnusableFileError
        New links are refused too, or a web page was delivered.
    """
    furthest = failures = renewals = 0
    url = transport.resolve(fresh_link())
    with path.open("wb") as file:
        state = _State(file)
        while True:
            status = _attempt(transport, url, state, on_bytes)
            if status in _READ and state.is_complete:
                return
            if status in _LINK_IS_DEAD:
                if renewals == _MAX_RENEWALS:
                    raise faults.link_refused(url, status)
                renewals += 1
                url = transport.resolve(fresh_link())
                continue
            if state.done_bytes > furthest:
                furthest, failures, renewals = state.done_bytes, 0, 0
            failures += 1
            if failures == ATTEMPTS:
                raise faults.truncated(furthest, state.total_bytes)
            transport.sleep(delay_s(failures - 1))


def _attempt(transport: Transport, url: str, state: _State, on_bytes: Callable[[int, int | None], None]) -> int:
    """Read as far as the connection lasts; the storage's status, or `_BROKEN`."""
    with transport.open_link(url, state.headers) as response:
        if response.status_code == 200:
            state.restart()
            _begin(response, state, url)
        elif response.status_code in (206, 416):
            if not _continues(response, state):
                state.restart()
                return _BROKEN
        else:
            return response.status_code
        try:
            for chunk in response.iter_content(_CHUNK_BYTES):
                state.file.write(chunk)
                state.done_bytes += len(chunk)
                on_bytes(state.done_bytes, state.total_bytes)
        except requests.exceptions.RequestException:
            # The number of bytes on disk says where to go on.
            return _BROKEN
        return response.status_code


def _begin(response: requests.Response, state: _State, url: str) -> None:
    if response.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise faults.wrong_content(url, "a web page", "a recording")
    length = response.headers.get("Content-Length", "")
    state.total_bytes = int(length) if length.isdigit() else None
    etag = response.headers.get("ETag", "")
    # A weak tag promises similar, not equal, bytes (RFC 9110, 13.1.5).
    state.version = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified")
    free_bytes = shutil.disk_usage(Path(state.file.name).parent).free
    if state.total_bytes is not None and state.total_bytes > free_bytes:
        raise faults.disk_full(state.total_bytes, free_bytes)


def _continues(response: requests.Response, state: _State) -> bool:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return (
        found is not None
        and int(found[1]) == state.done_bytes
        and (found[2] == "*" or state.total_bytes is None or int(found[2]) == state.total_bytes)
    )


def check_no_web_page(path: Path, url: str, wanted: str) -> None:
    """Refuse a web page under whatever content type.

    Raises
    ------
    UnusableFileError
        It is one.
    """
    with path.open("rb") as file:
        beginning = file.read(512)
    if _HTML.match(beginning):
        raise faults.wrong_content(url, "a web page", wanted)


def check_zip(path: Path) -> None:
    """Read every member of a zip against its checksum.

    Raises
    ------
    ArchiveUnavailableError
        No zip, or a member is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            empty = not archive.namelist()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise faults.damaged_archive(type(error).__name__) from None
    if damaged is not None or empty:
        raise faults.damaged_archive("a member fails its checksum" if damaged else "it is empty")
