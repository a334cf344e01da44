"""Estimated contact forces obey statics; place, heading and mirroring of the movement do not matter."""

from dataclasses import replace

import numpy as np
import opensim as osim
import pytest

from models.errors import ContactForceError
from models.skeleton import GENERIC_MODEL, load_model
from pipeline.contact import estimate
from pipeline.contact.ground.floor import find_floor, find_footprint
from pipeline.contact.ground.soles import find_soles
from pipeline.contact.seat import ischium_m
from pipeline.contact.wrench import total_wrench
from pipeline.dynamics import joint_moments
from pipeline.kinematics import read_kinematics
from pipeline.motion.body_motion import body_motion
from tests.pipeline.movements import mirrored, movement, rise_from_chair, squat, standing, turned

CUTOFF_HZ = 30.0


def motion_of(kinematics):
    return body_motion(GENERIC_MODEL, kinematics, cutoff_hz=CUTOFF_HZ)


@pytest.fixture(scope="module")
def still():
    return motion_of(standing())


@pytest.fixture(scope="module")
def squatting():
    return motion_of(squat(sideways_rad=0.08))


@pytest.fixture(scope="module")
def rising():
    return motion_of(rise_from_chair())


def test_standing_still_each_foot_bears_half_the_weight(still):
    forces = estimate(still, seated=False)
    assert forces.origin == "estimated"
    # Least squares: legs that would rather not work take a thousandth of the weight away.
    assert forces.total_vertical_n[still.valid] == pytest.approx(still.weight_n, rel=3e-3)
    for side in "rl":
        assert forces.forces[side].force_n[still.valid, 1] == pytest.approx(still.weight_n / 2, rel=3e-3)
    assert forces.residual_force_n[still.valid] == pytest.approx(0.0, abs=0.01 * still.weight_n)


def test_leaning_forward_the_ankle_balances_load_and_foot_about_its_own_axis():
    lean_rad = np.full(91, 0.07)
    still = motion_of(movement({"pelvis_tilt": -lean_rad, "ankle_angle_r": lean_rad, "ankle_angle_l": lean_rad}, 1.5))
    forces = estimate(still, seated=False)
    moments = joint_moments(still, forces)
    frame = len(still.time_s) // 2
    model = load_model(GENERIC_MODEL)
    state = model.initSystem()
    for name, value in zip(still.coordinates, still.values[frame], strict=True):
        model.getCoordinateSet().get(name).setValue(state, float(value), False)
    model.realizePosition(state)
    for side in "rl":
        joint = model.getJointSet().get(f"ankle_{side}").getParentFrame()
        centre = joint.getPositionInGround(state).to_numpy()
        axis = joint.expressVectorInGround(state, osim.Vec3(0, 0, 1)).to_numpy()
        contact = forces.forces[side]
        about_ankle = np.cross(contact.point_m[frame] - centre, contact.force_n[frame]) + contact.free_moment_nm[frame]
        for name in ("talus", "calcn", "toes"):
            body = model.getBodySet().get(f"{name}_{side}")
            place = body.findStationLocationInGround(state, body.getMassCenter()).to_numpy()
            about_ankle += np.cross(place - centre, body.getMass() * still.gravity_m_per_s2)
        assert moments.moment_nm(f"ankle_angle_{side}")[frame] == pytest.approx(-axis @ about_ankle, abs=1e-3)
        assert moments.moment_nm(f"ankle_angle_{side}")[frame] < -10.0


def test_what_forces_and_residual_add_up_to_is_what_the_movement_asks_for(squatting):
    forces = estimate(squatting, seated=False)
    left = total_wrench(squatting)
    for contact in forces.forces.values():
        left = left.minus(contact)
    assert left.force_n == pytest.approx(forces.residual_force_n)
    assert left.moment_nm == pytest.approx(forces.residual_moment_nm)
    assert forces.total_vertical_n == pytest.approx(total_wrench(squatting).force_n[:, 1], rel=0.02)


def test_the_residual_is_what_inverse_dynamics_leaves_on_the_pelvis(squatting):
    forces = estimate(squatting, seated=False)
    moments = joint_moments(squatting, forces)
    onto_pelvis = np.column_stack([moments.moment_nm(f"pelvis_t{axis}") for axis in "xyz"])
    assert onto_pelvis == pytest.approx(forces.residual_force_n, abs=1e-6)


def test_load_moves_to_the_foot_the_body_moves_over(squatting):
    forces = estimate(squatting, seated=False)
    lateral = squatting.centre_of_mass_m[:, 2]
    share = forces.forces["r"].force_n[:, 1] / forces.total_vertical_n
    middle = len(lateral) // 2
    towards_right = lateral[middle] - lateral[15]
    assert abs(towards_right) > 0.02
    assert np.sign(share[middle] - share[15]) == np.sign(towards_right)


def test_centres_of_pressure_stay_under_the_feet_and_friction_within_its_cone(squatting):
    forces = estimate(squatting, seated=False)
    soles = find_soles(squatting)
    floor = find_floor(soles)
    for side, contact in forces.forces.items():
        foot = find_footprint(soles[side], floor, side)
        # The solver stops within a millionth of newtons per kilogram of its bounds.
        assert contact.point_m == pytest.approx(foot.nearest_on_sole_m(contact.point_m), abs=1e-5)
        assert np.all(np.hypot(contact.force_n[:, 0], contact.force_n[:, 2]) <= 0.7 * contact.force_n[:, 1] + 1e-2)
        assert np.all(contact.force_n[:, 1] >= -1e-2)


def test_mirrored_movement_gives_mirrored_forces():
    kinematics = squat(sideways_rad=0.08)
    ours = estimate(motion_of(kinematics), seated=False)
    theirs = estimate(motion_of(mirrored(kinematics)), seated=False)
    flip = np.array([1.0, 1.0, -1.0])
    for side, other in (("r", "l"), ("l", "r")):
        assert theirs.forces[other].force_n == pytest.approx(ours.forces[side].force_n * flip, abs=0.05)
        assert theirs.forces[other].point_m == pytest.approx(ours.forces[side].point_m * flip, abs=1e-4)


def test_place_height_and_heading_do_not_matter():
    kinematics = squat(sideways_rad=0.08)
    motion = motion_of(kinematics)
    heading_rad, shift_m = 1.1, np.array([2.0, -0.35, -5.0])
    away = motion_of(turned(kinematics, heading_rad, shift_m))
    ours, theirs = estimate(motion, seated=False), estimate(away, seated=False)
    assert theirs.floor_height_m == pytest.approx(ours.floor_height_m - 0.35, abs=1e-4)
    cos, sin = np.cos(heading_rad), np.sin(heading_rad)
    turn = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    for side in "rl":
        expected = ours.forces[side].force_n @ turn.T
        assert theirs.forces[side].force_n[motion.valid] == pytest.approx(expected[motion.valid], abs=0.5)
    knee = joint_moments(motion, ours).moment_nm("knee_angle_r")
    assert joint_moments(away, theirs).moment_nm("knee_angle_r")[motion.valid] == pytest.approx(
        knee[motion.valid], abs=0.3
    )


def test_somebody_on_a_chair_puts_most_weight_on_it_and_none_after_rising(rising):
    forces = estimate(rising, seated=True)
    seat = forces.forces["seat"]
    sitting, up = slice(15, 25), rising.time_s > 2.2
    assert seat.body == "pelvis"
    assert np.all(seat.force_n[sitting, 1] > 0.8 * rising.weight_n)
    assert np.all(seat.force_n[up] == 0.0)
    assert forces.total_vertical_n[sitting] == pytest.approx(rising.weight_n, rel=0.03)
    under_seat = np.linalg.norm((seat.point_m - ischium_m(rising))[sitting][:, [0, 2]], axis=1)
    assert np.all(under_seat < 0.15)
    assert any("moments of hips and pelvis" in note for note in forces.notes)


def test_seat_off_is_found_and_hip_moments_before_it_are_not_known(rising):
    forces = estimate(rising, seated=True)
    moments = joint_moments(rising, forces)
    (seat_off,) = forces.seat_offs
    # The movement leaves the chair within the first third of a second of its rise.
    assert 1.0 < seat_off.time_s < 1.35
    assert 0.0 < seat_off.sd_s < 0.1
    before = rising.valid & (rising.time_s < seat_off.time_s)
    assert not moments.known("hip_flexion_r")[before].any()
    assert moments.known("hip_flexion_r")[rising.valid & (rising.time_s > 1.5)].all()
    assert moments.known("knee_angle_r")[before].all()


def test_without_a_seat_the_same_sitting_cannot_be_explained(rising):
    sitting = slice(15, 25)
    seated, unseated = (np.abs(estimate(rising, seated=flag).residual_moment_nm[sitting, 2]) for flag in (True, False))
    assert np.all(unseated > 60.0)
    assert np.all(seated < 0.3 * unseated)


def test_squats_taken_for_rises_get_no_seat(shared_data):
    lab = shared_data("lab_opencap_labvalidation_subject4_nimble")
    angles = read_kinematics(lab / "IK/squats1_manual_scaling_ik.mot")
    motion = body_motion(lab / "Models/manually_scaled.osim", angles, cutoff_hz=6.0)
    forces = estimate(motion, seated=True)
    assert "seat" not in forces.forces
    assert any(note.startswith("Nobody sits") for note in forces.notes)
    assert joint_moments(motion, forces).known("hip_flexion_r")[motion.valid].all()


def test_a_raised_foot_bears_nothing():
    time_s = np.arange(121) / 60.0
    lift = np.clip((time_s - 0.4) / 0.4, 0.0, 1.0)
    motion = motion_of(movement({"knee_angle_l": 1.2 * lift, "hip_flexion_l": 0.8 * lift}))
    forces = estimate(motion, seated=False)
    lifted = slice(70, 105)
    assert forces.forces["l"].force_n[lifted] == pytest.approx(0.0, abs=1.0)
    assert forces.forces["r"].force_n[lifted, 1] == pytest.approx(motion.weight_n, rel=0.02)


def test_a_heel_held_up_does_not_lift_the_floor():
    raised = motion_of(movement({"ankle_angle_l": np.full(121, -0.3), "knee_angle_l": np.full(121, 0.05)}))
    flat = motion_of(movement({}))
    floors = [find_floor(find_soles(motion)).height_m for motion in (raised, flat)]
    assert floors[0] == pytest.approx(floors[1], abs=0.015)


def test_feet_that_never_rest_give_no_floor():
    kinematics = standing()
    values = kinematics.values.copy()
    values[:, kinematics.coordinates.index("pelvis_tx")] += 1.2 * kinematics.time_s
    with pytest.raises(ContactForceError, match="Neither foot ever stands still"):
        estimate(motion_of(replace(kinematics, values=values)), seated=False)


def test_a_model_without_toes_is_refused(still):
    bodies = {name: frame for name, frame in still.bodies.items() if not name.startswith("toes")}
    with pytest.raises(ContactForceError, match="no feet"):
        estimate(replace(still, bodies=bodies), seated=False)


def test_a_model_with_other_names_for_the_thighs_is_refused_with_the_names_that_are_needed(still):
    bodies = {name: frame for name, frame in still.bodies.items() if not name.startswith("femur")}
    with pytest.raises(ContactForceError, match="no body named femur_r, femur_l") as error:
        estimate(replace(still, bodies=bodies), seated=False)
    assert "pelvis, femur_r, femur_l" in error.value.hint
