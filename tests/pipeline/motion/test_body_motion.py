"""Dynamics of known mechanisms, and agreement of two independent ways to the total external force."""

from dataclasses import replace

import numpy as np
import opensim as osim
import pytest

from models.errors import ContactForceError, InverseDynamicsError
from models.skeleton import GENERIC_MODEL, load_model
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import EDGE_FRAMES, body_motion
from pipeline.trajectories import Kinematics
from tests.models.skeleton.opensim_dynamics import chain_of_links
from tests.pipeline.movements import squat, standing

GRAVITY = 9.80665
UNFILTERED_HZ = 60.0


def link_model(path, *links):
    chain_of_links(*links).printToXML(str(path))
    return path


def swing(n_links):
    time_s = np.arange(200) / 100.0
    values = np.column_stack([0.8 * np.sin(3.0 * time_s), 0.5 * np.cos(4.0 * time_s)])[:, :n_links]
    return Kinematics(time_s, tuple(f"q{i}" for i in range(n_links)), values, (), np.zeros((200, 0)))


def test_pendulum_moment_is_inertia_times_acceleration_plus_weight_times_lever(tmp_path):
    model = link_model(tmp_path / "pendulum.osim", (0.4,), (2.0,), (0.03,))
    motion = body_motion(model, swing(1), cutoff_hz=UNFILTERED_HZ)
    angle = 0.8 * np.sin(3.0 * motion.time_s)
    acceleration = -9.0 * angle
    moment = (0.03 + 2.0 * 0.2**2) * acceleration + 2.0 * GRAVITY * 0.2 * np.sin(angle)
    assert motion.unloaded_forces[motion.valid, 0] == pytest.approx(moment[motion.valid], abs=1e-4)


def test_two_link_arm_moments_follow_the_textbook_equations(tmp_path):
    motion = body_motion(link_model(tmp_path / "arm.osim"), swing(2), cutoff_hz=UNFILTERED_HZ)
    t = motion.time_s
    q1, q2 = 0.8 * np.sin(3 * t), 0.5 * np.cos(4 * t)
    v1, v2 = 2.4 * np.cos(3 * t), -2.0 * np.sin(4 * t)
    a1, a2 = -9.0 * q1, -16.0 * q2
    m1, m2, l1, c1, c2, i1, i2 = 2.0, 1.5, 0.4, 0.2, 0.15, 0.03, 0.015
    # Lagrange's equations of a planar double pendulum, angles from hanging, the second relative to the first.
    h = m2 * l1 * c2
    m12 = i2 + m2 * c2**2 + h * np.cos(q2)
    second = m12 * a1 + (i2 + m2 * c2**2) * a2 + h * np.sin(q2) * v1**2 + m2 * GRAVITY * c2 * np.sin(q1 + q2)
    first = (
        (i1 + m1 * c1**2 + i2 + m2 * (l1**2 + c2**2) + 2 * h * np.cos(q2)) * a1
        + m12 * a2
        - h * np.sin(q2) * (2 * v1 * v2 + v2**2)
        + (m1 * c1 + m2 * l1) * GRAVITY * np.sin(q1)
        + m2 * GRAVITY * c2 * np.sin(q1 + q2)
    )
    expected = np.column_stack([first, second])
    assert motion.unloaded_forces[motion.valid] == pytest.approx(expected[motion.valid], abs=1e-3)


def test_a_model_without_pelvis_has_no_total_wrench(tmp_path):
    motion = body_motion(link_model(tmp_path / "arm.osim"), swing(2), cutoff_hz=6.0)
    with pytest.raises(ContactForceError, match="pelvis"):
        total_wrench(motion)


def test_total_wrench_from_the_root_equals_the_rate_of_momentum():
    motion = body_motion(GENERIC_MODEL, squat(sideways_rad=0.1), cutoff_hz=UNFILTERED_HZ)
    # The model's own masses: the momentum is the model's too.
    wrench = total_wrench(replace(motion, shifts=()))
    rate = np.gradient(motion.central_momentum, motion.time_s, axis=0, edge_order=2)[motion.valid]
    weight = motion.mass_kg * motion.gravity_m_per_s2
    assert np.ptp(wrench.force_n[motion.valid, 1]) > 50.0
    assert wrench.force_n[motion.valid] == pytest.approx(rate[:, 3:] - weight, abs=0.5)
    assert wrench.moment_nm[motion.valid] == pytest.approx(rate[:, :3], abs=0.2)


def test_frames_at_the_edges_are_not_valid():
    motion = body_motion(GENERIC_MODEL, standing(), cutoff_hz=6.0)
    assert not motion.valid[:EDGE_FRAMES].any()
    assert not motion.valid[-EDGE_FRAMES:].any()
    assert motion.valid[EDGE_FRAMES:-EDGE_FRAMES].all()


def test_a_slow_filter_reaches_further_than_ten_frames():
    kinematics = standing(duration_s=3.0)
    motion = body_motion(GENERIC_MODEL, kinematics, cutoff_hz=1.5)
    # Half a period of 1.5 Hz is 20 frames at 60 Hz.
    assert np.flatnonzero(motion.valid)[[0, -1]].tolist() == [20, len(kinematics.time_s) - 21]


def test_a_model_with_other_names_for_trunk_and_thighs_is_rigid_and_says_so(tmp_path):
    text = GENERIC_MODEL.read_text(encoding="utf-8").replace("torso", "thorax")
    path = tmp_path / "other.osim"
    path.write_text(text, encoding="utf-8")
    motion = body_motion(path, standing(), cutoff_hz=6.0)
    assert motion.shifts == ()
    assert any("taken as rigid" in note for note in motion.notes)


def test_interpolated_frames_are_not_valid():
    motion = body_motion(GENERIC_MODEL, replace(standing(), interpolated=(40, 41, 42, 43)), cutoff_hz=6.0)
    assert np.flatnonzero(~motion.valid[EDGE_FRAMES:-EDGE_FRAMES]).tolist() == [30, 31, 32, 33]


def test_a_coordinate_without_data_rests_and_is_named():
    full = standing()
    keep = [i for i, name in enumerate(full.coordinates) if name != "mtp_angle_l"]
    part = replace(full, coordinates=tuple(full.coordinates[i] for i in keep), values=full.values[:, keep])
    motion = body_motion(GENERIC_MODEL, part, cutoff_hz=6.0)
    assert motion.notes == ("Not in the joint angles, held at the model's default: mtp_angle_l.",)


def test_angles_that_jump_by_a_turn_are_joined():
    spinning = standing()
    values = spinning.values.copy()
    turn = spinning.coordinates.index("pelvis_rotation")
    values[:, turn] = (3.0 + 0.5 * spinning.time_s + np.pi) % (2 * np.pi) - np.pi
    motion = body_motion(GENERIC_MODEL, replace(spinning, values=values), cutoff_hz=6.0)
    assert motion.speeds[motion.valid, turn] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda k: replace(k, time_s=k.time_s[:20], values=k.values[:20]), "20 frames; accelerations need at least 30"),
        (lambda k: replace(k, coordinates=("tail_angle", *k.coordinates[1:])), "does not have: tail_angle"),
        (lambda k: replace(k, values=np.where(np.arange(33) == 6, np.nan, k.values)), "some frames: hip_flexion_r"),
    ],
)
def test_unusable_movements_are_refused(damage, message):
    with pytest.raises(InverseDynamicsError, match=message):
        body_motion(GENERIC_MODEL, damage(standing()), cutoff_hz=6.0)


def hold_hands(model):
    bodies = model.getBodySet()
    grip = osim.PointConstraint(bodies.get("hand_r"), osim.Vec3(0), bodies.get("hand_l"), osim.Vec3(0))
    grip.setName("grip")
    model.addConstraint(grip)


def hold_a_ball(model):
    ball = osim.Body("ball", 1.0, osim.Vec3(0), osim.Inertia(0.01))
    model.addBody(ball)
    model.addJoint(osim.BallJoint("grip", model.getBodySet().get("hand_r"), ball))


@pytest.mark.parametrize(
    ("change", "message"), [(hold_hands, "does not know: grip"), (hold_a_ball, "grip is a BallJoint")]
)
def test_models_that_cannot_be_followed_are_refused(tmp_path, change, message):
    model = load_model(GENERIC_MODEL)
    change(model)
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "model.osim"))
    with pytest.raises(InverseDynamicsError, match=message):
        body_motion(tmp_path / "model.osim", standing(), cutoff_hz=6.0)
