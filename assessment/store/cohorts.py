"""Folders of cohorts that a user opened: found again by an id that says nothing, because a path may hold names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from assessment.store.database import UserStore
from assessment.store.participants import not_there
from assessment.store.tables import CohortFolder, now


def remember(mine: UserStore, folder: Path) -> str:
    """Keep a folder among those of this user, the newest first; gives its id, always the same one.

    Raises
    ------
    AccessError
        The role does not permit to open cohorts.
    """
    mine.need("open cohorts")
    with mine.session() as session:
        found = _of_path(session, mine, folder)
        if found is None:
            try:
                with session.begin_nested():
                    session.add(CohortFolder(owner_id=mine.user_id, path=str(folder)))
            except IntegrityError:  # another page of the same user was faster
                pass
            found = _of_path(session, mine, folder)
            assert found is not None  # noqa: S101 - one of the two has just written it
        found.opened_at = now()
        session.add(found)
        return found.id


def known(mine: UserStore) -> dict[str, Path]:
    """Id and path of every folder that this user opened, the newest first.

    Raises
    ------
    AccessError
        The role does not permit to open cohorts.
    """
    mine.need("open cohorts")
    with mine.reading() as session:
        query = select(CohortFolder).where(CohortFolder.owner_id == mine.user_id)
        rows = session.exec(query.order_by(col(CohortFolder.opened_at).desc(), col(CohortFolder.id)))
        return {row.id: Path(row.path) for row in rows}


def forget(mine: UserStore, cohort_id: str) -> None:
    """Take a folder out of this user's list; the folder itself stays as it is.

    Raises
    ------
    StoreError
        There is no such folder in it.
    """
    with mine.session() as session:
        found = session.get(CohortFolder, cohort_id)
        if found is None or found.owner_id != mine.user_id:
            raise not_there("cohort")
        session.delete(found)


def _of_path(session: Session, mine: UserStore, folder: Path) -> CohortFolder | None:
    query = select(CohortFolder).where(CohortFolder.owner_id == mine.user_id, CohortFolder.path == str(folder))
    return session.exec(query).first()
