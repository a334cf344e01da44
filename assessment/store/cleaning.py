"""Deleting from the disk what no table names: after a deletion, and after programs that were killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlmodel import Session, col, select

from assessment.store import scratch
from assessment.store.database import Store
from assessment.store.engine import empty_sqlite_log
from assessment.store.tables import Run, RunFile, Upload, UploadFile, Visit, now
from models.errors import StoreError

# An upload that nobody made a visit of; a form may lie open over a day.
_FORGOTTEN_AFTER = timedelta(days=2)


def clean(store: Store) -> None:
    """Delete what programs that were killed left behind, and uploads that never became a visit.

    Raises
    ------
    StoreError
        The store cannot be read or written.
    """
    scratch.remove_left(store.home)
    with store.reading() as session:
        with_visit = select(Visit.upload_id)
        old = col(Upload.created_at) < now() - _FORGOTTEN_AFTER
        forgotten = session.exec(select(Upload.id).where(old, col(Upload.id).not_in(with_visit))).all()
    for upload_id in forgotten:
        with store.session() as session:
            delete_unused_upload(session, upload_id)
    remove_unnamed(store)


def delete_unused_upload(session: Session, upload_id: str) -> bool:
    """Delete an upload that no visit needs any more; False where one does, or it is not there."""
    # Locked before it is looked at: a visit that is added meanwhile would go with it.
    upload = session.get(Upload, upload_id, with_for_update=True)
    if upload is None or session.exec(select(Visit.id).where(Visit.upload_id == upload_id)).first() is not None:
        return False
    session.delete(upload)
    session.flush()
    return True


def remove_unnamed(store: Store) -> None:
    """Delete files and views that no table names any more.

    Raises
    ------
    StoreError
        The store cannot be read or written.
    """
    with store.files.filing():
        _remove_unnamed(store)
    empty_sqlite_log(store.engine)


@contextmanager
def all_or_nothing(store: Store) -> Iterator[None]:
    """Hold from keeping files to naming them; what was kept and is not named in the end is deleted again."""
    with store.files.filing():
        try:
            yield
        except BaseException:
            with suppress(StoreError):  # with the database out of reach it is left to `clean`
                _remove_unnamed(store)
            raise


def _remove_unnamed(store: Store) -> None:
    with store.reading() as session:
        used = set(session.exec(select(UploadFile.sha256))) | set(session.exec(select(RunFile.sha256)))
        runs = set(session.exec(select(Run.id)))
    # A view is links to files: as long as it is there, what it shows is.
    for view in (store.home / "views").glob("*"):
        if view.name not in runs:
            shutil.rmtree(view, ignore_errors=True)
    store.files.remove_all_but(used)
