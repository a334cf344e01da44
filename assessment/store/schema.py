"""Bringing the tables of a store up to this version (Alembic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from models.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, *, scripts: Path = MIGRATIONS, to: str = "head") -> None:
    """Bring the tables up to a version, all of the way or not at all.

    Raises
    ------
    StoreError
        The tables are of a newer version than this program, or rows would lose what they belong to.
    """
    config = _config(scripts)
    with _changing_tables(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError:
            raise StoreError(
                "The store was written by a newer version of Sarcoscope, which this one cannot read.",
                hint="Start the newer version, or restore a backup that was made before it.",
            ) from None


def head(scripts: Path = MIGRATIONS) -> str:
    """The version of the tables that this program writes."""
    return str(ScriptDirectory.from_config(_config(scripts)).get_current_head())


def _config(scripts: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config


@contextmanager
def _changing_tables(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            with connection.begin():
                # Two programs that start at once must not both make the tables; the number means nothing.
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(730218)")
                yield connection
            return
        driver = connection.connection.dbapi_connection
        assert driver is not None  # noqa: S101 - it was just connected
        # SQLite alters a table by making another one: dropping the old one would delete all that belongs to its rows.
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise StoreError(
                        "The store holds rows that belong to nothing; its tables were left as they were.",
                        hint="Restore a backup, and report this: it is a defect of Sarcoscope.",
                    )
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
