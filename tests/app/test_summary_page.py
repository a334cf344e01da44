"""The Summary page: what a clinician reads first."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.store import UserStore, preferences
from assessment.summary import ClinicalMeasures, ErrorRecord, Summary, TrialRecord
from assessment.visit import Preferences
from tests.app.filled_store import Filled, changed_copy, fill
from tests.app.looking import look, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return build_session(tmp_path, "pick_up")


def _read(results: Path) -> Summary:
    return Summary.model_validate_json((results / "summary.json").read_text(encoding="utf-8"))


def _visit(mine: UserStore, session: Path, results: Path, visit_date: str = "2026-03-02") -> Filled:
    return fill(mine, session, results, study_code="P1", visit_date=visit_date)


def test_without_results_the_page_says_what_to_do(mine: UserStore) -> None:
    assert "Start with a session" in texts(look("summary"))


def test_a_number_has_unit_interval_quality_and_movement(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, made_up(tmp_path / "1", five_times_sit_to_stand_time=(13.6, 0.9)))
    shown = texts(look("summary"))
    assert "13.6 s" in shown
    assert "95 % interval 11.8 to 15.4 s" in shown
    assert "reported" in shown
    assert "sit-to-stand, five-times" in shown


def test_a_mean_lists_the_trials_it_is_of(mine: UserStore, session: Path, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.0, 0.02))
    (walk,) = _read(results).trials
    faster = [one.model_copy(update={"value": 1.4}) for one in walk.indicators]
    trials = [walk.model_copy(update={"name": "usual"}), walk.model_copy(update={"name": "fast", "indicators": faster})]
    _visit(mine, session, changed_copy(results, tmp_path / "2", trials=trials))
    shown = texts(look("summary"))
    assert "mean of 2 trials: usual 1.00, fast 1.40" in shown
    assert "95 % interval 0.6 to 1.8 m/s" in shown


def test_what_is_withheld_shows_no_number_but_its_reason(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, made_up(tmp_path / "1", gait_speed=None, reasons=["The feet are hidden."]))
    shown = texts(look("summary"))
    assert "not given" in shown
    assert "The feet are hidden." in shown


def test_change_since_the_last_visit_is_judged_against_its_error(
    mine: UserStore, session: Path, tmp_path: Path
) -> None:
    _visit(mine, session, made_up(tmp_path / "1", five_times_sit_to_stand_time=(12.0, 0.9)), "2026-01-05")
    _visit(mine, session, made_up(tmp_path / "2", five_times_sit_to_stand_time=(13.0, 0.9)), "2026-03-05")
    shown = texts(look("summary"))
    assert "visit of 2026-01-05" in shown
    assert "1.0 s: no change beyond measurement error" in shown


def test_no_difference_has_no_sign(mine: UserStore, session: Path, tmp_path: Path) -> None:
    for name, speed, day in (("1", 1.0, "2026-01-05"), ("2", 1.001, "2026-03-05")):
        _visit(mine, session, made_up(tmp_path / name, gait_speed=(speed, 0.02)), day)
    assert "Since the last visit: 0.00 m/s" in texts(look("summary"))


def test_height_is_shown_in_the_unit_that_was_chosen(mine: UserStore, session: Path, tmp_path: Path) -> None:
    preferences.put(mine, Preferences(height_unit="cm"))
    _visit(mine, session, made_up(tmp_path / "1", gait_speed=(1.0, 0.02)))
    assert "160 cm" in texts(look("summary"))


def test_visits_that_cannot_be_of_one_person_are_not_compared(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, made_up(tmp_path / "1", sex="m", gait_speed=(1.0, 0.02)), "2026-01-05")
    _visit(mine, session, made_up(tmp_path / "2", sex="f", gait_speed=(1.0, 0.02)), "2026-03-05")
    assert "not of one person: sex differs" in texts(look("summary"))


def test_grip_that_was_typed_in_comes_first_and_says_so(mine: UserStore, session: Path, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.0, 0.02))
    _visit(mine, session, changed_copy(results, tmp_path / "2", clinical=ClinicalMeasures(grip_kg=17.2)))
    shown = texts(look("summary"))
    assert "17.2 kg" in shown
    assert "typed in" in shown


def test_a_failed_trial_says_why_and_what_to_do(mine: UserStore, session: Path, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.0, 0.02))
    error = ErrorRecord(kind="SessionError", message="The file is empty.", hint="Record it again.")
    trials = [*_read(results).trials, TrialRecord(name="broken", status="failed", error=error)]
    _visit(mine, session, changed_copy(results, tmp_path / "2", trials=trials))
    shown = texts(look("summary"))
    assert "The file is empty." in shown
    assert "Record it again." in shown


def test_markdown_in_a_result_is_shown_and_not_obeyed(mine: UserStore, session: Path, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.0, 0.02))
    hostile = "![a](http://127.0.0.1:9/x.png)"
    trials = [trial.model_copy(update={"name": hostile, "notes": [hostile]}) for trial in _read(results).trials]
    _visit(mine, session, changed_copy(results, tmp_path / "2", trials=trials, warnings=[hostile]))
    shown = texts(look("summary"))
    assert "127.0.0.1:9" in shown
    assert "![a](" not in shown


def test_nothing_diagnoses(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, made_up(tmp_path / "1", five_times_sit_to_stand_time=(25.0, 0.9)))
    shown = texts(look("summary")).lower()
    assert "has sarcopenia" not in shown
    assert "sarcopenic" not in shown


def test_the_page_is_drawn_in_korean(mine: UserStore, session: Path, tmp_path: Path) -> None:
    preferences.put(mine, Preferences(language="ko"))
    _visit(mine, session, made_up(tmp_path / "1", five_times_sit_to_stand_time=(13.6, 0.9)))
    assert "13.6 s" in texts(look("summary"))
