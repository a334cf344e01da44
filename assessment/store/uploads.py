"""Uploads: what a user gives, checked at the door, kept without videos, recognised by its contents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlmodel import Session, col, select

from assessment.store import audit
from assessment.store.artefacts import StoredFile
from assessment.store.cleaning import all_or_nothing, delete_unused_upload, remove_unnamed
from assessment.store.database import Store, UserStore
from assessment.store.participants import not_there
from assessment.store.scratch import scratch
from assessment.store.tables import Participant, Upload, UploadFile, Visit
from models.errors import StoreError

# Archives go by this name inside: their own may be a person's.
ARCHIVE_NAME = "session.zip"
_OPENCAP_PREFIX = "OpenCapData_"


@dataclass(frozen=True)
class Received:
    """An upload that is in the store.

    Attributes
    ----------
    sessions : tuple of str
        Paths of the sessions in it, one or more.
    age_years : float or None
        Known only of the bundled example.
    seen_visits : tuple of str
        Visits of this user that hold the same recordings already.
    """

    id: str
    sessions: tuple[str, ...]
    age_years: float | None
    seen_visits: tuple[str, ...]


def receive(mine: UserStore, source: Path, *, age_years: float | None = None) -> Received:
    """Take a session archive or folder into the store.

    The same contents, packed in whatever way, are the same upload.

    Parameters
    ----------
    mine : UserStore
    source : Path
        A zip archive, or a folder that holds one or more sessions.
    age_years : float or None
        Where the upload itself tells it.

    Raises
    ------
    SarcoscopeError
        It is unsafe or holds no session, or the store cannot be written; nothing is kept then.
    """
    # Imported here: reading recordings takes a second to load, and pages import this module for less.
    from pipeline.session import find_sessions

    mine.need("assess")
    try:
        with scratch(mine.store.home) as folder:
            found = find_sessions(source, folder)
            with all_or_nothing(mine.store):
                kept = [_kept(mine.store, number, path, alone=len(found) == 1) for number, path in enumerate(found)]
                return _written_down(mine, kept, age_years)
    except OSError as error:
        raise StoreError(
            f"The upload cannot be kept: {error.strerror or type(error).__name__}.",
            hint="Make space on the disk of the store and give it again; what was stored before is unharmed.",
        ) from None


def get(mine: UserStore, upload_id: str) -> Received:
    """An upload of this user.

    Raises
    ------
    StoreError
        There is none of this id.
    """
    with mine.reading() as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.owner_id != mine.user_id:
            raise not_there("upload")
        return Received(upload.id, tuple(upload.sessions), upload.age_years, _visits_of(session, mine, upload.id))


def discard(mine: UserStore, upload_id: str) -> None:
    """Delete an upload of this user, unless a visit was made of it."""
    with mine.session() as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.owner_id != mine.user_id or not delete_unused_upload(session, upload_id):
            return
        audit.write(session, mine, "deleted", "upload", upload_id)
    remove_unnamed(mine.store)


def files_of(store: Store, upload_id: str) -> list[StoredFile]:
    """The files of an upload."""
    with store.reading() as session:
        rows = session.exec(select(UploadFile).where(UploadFile.upload_id == upload_id))
        return [StoredFile(row.path, row.sha256, row.n_bytes) for row in rows]


@dataclass(frozen=True)
class _KeptSession:
    """A session's path in the upload, its files, and what they are known by wherever the session lay."""

    path: str
    files: list[StoredFile]
    contents: list[tuple[str, str]]


def _kept(store: Store, number: int, path: Path, *, alone: bool) -> _KeptSession:
    from pipeline.session.archive import is_part_of_session  # here: see `receive`

    # A lab session is described by one file, beside which its recordings lie.
    folder, ending = (path, "") if path.is_dir() else (path.parent, f"/{path.name}")
    # A folder's name may be a person's, unless OpenCap gave it; among several sessions it tells which is which.
    name = "session" if alone and not folder.name.startswith(_OPENCAP_PREFIX) else folder.name
    files = store.files.keep(folder, lambda file: is_part_of_session(PurePosixPath(file)))
    place = f"{number}/{name}"  # two sessions of one name must not meet
    return _KeptSession(
        place + ending,
        [StoredFile(f"{place}/{file.path}", file.sha256, file.n_bytes) for file in files],
        [(file.path, file.sha256) for file in files],
    )


def _written_down(mine: UserStore, kept: Sequence[_KeptSession], age_years: float | None) -> Received:
    sha256 = hashlib.sha256(repr(sorted(one.contents for one in kept)).encode()).hexdigest()
    with mine.session() as session:
        upload = session.exec(select(Upload).where(Upload.owner_id == mine.user_id, Upload.sha256 == sha256)).first()
        if upload is None:
            upload = Upload(
                owner_id=mine.user_id, sha256=sha256, sessions=[one.path for one in kept], age_years=age_years
            )
            session.add(upload)
            session.flush()
            for file in (file for one in kept for file in one.files):
                session.add(UploadFile(upload_id=upload.id, path=file.path, sha256=file.sha256, n_bytes=file.n_bytes))
            audit.write(session, mine, "added", "upload", upload.id)
        return Received(upload.id, tuple(upload.sessions), upload.age_years, _visits_of(session, mine, upload.id))


def _visits_of(session: Session, mine: UserStore, upload_id: str) -> tuple[str, ...]:
    query = (
        select(Visit.id)
        .join(Participant)
        .where(Visit.upload_id == upload_id, Participant.owner_id == mine.user_id)
        .order_by(col(Visit.created_at))
    )
    return tuple(session.exec(query))
