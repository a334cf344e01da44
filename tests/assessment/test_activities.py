"""Which movement is it: from the motion, with the name as a hint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from assessment.activities import ACTIVITY_NAMES, hinted_activity, parse_choice
from assessment.activities.recognition import recognise_activity
from models.errors import ModelError, SettingsError
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import find_landmarks
from pipeline.trajectories import Kinematics
from tests.assessment import movements

MOVEMENTS = {
    "sit-to-stand": movements.sit_to_stand(),
    "squat": movements.squats(),
    "walking": movements.walk(),
    "standing": movements.standing(),
    "timed-up-and-go": movements.timed_up_and_go(),
}
PICK_UP = movements.stoop()
EXAMPLE = Path(__file__).parents[2] / "examples" / "OpenCapData_synthetic-older-adult" / "OpenSimData"


@pytest.mark.parametrize(("name", "kinematics"), MOVEMENTS.items())
def test_the_motion_alone_tells_the_movement(name: str, kinematics: Kinematics) -> None:
    activity = recognise_activity("trial_03", kinematics)
    assert activity.name == name
    assert activity.confidence > 0.6
    assert any("no hint" in line for line in activity.evidence)


@pytest.mark.parametrize(("name", "kinematics"), MOVEMENTS.items())
@pytest.mark.parametrize("heading_deg", [40.0, 90.0, 180.0, -135.0])
def test_heading_place_and_floor_do_not_matter(name: str, kinematics: Kinematics, heading_deg: float) -> None:
    moved = movements.facing(kinematics, np.radians(heading_deg), (3.0, -0.4, -2.0))
    here, there = recognise_activity("x", kinematics), recognise_activity("x", moved)
    assert there.name == here.name == name
    assert there.confidence == pytest.approx(here.confidence, abs=0.02)


@pytest.mark.parametrize(("name", "kinematics"), MOVEMENTS.items())
def test_side_clock_and_rate_do_not_matter(name: str, kinematics: Kinematics) -> None:
    for other in (
        movements.mirrored(kinematics),
        movements.later(kinematics, 20.0),
        movements.resampled(kinematics, 120.0),
        movements.noisy(kinematics),
    ):
        assert recognise_activity("x", other).name == name


def test_walking_on_a_treadmill_is_walking() -> None:
    activity = recognise_activity("x", movements.walk(speed_m_s=0.0))
    assert activity.name == "walking"
    assert any("treadmill" in line for line in activity.evidence)


def test_bending_down_and_coming_up_again_is_a_pick_up_and_a_glance_at_the_feet_is_not() -> None:
    assert recognise_activity("pick_up", PICK_UP).name == "pick-up"
    assert recognise_activity("pick_up", movements.stoop(depth_deg=20.0)).name != "pick-up"


def test_walking_and_chair_rises_tell_their_variant_from_the_motion() -> None:
    assert recognise_activity("x", movements.walk()).variant == "overground"
    assert recognise_activity("walk", movements.walk(speed_m_s=0.0)).variant == "treadmill"
    for rises, variant in ((1, "single"), (3, ""), (5, "five-times"), (7, ""), (11, "thirty-seconds")):
        activity = recognise_activity("x", movements.sit_to_stand(rises))
        assert (activity.name, activity.variant) == ("sit-to-stand", variant)
        assert any(f"{rises} rise" in line for line in activity.evidence)


@pytest.mark.parametrize(
    ("trial", "variant"),
    [("5xSTS_1", "five-times"), ("FTSTS", "five-times"), ("five times sit to stand", "five-times"),
     ("30sCST", "thirty-seconds"), ("30 s chair stand", "thirty-seconds"), ("chair_stand_30s", "thirty-seconds"),
     ("single_sts", "single"), ("STS1", "")],
)  # fmt: skip
def test_the_name_says_which_test_of_rising_was_meant(trial: str, variant: str) -> None:
    # Four rises fit neither test; which one was not finished only the name can tell.
    assert recognise_activity(trial, movements.sit_to_stand(4)).variant == variant


FOOT_M = 0.22
STANCES = {
    "quiet": [0.02, 0.20], "side-by-side": [0.0, 0.08], "semi-tandem": [0.15, 0.09], "tandem": [0.22, 0.01],
}  # fmt: skip


@pytest.mark.parametrize(("variant", "place"), STANCES.items())
@pytest.mark.parametrize("forward", ["r", "l"])
@pytest.mark.parametrize("heading_deg", [0.0, 115.0])
def test_stances_are_told_apart_by_the_feet(variant: str, place: list[float], forward: str, heading_deg: float) -> None:
    kinematics = movements.standing()
    sway = 0.003 * np.sin(kinematics.time_s)[:, None]
    # The right heel is at the origin, the left one to its left; whichever is in front.
    ahead = place[0] if forward == "l" else -place[0]
    heels = {"r": sway * np.ones(3), "l": sway + np.array([ahead, 0.0, -place[1]])}
    feet = movements.feet_at(kinematics.time_s, heels, FOOT_M)
    turn = Rotation.from_euler("Y", heading_deg, degrees=True)
    turned = replace(feet, points_m={name: turn.apply(points) for name, points in feet.points_m.items()})
    assert recognise_activity("x", kinematics, turned).variant == variant
    told = recognise_activity("tandem", kinematics, turned)
    assert told.variant == variant
    assert any("feet do not show" in line for line in told.evidence) == (variant != "tandem")


def test_without_feet_the_name_tells_the_stance_else_it_is_quiet_and_said() -> None:
    silent, named = (recognise_activity(name, movements.standing()) for name in ("x", "semi-tandem_2"))
    assert (silent.variant, named.variant) == ("quiet", "semi-tandem")
    assert any("not known without the model's feet; taken as quiet" in line for line in silent.evidence)


def test_the_user_decides_and_is_told_what_the_motion_suggests() -> None:
    squats = movements.squats()
    chosen = recognise_activity("squat_1", squats, chosen="pick-up")
    assert (chosen.name, chosen.variant, chosen.confidence) == ("pick-up", "", 1.0)
    assert chosen.evidence[0] == "Chosen by the user; the motion suggests squat."
    stance = recognise_activity("x", movements.standing(), chosen="standing/tandem")
    assert stance.label == "standing/tandem"
    assert stance.evidence[0] == "Chosen by the user; the motion suggests standing/quiet."
    assert recognise_activity("x", movements.sit_to_stand(5), chosen="sit-to-stand").variant == "five-times"


def test_choices_as_people_write_them() -> None:
    assert parse_choice("walking") == ("walking", "")
    assert parse_choice(" Standing/Semi-Tandem ") == ("standing", "semi-tandem")
    for name in ACTIVITY_NAMES:
        assert parse_choice(name) == (name, "")


def test_a_choice_that_is_none_names_those_that_are() -> None:
    with pytest.raises(SettingsError, match='no movement "jumping"') as caught:
        parse_choice("jumping")
    assert "sit-to-stand/five-times" in caught.value.hint
    assert "standing/tandem" in caught.value.hint
    with pytest.raises(SettingsError, match='walking has no variant "tandem"') as caught:
        parse_choice("walking/tandem")
    assert caught.value.hint == "Accepted: walking, walking/overground, walking/treadmill."


def test_a_timed_up_and_go_that_is_cut_off_is_still_one_and_says_what_is_missing() -> None:
    activity = recognise_activity("x", movements.timed_up_and_go(stop_s=10.5))
    assert activity.name == "timed-up-and-go"
    assert any("Sitting down again is not seen" in line for line in activity.evidence)


def test_feet_that_come_to_rest_higher_up_make_a_step_up() -> None:
    kinematics = read_kinematics(EXAMPLE / "Kinematics" / "step_up.mot")
    landmarks = find_landmarks(EXAMPLE / "Model" / "LaiUhlrich2022_scaled.osim", kinematics)
    seen, blind = recognise_activity("x", kinematics, landmarks), recognise_activity("x", kinematics)
    assert seen.name == blind.name == "step-up"
    assert seen.confidence > blind.confidence
    assert any("the right one first" in line for line in seen.evidence)


def test_a_name_that_agrees_raises_confidence_and_one_that_contradicts_lowers_it() -> None:
    squats = movements.squats()
    silent, agreeing, wrong = (recognise_activity(name, squats) for name in ("x", "squat_1", "walk_1"))
    assert {silent.name, agreeing.name, wrong.name} == {"squat"}
    assert wrong.confidence < silent.confidence < agreeing.confidence
    assert any("says walking" in line and "does not look like it" in line for line in wrong.evidence)


def test_the_name_decides_where_the_motion_is_open() -> None:
    # One deep forward bend with bent knees: squatting down or picking something up look alike.
    once = movements.squats(1)
    assert recognise_activity("pickup_1", once).name == "pick-up"
    assert recognise_activity("squat_1", once).name == "squat"


def test_a_long_pause_at_the_bottom_does_not_turn_a_squat_into_sitting() -> None:
    assert recognise_activity("x", movements.squats(pause_s=2.0)).name == "squat"


def test_standing_up_and_walking_off_is_not_a_chair_stand_test() -> None:
    rise, path = movements.sit_to_stand(1, stop_s=2.0), movements.walk(rate_hz=100.0, duration_s=4.0)
    values = path.values.copy()
    values[:, path.coordinates.index("pelvis_tx")] += rise.coordinate("pelvis_tx")[-1]
    joined = movements.assemble(
        np.arange(len(rise.time_s) + len(path.time_s)) / 100.0,
        **dict(zip(rise.coordinates, np.concatenate([rise.values, values]).T, strict=True)),
    )
    assert recognise_activity("tug_1", joined).name == "other"


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        ("STS1", "sit-to-stand"), ("5xSTS_2", "sit-to-stand"), ("FTSTS", "sit-to-stand"),
        ("STSweakLegs1", "sit-to-stand"),
        ("stand up", "sit-to-stand"), ("Stand_Up2", "sit-to-stand"),
        ("chair stand", "sit-to-stand"), ("sitToStand", "sit-to-stand"), ("30sCST", "sit-to-stand"),
        ("walking2_3", "walking"),
        ("10mwt", "walking"), ("Gait", "walking"), ("Squats_0", "squat"), ("stand_eyes_open", "standing"),
        ("static1", "standing"), ("neutral", "standing"), ("stepUp1", "step-up"), ("step-up", "step-up"),
        ("pick_up", "pick-up"), ("PickUp", "pick-up"),
        ("DJ1", "other"), ("TUG", "timed-up-and-go"), ("timed_up_and_go_2", "timed-up-and-go"),
        ("Timed Up & Go", "timed-up-and-go"), ("semitandem", "standing"), ("semi_tandem", "standing"),
        ("side-by-side", "standing"), ("Romberg", "standing"), ("Asym_0", None),
        ("Trial03", None), ("university", None), ("transit", None),
    ],
)  # fmt: skip
def test_names_as_people_write_them(trial: str, expected: str | None) -> None:
    assert hinted_activity(trial) == expected


def test_a_model_with_other_coordinates_is_refused_clearly() -> None:
    kinematics = Kinematics(np.arange(10) / 10, ("pelvis_ty",), np.zeros((10, 1)), (), np.zeros((10, 0)))
    with pytest.raises(ModelError, match="knee_angle_r") as caught:
        recognise_activity("x", kinematics)
    assert "LaiUhlrich2022" in caught.value.hint


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        (f"{movements.FIELD}/Squats_0.mot", "squat"),
        (f"{movements.FIELD}/Asym_0.mot", "squat"),
        *((movements.lab_trial(name), "sit-to-stand") for name in ("STS1", "STSAsym1", "STSweakLegs1")),
        *((movements.lab_trial(name), "squat") for name in ("squats1", "squatsAsym1")),
        *((movements.lab_trial(name), "walking") for name in ("walking1", "walkingTI1", "walkingTO1", "walkingTS1")),
        (movements.lab_trial("DJ1"), "other"),
        (f"{movements.LAB}/IK/static1_ik.mot", "standing"),
        (movements.NMD_WALK, "walking"),
        (movements.TREADMILL, "walking"),
    ],
)
def test_real_recordings_without_their_names(shared_data: Callable[[str], Path], relative: str, expected: str) -> None:
    path: Path = shared_data(relative)
    activity = recognise_activity("x", read_kinematics(path))
    assert activity.name == expected
    assert activity.confidence > 0.6


def test_a_spoiled_walk_keeps_its_name_but_little_confidence(shared_data: Callable[[str], Path]) -> None:
    for number in (1, 3, 4):
        activity = recognise_activity(
            f"walking2_{number}", read_kinematics(shared_data(f"{movements.COLUMBIA}/walking2_{number}.mot"))
        )
        assert activity.name == "walking"
        assert activity.confidence < 0.5
