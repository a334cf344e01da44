"""Scaling a person from end to end: the optimiser, and policies read from files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import rl_scaling
from models.errors import MarkerDataError, ScalingError, SettingsError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from rl_scaling.learning.checkpoint import save_policy
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.people.anthropometry import parameters, prior
from rl_scaling.policy import PolicyScaling, ScalingPolicy
from rl_scaling.search.networks import Actor, NetworkSettings
from tests.rl_scaling.recorded_person import WOMAN, each, recorded, skeleton, swapped, without

EXPERIMENT_FILE = Path(rl_scaling.__file__).parent / "experiments" / "residual_older_adults.toml"
LONG_LEGS = {"femur_y": 0.04, "tibia_y": -0.03, "torso_z": 0.05}


@cache
def scaled() -> PolicyScaling:
    person = recorded(LONG_LEGS)
    return ScalingPolicy.optimiser().scale(person.markers, person.subject, skeleton())


def saved_policy(folder) -> None:
    network = NetworkSettings(width=16, depth=1, heads=2, residual_reach=0.5)
    about = {"experiment": read_experiment(EXPERIMENT_FILE).model_dump(mode="json")}
    save_policy(folder / "policy.safetensors", Actor(torch.ones(7, 3, dtype=torch.bool), network), network, about)


def test_true_factors_are_found_where_markers_show_them() -> None:
    person, found = recorded(LONG_LEGS), scaled()
    long = [parameters().index(name) for name in ("femur_y", "tibia_y", "torso_y", "pelvis_z", "humerus_y")]
    np.testing.assert_allclose(found.log_factors[long], person.log_factors[long], atol=0.01)
    assert found.path_objective[-1] < 0.2 * found.path_objective[0]
    np.testing.assert_allclose(found.path_log_factors[0], prior(person.subject).mean_log, atol=1e-6)


def test_every_body_gets_its_segments_factors_the_kneecap_the_thighs() -> None:
    found = scaled()
    factors = found.factors
    femur = np.exp(found.log_factors[[parameters().index(f"femur_{axis}") for axis in "xyz"]])
    for body in ("femur_r", "femur_l", "patella_r", "patella_l"):
        np.testing.assert_allclose(factors.of(body), femur, rtol=1e-6)
    assert set(factors.bodies) >= {"pelvis", "torso", "toes_l", "hand_r"}
    assert factors.scaler == "optimiser"


def test_each_parameter_has_a_standard_error_and_a_verdict() -> None:
    found = scaled()
    assert tuple(verdict.parameter for verdict in found.verdicts) == found.parameters == parameters()
    kind = {verdict.parameter: verdict.kind for verdict in found.verdicts}
    assert (kind["femur_y"], kind["tibia_y"], kind["foot_y"]) == ("measured", "measured", "from anthropometry")
    error = dict(zip(found.parameters, found.standard_errors_log, strict=True))
    assert 0.005 < error["tibia_y"] < 0.03 < error["humerus_x"]


def test_the_same_recordings_give_the_same_answer() -> None:
    again = ScalingPolicy.optimiser().scale(recorded(LONG_LEGS).markers, WOMAN, skeleton())
    np.testing.assert_array_equal(again.log_factors, scaled().log_factors)
    np.testing.assert_array_equal(again.standard_errors_log, scaled().standard_errors_log)


def test_a_policy_that_has_learnt_nothing_is_the_optimiser(tmp_path) -> None:
    folder = tmp_path / "untrained"
    folder.mkdir()
    saved_policy(folder)
    policy = ScalingPolicy.load(folder)
    assert (policy.name, len(policy.version)) == ("untrained", 8)
    found = policy.scale(recorded(LONG_LEGS).markers, WOMAN, skeleton())
    assert found.factors.scaler == "untrained"
    np.testing.assert_allclose(found.log_factors, scaled().log_factors, atol=2e-3)


def test_a_policy_has_its_folders_name_also_from_within_it(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    saved_policy(folder)
    monkeypatch.chdir(folder)
    assert [ScalingPolicy.load(path).name for path in ("policy.safetensors", ".", "../mine")] == ["mine"] * 3


def test_a_segment_without_markers_is_what_the_build_leads_to_expect() -> None:
    person = recorded({"forearm_y": 0.1})
    arms = [name for name in skeleton().markers if "wrist" in name]
    found = ScalingPolicy.optimiser().scale(each(person.markers, without(*arms)), WOMAN, skeleton())
    place = parameters().index("forearm_y")
    known = prior(WOMAN)
    assert found.log_factors[place] == pytest.approx(known.mean_log[place], abs=0.002)
    assert found.standard_errors_log[place] == pytest.approx(known.covariance[place, place] ** 0.5, rel=0.5)
    assert found.verdicts[place].kind == "from anthropometry"
    assert found.verdicts[place].text == (
        "forearm Y: no marker of the forearm is seen: the factor is what height, mass, sex and age lead to expect."
    )


def test_laboratory_markers_scale_without_their_clusters_placeholders() -> None:
    person = recorded(LONG_LEGS, marker_set="optical")
    clusters = [name for name in skeleton("optical").markers if "thigh" in name]

    def astray(recording: MarkerTrajectories) -> MarkerTrajectories:
        moved = recording.positions_m.copy()
        moved[:, [recording.names.index(name) for name in clusters]] += 0.2
        return recording.with_positions(moved)

    found = ScalingPolicy.optimiser().scale(each(person.markers, astray), WOMAN, skeleton("optical"))
    place = parameters().index("tibia_y")
    assert found.log_factors[place] == pytest.approx(person.log_factors[place], abs=0.015)


def test_opencap_monoculars_markers_scale_from_the_movement_alone() -> None:
    person = recorded(LONG_LEGS)
    seen = set(MONOCULAR_TO_STUDY.values())
    movements = each(person.markers, without(*(name for name in skeleton().markers if name not in seen))).movements
    found = ScalingPolicy.optimiser().scale(ScalingMarkers(None, movements), WOMAN, skeleton())
    places = [parameters().index(name) for name in ("femur_y", "tibia_y")]
    np.testing.assert_allclose(found.log_factors[places], person.log_factors[places], atol=0.015)
    assert "There is no standing pose: the model is scaled on the movement alone." in found.factors.notes


def test_factors_stay_within_what_adults_have_and_the_reader_is_told() -> None:
    person = recorded({"femur_z": 0.6})
    found = ScalingPolicy.optimiser().scale(person.markers, WOMAN, skeleton())
    low, high = PLAUSIBLE_FACTORS
    assert found.factors.factors.min() >= low
    assert found.factors.factors.max() <= high
    # At the limit is not what adults have: the quality gate must hear of it.
    assert {"femur_r", "femur_l"} <= set(found.factors.implausible)
    assert any(note.startswith("The scale factor of femur Z") for note in found.factors.notes)


def test_a_ruined_movement_does_not_bend_the_model_of_who_was_seen_standing() -> None:
    markers = recorded(LONG_LEGS).markers
    legs = swapped("knee", "ankle", "thigh", "_sh1", "_sh2", "_sh3", "calc", "toe", "5meta")
    ruined = ScalingMarkers(markers.static, tuple(legs(one) for one in markers.movements))
    found = ScalingPolicy.optimiser().scale(ruined, WOMAN, skeleton())
    alone = ScalingPolicy.optimiser().scale(ScalingMarkers(markers.static, ()), WOMAN, skeleton())
    np.testing.assert_array_equal(found.log_factors, alone.log_factors)
    assert any("the model is scaled on the standing pose alone" in note for note in found.factors.notes)


def test_what_no_skeleton_fits_is_refused() -> None:
    with pytest.raises(ScalingError, match=r"No skeleton fits these markers: \d+ mm remain") as error:
        ScalingPolicy.optimiser().scale(each(recorded(LONG_LEGS).markers, swapped("ankle")), WOMAN, skeleton())
    assert "Accepted: 40 mm" in error.value.hint


def test_too_few_markers_are_refused() -> None:
    kept = ("r.ASIS_study", "L.ASIS_study", "r.PSIS_study", "r_knee_study", "L_knee_study")
    few = each(recorded({}).markers, lambda recording: recording.select(kept))
    with pytest.raises(ScalingError) as error:
        ScalingPolicy.optimiser().scale(few, WOMAN, skeleton())
    assert error.value.message == "Only 5 markers can be used; 6 are needed."
    assert "r_knee_study" in error.value.hint


@pytest.mark.parametrize(
    ("words", "parts"),
    [(("knee", "ankle", "thigh", "_sh1", "_sh2", "_sh3", "toe", "meta", "calc"), "legs"), (("SIS", "HJC"), "pelvis")],
)
def test_exchanged_sides_are_named(words, parts) -> None:
    wrong = each(recorded({}).markers, swapped(*words))
    with pytest.raises(ScalingError) as error:
        ScalingPolicy.optimiser().scale(wrong, WOMAN, skeleton())
    assert error.value.message.startswith(f"Left and right are exchanged in the markers of: {parts}. With the names ")
    assert error.value.hint == "Swap the names of left and right markers there, and scale again."


def test_sides_exchanged_everywhere_are_noticed() -> None:
    with pytest.raises(ScalingError, match="Left and right are exchanged in the markers of: pelvis, legs, trunk, arms"):
        ScalingPolicy.optimiser().scale(each(recorded({}).markers, swapped()), WOMAN, skeleton())


def test_lengths_that_are_not_the_persons_are_refused() -> None:
    def larger(recording: MarkerTrajectories) -> MarkerTrajectories:
        return recording.with_positions(1.2 * recording.positions_m)

    with pytest.raises(ScalingError, match=r"a person of about 1\.\d\d m; the height given is 1\.62 m") as error:
        ScalingPolicy.optimiser().scale(each(recorded({}).markers, larger), WOMAN, skeleton())
    assert "within 12 %" in error.value.hint
    assert "calibration board" in error.value.hint


def test_there_must_be_a_recording() -> None:
    with pytest.raises(MarkerDataError, match="There is no recording to scale from"):
        ScalingMarkers(None, ())


def test_an_unknown_policy_lists_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"There is no policy 'nobody'\. There are: ") as error:
        ScalingPolicy.load("nobody")
    assert "policy.safetensors" in error.value.hint


def test_a_policy_must_say_how_it_was_trained(tmp_path) -> None:
    saved_policy(tmp_path)
    (tmp_path / "policy.json").write_text(json.dumps({"experiment": {"name": "x"}}))
    with pytest.raises(SettingsError, match="does not say how the policy was trained") as error:
        ScalingPolicy.load(tmp_path / "policy.safetensors")
    assert error.value.context == {"file": "policy.json"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"width": 0}, "width is not accepted: Input should be greater than 0"),
        ({"width": 1025}, "width is not accepted: Input should be less than or equal to 1024"),
        ({"depth": 17}, "depth is not accepted: Input should be less than or equal to 16"),
        ({"heads": 0}, "heads is not accepted: Input should be greater than 0"),
        ({"heads": 17}, "heads is not accepted: Input should be less than or equal to 16"),
        ({"residual_reach": 50.0}, "residual_reach is not accepted: Input should be less than or equal to 4"),
        ({"residual_reach": -1.0}, "residual_reach is not accepted: Input should be greater than or equal to 0"),
        ({"residual_reach": float("nan")}, "residual_reach is not accepted: Input should be a finite number"),
        # Sixteen numbers cannot be shared among three heads.
        ({"heads": 3}, "The file holds no policy for this skeleton."),
        ({"depth": 2}, "The file holds no policy for this skeleton."),
    ],
)
def test_a_network_that_cannot_be_is_refused(tmp_path, changed, said) -> None:
    saved_policy(tmp_path)
    file = tmp_path / "policy.safetensors"
    with safe_open(file, framework="pt") as policy:
        network = json.loads(policy.metadata()["network"]) | changed
        tensors = {name: policy.get_tensor(name) for name in policy.keys()}  # noqa: SIM118
    save_file(tensors, file, {"network": json.dumps(network)})
    with pytest.raises(SettingsError) as error:
        ScalingPolicy.load(file)
    assert error.value.message.startswith("The file holds no policy for this skeleton")
    assert said in error.value.message
    assert "python -m rl_scaling pretrain" in error.value.hint
    assert error.value.context == {"file": "policy.safetensors"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_must_be_finite(tmp_path, value) -> None:
    network = NetworkSettings(width=16, depth=1, heads=2)
    actor = Actor(torch.ones(7, 3, dtype=torch.bool), network)
    torch.nn.init.constant_(actor.head.bias, value)
    saved_policy(tmp_path)
    save_policy(tmp_path / "policy.safetensors", actor, network, {})
    with pytest.raises(SettingsError, match="The policy holds weights that are not finite numbers") as error:
        ScalingPolicy.load(tmp_path)
    assert "train it again" in error.value.hint
    assert error.value.context == {"file": "policy.safetensors"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n_steps": 0}, "environment.n_steps is not accepted: Input should be greater than 0"),
        ({"n_steps": -1}, "environment.n_steps is not accepted: Input should be greater than 0"),
        ({"n_steps": 101}, "environment.n_steps is not accepted: Input should be less than or equal to 100"),
        ({"refit_iterations": 0}, "environment.refit_iterations is not accepted: Input should be greater than 0"),
        ({"refit_iterations": 21}, "environment.refit_iterations is not accepted: Input should be less than"),
    ],
)
def test_an_environment_that_cannot_be_is_refused(tmp_path, changed, said) -> None:
    saved_policy(tmp_path)
    file = tmp_path / "policy.json"
    about = json.loads(file.read_text())
    about["experiment"]["environment"] |= changed
    file.write_text(json.dumps(about))
    with pytest.raises(SettingsError) as error:
        ScalingPolicy.load(tmp_path)
    assert f"The file does not say how the policy was trained: {said}" in error.value.message
    assert error.value.context == {"file": "policy.json"}


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "[]", "{}", "\xff"])
def test_a_text_that_is_no_policys_is_refused(tmp_path, text) -> None:
    saved_policy(tmp_path)
    (tmp_path / "policy.json").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match="does not say how the policy was trained") as error:
        ScalingPolicy.load(tmp_path)
    assert "beside policy.safetensors" in error.value.hint
    assert error.value.context == {"file": "policy.json"}


@pytest.mark.parametrize("name", ["n" * 5000, "null\0", ""])
def test_a_name_that_no_file_can_have_is_refused_and_not_printed_in_full(name) -> None:
    with pytest.raises(SettingsError, match="There is no policy '") as error:
        ScalingPolicy.load(name)
    assert len(error.value.message) < 300
