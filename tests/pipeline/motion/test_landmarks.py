"""Landmarks: where OpenSim has them, for any heading, and none for a model without feet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim as osim
import pytest

from assessment.example import EXAMPLE
from models.errors import ContactForceError, ModelError
from models.skeleton import load_model
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import find_landmarks
from pipeline.trajectories import Kinematics

MODEL = EXAMPLE / "OpenSimData" / "Model" / "LaiUhlrich2022_scaled.osim"


@pytest.fixture(scope="module")
def step() -> Kinematics:
    read = read_kinematics(EXAMPLE / "OpenSimData" / "Kinematics" / "step_up.mot")
    return replace(read, time_s=read.time_s[::60], values=read.values[::60], marker_errors_m=read.marker_errors_m[::60])


def test_joint_centres_and_centre_of_mass_are_opensims(step: Kinematics) -> None:
    found = find_landmarks(MODEL, step)
    model = load_model(MODEL)
    state = model.initSystem()
    for frame in range(len(step.time_s)):
        for name in step.coordinates:
            model.getCoordinateSet().get(name).setValue(state, float(step.coordinate(name)[frame]), False)
        model.assemble(state)
        model.realizePosition(state)
        for landmark, body in (
            ("hip_r", "femur_r"),
            ("knee_l", "tibia_l"),
            ("ankle_r", "talus_r"),
            ("pelvis", "pelvis"),
        ):
            place = model.getBodySet().get(body).getPositionInGround(state).to_numpy()
            assert found[landmark][frame] == pytest.approx(place, abs=1e-6), landmark
        centre = model.calcMassCenterPosition(state).to_numpy()
        assert found["centre_of_mass"][frame] == pytest.approx(centre, abs=1e-5)


def test_feet_point_forward_and_stand_below_the_ankles(step: Kinematics) -> None:
    found = find_landmarks(MODEL, step)
    for side in "rl":
        assert np.all(found[f"heel_{side}"][:, 1] < found[f"ankle_{side}"][:, 1])
        length = np.linalg.norm(found[f"toe_{side}"] - found[f"heel_{side}"], axis=1)
        assert length == pytest.approx(np.full(len(length), found.foot_length_m), rel=0.1)
    # A woman of 1.56 m: legs of about half of it, without pelvis and feet.
    assert 0.65 < found.leg_length_m < 0.8


def test_a_model_without_feet_or_trunk_is_refused(step: Kinematics, tmp_path: Path) -> None:
    model = osim.Model()
    model.setName("block")
    model.addBody(osim.Body("pelvis", 1.0, osim.Vec3(0), osim.Inertia(1, 1, 1)))
    model.addJoint(osim.PinJoint("ground_pelvis", model.getGround(), model.getBodySet().get(0)))
    model.finalizeConnections()
    path = tmp_path / "block.osim"
    model.printToXML(str(path))
    with pytest.raises((ModelError, ContactForceError)) as caught:
        find_landmarks(path, step)
    assert "femur_r" in caught.value.message or "feet" in caught.value.message
