"""Migrations: from nothing, twice, from an older version with its rows, and not from a newer one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from assessment.store import Store, UserStore, open_store, participants, runs
from assessment.store.engine import make_engine
from assessment.store.schema import MIGRATIONS, head, migrate
from models.errors import StoreError
from tests.assessment.filling import with_results

_NEXT = '''
"""A table that SQLite cannot alter is copied; a column is added."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", {head!r}, None, None

def upgrade():
    with op.batch_alter_table("participant") as batch:
        batch.add_column(sa.Column("site", sa.String(), nullable=True))
        batch.alter_column("study_code", type_=sa.Text())
    {more}
'''


def next_version(folder: Path, more: str = "") -> Path:
    scripts = folder / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "next.py").write_text(_NEXT.format(head=head(), more=more))
    return scripts


def test_the_migrations_make_the_tables_that_the_program_knows(store: Store) -> None:
    migrate(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
        assert context.get_current_revision() == head()


def test_an_older_store_keeps_its_rows(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    scripts = next_version(tmp_path)
    migrate(mine.store.engine, scripts=scripts)
    assert runs.get(mine, filled.run_id).state == "done"
    assert participants.get(mine, filled.participant_id).n_visits == 1
    participants.delete(mine, filled.participant_id)
    assert runs.recent(mine) == []  # rows still go with what they belong to

    with pytest.raises(StoreError, match="newer version"):
        open_store(mine.store.home, mine.store.engine.url.render_as_string(hide_password=False))


def test_a_migration_that_fails_changes_nothing(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    with pytest.raises(ZeroDivisionError):
        migrate(mine.store.engine, scripts=next_version(tmp_path, more="1 / 0"))
    migrate(mine.store.engine)
    assert runs.get(mine, filled.run_id).state == "done"


def test_the_first_version_can_be_brought_up(new_url: Callable[[Path], str], tmp_path: Path) -> None:
    home = tmp_path / "old"
    engine = make_engine(new_url(home))
    migrate(engine, to="0001")
    with engine.begin() as connection:
        connection.execute(
            text(
                'INSERT INTO "user" (id, subject, label, preferences, last_seen_at) '
                "VALUES ('u', 'one', 'Dr One', '{}', '2026-01-05 09:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO participant (id, owner_id, study_code, created_at) "
                "VALUES ('p', 'u', 'P1', '2026-01-05 09:00:00')"
            )
        )
    url = engine.url.render_as_string(hide_password=False)
    mine = open_store(home, url).for_user("one", "Dr One", "clinician")
    assert [row.study_code for row in participants.find(mine)] == ["P1"]


def test_programs_that_start_at_once_make_one_store(new_url: Callable[[Path], str], tmp_path: Path) -> None:
    home = tmp_path / "new"
    url = new_url(home)
    code = (
        "import sys, pathlib; from assessment.store import open_store, participants\n"
        "mine = open_store(pathlib.Path(sys.argv[1]), sys.argv[2]).for_local_user()\n"
        "participants.add(mine, sys.argv[3])\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(home), url, f"P{n}"], stderr=subprocess.PIPE)  # noqa: S603
        for n in range(2)
    ]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert len(participants.find(open_store(home, url).for_local_user())) == 2
