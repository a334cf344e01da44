"""Every scaler by its name in the settings, on every marker set."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import SarcoscopeError, ScalingError, SettingsError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.scale_factors import ScaleFactors
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import SCALERS, build_scaled_model, check_scaling, make_scaler
from pipeline.scaling.policy_scaler import LearnedScaler, OptimiserScaler, policy_by_age
from pipeline.scaling.scaled_model import apply_factors
from pipeline.settings import DEFAULT_SCALER, SCALER_NAMES, Settings
from tests.pipeline.scaling_people import SUBJECT, record, true_factors, untrained_policy


def test_unknown_scaler_lists_the_known() -> None:
    with pytest.raises(SettingsError, match="no scaler 'magic'") as caught:
        make_scaler("magic")
    assert all(name in caught.value.hint for name in ("measurement", "optimiser", "rl"))


def test_every_scaler_has_the_name_it_is_asked_for_by_and_the_default_is_one() -> None:
    assert {name: make_scaler(name).name for name in SCALERS} == {name: name for name in SCALERS}
    assert DEFAULT_SCALER in SCALERS
    assert tuple(SCALERS) == SCALER_NAMES


@pytest.mark.parametrize("scaler", ["measurement", "optimiser"])
def test_a_policy_for_a_scaler_without_one_is_refused(scaler: str) -> None:
    with pytest.raises(SettingsError, match=f"'{scaler}' uses no policy, but 'adults' was given") as caught:
        make_scaler(scaler, policy="adults")
    assert "--scaler rl" in caught.value.hint


@pytest.mark.parametrize(
    ("age_years", "policy", "said"),
    [
        (64.9, "adults", "taken below 65 years"),
        (65.0, "older_adults", "taken from 65 years"),
        (None, "adults", "The age is not known"),
    ],
)
def test_the_policy_follows_the_age_and_says_so(age_years: float | None, policy: str, said: str) -> None:
    chosen, notes = policy_by_age(replace(SUBJECT, age_years=age_years))
    assert chosen == policy
    assert said in " ".join(notes)


@pytest.mark.parametrize("set_name", ["study", "optical"])
@pytest.mark.parametrize("scaler", ["measurement", "optimiser"])
def test_every_set_gives_the_lengths_of_the_bones(scaler: str, set_name: MarkerSetName, tmp_path: Path) -> None:
    static, movement = record(set_name)
    scaled = build_scaled_model(
        static, SUBJECT, Settings(scaler=scaler), set_name, tmp_path / "scaled.osim", movements=(movement,)
    )
    true = true_factors(set_name)
    assert set(scaled.factors.bodies) == set(true.bodies), "a body that is not named would keep its generic size"
    for body in ("femur_r", "femur_l", "tibia_r", "tibia_l", "humerus_r"):
        assert scaled.factors.of(body)[1] == pytest.approx(true.of(body)[1], rel=0.03), body
    kinematics = solve_kinematics(scaled.path, movement.frames(40, 44), set_name)
    assert float(kinematics.marker_rms_m.mean()) < 0.012


def test_movements_reach_the_scaler_that_uses_them(tmp_path: Path) -> None:
    """Knees and hips that bend say more: the estimated factors change, the measured ones do not."""
    static, movement = record()
    for scaler, changes in (("measurement", False), ("optimiser", True)):
        without, with_one = (
            build_scaled_model(
                static, SUBJECT, Settings(scaler=scaler), "study", tmp_path / "scaled.osim", movements=movements
            ).factors.factors
            for movements in ((), (movement,))
        )
        assert (not np.array_equal(without, with_one)) == changes, scaler
        assert make_scaler(scaler).uses_movements == changes


def test_the_search_says_how_sure_each_factor_is_and_measurement_cannot() -> None:
    static, movement = record()
    markers = ScalingMarkers(static.frames(60, 80), (movement,))
    found = make_scaler("optimiser").scale(markers, SUBJECT)
    of = {estimate.parameter: estimate for estimate in found.estimates}
    assert len(of) == 21
    assert of["femur_y"].factor == pytest.approx(found.of("femur_r")[1])
    assert of["femur_y"].standard_error == pytest.approx(of["femur_y"].factor * of["femur_y"].standard_error_log)
    assert 0.0 < of["femur_y"].standard_error < 0.1
    assert all(estimate.verdict and estimate.text for estimate in found.estimates)
    assert found.policy == ""
    assert make_scaler("measurement").scale(markers, SUBJECT).estimates == ()


def test_a_policy_that_learnt_nothing_is_the_optimiser_and_is_named(tmp_path: Path) -> None:
    """One search, with and without an actor; the results say whose it was."""
    static, movement = record()
    markers = ScalingMarkers(static.frames(60, 80), (movement,))
    policy = untrained_policy(tmp_path / "untrained")
    learned = make_scaler("rl", policy=str(policy)).scale(markers, SUBJECT)
    np.testing.assert_allclose(learned.factors, make_scaler("optimiser").scale(markers, SUBJECT).factors, atol=2e-3)
    assert learned.scaler == "rl"
    name, version = learned.policy.split()
    assert name == "untrained"
    assert hashlib.sha256(policy.read_bytes()).hexdigest().startswith(version)
    assert not any("years" in note for note in learned.notes), "the policy was named, so no rule chose it"


def test_a_policy_that_is_not_there_says_where_one_may_be(tmp_path: Path) -> None:
    static, _ = record()
    with pytest.raises(SettingsError, match="There is no policy 'nobody'") as caught:
        make_scaler("rl", policy="nobody").scale(ScalingMarkers(static.frames(60, 80)), SUBJECT)
    assert "policy.safetensors" in caught.value.hint


def _with_longer_shanks(path: Path) -> Path:
    model = load_model(GENERIC_MODEL)
    apply_factors(model, ScaleFactors(("tibia_r", "tibia_l"), np.full((2, 3), 1.2), "other"), SUBJECT.mass_kg)
    model.printToXML(str(path))
    return path


class TestSettingsAreCheckedBeforeAnybodyIsScaled:
    """What would stop everybody's scaling stops it once, before anything is done."""

    @pytest.mark.parametrize(
        "accepted", [{}, {"scaler": "measurement"}, {"scaler": "rl"}, {"scaler": "rl", "policy": "older_adults"}]
    )
    def test_what_can_be_done_passes(self, accepted: dict[str, str]) -> None:
        check_scaling(Settings.model_validate(accepted))

    @pytest.mark.parametrize(
        ("refused", "said"),
        [
            ({"scaler": "optimizer"}, "There is no scaler 'optimizer'"),
            ({"policy": "older_adults"}, "'optimiser' uses no policy"),
            ({"scaler": "rl", "policy": "nobody"}, "There is no policy 'nobody'"),
            ({"scaler": "measurement", "model": "nowhere.osim"}, "There is no such model file"),
            ({"scaler": "rl", "model": "nowhere.osim"}, "There is no such model file"),
        ],
    )
    def test_what_cannot_is_refused(self, refused: dict[str, str], said: str) -> None:
        with pytest.raises(SarcoscopeError, match=said):
            check_scaling(Settings.model_validate(refused))

    def test_a_skeleton_that_a_search_does_not_know_is_measured_only(self, tmp_path: Path) -> None:
        model = _with_longer_shanks(tmp_path / "other.osim")
        check_scaling(Settings(scaler="measurement", model=model))
        with pytest.raises(ScalingError, match="known for the unscaled LaiUhlrich2022 only"):
            check_scaling(Settings(model=model))


@pytest.mark.parametrize("scaler", ["measurement", "optimiser"])
def test_a_movement_alone_is_enough(scaler: str, tmp_path: Path) -> None:
    _, movement = record()
    scaled = build_scaled_model(
        movement, SUBJECT, Settings(scaler=scaler), "study", tmp_path / "scaled.osim", moving=True
    )
    assert any("no neutral trial" in note for note in scaled.notes)
    for body in ("femur_r", "tibia_l"):
        assert scaled.factors.of(body)[1] == pytest.approx(true_factors().of(body)[1], rel=0.03), body


@pytest.mark.parametrize("name", ["optimiser", "rl"])
def test_a_skeleton_whose_people_are_not_known_is_refused(name: str, tmp_path: Path) -> None:
    model = load_model(GENERIC_MODEL)
    apply_factors(model, ScaleFactors(("femur_r", "femur_l"), np.full((2, 3), 1.05), scaler="by hand"), 70.0)
    path = tmp_path / "taller.osim"
    model.printToXML(str(path))
    standing = MarkerTrajectories(("r_knee_study",), np.zeros((1, 1, 3)), np.zeros(1))
    scaler: OptimiserScaler | LearnedScaler = OptimiserScaler(path, "study")
    if name == "rl":
        scaler = LearnedScaler(path, "study", str(untrained_policy(tmp_path / "policy")))
    with pytest.raises(
        ScalingError, match=r"unscaled LaiUhlrich2022 only, .* other joint centres.*taller\.osim"
    ) as caught:
        scaler.scale(ScalingMarkers(standing), SUBJECT)
    assert "--scaler measurement" in caught.value.hint


@pytest.mark.parametrize("height_m", [SUBJECT.height_m - 0.12, SUBJECT.height_m + 0.12])
def test_a_wrong_height_does_not_make_the_markers_stand_for_it(height_m: float, tmp_path: Path) -> None:
    static, movement = record("study")
    found = {
        scaler: build_scaled_model(
            static,
            replace(SUBJECT, height_m=height_m),
            Settings(scaler=scaler),
            "study",
            tmp_path / f"{scaler}.osim",
            movements=(movement,),
        ).body_height_m
        for scaler in ("measurement", "optimiser")
    }
    assert found["optimiser"] == found["measurement"]
