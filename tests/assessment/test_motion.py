"""The signals of a trial: each as if it were filtered alone, derived once, refused where there is no movement."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from assessment.activities.recognition import recognise_activity
from assessment.example import EXAMPLE
from assessment.gait.walk import describe_walk
from assessment.motion import CLOCK_HZ, SIDES, describe_motion, low_passed, on_clock
from assessment.once import once_per_object
from models.errors import InverseKinematicsError, ModelError
from pipeline.kinematics import read_kinematics
from pipeline.trajectories import Kinematics
from tests.assessment import movements
from tests.assessment.gait import walkers

RISES = read_kinematics(EXAMPLE / "OpenSimData" / "Kinematics" / "5xSTS.mot")


def without(kinematics: Kinematics, name: str) -> Kinematics:
    kept = [index for index, one in enumerate(kinematics.coordinates) if one != name]
    return replace(
        kinematics,
        coordinates=tuple(kinematics.coordinates[index] for index in kept),
        values=kinematics.values[:, kept],
    )


def first(kinematics: Kinematics, n: int) -> Kinematics:
    return replace(
        kinematics,
        time_s=kinematics.time_s[:n],
        values=kinematics.values[:n],
        marker_errors_m=kinematics.marker_errors_m[:n],
    )


def test_every_signal_is_what_filtering_it_alone_gives() -> None:
    motion = describe_motion(RISES)
    sections = butter(2, 4.0, fs=CLOCK_HZ, output="sos")

    def alone(name: str) -> np.ndarray:
        resampled = np.interp(motion.time_s, RISES.time_s, RISES.coordinate(name))
        return np.asarray(sosfiltfilt(sections, resampled, padlen=100))

    pairs = [(motion.pelvis_height_m, "pelvis_ty"), (motion.horizontal_m[:, 0], "pelvis_tx")]
    pairs += [(motion.horizontal_m[:, 1], "pelvis_tz")]
    pairs += [(motion.hip_rad[side], f"hip_flexion_{side}") for side in SIDES]
    pairs += [(motion.knee_rad[side], f"knee_angle_{side}") for side in SIDES]
    for signal, name in pairs:
        np.testing.assert_allclose(signal, alone(name), atol=1e-9)


def test_frames_that_one_signal_lacks_are_filled_in_that_signal_only() -> None:
    time_s = np.arange(0.0, 3.0, 1.0 / 60.0)
    clock_s = np.arange(0.0, 2.9, 0.01)
    whole, never = np.sin(time_s), np.full_like(time_s, np.nan)
    gappy = np.where((time_s > 1.0) & (time_s < 1.2), np.nan, time_s)
    together = on_clock(time_s, np.stack([whole, gappy, never], axis=1), clock_s)
    for column, alone in zip(together.T, (whole, gappy, never), strict=True):
        np.testing.assert_allclose(column, on_clock(time_s, alone, clock_s), atol=1e-12)
    np.testing.assert_allclose(together[:, 1], clock_s, atol=1e-3)
    assert not together[:, 2].any()


def test_the_low_pass_halves_its_cut_off_and_delays_nothing() -> None:
    time_s = np.arange(0.0, 20.0, 0.01)
    middle = slice(500, 1500)
    filtered = low_passed(np.sin(2 * np.pi * 2.0 * time_s), 2.0)
    np.testing.assert_allclose(filtered[middle], 0.5 * np.sin(2 * np.pi * 2.0 * time_s)[middle], atol=0.01)
    np.testing.assert_allclose(low_passed(np.array([3.0]), 2.0), [3.0])


def test_a_movement_is_described_once_and_its_signals_cannot_be_changed() -> None:
    rise = movements.sit_to_stand(1)
    motion = describe_motion(rise)
    assert describe_motion(rise) is motion
    higher = movements.column(rise, "pelvis_ty", rise.coordinate("pelvis_ty") + 1.0)
    assert describe_motion(higher).pelvis_height_m == pytest.approx(motion.pelvis_height_m + 1.0, abs=1e-6)
    for signal in (motion.time_s, motion.pelvis_height_m, motion.horizontal_m, motion.forward_m, motion.hip_rad["r"]):
        with pytest.raises(ValueError, match="read-only"):
            signal += 1.0
    walk = walkers.straight()
    marks = walkers.landmarks(walk)
    assert describe_walk(walk, marks) is describe_walk(walk, marks)
    assert not describe_walk(walk, None).strides


def test_what_was_derived_is_forgotten_with_its_object() -> None:
    calls = []

    class Thing:
        pass

    @once_per_object
    def derive(one: Thing, other: Thing | None) -> list[int]:
        calls.append(1)
        return [len(calls)]

    for _ in range(5):
        # A new object may lie where the last one lay.
        thing = Thing()
        assert derive(thing, None) is derive(thing, None)
        assert derive(thing, Thing()) != derive(thing, None)
        del thing
        gc.collect()
    assert len(calls) == 10


def test_without_a_lumbar_joint_the_trunk_is_not_known() -> None:
    rise = movements.sit_to_stand(1)
    assert describe_motion(rise).trunk_known
    motion = describe_motion(without(rise, "lumbar_extension"))
    assert not motion.trunk_known
    np.testing.assert_array_equal(motion.trunk_lean_rad, motion.pelvis_lean_rad)


def test_a_model_without_what_assessment_reads_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="no coordinate knee_angle_l") as refused:
        describe_motion(without(movements.sit_to_stand(1), "knee_angle_l"))
    assert "LaiUhlrich2022" in refused.value.hint


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 frames in 0.00 s"), (1, "1 frame in 0.00 s"), (2, "2 frames in 0.02 s"), (3, "3 frames in 0.03 s")],
)
def test_a_trial_of_a_few_frames_is_refused_in_words(n: int, said: str) -> None:
    with pytest.raises(InverseKinematicsError, match=f"too short to show a movement: {said}") as refused:
        recognise_activity("squats", first(movements.squats(1), n))
    assert "at least 4 frames and 0.1 s" in refused.value.hint


@pytest.mark.parametrize("kinematics", [movements.squats(1), movements.walk(), movements.standing()])
def test_the_shortest_trial_that_is_taken_breaks_nothing(kinematics: Kinematics) -> None:
    short = first(kinematics, 7)
    assert 0.0 <= recognise_activity("x", short).confidence <= 1.0
    assert describe_walk(short, None).speed_m_s is None
