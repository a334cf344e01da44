"""Rises from a seat."""

from __future__ import annotations

import numpy as np

from assessment.motion import Motion, crossing_s
from assessment.repetitions.base import Repetition
from assessment.repetitions.incomplete import COMPLETE_SHARE, why_incomplete
from assessment.repetitions.levels import LEVEL_SHARE, first_above, first_below, near_level, resting_level

# The seat carries nothing once the sitting bones are this far above where they rested (LV-4 with force plates,
# three trials: 0 beyond 45 mm, 16-22 % of body weight at 30-45 mm). One chair, one person: an estimate.
SEAT_CLEARANCE_M = 0.045
# Forward trunk motion slower than this is sway, not the start of a rise [rad/s].
TRUNK_ONSET_RAD_S = 0.17
TRUNK_ONSET_SHARE = 0.1


def find_rises(motion: Motion, points: list[tuple[int, bool]]) -> tuple[Repetition, ...]:
    """Repetitions from one seat to the next, from turning points of the height of the pelvis."""
    height, time = motion.pelvis_height_m, motion.time_s
    pairs = [(points[k][0], points[k + 1][0], k) for k in range(len(points) - 1) if not points[k][1]]
    greatest = max((height[high] - height[low] for low, high, _ in pairs), default=0.0)
    repetitions: list[Repetition] = []
    for index, (low, high, k) in enumerate(pairs, start=1):
        before = points[k - 1][0] if k else 0
        after = points[k + 2][0] if k + 2 < len(points) else None
        swing = float(height[high] - height[low])
        middle = (height[high] + height[low]) / 2.0
        left = first_above(height, middle, low, high)
        stop = after if after is not None else len(height) - 1
        seat = resting_level(height, before, left, height[low], swing, low=True)
        stand = resting_level(height, left, stop, height[high], swing, low=False)
        ischium = motion.ischium_height_m
        seat_ischium = float(np.median(ischium[before : left + 1][near_level(height[before : left + 1], seat, swing)]))
        seated_from = before + int(np.argmax(height[before : left + 1] <= seat + 2 * LEVEL_SHARE * swing))
        seat_off = crossing_s(time, ischium, seat_ischium + SEAT_CLEARANCE_M, seated_from, left, last=True)
        events = {
            "rise_start": _trunk_onset(motion, seated_from, left, seat_off, seat + LEVEL_SHARE * swing),
            "seat_off": seat_off,
            "stand": crossing_s(time, height, stand - LEVEL_SHARE * swing, left, high),
        }
        if after is not None:
            descended = first_below(height, middle, high, after)
            events["descent_start"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, high, descended, last=True)
            end = points[k + 3][0] if k + 3 < len(points) else len(height) - 1
            next_seat = resting_level(height, descended, end, height[after], swing, low=True)
            resting = near_level(height[descended:end], next_seat, swing)
            contact = float(np.median(ischium[descended:end][resting])) + SEAT_CLEARANCE_M
            if height[after] - height[low] < (1 - COMPLETE_SHARE) * greatest:
                events["sit"] = crossing_s(time, ischium, contact, descended, after)
        note = why_incomplete(motion, low, high, swing, greatest, first=low == 0, last=after is None, rise=True)
        repetitions.append(
            Repetition(index, events["rise_start"], max(events.values()), events, complete=not note, note=note)
        )
    return tuple(repetitions)


def _trunk_onset(motion: Motion, seated_from: int, left: int, seat_off_s: float, onset_height_m: float) -> float:
    """When the trunk starts forward for this rise; when the pelvis starts up where the trunk does not lead [s]."""
    time = motion.time_s
    speed = np.gradient(motion.trunk_lean_rad, time)
    until = max(seated_from + 1, int(np.searchsorted(time, seat_off_s)))
    fastest = seated_from + int(np.argmax(speed[seated_from : until + 1]))
    pelvis_onset = crossing_s(time, motion.pelvis_height_m, onset_height_m, seated_from, left, last=True)
    if speed[fastest] < TRUNK_ONSET_RAD_S:
        return min(pelvis_onset, seat_off_s)
    slow = np.flatnonzero(speed[seated_from:fastest] < TRUNK_ONSET_SHARE * speed[fastest])
    onset = seated_from + (int(slow[-1]) + 1 if len(slow) else 0)
    return min(float(time[onset]), seat_off_s)
