"""Hands that may bear are seen, hands that cannot are left alone, and what they spoil is named."""

from dataclasses import replace

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL
from pipeline.contact import estimate
from pipeline.contact.hands import mark_hands
from pipeline.dynamics import joint_moments, solve_dynamics
from pipeline.kinematics import read_kinematics
from pipeline.motion.body_motion import body_motion
from pipeline.motion.filtering import low_pass
from tests.pipeline.movements import mirrored, movement, rise_from_chair, standing, turned

LAB = "lab_opencap_labvalidation_subject4_nimble"
FIELD = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData"
KNEE_M = np.array([0.0, -0.409, 0.0])


def motion_of(kinematics, cutoff_hz=6.0):
    return body_motion(GENERIC_MODEL, kinematics, cutoff_hz=cutoff_hz)


def with_moving_arms(kinematics):
    """Arms that swing a little: markers show them."""
    values = kinematics.values.copy()
    for side in "rl":
        values[:, kinematics.coordinates.index(f"arm_flex_{side}")] = 0.1 * np.sin(kinematics.time_s)
    return replace(kinematics, values=values)


@pytest.fixture(scope="module")
def rising():
    return motion_of(with_moving_arms(rise_from_chair()))


@pytest.fixture(scope="module")
def forces(rising):
    return estimate(rising, seated=True)


def with_hand(motion, side, place_m):
    """The same movement with the middle of one hand elsewhere."""
    hand = f"hand_{side}"
    moved = replace(
        motion.bodies[hand],
        origin_m=place_m - motion.segments[hand].mass_centre_m,
        body_to_ground=np.broadcast_to(np.eye(3), (len(motion.time_s), 3, 3)),
    )
    return replace(motion, bodies=motion.bodies | {hand: moved})


def on_thigh(motion, place, side="r"):
    """8 cm in front of the thigh's axis, a share of the way to the knee."""
    return motion.bodies[f"femur_{side}"].point_m(place * KNEE_M + np.array([0.08, 0.0, 0.0]))


def in_front_of_the_chest(motion):
    return motion.bodies["torso"].point_m(np.array([0.16, 0.25, 0.0]))


def beside_the_chair(motion, height_m=0.65):
    seated = motion.bodies["pelvis"].origin_m[20]
    place = np.array([seated[0] + 0.1, motion.bodies["calcn_r"].origin_m[20, 1] + height_m, seated[2] + 0.3])
    return np.broadcast_to(place, (len(motion.time_s), 3))


def unknown_names(marked, motion):
    """Coordinates that are unknown at some time without a seat being the reason."""
    late = motion.time_s > 1.6
    return {name for name, frames in marked.unknown.items() if np.any(frames & late)}


@pytest.mark.parametrize(("place", "word", "knee"), [(0.5, "thigh", False), (0.95, "knee", True)])
def test_a_hand_that_goes_with_the_thigh_hides_hip_and_trunk_and_over_the_knee_the_knee(
    rising, forces, place, word, knee
):
    marked = mark_hands(with_hand(rising, "r", on_thigh(rising, place)), forces)
    (support,) = marked.hand_supports
    assert (support.side, support.place) == ("r", word)
    assert support.start_s < 1.2 < 1.7 < support.stop_s
    names = set(support.coordinates)
    assert {"hip_flexion_r", "hip_adduction_r", "lumbar_extension", "elbow_flex_r"} <= names
    assert ("knee_angle_r" in names) is knee
    assert not names & {"hip_flexion_l", "knee_angle_l", "ankle_angle_r", "elbow_flex_l"}
    assert unknown_names(marked, rising) == names
    assert support.text in marked.notes
    assert f"the right hand is on a {word}" in support.text


def test_hand_and_thigh_of_different_sides_are_told_apart(rising, forces):
    marked = mark_hands(with_hand(rising, "l", on_thigh(rising, 0.5, "r")), forces)
    (support,) = marked.hand_supports
    assert support.side == "l"
    assert {"hip_flexion_r", "elbow_flex_l"} <= set(support.coordinates)
    assert not {"hip_flexion_l", "elbow_flex_r"} & set(support.coordinates)


def test_a_hand_that_stays_while_the_body_rises_leaves_only_the_other_arm_known(rising, forces):
    marked = mark_hands(with_hand(rising, "l", beside_the_chair(rising)), forces)
    (support,) = marked.hand_supports
    assert (support.side, support.place) == ("l", "rest")
    known = set(rising.coordinates) - set(support.coordinates)
    assert {name.rsplit("_", 1)[0] for name in known} == {"arm_flex", "arm_add", "arm_rot", "elbow_flex", "pro_sup"}
    assert all(name.endswith("_r") for name in known)
    moments = joint_moments(rising, marked)
    assert not moments.known("knee_angle_r")[rising.valid].any()
    assert moments.known("elbow_flex_r")[rising.valid].all()


def test_with_plates_a_rest_hides_the_trunk_and_not_the_legs(rising, forces):
    leaning = with_hand(rising, "l", beside_the_chair(rising))
    marked = mark_hands(leaning, replace(forces, origin="measured", unknown={}))
    assert {"lumbar_extension", "elbow_flex_l", "pelvis_tilt"} <= set(marked.unknown)
    assert not {"hip_flexion_r", "knee_angle_l", "ankle_angle_r"} & set(marked.unknown)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(in_front_of_the_chest, id="folded over the chest"),
        pytest.param(lambda m: m.bodies["torso"].origin_m + np.array([0.0, -0.1, 0.25]), id="hanging beside the body"),
        pytest.param(lambda m: m.bodies["torso"].point_m(np.array([0.6, 0.35, 0.1])), id="stretched forward"),
        pytest.param(lambda m: beside_the_chair(m, 0.2), id="near the floor"),
        pytest.param(lambda m: on_thigh(m, 0.5) + np.outer(m.time_s > 0.9, [0.0, 0.3, 0.0]), id="in the lap, then off"),
    ],
)
def test_hands_that_bear_nothing_change_nothing(rising, forces, place):
    marked = mark_hands(with_hand(rising, "r", place(rising)), forces)
    assert marked.hand_supports == ()
    assert set(marked.unknown) == set(forces.unknown)
    assert marked.notes == forces.notes


@pytest.mark.parametrize("seed", range(4))
def test_helping_hands_are_seen_through_the_noise_of_video_and_idle_ones_are_not_invented(rising, forces, seed):
    """Errors of 15 mm along each axis that last about a tenth of a second."""
    white = np.random.default_rng(seed).normal(size=(len(rising.time_s), 3))
    noise = low_pass(white, rising.time_s, 3.0)
    noise *= 0.015 / noise.std()
    for place, word in ((beside_the_chair(rising), "rest"), (on_thigh(rising, 0.5), "thigh")):
        found = mark_hands(with_hand(rising, "r", place + noise), forces).hand_supports
        assert [support.place for support in found] == [word]
    for place in (in_front_of_the_chest(rising), rising.bodies["torso"].origin_m + np.array([0.0, -0.1, 0.25])):
        assert mark_hands(with_hand(rising, "r", place + noise), forces).hand_supports == ()


def test_resting_a_hand_on_the_thigh_upright_and_still_is_no_help(forces):
    still = motion_of(with_moving_arms(standing(2.0)))
    assert mark_hands(with_hand(still, "r", on_thigh(still, 0.5)), estimate(still, seated=False)).hand_supports == ()


def test_arms_that_no_marker_shows_are_said_to_be_unseen():
    motion = motion_of(rise_from_chair())
    marked = mark_hands(motion, estimate(motion, seated=True))
    assert marked.notes[0] == "The arms are not in the movement: whether hands help cannot be seen."


def stooping_with_a_hand_on_the_thigh():
    """Bent at hips, knees and trunk, breathing; the right hand lies on its thigh, the left arm hangs behind it."""
    breath = 1.0 + 0.01 * np.sin(np.pi * np.arange(91) / 60.0)
    curves = {"pelvis_tilt": -0.35 * breath, "lumbar_extension": -0.4 * breath}
    for side in "rl":
        curves |= {f"hip_flexion_{side}": 1.2 * breath, f"knee_angle_{side}": 1.1 * breath}
        curves[f"ankle_angle_{side}"] = 0.3 * breath
    curves |= {"arm_flex_r": 0.4 * breath, "elbow_flex_r": 0.65 * breath, "arm_add_r": 0.1 * breath}
    curves |= {"arm_flex_l": -0.5 * breath, "arm_add_l": -0.4 * breath}
    return movement(curves, 1.5)


def test_findings_go_through_to_the_moments_whatever_heading_place_and_side():
    def solve(kinematics):
        return solve_dynamics(
            GENERIC_MODEL, kinematics, cutoff_hz=6.0, lock_feet=False, seated=False, force_file=None,
            force_file_to_ground=np.eye(3), force_mode="estimated",
        )  # fmt: skip

    kinematics = stooping_with_a_hand_on_the_thigh()
    forces, moments = solve(kinematics)
    (support,) = forces.hand_supports
    assert (support.side, support.place) == ("r", "thigh")
    assert not moments.known("hip_flexion_r")[20:-20].any()
    assert np.array_equal(moments.known("hip_flexion_l"), moments.valid)
    assert np.array_equal(moments.known("knee_angle_r"), moments.valid)
    assert solve(turned(kinematics, 2.0, np.array([1.0, 0.4, -2.0])))[0].hand_supports == (support,)
    (other,) = solve(mirrored(kinematics))[0].hand_supports
    assert (other.side, other.place, other.start_s) == ("l", support.place, support.start_s)
    assert "hip_flexion_l" in other.coordinates


@pytest.mark.parametrize(
    ("model", "trial", "cutoff_hz"),
    [
        *(
            (f"{LAB}/Models/manually_scaled.osim", f"{LAB}/IK/{name}_manual_scaling_ik.mot", 6.0)
            for name in ("STS1", "STSweakLegs1", "squats1", "squatsAsym1")
        ),
        *(
            (f"{FIELD}/Model/LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim", f"{FIELD}/{path}", 3.0)
            for path in ("Kinematics/Squats_0.mot", "Kinematics/Asym_0.mot")
        ),
    ],
)
def test_real_rises_with_folded_arms_and_squats_without_help_are_not_taken_for_helped(
    shared_data, forces, model, trial, cutoff_hz
):
    motion = body_motion(shared_data(model), read_kinematics(shared_data(trial)), cutoff_hz=cutoff_hz)
    bare = replace(forces, unknown={}, notes=())
    marked = mark_hands(motion, bare)
    assert marked.hand_supports == ()
    assert marked.notes == ()
