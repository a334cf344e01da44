"""The Model page: scale factors with their intervals, marker errors, the search, and where it all came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assessment.store import UserStore, preferences
from assessment.summary import FactorRecord, MarkerErrorRecord, ModelRecord, SearchStepRecord, Summary
from assessment.visit import Preferences
from tests.app.filled_store import changed_copy, fill
from tests.app.looking import look, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session

SEARCHED = ModelRecord(
    file="OpenSimData/Model/person.osim",
    scaler="rl",
    policy="older_adults 12345678",
    scaled_on=["neutral", "rise"],
    factor_estimates=[
        FactorRecord(
            parameter="femur_y", factor=1.1, standard_error=0.02, verdict="measured", text="femur Y: measured."
        ),
        FactorRecord(
            parameter="torso_z",
            factor=0.9,
            standard_error=0.05,
            verdict="from anthropometry",
            text="torso Z: not seen.",
        ),
    ],
    mass_kg=60.0,
    mass_distribution="f",
    scale_factors={"femur_r": (1.0, 1.1, 1.0), "femur_l": (1.0, 1.1, 1.0), "torso": (1.0, 1.0, 0.9)},
    measured_factors={"femur_r": (1.08, 1.08, 1.08), "femur_l": (1.06, 1.06, 1.06)},
    search_path=[
        SearchStepRecord(objective=0.9, marker_rms_cm=2.1),
        SearchStepRecord(objective=0.4, marker_rms_cm=0.7),
    ],
    static_marker_error_cm={"r_knee_study": 0.2, "L_knee_study": 0.9},
    unplaced_marker_error_cm={"r_knee_study": 1.2, "L_knee_study": 1.9},
    notes=["Scaled by the policy 'older_adults', which is taken from 65 years of age."],
)


def _show(mine: UserStore, tmp_path: Path, model: ModelRecord, **settings: object) -> None:
    session = build_session(tmp_path, "pick_up")
    results = made_up(tmp_path / "1", five_times_sit_to_stand_time=(13.6, 0.9))
    summary = Summary.model_validate_json((results / "summary.json").read_text(encoding="utf-8"))
    error = MarkerErrorRecord(rms_cm=1.3, max_cm=3.4, per_marker_cm={"r_knee_study": 1.5}, held_out=True)
    trials = [trial.model_copy(update={"name": "rise", "marker_error": error}) for trial in summary.trials]
    made = summary.provenance.model_copy(update={"settings": settings})
    changed = changed_copy(results, tmp_path / "2", models=[model], trials=trials, provenance=made)
    fill(mine, session, changed, study_code="P1", visit_date="2026-03-02")


def _changed(**changes: Any) -> ModelRecord:
    return SEARCHED.model_copy(update=changes)


def test_without_results_the_page_says_what_to_do(mine: UserStore) -> None:
    assert "Start with a session" in texts(look("model"))


def test_factors_stand_beside_what_distances_between_markers_give(mine: UserStore, tmp_path: Path) -> None:
    _show(mine, tmp_path, SEARCHED)
    app = look("model")
    (numbers,) = [frame.value for frame in app.dataframe if "Factor" in frame.value]
    thigh = numbers[(numbers["Segment"] == "thigh") & (numbers["Axis"] == "Y (up)")].iloc[0]
    assert thigh["Factor"] == 1.1
    assert (thigh["95 % interval from"], thigh["to"]) == (1.061, 1.139)
    assert thigh["Distances between markers"] == pytest.approx(1.07)
    assert "from anthropometry" in set(numbers["Where it comes from"])
    assert "older_adults 12345678" in texts(app).replace("\\", "")
    assert "taken from 65 years" in texts(app)


def test_errors_before_and_after_placement_and_of_trials_can_be_sorted(mine: UserStore, tmp_path: Path) -> None:
    _show(mine, tmp_path, SEARCHED)
    (errors,) = [frame.value for frame in look("model").dataframe if "Marker" in frame.value]
    knee = errors[errors["Marker"] == "r_knee_study"].iloc[0]
    assert knee["static pose, markers placed"] == 0.2
    assert knee["static pose, before placement"] == 1.2
    assert knee["rise (held out)"] == 1.5


def test_the_path_of_the_search_is_drawn(mine: UserStore, tmp_path: Path) -> None:
    _show(mine, tmp_path, SEARCHED)
    alts = [chart.proto.alt for chart in look("model").get("plotly_chart")]
    assert any("falls from 2.10 to 0.70 cm in 1 steps" in alt for alt in alts)


def test_a_scaler_that_does_not_search_says_why_there_is_no_path(mine: UserStore, tmp_path: Path) -> None:
    direct = _changed(scaler="measurement", policy=None, search_path=[], factor_estimates=[], measured_factors={})
    _show(mine, tmp_path, direct)
    shown = texts(look("model"))
    assert "there is no search" in shown
    assert "cannot tell how sure" in shown


def test_where_it_came_from_is_said_in_words(mine: UserStore, tmp_path: Path) -> None:
    _show(mine, tmp_path, SEARCHED, marker_placement=True, ik_engine="batched", cutoff_hz=6.0, load_kg=None)
    shown = texts(look("model"))
    assert "Model markers moved onto the static pose,yes" in shown
    assert "all frames at once" in shown
    assert "6 Hz" in shown
    assert "2026-01-05 09:00 UTC" in shown.replace("\\", "")
    assert "marker_placement" not in shown.replace("\\", "")


def test_markdown_in_a_note_is_shown_and_not_obeyed(mine: UserStore, tmp_path: Path) -> None:
    _show(mine, tmp_path, _changed(notes=["![a](http://127.0.0.1:9/x.png)"]))
    shown = texts(look("model"))
    assert "127.0.0.1:9" in shown
    assert "![a](" not in shown


def test_the_page_is_drawn_in_korean(mine: UserStore, tmp_path: Path) -> None:
    preferences.put(mine, Preferences(language="ko"))
    _show(mine, tmp_path, SEARCHED)
    assert len(look("model").get("plotly_chart")) == 2
