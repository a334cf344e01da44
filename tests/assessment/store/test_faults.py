"""Full disks, locked and absent databases, missing files: a clear error, nothing lost, and then the same works."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessment.jobs import child, table
from assessment.jobs.child import Heart
from assessment.store import Store, UserStore, open_store, participants, runs, uploads, visits
from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE
from models.errors import SarcoscopeError, StoreError
from tests.app.made_up import made_up
from tests.assessment.filling import queued, small_session, taken, with_results

MIB = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:  # noqa: S603
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)  # noqa: S603


def fill_up(folder: Path, left: int = 0) -> Path:
    """Take all the space but this much; the file can be deleted again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**16, 2**12):
            try:
                while shutil.disk_usage(folder).free > left:
                    file.write(b"0" * size)
            except OSError:
                continue
    return ballast


def test_an_upload_onto_a_full_disk_is_refused_and_works_with_space(small_disk: Path, tmp_path: Path) -> None:
    mine = open_store(small_disk / "home", f"sqlite:///{small_disk}/store.sqlite").for_local_user()
    participants.add(mine, "P1")
    session = small_session(tmp_path, "m" * 2 * MIB)
    ballast = fill_up(small_disk, left=MIB)
    with pytest.raises(StoreError, match="disk is full") as error:
        uploads.receive(mine, session)
    assert "Make space" in error.value.hint
    assert mine.store.files.all_hashes() == set()
    assert [row.study_code for row in participants.find(mine)] == ["P1"]
    ballast.unlink()
    assert uploads.receive(mine, session).sessions


def test_a_database_on_a_full_disk_says_so_and_loses_nothing(small_disk: Path) -> None:
    mine = open_store(small_disk / "home", f"sqlite:///{small_disk}/store.sqlite").for_local_user()
    first = participants.add(mine, "P1", name="before")
    ballast = fill_up(small_disk)
    with pytest.raises(StoreError, match="disk is full"):
        for number in range(2000):  # there may be room in the log
            participants.add(mine, f"X{number}", name="n" * 200)
    assert participants.get(mine, first).name == "before"
    assert mine.store.for_local_user().user_id == mine.user_id
    ballast.unlink()
    participants.change(mine, first, study_code="P1", sex=None, birth_year=None, name="after")
    assert participants.get(mine, first).name == "after"


def test_a_run_onto_a_full_disk_fails_for_that_reason_and_works_with_space(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = small_disk / "home", f"sqlite:///{small_disk}/store.sqlite"
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    monkeypatch.setenv(URL_VARIABLE, url)
    mine = open_store(home, url).for_local_user()
    run_id = taken(mine, tmp_path)

    def large(store: Store, run_id: str, heart: Heart) -> Path:
        results = made_up(heart.folder / "results", gait_speed=(1.0, 0.1))
        (results / "large").write_bytes(os.urandom(MIB))
        return results

    ballast = fill_up(small_disk, left=int(1.5 * MIB))  # enough for the work, not for keeping it
    assert child.do_run(run_id, large) == 0
    error = runs.get(mine, run_id).error
    assert runs.get(mine, run_id).state == "failed"
    assert error is not None
    assert "disk is full" in error.message
    assert "Make space" in error.hint
    assert list((home / "work").iterdir()) == []
    ballast.unlink()
    again = runs.again(mine, run_id)
    table.take(mine.store)
    assert child.do_run(again, large) == 0
    assert runs.get(mine, again).state == "done"


def test_a_file_that_is_missing_is_named_as_that(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    folder = runs.folder(mine, filled.run_id)
    shutil.rmtree(folder.parent)
    assert runs.summary(mine, filled.run_id).session == "made-up"  # a view is made again
    shutil.rmtree(folder.parent)
    mine.store.files.place(str(runs.get(mine, filled.run_id).summary_sha256)).unlink()
    with pytest.raises(StoreError, match="file of the store is missing") as error:
        runs.folder(mine, filled.run_id)
    assert "backup" in error.value.hint
    assert runs.recent(mine)[0].state == "done"


def test_a_half_written_file_is_healed_by_the_next_upload(mine: UserStore, tmp_path: Path) -> None:
    session = small_session(tmp_path)
    received = uploads.receive(mine, session)
    (damaged,) = [path for path in (mine.store.home / "artefacts").glob("??/*") if b"walk" in path.read_bytes()]
    damaged.unlink()
    damaged.touch()
    assert uploads.receive(mine, session).id == received.id
    assert damaged.read_bytes() == b"markers of a walk"


def test_a_busy_database_is_waited_for_and_then_said_to_be_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.store.engine._WAIT_S", 0.2)
    mine = open_store(tmp_path, f"sqlite:///{tmp_path}/store.sqlite").for_local_user()
    other = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy"):
        participants.add(mine, "P1")
    assert participants.find(mine) == []  # who reads does not wait
    other.execute("ROLLBACK")
    participants.add(mine, "P1")
    other.close()


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x@y/z", "no address", "postgresql+nothing://x"])
def test_an_address_of_no_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match=URL_VARIABLE) as error:
        open_store(tmp_path, url)
    assert "postgresql+psycopg://" in error.value.hint


def test_a_password_in_an_address_is_in_no_error(tmp_path: Path) -> None:
    with pytest.raises(SarcoscopeError) as error:
        open_store(tmp_path, "postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(error.value)


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sarcoscope.sqlite").write_text("a letter, not a database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path, f"sqlite:///{tmp_path}/sarcoscope.sqlite")
    assert (tmp_path / "sarcoscope.sqlite").read_text().startswith("a letter")


def test_a_visit_that_is_deleted_while_another_is_added_is_not_lost_silently(mine: UserStore, tmp_path: Path) -> None:
    run = runs.get(mine, queued(mine, tmp_path))
    upload_id = visits.get(mine, run.visit_id).upload_id
    visits.delete(mine, run.visit_id)
    with pytest.raises(StoreError, match="no such upload"):
        visits.add(mine, run.participant_id, upload_id, "0/session", {})
