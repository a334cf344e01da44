"""Quiet standing tells the trunk's mass from how the person stands: known errors, mirrored and turned people."""

import numpy as np
import opensim as osim
import pytest

from models.skeleton import GENERIC_MODEL, load_model
from pipeline.scaling.standing import judge_standing, move_trunk_mass

# Ankles a little dorsiflexed: the default pose leans back.
STANCE = {"ankle_angle_r": np.deg2rad(4.0), "ankle_angle_l": np.deg2rad(4.0), "pelvis_tilt": np.deg2rad(-4.0)}


@pytest.fixture
def standing_on(tmp_path):
    """Judge a stance of a model, whose trunk may carry its mass further forward."""

    def judge(pose, forward_m=0.0, model=None):
        model = model or load_model(GENERIC_MODEL)
        trunk = model.updBodySet().get("torso")
        x, y, z = trunk.getMassCenter().to_numpy().tolist()
        trunk.setMassCenter(osim.Vec3(x + forward_m, y, z))
        path = tmp_path / "model.osim"
        model.printToXML(str(path))
        return judge_standing(path, pose)

    return judge


def trunk_share():
    model = load_model(GENERIC_MODEL)
    return model.getBodySet().get("torso").getMass() / model.getTotalMass(model.initSystem())


def test_the_load_is_ahead_by_what_the_trunk_carries_forward(standing_on):
    before, after = standing_on(STANCE), standing_on(STANCE, forward_m=0.03)
    assert after.ahead_m - before.ahead_m == pytest.approx(0.03 * trunk_share(), rel=0.02)
    assert after.upright
    assert after.plausible


def test_the_models_part_of_the_distance_is_taken_out(standing_on):
    model = load_model(GENERIC_MODEL)
    before = standing_on(STANCE, forward_m=0.05, model=model)
    note = move_trunk_mass(model, before)
    after = standing_on(STANCE, model=model)
    assert 0.2 < before.model_share < 0.4
    assert after.ahead_m == pytest.approx((1.0 - before.model_share) * before.ahead_m, rel=0.02)
    assert f"{abs(before.ahead_m) * 1000:.0f} mm" in note


def test_who_leans_on_one_leg_is_judged_like_the_mirror_image(standing_on):
    uneven = STANCE | {"hip_adduction_r": 0.06, "hip_adduction_l": -0.04, "lumbar_bending": 0.1, "arm_flex_r": 0.3}
    mirrored = STANCE | {"hip_adduction_l": 0.06, "hip_adduction_r": -0.04, "lumbar_bending": -0.1, "arm_flex_l": 0.3}
    assert standing_on(uneven).ahead_m == pytest.approx(standing_on(mirrored).ahead_m, abs=1e-6)


def test_where_one_looks_does_not_matter(standing_on):
    # The pelvis turns after it tilts: without tilt its rotation is the heading.
    straight, turned = {"knee_angle_r": 0.1}, {"knee_angle_r": 0.1, "pelvis_rotation": 2.0, "pelvis_tx": 1.5}
    assert standing_on(turned).ahead_m == pytest.approx(standing_on(straight).ahead_m, abs=1e-6)


@pytest.mark.parametrize(
    ("pose", "told"),
    [
        ({f"{joint}_{side}": 1.5 for joint in ("hip_flexion", "knee_angle") for side in "rl"}, "no stance"),
        (STANCE | {"knee_angle_l": 1.0}, "no stance"),
        ({f"ankle_angle_{side}": 0.30 for side in "rl"} | {"pelvis_tilt": -0.30}, "too far"),
    ],
)
def test_without_quiet_standing_nothing_is_moved(standing_on, pose, told):
    model = load_model(GENERIC_MODEL)
    centre = model.getBodySet().get("torso").getMassCenter().to_numpy().copy()
    assert told in move_trunk_mass(model, standing_on(pose, model=model))
    np.testing.assert_array_equal(model.getBodySet().get("torso").getMassCenter().to_numpy(), centre)
