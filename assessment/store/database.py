"""Opening the store: where it lies, its tables brought up to date, and what one user sees of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlmodel import Session, select

from assessment.store.artefacts import Artefacts
from assessment.store.tables import User, now
from assessment.store.users import LOCAL_USER, Permission, Role, may
from models.errors import AccessError, StoreError

URL_VARIABLE = "SARCOSCOPE_DATABASE_URL"
HOME_VARIABLE = "SARCOSCOPE_HOME"
DATABASE_NAME = "sarcoscope.sqlite"
MIGRATIONS = Path(__file__).parent / "migrations"
# How long a writer waits for another one [s]; SQLite has one at a time.
_WAIT_S = 30


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

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: all of it is kept, or nothing.

        Raises
        ------
        StoreError
            The database cannot be read or written.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                yield session
                session.commit()
        except DBAPIError as error:
            raise unusable(error) from None

    def for_user(self, subject: str, label: str, role: Role) -> UserStore:
        """What one user sees; a user who comes for the first time is written down."""
        with self.session() as session:
            user = session.exec(select(User).where(User.subject == subject)).first() or User(
                subject=subject, label=label
            )
            user.label, user.last_seen_at = label, now()
            session.add(user)
            session.flush()
            return UserStore(self, user.id, label, role)

    def for_local_user(self) -> UserStore:
        """What the one user of a machine without logins sees: everything but the audit log is theirs, and that too."""
        return self.for_user(LOCAL_USER, LOCAL_USER, "admin")


@dataclass(frozen=True)
class UserStore:
    """The store as one user sees it: their own participants and nobody else's."""

    store: Store
    user_id: str
    label: str
    role: Role

    def session(self) -> Any:
        """A transaction; see `Store.session`."""
        return self.store.session()

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
        The folder or the database cannot be used.
    """
    home = (home or default_home()).absolute()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"The folder of the store cannot be made: {error.strerror}.",
            hint=f"Set {HOME_VARIABLE} to a folder that can be written.",
        ) from None
    engine = _engine(url or os.environ.get(URL_VARIABLE) or f"sqlite:///{home / DATABASE_NAME}")
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        raise unusable(error) from None
    return Store(engine, Artefacts(home / "artefacts"), home)


def migrate(engine: Engine) -> None:
    """Bring the tables up to this version (Alembic)."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two processes that start at once must not both make the tables; the number is ours and means nothing.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(730218)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def unusable(error: SQLAlchemyError) -> StoreError:
    """The error a user can read; a driver's own text may quote data and is left out but for known words."""
    text = str(getattr(error, "orig", error)).lower()
    if "full" in text or "no space" in text:
        return StoreError(
            "The store cannot be written: the disk is full.",
            hint="Make space on the disk of the store and do it again; what was stored before is unharmed.",
        )
    if "locked" in text:
        return StoreError(
            "The store is busy: another program has been writing to it for long.", hint="Do it again in a minute."
        )
    return StoreError(
        f"The database of the store cannot be used ({type(error).__name__}).",
        hint=f"Check that it runs and that {URL_VARIABLE}, where it is set, names it: sqlite:///PATH or "
        "postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
    )


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if not parsed.drivername.startswith("sqlite"):
            return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        engine = create_engine(parsed, connect_args={"timeout": _WAIT_S}, hide_parameters=True)
    except (ArgumentError, ImportError, SQLAlchemyError):
        raise StoreError(
            f"{URL_VARIABLE} does not name a database that can be used.",
            hint="Accepted: sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
        ) from None
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    # Readers do not wait for the writer; rows go with what they belong to; what is deleted is overwritten.
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
