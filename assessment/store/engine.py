"""The database behind the store: SQLite or PostgreSQL, set up so that both keep the same promises."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from models.errors import StoreError

URL_VARIABLE = "SARCOSCOPE_DATABASE_URL"
# How long a writer waits for another one [s]; SQLite has one at a time.
_WAIT_S = 30
# A server that is not there: a page that hangs for minutes tells nobody so.
_CONNECT_S = 10
_READS = "sarcoscope_reads"


def make_engine(url: str) -> Engine:
    """Connect to a database.

    Raises
    ------
    StoreError
        The address names none that can be used.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername == "postgresql+psycopg":
            parsed = parsed.update_query_dict({"connect_timeout": str(_CONNECT_S)} | dict(parsed.query))
            return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        if parsed.get_backend_name() != "sqlite" or not parsed.database:
            raise _not_usable()
        engine = create_engine(parsed, connect_args={"timeout": _WAIT_S}, hide_parameters=True)
    except (ArgumentError, ImportError, SQLAlchemyError):
        raise _not_usable() from None
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading_engine(engine: Engine) -> Engine:
    """The same database for transactions that only read: each sees everything as it is at one moment."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{_READS: True})


def unusable(error: SQLAlchemyError) -> StoreError:
    """The error a user can read; a driver's own text may quote data and is left out but for known words."""
    if isinstance(error, IntegrityError):
        return StoreError(
            "Somebody else changed or deleted the same at this moment; nothing was written.",
            hint="Look at it again and do it again.",
        )
    text = str(getattr(error, "orig", error)).lower()
    if "disk is full" in text or "no space" in text:
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


def empty_sqlite_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which holds deleted rows until then."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # outside any transaction: within one it is refused
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _not_usable() -> StoreError:
    return StoreError(
        f"{URL_VARIABLE} does not name a database that can be used.",
        hint="Accepted: sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
    )


def _set_up_sqlite(connection: Any, _: object) -> None:
    # Python's driver would begin transactions by itself, and too late: see `_begin_sqlite`.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Readers do not wait for the writer; rows go with what they belong to; what is deleted is overwritten; what was
    # written outlives a power cut.
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes then must have the right to write from its start: else two of them
    # would decide on the same state, or one would be refused without waiting.
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
