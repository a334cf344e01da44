"""Standing feet rest, moving feet are left alone, and where the person stands does not matter."""

from dataclasses import replace

import numpy as np
import pytest

from models.errors import ContactForceError, InverseDynamicsError
from models.skeleton import GENERIC_MODEL, load_model
from pipeline.contact.ground.soles import find_soles
from pipeline.dynamics import solve_dynamics
from pipeline.kinematics import read_kinematics
from pipeline.motion.body_motion import body_motion
from pipeline.motion.locked_feet import with_locked_feet
from tests.pipeline.movements import mirrored, movement, squat, standing, turned

CUTOFF_HZ = 4.0
LEGS = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle")


def drifting(kinematics, amplitude_m=0.02):
    """The whole body wanders as markers from video do, slower than any cut-off, and the feet with it."""
    values = kinematics.values.copy()
    for axis, hz in (("x", 0.4), ("z", 0.3)):
        place = kinematics.coordinates.index(f"pelvis_t{axis}")
        values[:, place] += amplitude_m * np.sin(2 * np.pi * hz * kinematics.time_s)
    return replace(kinematics, values=values)


def locked(kinematics):
    return with_locked_feet(GENERIC_MODEL, kinematics, cutoff_hz=CUTOFF_HZ)


def legs(kinematics):
    return np.column_stack([kinematics.coordinate(f"{name}_{side}") for name in LEGS for side in "rl"])


def slip_m_per_s(kinematics, model=GENERIC_MODEL):
    """Speed of both heels, root mean square."""
    soles = find_soles(body_motion(model, kinematics, cutoff_hz=CUTOFF_HZ))
    return np.sqrt(np.mean([sole.speeds_m_per_s[15:-15, :2] ** 2 for sole in soles.values()]))


@pytest.fixture(scope="module")
def wandering():
    return drifting(squat(sideways_rad=0.03))


def test_feet_that_stand_do_not_slip(wandering):
    found = locked(wandering)
    assert slip_m_per_s(wandering) > 0.03
    assert slip_m_per_s(found) < 0.5 * slip_m_per_s(wandering)


def test_all_above_the_legs_stays(wandering):
    found = locked(wandering)
    above = [i for i, name in enumerate(found.coordinates) if not name.startswith(LEGS)]
    assert np.array_equal(found.values[:, above], wandering.values[:, above])
    assert np.all(np.isfinite(found.values))


def test_feet_that_rest_already_are_left_where_they_are():
    still = standing()
    assert np.rad2deg(np.abs(legs(locked(still)) - legs(still))).max() < 1e-6


def test_a_foot_that_swings_is_left_alone():
    clock = np.arange(181) / 60.0
    lift = np.sin(np.pi * np.clip((clock - 0.8) / 1.4, 0.0, 1.0)) ** 2
    swing = drifting(movement({"hip_flexion_l": 1.2 * lift, "knee_angle_l": 1.4 * lift}, 3.0), 0.01)
    change = np.rad2deg(np.abs(locked(swing).values - swing.values))
    middle = (clock > 1.3) & (clock < 1.7)
    left, right = ([swing.coordinates.index(f"{name}_{side}") for name in LEGS] for side in "lr")
    assert change[middle][:, left].max() < 0.1
    assert change[middle][:, right].max() > 0.3


def test_the_mirror_image_is_locked_alike(wandering):
    ours, theirs = mirrored(locked(wandering)), locked(mirrored(wandering))
    assert np.rad2deg(np.abs(legs(ours) - legs(theirs))).max() < 0.1


def test_heading_place_and_height_of_the_floor_do_not_matter(wandering):
    elsewhere = turned(wandering, 2.0, np.array([1.5, -0.3, 4.0]))
    change = legs(locked(elsewhere)) - legs(elsewhere)
    assert np.rad2deg(np.abs(change - (legs(locked(wandering)) - legs(wandering)))).max() < 0.05


def test_dynamics_uses_the_locked_movement(wandering):
    free, kept = (
        solve_dynamics(
            GENERIC_MODEL,
            wandering,
            cutoff_hz=CUTOFF_HZ,
            lock_feet=lock_feet,
            seated=False,
            force_file=None,
            force_file_to_ground=np.eye(3),
            force_mode="estimated",
        )
        for lock_feet in (False, True)
    )
    expected = body_motion(GENERIC_MODEL, locked(wandering), cutoff_hz=CUTOFF_HZ).values
    assert np.allclose(kept[1].values, expected, atol=1e-12)
    weight_n = free[0].total_vertical_n.mean()
    assert np.abs(kept[0].total_vertical_n - free[0].total_vertical_n)[15:-15].max() < 0.03 * weight_n


def test_feet_that_never_stand_are_refused():
    moving = squat()
    values = moving.values.copy()
    values[:, moving.coordinates.index("pelvis_tx")] += moving.time_s
    with pytest.raises(ContactForceError, match="ever stands still"):
        locked(replace(moving, values=values))


def test_a_model_without_markers_is_refused(tmp_path):
    model = load_model(GENERIC_MODEL)
    model.updMarkerSet().clearAndDestroy()
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "bare.osim"))
    with pytest.raises(InverseDynamicsError, match="no markers") as error:
        with_locked_feet(tmp_path / "bare.osim", squat(), cutoff_hz=CUTOFF_HZ)
    assert "--no-lock-feet" in error.value.hint


def test_feet_of_video_squats_slip_less_than_half_as_much(shared_data):
    root = shared_data("opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData")
    model = root / "Model/LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim"
    free = read_kinematics(root / "Kinematics/Squats_0.mot")
    kept = with_locked_feet(model, free, cutoff_hz=CUTOFF_HZ)
    assert slip_m_per_s(kept, model) < 0.5 * slip_m_per_s(free, model)
