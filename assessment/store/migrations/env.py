"""Run by Alembic: it migrates over the connection that `assessment.store.database.migrate` hands in."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from assessment.store.tables import Run, Utc


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our types down as SQLAlchemy's: a migration must not change when the program does."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    # Importing the tables is what makes them known here.
    target_metadata=Run.metadata,
    # SQLite cannot alter most things: a table is copied instead.
    render_as_batch=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
