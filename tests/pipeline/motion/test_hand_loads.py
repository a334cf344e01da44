"""An object in the hands weighs what it weighs, from the grasp onward, and OpenSim's own tool agrees."""

from dataclasses import replace

import numpy as np
import opensim as osim
import pytest

from models.errors import ContactForceError
from models.skeleton import GENERIC_MODEL
from pipeline.dynamics import solve_dynamics
from pipeline.dynamics_files import write_dynamics
from pipeline.files.storage import read_storage
from pipeline.motion.body_motion import body_motion
from pipeline.motion.hand_loads import hand_m, with_load
from tests.pipeline.movements import movement
from tests.pipeline.plate_files import plate_columns, write_plates

LOAD_KG = 5.0
CUTOFF_HZ = 3.0
GRAVITY = 9.80665
GRASP_S = 1.5


def picking_up(*, one_hand=False):
    """Bend, reach down, stand up again with the arms hanging."""
    time_s = np.arange(241) / 60.0
    down = 0.5 - 0.5 * np.cos(2 * np.pi * np.clip(time_s / (2 * GRASP_S), 0.0, 1.0))
    curves = {"pelvis_tilt": -0.5 * down, "lumbar_extension": -0.4 * down}
    for side in "rl":
        curves |= {
            f"hip_flexion_{side}": 1.2 * down,
            f"knee_angle_{side}": 0.9 * down,
            f"ankle_angle_{side}": 0.2 * down,
        }
        curves[f"arm_flex_{side}"] = (-0.6 if one_hand and side == "l" else 0.9) * down
    return movement(curves, 4.0)


def solve(kinematics, load_kg, force_file=None):
    return solve_dynamics(
        GENERIC_MODEL, kinematics, lock_feet=False,
        cutoff_hz=CUTOFF_HZ, seated=False, force_file=force_file,
        force_file_to_ground=np.eye(3), force_mode="auto", load_kg=load_kg,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kinematics():
    return picking_up()


@pytest.fixture(scope="module")
def loaded(kinematics):
    return solve(kinematics, LOAD_KG)


@pytest.fixture(scope="module")
def empty(kinematics):
    return solve(kinematics, None)


def under_feet(forces):
    return forces.forces["r"].force_n + forces.forces["l"].force_n


def test_standing_with_the_object_the_feet_bear_its_weight_too(loaded, empty):
    forces, moments = loaded
    standing = moments.valid & (forces.time_s > 3.4)
    more = (under_feet(forces) - under_feet(empty[0]))[standing]
    assert more[:, 1] == pytest.approx(LOAD_KG * GRAVITY, rel=0.02)
    assert forces.total_vertical_n[standing] == pytest.approx(empty[0].total_vertical_n[standing], abs=2.0)
    for side in "rl":
        assert forces.forces[f"load_{side}"].force_n[standing, 1] == pytest.approx(-LOAD_KG * GRAVITY / 2, rel=0.02)
        assert forces.forces[f"load_{side}"].body == f"hand_{side}"


def test_before_the_grasp_nothing_is_held(loaded, empty):
    before = loaded[1].valid & (loaded[0].time_s < GRASP_S - 0.5)
    assert under_feet(loaded[0])[before] == pytest.approx(under_feet(empty[0])[before], abs=2.0)
    assert np.abs(loaded[0].forces["load_r"].force_n[before]).max() < 1.0


def test_lifting_asks_for_the_inertia_of_the_object(kinematics):
    """Newton: force on the hands = mass times (gravity - acceleration of the hands)."""
    motion = body_motion(GENERIC_MODEL, kinematics, cutoff_hz=CUTOFF_HZ)
    middle = 0.5 * (hand_m(motion, "r") + hand_m(motion, "l"))
    step_s = 1.0 / 60.0
    acceleration = np.gradient(np.gradient(middle, step_s, axis=0), step_s, axis=0)
    held = with_load(motion, LOAD_KG).held
    force = held["load_r"].force_n + held["load_l"].force_n
    lifting = (motion.time_s > GRASP_S + 0.4) & (motion.time_s < 3.0)
    expected = LOAD_KG * (np.array([0.0, -GRAVITY, 0.0]) - acceleration)
    assert np.ptp(expected[lifting, 1]) > 0.05 * LOAD_KG * GRAVITY
    assert force[lifting] == pytest.approx(expected[lifting], abs=0.03 * LOAD_KG * GRAVITY)


def test_the_note_says_what_is_taken_to_be_held_and_when(loaded):
    (note,) = [note for note in loaded[0].notes if "object" in note]
    assert note == f"An object of 5 kg is taken to be in both hands from {GRASP_S:.2f} s to the end."


def test_a_hand_that_stays_up_holds_nothing():
    forces, _ = solve(picking_up(one_hand=True), LOAD_KG)
    assert "load_l" not in forces.forces
    assert forces.forces["load_r"].force_n[-30, 1] == pytest.approx(-LOAD_KG * GRAVITY, rel=0.02)


def test_the_load_is_felt_by_trunk_and_arms_and_keeps_their_standard_errors(loaded, empty):
    standing = loaded[1].valid & (loaded[0].time_s > 3.4)
    grasped = loaded[1].valid & (np.abs(loaded[0].time_s - 1.9) < 0.1)
    for name in ("lumbar_extension", "elbow_flex_r"):
        change = np.abs(loaded[1].moment_nm(name) - empty[1].moment_nm(name))
        assert change[grasped].min() > 0.5, name
    assert np.abs(loaded[1].moment_nm("pelvis_ty"))[standing].max() < 5.0
    assert loaded[1].standard_errors_nm is not None


def test_plates_that_bear_the_object_too_balance_only_where_it_is_known(tmp_path, kinematics, loaded):
    plates = {side: plate_columns(loaded[0].forces[side]) for side in "rl"}
    file = write_plates(tmp_path / "trial.mot", loaded[0].time_s, plates)
    standing = loaded[1].valid & (loaded[0].time_s > 3.4)
    for load_kg, residual_n in ((LOAD_KG, 0.0), (None, -LOAD_KG * GRAVITY)):
        forces, _ = solve(kinematics, load_kg, file)
        assert forces.origin == "measured"
        assert forces.residual_force_n[standing, 1] == pytest.approx(residual_n, abs=3.0)


def test_opensims_own_tool_finds_the_same_moments_with_the_object(tmp_path, monkeypatch, loaded):
    write_dynamics(tmp_path, GENERIC_MODEL, *loaded)
    monkeypatch.chdir(tmp_path)
    assert osim.InverseDynamicsTool("id_setup.xml").run()
    theirs, ours = (
        read_storage(tmp_path / "inverse_dynamics_opensim.sto"),
        read_storage(tmp_path / "inverse_dynamics.sto"),
    )
    inner = slice(10, -10)
    for name in ("elbow_flex_r_moment", "lumbar_extension_moment", "hip_flexion_l_moment", "ankle_angle_r_moment"):
        assert ours.column(name)[inner] == pytest.approx(theirs.column(name)[inner], abs=0.05), name


def test_a_model_without_hands_cannot_hold_and_says_so(kinematics):
    motion = body_motion(GENERIC_MODEL, kinematics, cutoff_hz=CUTOFF_HZ)
    handless = replace(motion, bodies={name: body for name, body in motion.bodies.items() if "hand" not in name})
    with pytest.raises(ContactForceError, match="no hands"):
        with_load(handless, LOAD_KG)
