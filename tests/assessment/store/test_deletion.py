"""Delete means deleted: not one byte of it is left in the store's folder, and nothing of others goes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.jobs import table
from assessment.store import UserStore, cleaning, participants, runs, uploads, visits
from assessment.store.scratch import scratch
from models.errors import StoreError
from tests.assessment.filling import everything_below, queued, recordings, small_session, taken, with_results


def planted(mine: UserStore, tmp_path: Path) -> tuple[str, str, list[bytes]]:
    """Ids of a participant and a run, and texts that are in the files below the store's folder."""
    filled = with_results(mine, tmp_path, "PLANTEDCODE")
    participants.change(
        mine, filled.participant_id, study_code="PLANTEDCODE", sex="f", birth_year=1950, name="Planted Name"
    )
    visits.change(mine, filled.visit_id, {"interpretation": "planted text"})
    runs.folder(mine, filled.run_id)
    there = [b"markers of PLANTEDCODE", b"curves of PLANTEDCODE"]
    if mine.store.engine.dialect.name == "sqlite":
        there += [b"Planted Name", b"planted text"]
    data = everything_below(mine.store.home)
    assert all(text in data for text in there)
    return filled.participant_id, filled.run_id, [*there, b"PLANTEDCODE"]


def test_nothing_of_a_deleted_participant_is_left(mine: UserStore, theirs: UserStore, tmp_path: Path) -> None:
    other = with_results(theirs, tmp_path, "OTHER")
    participant_id, run_id, texts = planted(mine, tmp_path)
    participants.delete(mine, participant_id)
    data = everything_below(mine.store.home)
    assert [text for text in texts if text in data] == []
    assert not (mine.store.home / "views" / run_id).exists()
    assert runs.summary(theirs, other.run_id)
    assert b"curves of OTHER" in data


def test_a_deleted_visit_leaves_what_another_one_shares(mine: UserStore, tmp_path: Path) -> None:
    first = with_results(mine, tmp_path)
    visit = visits.get(mine, first.visit_id)
    second = visits.add(mine, first.participant_id, visit.upload_id, visit.session_path, {})
    visits.delete(mine, first.visit_id)
    data = everything_below(mine.store.home)
    assert b"curves of P1" not in data
    assert b"markers of P1" in data
    upload_id = visits.get(mine, second).upload_id
    assert b"markers of P1 at 1.1" in recordings(mine, upload_id, tmp_path / "laid out").values()
    visits.delete(mine, second)
    assert b"markers of P1" not in everything_below(mine.store.home)


def test_results_that_are_the_same_in_two_runs_stay_with_the_other(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    folder = runs.folder(mine, filled.run_id)
    again = runs.again(mine, filled.run_id)
    table.take(mine.store)
    with mine.store.files.filing():
        kept = mine.store.files.keep(folder)
        table.finish(mine.store, again, kept, str(runs.get(mine, filled.run_id).summary_sha256))
    runs.delete(mine, filled.run_id)
    assert runs.summary(mine, again).session == "made-up"


def test_what_is_in_progress_is_cancelled_first(mine: UserStore, tmp_path: Path) -> None:
    run = runs.get(mine, taken(mine, tmp_path))
    for action in (
        lambda: participants.delete(mine, run.participant_id),
        lambda: visits.delete(mine, run.visit_id),
        lambda: runs.delete(mine, run.id),
    ):
        with pytest.raises(StoreError, match=r"in progress|not finished"):
            action()
    waiting = runs.get(mine, queued(mine, tmp_path, "P2"))
    participants.delete(mine, waiting.participant_id)
    assert table.take(mine.store) is None


def test_what_killed_programs_left_is_cleaned_and_what_is_in_use_is_not(mine: UserStore, tmp_path: Path) -> None:
    home = mine.store.home
    filled = with_results(mine, tmp_path)
    runs.folder(mine, filled.run_id)
    left = [home / "work" / "left", home / "views" / "left"]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "file").write_text("left")
    half = next((home / "artefacts").glob("??/*"))
    half.with_name(f"{half.name}.new-1").write_text("half a copy")
    uploads.receive(mine, small_session(tmp_path / "open form", "in a form"))
    with scratch(home) as used:
        cleaning.clean(mine.store)
        assert used.exists()
    assert not any(folder.exists() for folder in left)
    data = everything_below(home)
    assert b"half a copy" not in data
    assert b"in a form" in data
    assert runs.summary(mine, filled.run_id)
