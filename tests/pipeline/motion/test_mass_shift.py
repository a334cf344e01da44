"""Shifts of mass do what another model would, and nothing to a person who stands upright."""

from dataclasses import replace

import numpy as np
import opensim as osim
import pytest

from models.skeleton import GENERIC_MODEL, load_model
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import body_motion
from pipeline.motion.mass_shift import TRUNK_LOWERING
from tests.pipeline.movements import mirrored, movement, squat, standing


def motion_of(kinematics, model=GENERIC_MODEL):
    return body_motion(model, kinematics, cutoff_hz=30.0)


def pressure_m(motion):
    return total_wrench(motion).pressure_point_m(0.0, motion.weight_n)[motion.valid]


def test_standing_upright_the_load_stays_where_it_is():
    motion = motion_of(standing())
    assert pressure_m(motion) == pytest.approx(pressure_m(replace(motion, shifts=())), abs=1e-4)


def test_bent_forward_the_load_lies_further_back_by_the_lever_of_the_trunk():
    lean_rad = 0.8
    still = motion_of(movement({"lumbar_extension": np.full(91, -lean_rad)}, 1.5))
    trunk = still.segments["torso"]
    sideways, height = trunk.mass_centre_m[0], trunk.mass_centre_m[1]
    assert abs(sideways) < 0.2 * height
    back_m = trunk.mass_kg / still.mass_kg * TRUNK_LOWERING * height * np.sin(lean_rad)
    moved = pressure_m(replace(still, shifts=()))[:, 0] - pressure_m(still)[:, 0]
    assert moved == pytest.approx(back_m, rel=1e-3)
    assert back_m > 0.03


def test_a_lowered_trunk_is_the_model_with_a_lowered_trunk(tmp_path):
    model = load_model(GENERIC_MODEL)
    torso = model.getBodySet().get("torso")
    centre = torso.getMassCenter().to_numpy() * np.array([1.0, 1.0 - TRUNK_LOWERING, 1.0])
    torso.setMassCenter(osim.Vec3(*centre))
    lowered = tmp_path / "lowered.osim"
    model.printToXML(str(lowered))
    ours = motion_of(squat(sideways_rad=0.08))
    trunk_only = total_wrench(replace(ours, shifts=ours.shifts[:1]))
    theirs = motion_of(squat(sideways_rad=0.08), lowered)
    expected = total_wrench(replace(theirs, shifts=()))
    inner = ours.valid
    assert trunk_only.force_n[inner] == pytest.approx(expected.force_n[inner], abs=0.3)
    arm = expected.about_m - trunk_only.about_m
    moment = expected.moment_nm + np.cross(arm, expected.force_n)
    assert trunk_only.moment_nm[inner] == pytest.approx(moment[inner], abs=0.3)


def test_the_mirror_image_shifts_the_mirror_way():
    ours, theirs = (motion_of(one) for one in (squat(sideways_rad=0.08), mirrored(squat(sideways_rad=0.08))))
    flip = np.array([1.0, 1.0, -1.0])
    for own, other in zip(ours.shifts, theirs.shifts, strict=True):
        assert other.force_n == pytest.approx(own.force_n * flip, abs=1e-6)
        assert other.mass_offset_kg_m == pytest.approx(own.mass_offset_kg_m * flip, abs=1e-9)
