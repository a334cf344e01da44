"""Rises from a seat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.motion import Motion, crossing_s
from assessment.repetitions.base import STARTS_LEANING, Repetition
from assessment.repetitions.levels import (
    COMPLETE_SHARE,
    LEVEL_SHARE,
    STILL_MOVING_M_S,
    fell_short,
    first_above,
    first_below,
    resting_level,
    swings,
)
from assessment.repetitions.remarks import remarks
from assessment.repetitions.seat import Seat, without_drift
from assessment.repetitions.seat_off import seat_off_s
from pipeline.trajectories import Array

# Forward trunk motion slower than this is sway, not the start of a rise [rad/s].
TRUNK_ONSET_RAD_S = 0.17
TRUNK_ONSET_SHARE = 0.1
# Nobody who stands bends both knees by more; contractures of frail people seldom exceed 30 deg. Own.
STANDING_KNEE_RAD = np.radians(45.0)


@dataclass(frozen=True)
class Rise:
    """Frames of one rise, and of the descent after it.

    Attributes
    ----------
    before : int
        Last stand before it, or the trial's first frame.
    low, left, high : int
        Lowest frame, half of the way up, highest frame.
    after, end : int or None
        Lowest frame after it, and the next stand or the trial's last frame; None where nobody came down again.
    swing_m : float
        From the lowest to the highest frame [m].
    """

    before: int
    low: int
    left: int
    high: int
    after: int | None
    end: int | None
    swing_m: float


def find_rises(motion: Motion) -> tuple[Repetition, ...]:
    """Repetitions from one seat to the next, from the height of the pelvis and the lean of the trunk."""
    points = swings(motion.middle_height_m)
    motion = without_drift(motion, points)
    rises = _rises(motion, points)
    seat = Seat.of(motion)
    greatest = max((rise.swing_m for rise in rises), default=0.0)
    repetitions: list[Repetition] = []
    for index, rise in enumerate(rises, start=1):
        events = _events(motion, rise, seat, greatest)
        under_way = rise.low == 0 and _speed_m_s(motion)[0] > STILL_MOVING_M_S
        leaning = not under_way and events["rise_start"] <= motion.time_s[0]
        short = fell_short(rise.swing_m, greatest)
        failure = "The recording starts during the rise." if under_way else _why_incomplete(motion, rise, short)
        notes = remarks(motion, rise, seat, events, repetitions[-1] if repetitions else None)
        repetitions.append(
            Repetition(
                index,
                events["rise_start"],
                max(events.values()),
                events,
                complete=not failure,
                note=" ".join([failure, *([STARTS_LEANING] if leaning else []), *notes]).strip(),
                starts_before_recording=under_way or leaning,
                falls_short=bool(short) and failure == short,
            )
        )
    return tuple(repetitions)


def _rises(motion: Motion, points: list[tuple[int, bool]]) -> list[Rise]:
    height = motion.middle_height_m
    last = len(height) - 1
    rises = []
    for k in range(len(points) - 1):
        (low, low_is_high), (high, _) = points[k], points[k + 1]
        if low_is_high:
            continue
        rises.append(
            Rise(
                before=points[k - 1][0] if k else 0,
                low=low,
                left=first_above(height, (height[high] + height[low]) / 2.0, low, high),
                high=high,
                after=points[k + 2][0] if k + 2 < len(points) else None,
                end=(points[k + 3][0] if k + 3 < len(points) else last) if k + 2 < len(points) else None,
                swing_m=float(height[high] - height[low]),
            )
        )
    return rises


def _events(motion: Motion, rise: Rise, seat: Seat, greatest_m: float) -> dict[str, float]:
    height, ischium, time = motion.middle_height_m, motion.ischium_height_m, motion.time_s
    near_m = LEVEL_SHARE * rise.swing_m
    seated = resting_level(height, rise.before, rise.left, height[rise.low], rise.swing_m, low=True)
    until = rise.after if rise.after is not None else len(height) - 1
    standing = resting_level(height, rise.left, until, height[rise.high], rise.swing_m, low=False)
    seated_from = first_below(height, seated + 2 * near_m, rise.before, rise.left)
    lowest_m = float(np.min(ischium[rise.before : rise.left + 1]))
    seat_off = seat_off_s(motion, seat, seated_from, rise.left, rise.high, lowest_m)
    events = {
        "rise_start": _trunk_onset(motion, seated_from, rise.left, seat_off, seated + near_m),
        "seat_off": seat_off,
        "stand": crossing_s(time, height, standing - near_m, rise.left, rise.high),
    }
    if rise.after is None or rise.end is None:
        return events
    descended = first_below(height, (height[rise.high] + height[rise.low]) / 2.0, rise.high, rise.after)
    events["descent_start"] = crossing_s(time, height, standing - near_m, rise.high, descended, last=True)
    deepest_m = float(np.min(ischium[descended : rise.end + 1]))
    if height[rise.after] - height[rise.low] < (1 - COMPLETE_SHARE) * greatest_m and seat.reached(deepest_m):
        events["sit"] = crossing_s(time, ischium, seat.contact_m(deepest_m), descended, rise.end)
    return events


def _why_incomplete(motion: Motion, rise: Rise, short: str) -> str:
    """Say why a rise that the recording shows from its start does not count, or nothing."""
    speed = _speed_m_s(motion)
    if rise.high == len(speed) - 1 and speed[-1] > STILL_MOVING_M_S:
        return "The recording ends before the full stand."
    knee_rad = float(motion.mean_knee_rad[rise.high])
    bent = f"No full stand: the knees stay bent by {np.degrees(knee_rad):.0f} deg."
    return short or (bent if knee_rad > STANDING_KNEE_RAD else "")


def _speed_m_s(motion: Motion) -> Array:
    return np.asarray(np.gradient(motion.middle_height_m, motion.time_s))


def _trunk_onset(motion: Motion, seated_from: int, left: int, seat_off_s: float, onset_height_m: float) -> float:
    """When the trunk starts forward for this rise; when the pelvis starts up where the trunk does not lead [s]."""
    time = motion.time_s
    speed = np.gradient(motion.trunk_lean_rad, time)
    until = max(seated_from + 1, int(np.searchsorted(time, seat_off_s)))
    fastest = seated_from + int(np.argmax(speed[seated_from : until + 1]))
    pelvis_onset = crossing_s(time, motion.middle_height_m, onset_height_m, seated_from, left, last=True)
    if speed[fastest] < TRUNK_ONSET_RAD_S:
        return min(pelvis_onset, seat_off_s)
    slow = np.flatnonzero(speed[seated_from:fastest] < TRUNK_ONSET_SHARE * speed[fastest])
    onset = seated_from + (int(slow[-1]) + 1 if len(slow) else 0)
    return min(float(time[onset]), seat_off_s)
