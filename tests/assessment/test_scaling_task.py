"""Scaling a session: on a neutral trial and the movements that help, or on a movement alone as in OpenCap Monocular."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assessment.scaling_task import ScalingTask, run_scaling, run_scaling_of_many
from benchmarks.example import TRUTH
from models.errors import SarcoscopeError
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import ScaledModel
from pipeline.session import read_markers, read_session
from pipeline.settings import Settings
from tests.assessment.session_builder import build_session, marker_file
from tests.pipeline.scaling_people import untrained_policy

LAB_SESSION = Path(__file__).parents[1] / "lab_sessions" / "opencap_labvalidation_subject4.toml"
BONES = ("femur_r", "femur_l", "tibia_r", "tibia_l")


def true_lengths() -> pd.Series:
    return pd.read_csv(TRUTH / "scale_factors.csv", comment="#").set_index("body")["y"]


@pytest.mark.parametrize("scaler", ["measurement", "optimiser", "rl"])
def test_a_walk_alone_gives_the_lengths_of_the_bones(tmp_path: Path, scaler: str) -> None:
    folder = build_session(tmp_path, "walk")
    marker_file(folder, "neutral").unlink()
    session = read_session(folder, tmp_path)
    assert session.static_trial is None
    subject = session.subject.complete(age_years=72.0)
    policy = str(untrained_policy(tmp_path / "untrained")) if scaler == "rl" else None
    settings = Settings(scaler=scaler, policy=policy)
    model = run_scaling(ScalingTask(session, session.trial("walk"), subject, settings, tmp_path / "out"))
    for body in BONES:
        assert model.factors.of(body)[1] == pytest.approx(true_lengths()[body], rel=0.03), body
    assert model.path == tmp_path / "out" / "OpenSimData" / "Model" / "walk" / "LaiUhlrich2022_scaled.osim"
    assert any("no neutral trial" in note for note in model.notes)
    assert model.scaled_on == ("walk",)


def test_movements_scale_the_model_where_the_scaler_uses_them(tmp_path: Path) -> None:
    folder = build_session(tmp_path, "walk", "pick_up", "step_up", "5xSTS")
    marker_file(folder, "walk").write_text("not markers")
    session = read_session(folder, tmp_path)
    subject = session.subject.complete(age_years=72.0)

    def scaled(scaler: str) -> ScaledModel:
        task = ScalingTask(session, session.trial("neutral"), subject, Settings(scaler=scaler), tmp_path / "out")
        return run_scaling(task)

    measured, found = scaled("measurement"), scaled("optimiser")
    assert measured.scaled_on == ("neutral",)
    assert not any("not used for scaling" in note for note in measured.notes)
    # What it is compared with, and how it came there, go with it.
    assert measured.measured_factors is None and measured.factors.search == ()
    assert found.measured_factors is not None
    assert found.measured_factors.of("femur_r") == pytest.approx(measured.factors.of("femur_r"))
    assert found.factors.search[-1].marker_rms_m < found.factors.search[0].marker_rms_m
    assert set(found.scaled_on) == {"neutral", "5xSTS", "pick_up", "step_up"}
    assert found.scaled_on[0] == "neutral"
    assert any(note.startswith("walk was not used for scaling: ") for note in found.notes)
    for body in BONES:
        assert found.factors.of(body)[1] == pytest.approx(true_lengths()[body], rel=0.03), body


def test_a_group_is_scaled_as_each_of_it_alone_and_a_fault_stays_with_whose_it_is(tmp_path: Path) -> None:
    """Other policies, other scalers, a session without a neutral trial, a broken one: all in one group."""
    policy = str(untrained_policy(tmp_path / "untrained"))
    session = read_session(build_session(tmp_path, "walk", "pick_up"), tmp_path)
    broken = build_session(tmp_path / "broken", "walk")
    elsewhere = read_session(broken, tmp_path)
    marker_file(broken, "neutral").write_text("not markers")
    alone = replace(session, trials=(session.trial("walk"),), static_trial=None)
    old, young = (session.subject.complete(age_years=age) for age in (72.0, 35.0))
    of_study, searched = Settings(scaler="rl", policy=policy), Settings(scaler="optimiser")
    asked = [
        (session, "neutral", old, of_study),
        (elsewhere, "neutral", old, of_study),
        (session, "neutral", young, Settings()),
        (alone, "walk", old, of_study),
        (session, "neutral", old, searched.model_copy(update={"marker_placement": False})),
        (session, "neutral", old, Settings(scaler="measurement")),
        (session, "neutral", old, Settings(scaler="rl", policy="nobody")),
    ]

    def tasks(where: str) -> list[ScalingTask]:
        return [
            ScalingTask(its, its.trial(trial), subject, settings, tmp_path / where / str(place))
            for place, (its, trial, subject, settings) in enumerate(asked)
        ]

    together = run_scaling_of_many(tasks("together"))
    for task, among in zip(tasks("alone"), together, strict=True):
        if isinstance(among, SarcoscopeError):
            with pytest.raises(type(among)) as error:
                run_scaling(task)
            assert str(error.value) == str(among)
            assert among.context["stage"] == "scaling"
            assert among.context["trial"] == "neutral"
            continue
        own = run_scaling(task)
        assert among.path.is_file()
        np.testing.assert_allclose(among.factors.factors, own.factors.factors, rtol=1e-4)
        assert among.body_height_m == pytest.approx(own.body_height_m, rel=1e-4)
        assert among.static_marker_errors_m == pytest.approx(own.static_marker_errors_m, abs=1e-5)
        assert (among.notes, among.scaled_on, among.factors.policy) == (own.notes, own.scaled_on, own.factors.policy)
    failed = [place for place, one in enumerate(together) if isinstance(one, SarcoscopeError)]
    assert failed == [1, 6]


def test_reflective_markers_of_a_laboratory_fit_a_walk_that_nobody_scaled_on(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    """Generic marker offsets kept, so that the factors alone answer for the error (docs/scaling.md)."""
    shared_data("lab_opencap_labvalidation_subject4_nimble")
    whole = read_session(LAB_SESSION, tmp_path)
    names = ("static1", "STS1", "STSweakLegs1", "squats1", "walking1")
    session = replace(whole, trials=tuple(whole.trial(name) for name in names))
    errors_cm = {}
    for scaler in ("measurement", "optimiser"):
        settings = Settings(scaler=scaler, marker_placement=False)
        task = ScalingTask(session, session.trial("static1"), session.subject.complete(), settings, tmp_path / scaler)
        model = run_scaling(task)
        assert "walking1" not in model.scaled_on
        walk = read_markers(session, session.trial("walking1"))
        errors_cm[scaler] = 100.0 * float(solve_kinematics(model.path, walk, "optical").marker_rms_m.mean())
    assert set(model.scaled_on) == {"static1", "STS1", "STSweakLegs1", "squats1"}
    assert errors_cm["optimiser"] < errors_cm["measurement"]
    assert errors_cm["optimiser"] < 1.4
