"""Backup of a whole store while it is used, and its way back into an empty store, on the same database or another."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Table, insert, select
from sqlmodel import Session, SQLModel

from assessment.store import audit, cleaning
from assessment.store.artefacts import StoredFile
from assessment.store.bundle import Manifest, Rows, named_files, open_bundle, write_bundle
from assessment.store.database import UserStore
from assessment.store.scratch import scratch
from assessment.store.tables import AuditEntry, User
from models.errors import StoreError


def backup(mine: UserStore, out: Path) -> Manifest:
    """Write everything of everybody into one file, as it is at one moment.

    Parameters
    ----------
    mine : UserStore
        Who does it.
    out : Path
        Must not be there.

    Raises
    ------
    AccessError
        The user may not.
    StoreError
        The store cannot be read, or the file not be written.
    """
    mine.need("see audit")
    audit.record(mine, "backed up", "store", "")
    with scratch(mine.store.home) as folder:
        files = _made(folder / "files")
        with mine.store.files.filing():  # from here on no file goes away that the rows name
            with mine.store.reading() as session:
                rows: Rows = {table.name: _rows(session, table) for table in SQLModel.metadata.sorted_tables}
            mine.store.files.lay_out([StoredFile(sha256, sha256, n) for sha256, n in named_files(rows).items()], files)
        return write_bundle(out, "backup", rows, files)


def restore(mine: UserStore, path: Path) -> Manifest:
    """Take a backup into a store that holds nothing yet.

    Raises
    ------
    AccessError
        The user may not.
    StoreError
        The store holds something, or the file is no whole backup; nothing is kept then.
    """
    mine.need("see audit")
    with open_bundle(path, "backup") as bundle, scratch(mine.store.home) as folder:
        if set(bundle.rows) != set(SQLModel.metadata.tables):
            raise StoreError("The backup lacks tables.", hint="It was changed. Take another copy of it.")
        files = _made(folder / "files")
        bundle.lay_out(files)
        with cleaning.all_or_nothing(mine.store):
            mine.store.files.keep(files)
            with mine.store.session() as session:
                _refuse_full(session)
                session.execute(User.__table__.delete())  # type: ignore[attr-defined]
                session.execute(AuditEntry.__table__.delete())  # type: ignore[attr-defined]
                for table in SQLModel.metadata.sorted_tables:
                    if bundle.rows[table.name]:
                        session.execute(insert(table), [_inserted(table, row) for row in bundle.rows[table.name]])
                audit.write(session, mine, "imported", "store", "")
        return bundle.manifest


def _rows(session: Session, table: Table) -> list[dict[str, object]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in session.execute(query).mappings()]


def _inserted(table: Table, row: dict[str, object]) -> dict[str, object]:
    # The audit log's numbers are counted by each database for itself; only their order counts.
    return {name: value for name, value in row.items() if (table.name, name) != (AuditEntry.__tablename__, "id")}


def _refuse_full(session: Session) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if (
            table.name not in (User.__tablename__, AuditEntry.__tablename__)
            and session.execute(select(table).limit(1)).first()
        ):
            raise StoreError(
                "The store is not empty: a backup would mix with what is there.",
                hint="Give an empty folder as SARCOSCOPE_HOME (and an empty database), or use import.",
            )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
