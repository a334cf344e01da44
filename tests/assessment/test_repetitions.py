"""Repetitions and their events, against movements whose events are known and against force plates."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from assessment.activities import ACTIVITY_NAMES, Activity
from assessment.repetitions import Repetition, find_repetitions
from pipeline.files.storage import read_storage
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import Landmarks, find_landmarks
from pipeline.trajectories import Kinematics
from tests.assessment import movements

STS = Activity("sit-to-stand", 1.0, ())
SQUAT = Activity("squat", 1.0, ())
STEP_UP = Activity("step-up", 1.0, ())
PICK_UP = Activity("pick-up", 1.0, ())
TUG = Activity("timed-up-and-go", 1.0, ())
CLOCK_S = np.arange(0.0, 15.0, 0.01)
EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "OpenCapData_synthetic-older-adult" / "OpenSimData"
TRUE_ANGLES = EXAMPLES / "truth"
TRUTH = tomllib.loads((TRUE_ANGLES / "trials.toml").read_text(encoding="utf-8"))


def events(repetitions: tuple[Repetition, ...]) -> np.ndarray:
    return np.array([list(dict(sorted(repetition.events.items())).values()) for repetition in repetitions])


def test_five_rises_with_their_events() -> None:
    repetitions = find_repetitions(STS, movements.sit_to_stand(5))
    assert [repetition.index for repetition in repetitions] == [1, 2, 3, 4, 5]
    assert all(repetition.complete for repetition in repetitions)
    for k, repetition in enumerate(repetitions):
        seen = {name: time_s - 3.0 * k for name, time_s in repetition.events.items()}
        # Ramps begin at rest, so an onset is seen once the movement has left the noise.
        assert seen["rise_start"] == pytest.approx(0.5, abs=0.15)
        assert 0.8 < seen["seat_off"] < 1.25
        # Nearly straight legs hardly rise any more: 95 % of the height are reached 0.26 s before the end.
        assert seen["stand"] == pytest.approx(1.34, abs=0.04)
        assert seen["descent_start"] == pytest.approx(2.26, abs=0.06)
        assert 2.35 < seen["sit"] < 2.8
        assert repetition.start_s == repetition.events["rise_start"]
        assert repetition.stop_s == repetition.events["sit"]


def test_five_squats_with_their_events() -> None:
    repetitions = find_repetitions(SQUAT, movements.squats(5))
    assert len(repetitions) == 5
    for k, repetition in enumerate(repetitions):
        assert repetition.complete
        assert repetition.events["lowest"] == pytest.approx(2.5 * k + 1.2, abs=0.04)
        assert repetition.start_s == pytest.approx(2.5 * k + 0.65, abs=0.1)
        assert repetition.stop_s == pytest.approx(2.5 * k + 1.75, abs=0.1)


CASES = [(STS, movements.sit_to_stand(3)), (SQUAT, movements.squats(3))]


@pytest.mark.parametrize(("activity", "kinematics"), CASES)
def test_events_do_not_depend_on_heading_place_side_or_rate(activity: Activity, kinematics: Kinematics) -> None:
    expected = events(find_repetitions(activity, kinematics))
    turned = movements.facing(kinematics, np.radians(70.0), (5.0, -0.3, 1.0))
    np.testing.assert_allclose(events(find_repetitions(activity, turned)), expected, atol=0.011)
    np.testing.assert_allclose(events(find_repetitions(activity, movements.mirrored(kinematics))), expected, atol=1e-9)
    for rate_hz in (30.0, 120.0):
        other = events(find_repetitions(activity, movements.resampled(kinematics, rate_hz)))
        np.testing.assert_allclose(other, expected, atol=0.04)


@pytest.mark.parametrize(("activity", "kinematics"), CASES)
def test_a_later_clock_moves_every_event_by_as_much(activity: Activity, kinematics: Kinematics) -> None:
    expected = events(find_repetitions(activity, kinematics))
    shifted = events(find_repetitions(activity, movements.later(kinematics, 7.25)))
    np.testing.assert_allclose(shifted, expected + 7.25, atol=0.011)


@pytest.mark.parametrize(("activity", "kinematics"), CASES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_and_a_drifting_floor_change_no_count(activity: Activity, kinematics: Kinematics, seed: int) -> None:
    drift_m = 0.15 * kinematics.time_s / kinematics.time_s[-1]
    spoiled = movements.noisy(kinematics, seed)
    spoiled = movements.column(spoiled, "pelvis_ty", spoiled.coordinate("pelvis_ty") + drift_m)
    repetitions = find_repetitions(activity, spoiled)
    assert [repetition.complete for repetition in repetitions] == [True] * 3
    for clean, found in zip(find_repetitions(activity, kinematics), repetitions, strict=True):
        assert found.duration_s == pytest.approx(clean.duration_s, abs=0.3)


def test_pauses_seated_and_low_are_not_repetitions() -> None:
    assert len(find_repetitions(STS, movements.sit_to_stand(3, cycle_s=8.0))) == 3
    assert len(find_repetitions(SQUAT, movements.squats(3, pause_s=3.0))) == 3


def test_a_rise_that_falls_back_is_an_attempt() -> None:
    repetitions = find_repetitions(STS, movements.sit_to_stand(5, reach=(1.0, 1.0, 1.0, 1.0, 0.55)))
    assert [repetition.complete for repetition in repetitions] == [True] * 4 + [False]
    assert "of the greatest repetition" in repetitions[-1].note


def test_a_last_rise_cut_off_by_the_end_of_the_recording_is_not_complete() -> None:
    repetitions = find_repetitions(STS, movements.sit_to_stand(5, stop_s=12.0 + 1.25))
    assert [repetition.complete for repetition in repetitions] == [True] * 4 + [False]
    assert repetitions[-1].note == "The recording ends before the full stand."


def test_a_recording_that_ends_standing_has_a_complete_last_rise_without_sitting() -> None:
    repetitions = find_repetitions(STS, movements.sit_to_stand(5, stop_s=12.0 + 1.9))
    assert [repetition.complete for repetition in repetitions] == [True] * 5
    assert "sit" not in repetitions[-1].events
    assert repetitions[-1].stop_s == repetitions[-1].events["stand"]


def test_a_recording_that_starts_during_a_rise_keeps_it_as_incomplete() -> None:
    repetitions = find_repetitions(STS, movements.from_s(movements.sit_to_stand(3), 1.15))
    assert [repetition.complete for repetition in repetitions] == [False, True, True]
    assert [repetition.starts_before_recording for repetition in repetitions] == [True, False, False]
    assert repetitions[0].note == "The recording starts during the rise."


@pytest.mark.parametrize("start_s", [0.6, 0.7, 0.8])
def test_a_recording_that_starts_while_the_trunk_leans_forward_says_so(start_s: float) -> None:
    repetitions = find_repetitions(STS, movements.from_s(movements.sit_to_stand(3), start_s))
    assert [repetition.complete for repetition in repetitions] == [True] * 3
    assert [repetition.starts_before_recording for repetition in repetitions] == [True, False, False]
    assert repetitions[0].note.startswith("The recording starts while the trunk already moves forward")
    assert repetitions[1].note == ""


@pytest.mark.parametrize("start_s", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("noise", [False, True])
def test_sitting_still_before_the_trunk_leans_is_the_start(start_s: float, noise: bool) -> None:
    whole = movements.sit_to_stand(3)
    cut = movements.from_s(movements.noisy(whole) if noise else whole, start_s)
    repetitions = find_repetitions(STS, cut)
    assert not any(repetition.starts_before_recording for repetition in repetitions)
    assert [repetition.note for repetition in repetitions] == [""] * 3


def test_a_recording_that_starts_on_the_way_down_into_a_squat_or_a_bend_keeps_it_as_incomplete() -> None:
    squats = find_repetitions(SQUAT, movements.from_s(movements.squats(3), 0.75))
    assert [repetition.complete for repetition in squats] == [False, True, True]
    assert squats[0].starts_before_recording
    assert squats[0].note == "The recording starts in the squat."
    (bend,) = find_repetitions(PICK_UP, movements.from_s(movements.stoop(), 1.5))
    assert bend.note == "The recording starts in the bend."


def test_a_recording_that_starts_standing_counts_the_rises_only() -> None:
    cut = movements.from_s(movements.sit_to_stand(4), 1.8)
    assert [repetition.complete for repetition in find_repetitions(STS, cut)] == [True] * 3


def seated(*rises: np.ndarray) -> Kinematics:
    """The sum of what is given, 0 seated and 1 standing, over `CLOCK_S`."""
    return movements.on_chair(CLOCK_S, np.sum(rises, axis=0))


def up(start_s: float, stop_s: float) -> np.ndarray:
    return movements.ramp(CLOCK_S, start_s, stop_s)


def rise(start_s: float, *, seat_again_s: float | None = None) -> np.ndarray:
    """Up in 0.8 s; down in 0.8 s, 1.2 s after the start where nothing else is said."""
    down_s = start_s + 1.2 if seat_again_s is None else seat_again_s - 0.8
    return up(start_s, start_s + 0.8) - up(down_s, down_s + 0.8)


def test_a_pause_on_the_seat_or_standing_is_reported_and_the_rises_count() -> None:
    found = find_repetitions(STS, seated(rise(0.8), rise(6.0), rise(8.5, seat_again_s=13.5)))
    assert [repetition.complete for repetition in found] == [True] * 3
    assert found[0].note == ""
    assert "pause of 3.5 s on the seat" in found[1].note
    assert "Stands for 3.9 s" in found[2].note


def test_an_attempt_that_leaves_the_seat_and_falls_back_is_reported_with_the_rise_that_follows() -> None:
    found = find_repetitions(STS, seated(rise(0.8), 0.18 * (up(4.0, 4.4) - up(4.5, 4.9)), rise(5.5)))
    assert [repetition.complete for repetition in found] == [True, True]
    assert "attempt 4.2 s into the trial fell back" in found[1].note


def test_a_stumble_on_the_way_up_is_reported() -> None:
    stumbling = 0.6 * up(3.5, 4.0) - 0.25 * up(4.1, 4.4) + 0.65 * up(4.5, 5.2) - up(5.6, 6.4)
    found = find_repetitions(STS, seated(rise(0.8), stumbling))
    assert [repetition.complete for repetition in found] == [True, True]
    assert "Sinks back by" in found[1].note


def test_rising_again_without_having_come_down_to_the_seat_is_reported() -> None:
    hovering = up(3.5, 4.3) - 0.85 * up(4.7, 5.5) + 0.85 * up(5.5, 6.3) - up(6.7, 7.5)
    found = find_repetitions(STS, seated(rise(0.8), hovering))
    assert [repetition.complete for repetition in found] == [True, True, False]
    assert "sit" not in found[1].events
    assert "Did not come down to the seat before this rise" in found[2].note


def test_touch_and_go_is_reported() -> None:
    touching = up(3.5, 4.3) - 0.95 * up(4.8, 5.2) + 0.95 * up(5.2, 5.6) - up(6.7, 7.5)
    found = find_repetitions(STS, seated(rise(0.8), touching))
    assert [repetition.complete for repetition in found] == [True] * 3
    assert "Only touched the seat before this rise" in found[2].note


def test_a_single_rise_that_never_becomes_a_stand_does_not_count() -> None:
    (found,) = find_repetitions(STS, seated(0.45 * rise(0.8)))
    assert not found.complete
    assert "the knees stay bent by 5" in found.note


@pytest.mark.parametrize("angles", [TRUE_ANGLES, EXAMPLE / "Kinematics"], ids=["true", "from video"])
def test_the_synthetic_person_leaves_the_seat_when_its_force_ends(angles: Path) -> None:
    name = "5xSTS_angles.mot" if angles == TRUE_ANGLES else "5xSTS.mot"
    found = find_repetitions(STS, read_kinematics(angles / name))
    assert [repetition.complete for repetition in found] == [True] * 5
    forces = read_storage(TRUE_ANGLES / "5xSTS_contact_forces.mot")
    seat_n = forces.values[:, forces.columns.index("ground_force_seat_vy")]
    bears = seat_n > 0.02 * np.max(seat_n)
    freed_s = forces.time_s[1:][bears[:-1] & ~bears[1:]]
    for repetition, freed, begins, stands in zip(
        found, freed_s, TRUTH["5xSTS"]["rise_begins"], TRUTH["5xSTS"]["standing"], strict=True
    ):
        assert repetition.events["seat_off"] == pytest.approx(freed, abs=0.05)
        assert begins < repetition.start_s < begins + 0.25
        # A rise that ends softly has its last 5 % of height in its last quarter.
        assert stands - 0.5 < repetition.events["stand"] < stands


def test_bending_down_has_its_lowest_point_between_start_and_stop() -> None:
    (found,) = find_repetitions(PICK_UP, movements.stoop())
    assert found.complete
    assert found.events["start"] == pytest.approx(1.2, abs=0.15)
    assert 2.0 < found.events["lowest"] < 3.0
    assert found.events["stop"] == pytest.approx(3.8, abs=0.15)


def test_the_pick_up_of_the_synthetic_person() -> None:
    (found,) = find_repetitions(PICK_UP, read_kinematics(EXAMPLE / "Kinematics" / "pick_up.mot"))
    truth = TRUTH["pick_up"]
    assert truth["lowest"][0] - 0.1 < found.events["lowest"] < truth["lowest"][1] + 0.1
    assert truth["bends"][0] < found.start_s < truth["lowest"][0] < found.stop_s < truth["upright"][0]


@pytest.mark.parametrize("noise", [False, True])
def test_the_step_up_of_the_synthetic_person(noise: bool) -> None:
    kinematics = read_kinematics(EXAMPLE / "Kinematics" / "step_up.mot")
    kinematics = movements.noisy(kinematics) if noise else kinematics
    landmarks = find_landmarks(EXAMPLE / "Model" / "LaiUhlrich2022_scaled.osim", kinematics)
    (found,) = find_repetitions(STEP_UP, kinematics, landmarks)
    assert found.complete
    assert found.lead_side == "r"
    # A foot that speeds up and slows down smoothly is 1 cm away from its place about 0.15 s inside of its move.
    for event, truth in (
        ("lead_foot_off", "lead_foot_off"), ("foot_on_step", "lead_foot_on"),
        ("lag_foot_off", "trail_foot_off"), ("lag_foot_on", "trail_foot_on"),
    ):  # fmt: skip
        assert found.events[event] == pytest.approx(TRUTH["step_up"][truth][0], abs=0.2)
    assert list(found.events.values()) == sorted(found.events.values())
    (alone,) = find_repetitions(STEP_UP, kinematics)
    assert alone.lead_side == "r"
    assert alone.events["stand"] == pytest.approx(found.events["stand"], abs=0.02)
    assert "no feet" in alone.note


def stepping(*moves: tuple[str, float, float]) -> tuple[Kinematics, Landmarks]:
    """Feet that go up (or, with a negative height, down) within 0.6 s from the times given; the body follows."""
    heels = {side: np.zeros((len(CLOCK_S), 3)) for side in "rl"}
    for side, start_s, height_m in moves:
        moved = up(start_s, start_s + 0.6)
        heels[side][:, 1] += height_m * moved + 0.05 * np.sin(np.pi * moved)
        heels[side][:, 0] += 0.3 * np.sign(height_m) * moved
    body = np.mean(list(heels.values()), axis=0)
    kinematics = movements.assemble(CLOCK_S, pelvis_ty=0.95 + body[:, 1], pelvis_tx=body[:, 0])
    return kinematics, movements.feet_at(CLOCK_S, heels)


def test_each_step_up_has_its_own_leading_leg_and_the_way_down_again() -> None:
    both = stepping(
        ("r", 1.0, 0.2), ("l", 2.0, 0.2), ("r", 4.0, -0.2), ("l", 5.0, -0.2),
        ("l", 7.0, 0.2), ("r", 8.0, 0.2), ("l", 10.0, -0.2), ("r", 11.0, -0.2),
    )  # fmt: skip
    found = find_repetitions(STEP_UP, *both)
    assert [(repetition.lead_side, repetition.complete) for repetition in found] == [("r", True), ("l", True)]
    for repetition, start_s in zip(found, (1.0, 7.0), strict=True):
        assert repetition.start_s == pytest.approx(start_s + 0.1, abs=0.1)
        assert repetition.stop_s == pytest.approx(start_s + 1.5, abs=0.15)
        assert repetition.events["step_down_start"] == pytest.approx(start_s + 3.1, abs=0.1)
        assert repetition.events["step_down_stop"] == pytest.approx(start_s + 4.5, abs=0.1)


def test_a_foot_on_the_step_that_the_other_does_not_follow_is_no_step_up() -> None:
    (found,) = find_repetitions(STEP_UP, *stepping(("l", 1.0, 0.2), ("l", 3.0, -0.2)))
    assert not found.complete
    assert found.lead_side == "l"
    assert "did not follow" in found.note


@pytest.mark.parametrize(
    ("activity", "kinematics"),
    [(STS, movements.sit_to_stand(5)), (SQUAT, movements.squats(6)), (PICK_UP, movements.stoop()),
     (TUG, movements.timed_up_and_go())],
)  # fmt: skip
def test_fifteen_seconds_take_less_than_a_twentieth_of_one(activity: Activity, kinematics: Kinematics) -> None:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        find_repetitions(activity, kinematics)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05


@pytest.mark.parametrize("name", [name for name in ACTIVITY_NAMES if name not in ("walking", "standing", "other")])
@pytest.mark.parametrize("seed", range(6))
def test_noise_without_any_movement_in_it_breaks_nothing(name: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.choice([7, 12, 40, 400]))
    values = np.cumsum(random.normal(0.0, 0.1, (n, len(movements.COORDINATES))), axis=0)
    values[random.random(n) < 0.1] = np.nan
    clock_s = np.arange(n) / 60.0
    kinematics = Kinematics(clock_s, movements.COORDINATES, values, (), np.zeros((n, 0)))
    feet = movements.feet_at(clock_s, {side: np.cumsum(random.normal(0, 0.02, (n, 3)), axis=0) for side in "rl"})
    for landmarks in (None, feet):
        for repetition in find_repetitions(Activity(name, 1.0, ()), kinematics, landmarks):  # type: ignore[arg-type]
            assert repetition.start_s <= repetition.stop_s
            assert all(np.isfinite(list(repetition.events.values())))


@pytest.mark.parametrize("name", ["walking", "standing", "other"])
def test_other_movements_have_no_repetitions(name: str) -> None:
    assert find_repetitions(Activity(name, 1.0, ()), movements.squats()) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("activity", [STS, SQUAT])
@pytest.mark.parametrize("kinematics", [movements.walk(), movements.standing()])
def test_walking_and_standing_hold_none_even_when_taken_for_something_else(
    activity: Activity, kinematics: Kinematics
) -> None:
    assert find_repetitions(activity, kinematics) == ()


@pytest.mark.parametrize("trial", ["Squats_0", "Asym_0"])
def test_five_squats_in_the_field_study(shared_data: Callable[[str], Path], trial: str) -> None:
    kinematics = read_kinematics(shared_data(f"{movements.FIELD}/{trial}.mot"))
    repetitions = find_repetitions(SQUAT, kinematics)
    assert [repetition.complete for repetition in repetitions] == [True] * 5
    knee = kinematics.coordinate("knee_angle_r")
    for repetition in repetitions:
        assert np.degrees(np.interp(repetition.events["lowest"], kinematics.time_s, knee)) > 80.0
        assert np.degrees(np.interp([repetition.start_s, repetition.stop_s], kinematics.time_s, knee)).max() < 45.0


@pytest.mark.parametrize("trial", ["STS1", "STSAsym1", "STSweakLegs1"])
def test_seat_off_is_where_the_force_plates_see_the_feet_take_the_weight(
    shared_data: Callable[[str], Path], trial: str
) -> None:
    repetitions = find_repetitions(STS, read_kinematics(shared_data(movements.lab_trial(trial))))
    assert [repetition.complete for repetition in repetitions] == [True] * 5
    plates = read_storage(shared_data(f"{movements.LAB}/ID/{trial}_grf.mot"))
    vertical = [k for k, name in enumerate(plates.columns) if name.endswith("_vy")]
    rate_hz = 1.0 / np.median(np.diff(plates.time_s))
    feet = filtfilt(*butter(2, 10.0, fs=rate_hz), plates.values[:, vertical].sum(axis=1)) / (60.05 * 9.80665)
    for repetition in repetitions:
        loaded = plates.time_s[(plates.time_s > repetition.start_s) & (feet > 0.95)][0]
        assert repetition.events["seat_off"] == pytest.approx(loaded, abs=0.05)
        assert np.interp(repetition.start_s, plates.time_s, feet) < 0.2
        assert repetition.start_s < repetition.events["seat_off"] < repetition.events["stand"] < repetition.stop_s
