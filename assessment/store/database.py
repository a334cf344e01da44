"""Opening the store: where it lies, its tables brought up to date, and what one user sees of it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlmodel import Session, select

from assessment.store.artefacts import Artefacts
from assessment.store.engine import URL_VARIABLE, make_engine, reading_engine, unusable
from assessment.store.private import keep_to_owner
from assessment.store.schema import migrate
from assessment.store.tables import User, now
from assessment.store.users import LOCAL_USER, Permission, Role, may
from models.errors import AccessError, StoreError

HOME_VARIABLE = "SARCOSCOPE_HOME"
DATABASE_NAME = "sarcoscope.sqlite"
# When somebody was last seen is written down once in this time: looking at pages is no reason to write each time.
_SEEN_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Store:
    """The store as the program sees it: tables and files.

    Attributes
    ----------
    engine : Engine
    files : Artefacts
    home : Path
        Folder of files, of runs in progress, and of the database where it is SQLite.
    """

    engine: Engine
    files: Artefacts
    home: Path

    def session(self) -> AbstractContextManager[Session]:
        """A transaction that may write: all of it is kept, or nothing.

        On SQLite nobody else writes meanwhile: what it reads stays true until its end. On PostgreSQL rows that are
        read to be changed must be locked (``with_for_update``) or changed on a condition.

        Raises
        ------
        StoreError
            The database cannot be read or written.
        """
        return _transaction(self.engine)

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads, everything as it is at one moment; it waits for no writer.

        Raises
        ------
        StoreError
            The database cannot be read.
        """
        return _transaction(reading_engine(self.engine))

    def for_user(self, subject: str, label: str, role: Role) -> UserStore:
        """What one user sees; a user who comes for the first time is written down."""
        with self.reading() as session:
            user = _user(session, subject)
        if user is None or user.label != label:
            user = self._met(subject, label)
        elif now() - user.last_seen_at > _SEEN_AGAIN_AFTER:
            with suppress(StoreError):  # on a full disk, too, what is there can be looked at
                user = self._met(subject, label)
        return UserStore(self, user.id, label, role)

    def _met(self, subject: str, label: str) -> User:
        with self.session() as session:
            with suppress(IntegrityError), session.begin_nested():  # two pages that open at once
                if _user(session, subject) is None:
                    session.add(User(subject=subject, label=label))
            user = session.exec(select(User).where(User.subject == subject)).one()
            user.label, user.last_seen_at = label, now()
            session.add(user)
            return user

    def for_local_user(self) -> UserStore:
        """What the one user of a machine without logins sees: everything is theirs."""
        return self.for_user(LOCAL_USER, LOCAL_USER, "admin")


@dataclass(frozen=True)
class UserStore:
    """The store as one user sees it: their own participants and nobody else's."""

    store: Store
    user_id: str
    label: str
    role: Role

    def session(self) -> AbstractContextManager[Session]:
        """A transaction that may write; see `Store.session`."""
        return self.store.session()

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads; see `Store.reading`."""
        return self.store.reading()

    def need(self, permission: Permission) -> None:
        """Refuse what the role does not permit.

        Raises
        ------
        AccessError
            It does not.
        """
        if not may(self.role, permission):
            raise AccessError(
                f"The role {self.role!r} does not permit to {permission}.",
                hint="Ask the administrator of this installation for another role.",
            )


def default_home() -> Path:
    """Folder of the store: ``SARCOSCOPE_HOME``, else where programs of a user keep their data."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        return Path(given)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "sarcoscope"


def open_store(home: Path | None = None, url: str | None = None) -> Store:
    """Open the store; it is made on first use, and its tables are brought up to this version.

    Parameters
    ----------
    home : Path or None
        None: ``SARCOSCOPE_HOME``, else ``~/.local/share/sarcoscope``.
    url : str or None
        None: ``SARCOSCOPE_DATABASE_URL``, else SQLite in the home folder.

    Raises
    ------
    StoreError
        The folder or the database cannot be used, or others can look into the folder.
    """
    home = (home or default_home()).absolute()
    engine = make_engine(url or os.environ.get(URL_VARIABLE) or f"sqlite:///{home / DATABASE_NAME}")
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        keep_to_owner(home)
        with (home / "opening.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two programs that start at once one makes the tables
            migrate(engine)
    except OSError as error:
        raise StoreError(
            f"The folder of the store cannot be used: {error.strerror}.",
            hint=f"Make space on its disk, or set {HOME_VARIABLE} to a folder that can be written.",
        ) from None
    except SQLAlchemyError as error:
        raise unusable(error) from None
    return Store(engine, Artefacts(home / "artefacts"), home)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Session]:
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
            session.commit()
    except (DBAPIError, NoConnectionError) as error:
        raise unusable(error) from None


def _user(session: Session, subject: str) -> User | None:
    return session.exec(select(User).where(User.subject == subject)).first()
