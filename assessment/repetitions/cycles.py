"""Movements away from a posture and back: squats by the height of the pelvis, pick-ups by the lean of the trunk."""

from __future__ import annotations

import numpy as np

from assessment.motion import Motion, crossing_s
from assessment.repetitions.base import Repetition
from assessment.repetitions.levels import (
    LEVEL_SHARE,
    STILL_MOVING_M_S,
    fell_short,
    first_above,
    first_below,
    resting_level,
    swings,
)
from pipeline.trajectories import Array

# Bending the trunk by less is looking down, not reaching for something [rad].
SMALLEST_BEND_RAD = np.radians(20.0)
# A trunk still turning this fast at the trial's end was cut off [rad/s].
STILL_BENDING_RAD_S = 0.3


def find_squats(motion: Motion) -> tuple[Repetition, ...]:
    """Down from standing and up again, from the height of the pelvis."""
    height = motion.middle_height_m
    return _cycles(motion.time_s, height, swings(height), "squat", STILL_MOVING_M_S)


def find_pick_ups(motion: Motion) -> tuple[Repetition, ...]:
    """Bent down from upright and up again, from the lean of the trunk."""
    upright = -motion.trunk_lean_rad
    return _cycles(motion.time_s, upright, swings(upright, SMALLEST_BEND_RAD), "bend", STILL_BENDING_RAD_S)


def _cycles(
    time: Array, signal: Array, points: list[tuple[int, bool]], noun: str, still_moving: float
) -> tuple[Repetition, ...]:
    """Every low of a signal with the highs around it."""
    lows = [k for k, (_, is_high) in enumerate(points) if not is_high]
    reaches = [
        max([signal[points[n][0]] - signal[points[k][0]] for n in (k - 1, k + 1) if 0 <= n < len(points)]) for k in lows
    ]
    greatest = max(reaches, default=0.0)
    speed = np.gradient(signal, time)
    repetitions: list[Repetition] = []
    for index, (k, swing) in enumerate(zip(lows, reaches, strict=True), start=1):
        low = points[k][0]
        before = points[k - 1][0] if k else None
        after = points[k + 1][0] if k + 1 < len(points) else None
        events = {"lowest": float(time[low])}
        middle = signal[low] + swing / 2.0
        reached = swing
        if before is not None:
            reached = min(reached, signal[before] - signal[low])
            left = first_below(signal, middle, before, low)
            origin = points[k - 2][0] if k >= 2 else 0
            upright = resting_level(signal, origin, left, signal[before], swing, low=False)
            events["start"] = crossing_s(time, signal, upright - LEVEL_SHARE * swing, before, left, last=True)
        if after is not None:
            reached = min(reached, signal[after] - signal[low])
            back = first_above(signal, middle, low, after)
            end = points[k + 2][0] if k + 2 < len(points) else len(signal) - 1
            upright = resting_level(signal, back, end, signal[after], swing, low=False)
            events["stop"] = crossing_s(time, signal, upright - LEVEL_SHARE * swing, back, after)
        started = before is None or (before == 0 and speed[0] < -still_moving)
        cut = after == len(signal) - 1 and speed[-1] > still_moving
        short = fell_short(reached, greatest)
        if started:
            note = f"The recording starts in the {noun}."
        elif after is None:
            note = f"The recording ends in the {noun}."
        else:
            note = "The recording ends before the full stand." if cut else short
        repetitions.append(
            Repetition(
                index,
                min(events.values()),
                max(events.values()),
                events,
                complete=not note,
                note=note,
                starts_before_recording=started,
                falls_short=bool(short) and note == short,
            )
        )
    return tuple(repetitions)
