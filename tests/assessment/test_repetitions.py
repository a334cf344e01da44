"""Repetitions and their events, against movements whose events are known and against force plates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from assessment.activities import Activity
from assessment.repetitions import Repetition, find_repetitions
from pipeline.files.storage import read_storage
from pipeline.kinematics import read_kinematics
from pipeline.trajectories import Kinematics
from tests.assessment import movements

STS = Activity("sit-to-stand", 1.0, ())
SQUAT = Activity("squat", 1.0, ())


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
        # Nearly straight legs hardly rise any more: 95 % of the height are reached 0.26 s before the knees are straight.
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
    whole = movements.sit_to_stand(3)
    late = whole.time_s >= 1.15
    cut = replace(
        whole, time_s=whole.time_s[late], values=whole.values[late], marker_errors_m=whole.marker_errors_m[late]
    )
    repetitions = find_repetitions(STS, cut)
    assert [repetition.complete for repetition in repetitions] == [False, True, True]
    assert repetitions[0].note == "The recording starts during the rise."


def test_a_recording_that_starts_standing_counts_the_rises_only() -> None:
    whole = movements.sit_to_stand(4)
    late = whole.time_s >= 1.8
    cut = replace(
        whole, time_s=whole.time_s[late], values=whole.values[late], marker_errors_m=whole.marker_errors_m[late]
    )
    assert [repetition.complete for repetition in find_repetitions(STS, cut)] == [True] * 3


@pytest.mark.parametrize("name", ["walking", "standing", "other", "step-up"])
def test_other_movements_have_no_repetitions(name: str) -> None:
    assert find_repetitions(Activity(name, 1.0, ()), movements.squats()) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("activity", [STS, SQUAT])
@pytest.mark.parametrize("kinematics", [movements.walk(), movements.standing()])
def test_walking_and_standing_hold_none_even_when_taken_for_something_else(
    activity: Activity, kinematics: Kinematics
) -> None:
    assert find_repetitions(activity, kinematics) == ()


@pytest.mark.parametrize("trial", ["Squats_0", "Asym_0"])
def test_five_squats_in_the_field_study(shared_data, trial: str) -> None:
    kinematics = read_kinematics(shared_data(f"{movements.FIELD}/{trial}.mot"))
    repetitions = find_repetitions(SQUAT, kinematics)
    assert [repetition.complete for repetition in repetitions] == [True] * 5
    knee = kinematics.coordinate("knee_angle_r")
    for repetition in repetitions:
        assert np.degrees(np.interp(repetition.events["lowest"], kinematics.time_s, knee)) > 80.0
        assert np.degrees(np.interp([repetition.start_s, repetition.stop_s], kinematics.time_s, knee)).max() < 45.0


@pytest.mark.parametrize("trial", ["STS1", "STSAsym1", "STSweakLegs1"])
def test_seat_off_is_where_the_force_plates_see_the_feet_take_the_weight(shared_data, trial: str) -> None:
    repetitions = find_repetitions(STS, read_kinematics(shared_data(movements.lab_trial(trial))))
    assert [repetition.complete for repetition in repetitions] == [True] * 5
    plates = read_storage(shared_data(f"{movements.LAB}/ID/{trial}_grf.mot"))
    vertical = [k for k, name in enumerate(plates.columns) if name.endswith("_vy")]
    rate_hz = 1.0 / np.median(np.diff(plates.time_s))
    feet = filtfilt(*butter(2, 10.0, fs=rate_hz), plates.values[:, vertical].sum(axis=1)) / (60.05 * 9.80665)
    for repetition in repetitions:
        loaded = plates.time_s[(plates.time_s > repetition.start_s) & (feet > 0.95)][0]
        assert repetition.events["seat_off"] == pytest.approx(loaded, abs=0.1)
        assert np.interp(repetition.start_s, plates.time_s, feet) < 0.2
        assert repetition.start_s < repetition.events["seat_off"] < repetition.events["stand"] < repetition.stop_s
