"""Counts and times of repetitions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.slopes import slope_over_repetitions
from assessment.indicators.starts import of_start, of_trunk
from assessment.motion import Motion, describe_motion
from assessment.repetitions import Repetition
from pipeline.quality import Quality

REPEATED = ("sit-to-stand", "squat", "step-up", "pick-up")
FIVE = 5
THIRTY_S = 30.0
# Movements whose repetitions begin with the trunk.
BY_TRUNK = ("sit-to-stand", "pick-up")
# Tests in which five rises are not asked for, or not as fast as possible up to the fifth.
NOT_FIVE_TIMES = ("single", "thirty-seconds")


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Number and duration of repetitions; times of rises; five-times and 30-s sit-to-stand."""
    if results.activity.name not in REPEATED:
        return
    motion = describe_motion(results.kinematics)
    yield results.indicator("number_of_repetitions", float(len(results.complete_repetitions)))
    for repetition in results.complete_repetitions:
        if results.activity.name != "sit-to-stand" or "sit" in repetition.events:
            quality = of_start(motion, repetition) if results.activity.name in BY_TRUNK else Quality()
            yield results.indicator("repetition_duration", repetition.duration_s, quality, repetition=repetition.index)
    if results.activity.name == "sit-to-stand":
        yield from _rises(results, motion)
        if results.activity.variant not in NOT_FIVE_TIMES:
            yield from _five_times(results, motion)
        if results.activity.variant == "thirty-seconds":
            yield _thirty_seconds(results, motion)


def _rises(results: TrialResults, motion: Motion) -> Iterator[Indicator]:
    durations_s: dict[int, float] = {}
    for repetition in results.complete_repetitions:
        index, events = repetition.index, repetition.events
        quality = of_start(motion, repetition)
        duration_s = events["stand"] - events["rise_start"]
        yield results.indicator("rise_duration", duration_s, quality, repetition=index)
        yield results.indicator("seat_off_delay", events["seat_off"] - events["rise_start"], quality, repetition=index)
        if not repetition.starts_before_recording:
            durations_s[index] = duration_s
    yield from slope_over_repetitions(results, "rise_duration_slope", durations_s)


def _five_times(results: TrialResults, motion: Motion) -> Iterator[Indicator]:
    """Times of the first five complete rises that follow each other without a failed attempt."""
    to_stand, to_sit = "five_times_sit_to_stand_time", "five_times_sit_to_stand_time_to_sit"
    five = _first_five(results.repetitions)
    if five is None:
        count = len(results.complete_repetitions)
        failed = len(results.repetitions) - count
        attempts = f" and {failed} incomplete attempt{'s' if failed > 1 else ''}" if failed else ""
        why = Quality.withheld(
            f"The test asks for five complete rises in a row; this trial shows {count} complete "
            f"rise{'' if count == 1 else 's'}{attempts}."
        )
        yield results.indicator(to_stand, None, why)
        yield results.indicator(to_sit, None, why)
        return
    start_s, stand_s = five[0].events["rise_start"], five[-1].events["stand"]
    quality = Quality()
    if len(results.repetitions) > FIVE:
        quality = Quality.caution(
            f"The trial holds {len(results.repetitions)} rises, complete or not; the time is that of rises "
            f"{five[0].index} to {five[-1].index}."
        )
    quality &= _remarks(five) & of_trunk(motion)
    yield results.indicator(to_stand, stand_s - start_s, _hands(results, start_s, stand_s) & quality)
    sit_s = five[-1].events.get("sit")
    if sit_s is None:
        cut = Quality.withheld("Sitting down after the fifth rise was not recorded.")
        yield results.indicator(to_sit, None, cut)
    else:
        yield results.indicator(to_sit, sit_s - start_s, _hands(results, start_s, sit_s) & quality)


def _first_five(repetitions: tuple[Repetition, ...]) -> tuple[Repetition, ...] | None:
    for first in range(len(repetitions) - FIVE + 1):
        five = repetitions[first : first + FIVE]
        if all(repetition.complete for repetition in five):
            return five
    return None


def _thirty_seconds(results: TrialResults, motion: Motion) -> Indicator:
    """Full stands within 30 s of the first start, and the rise that is more than half way up when the time is over."""
    name = "thirty_second_sit_to_stand_count"
    rises = results.repetitions
    if not rises:
        return results.indicator(name, None, Quality.withheld("No rise is seen in this trial."))
    if rises[0].starts_before_recording and not rises[0].complete:
        return results.indicator(name, None, Quality.withheld("The test had begun before the recording."))
    start_s = rises[0].events["rise_start"]
    end_s = start_s + THIRTY_S
    recorded_s = float(motion.time_s[-1]) - start_s
    if recorded_s < THIRTY_S:
        return results.indicator(
            name,
            None,
            Quality.withheld(f"Only {recorded_s:.1f} s were recorded after the first start; 30 s are needed."),
        )
    count = sum(rise.complete and rise.events["stand"] <= end_s for rise in rises)
    for rise in rises:
        if rise.events["seat_off"] < end_s < rise.events["stand"]:
            times = [end_s, rise.events["rise_start"], rise.events["stand"]]
            now, seated, standing = np.interp(times, motion.time_s, motion.middle_height_m)
            count += int(now > (seated + standing) / 2.0)
    counted = tuple(rise for rise in rises if rise.start_s < end_s)
    quality = _hands(results, start_s, end_s) & _remarks(counted) & of_trunk(motion)
    failed = [rise for rise in counted if not rise.complete and rise.events["stand"] <= end_s]
    if failed:
        quality &= Quality.caution(f"Incomplete attempts are not counted: {len(failed)} in this trial.")
    return results.indicator(name, float(count), quality)


def _remarks(repetitions: tuple[Repetition, ...]) -> Quality:
    """Caution where the course of the test was not the one it asks for."""
    notes = [f"Rise {one.index}: {one.note}" for one in repetitions if one.complete and one.note]
    return Quality.caution(*notes) if notes else Quality()


def _hands(results: TrialResults, start_s: float, stop_s: float) -> Quality:
    """Caution where hands may have helped: the test asks for folded arms (SPPB)."""
    supports = () if results.forces is None else results.forces.hand_supports
    helped = [support.text for support in supports if support.start_s < stop_s and support.stop_s > start_s]
    return Quality.caution("The test asks for folded arms.", *helped) if helped else Quality()
