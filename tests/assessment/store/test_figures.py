"""Key figures of results: written with the results, gone with them, and everybody's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from assessment.jobs import table
from assessment.store import UserStore, figures, participants, runs
from assessment.store.tables import RunIndicator
from tests.app.filled_store import fill, finished
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return build_session(tmp_path, "pick_up")


def test_a_finished_run_leaves_its_figures(mine: UserStore, session: Path, tmp_path: Path) -> None:
    fast = made_up(tmp_path / "1", gait_speed=(1.1, 0.05))
    slow = made_up(tmp_path / "2", sex="m", gait_speed=None, five_times_sit_to_stand_time=(12.8, 0.9))
    fill(mine, session, fast, study_code="P1", visit_date="2026-01-05")
    fill(mine, session, slow, study_code="P2", visit_date="2026-01-06")
    results = figures.results(mine)
    assert list(results["study_code"]) == ["P1", "P2"]
    assert list(results["sex"]) == ["f", "m"]
    assert list(results["synthetic"]) == [False, False]
    values = figures.values(mine).merge(results[["run_id", "study_code"]]).set_index(["study_code", "indicator"])
    assert values.loc[("P1", "gait_speed"), "value"] == pytest.approx(1.1)
    assert values.loc[("P2", "gait_speed"), "mark"] == "withheld"
    assert values.loc[("P2", "gait_speed"), "reasons"] == ["The marks on the floor are hidden."]
    assert values.loc[("P2", "five_times_sit_to_stand_time"), "activity"] == "sit-to-stand/five-times"


def test_of_a_visit_that_was_assessed_twice_the_newer_results_count(
    mine: UserStore, session: Path, tmp_path: Path
) -> None:
    made = made_up(tmp_path / "1", gait_speed=(1.1, 0.05))
    first = fill(mine, session, made, study_code="P1", visit_date="2026-01-05")
    again = runs.again(mine, first.run_id)
    assert table.take(mine.store) == again
    better = made_up(tmp_path / "2", gait_speed=(0.9, 0.05))
    kept = mine.store.files.keep(better)
    table.finish(mine.store, again, kept, kept[0].sha256)
    assert list(figures.results(mine)["run_id"]) == [again]
    assert list(figures.values(mine, participant_id=first.participant_id)["value"]) == [0.9]


def test_visits_of_one_day_stay_in_order_when_one_is_assessed_again(
    mine: UserStore, session: Path, tmp_path: Path
) -> None:
    made = made_up(tmp_path / "1", gait_speed=(1.1, 0.05))
    first, second = (fill(mine, session, made, study_code="P1", visit_date="2026-01-05") for _ in range(2))
    again = finished(mine, runs.again(mine, first.run_id), made)
    assert [run.id for run in runs.results_of(mine, first.participant_id)] == [again, second.run_id]
    assert list(figures.results(mine)["run_id"]) == [again, second.run_id]
    before = runs.previous(mine, runs.get(mine, second.run_id))
    assert before is not None
    assert before.id == again
    assert runs.previous(mine, runs.get(mine, again)) is None


def test_nobody_sees_the_figures_of_others(mine: UserStore, theirs: UserStore, session: Path, tmp_path: Path) -> None:
    fill(mine, session, made_up(tmp_path / "1", gait_speed=(1.1, 0.05)), study_code="P1", visit_date="2026-01-05")
    assert figures.results(theirs).empty
    assert figures.values(theirs).empty
    assert figures.outcomes(theirs).empty


def test_figures_go_with_the_participant(mine: UserStore, session: Path, tmp_path: Path) -> None:
    made = made_up(tmp_path / "1", gait_speed=(1.1, 0.05))
    filled = fill(mine, session, made, study_code="P1", visit_date="2026-01-05")
    participants.delete(mine, filled.participant_id)
    with mine.session() as rows:
        assert rows.exec(select(RunIndicator)).all() == []
