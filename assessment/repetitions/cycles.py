"""Squats: down and up again."""

from __future__ import annotations

from assessment.motion import Motion, crossing_s
from assessment.repetitions.base import Repetition
from assessment.repetitions.incomplete import why_incomplete
from assessment.repetitions.levels import LEVEL_SHARE, first_above, first_below, resting_level


def find_squats(motion: Motion, points: list[tuple[int, bool]]) -> tuple[Repetition, ...]:
    """Repetitions between two stands, from turning points of the height of the pelvis."""
    height, time = motion.pelvis_height_m, motion.time_s
    lows = [k for k, (_, is_high) in enumerate(points) if not is_high]
    swings = [
        max([height[points[n][0]] - height[points[k][0]] for n in (k - 1, k + 1) if 0 <= n < len(points)]) for k in lows
    ]
    greatest = max(swings, default=0.0)
    repetitions: list[Repetition] = []
    for index, (k, swing) in enumerate(zip(lows, swings, strict=True), start=1):
        low = points[k][0]
        before = points[k - 1][0] if k else None
        after = points[k + 1][0] if k + 1 < len(points) else None
        events = {"lowest": float(time[low])}
        middle = height[low] + swing / 2.0
        reached = swing
        if before is not None:
            reached = min(reached, height[before] - height[low])
            left = first_below(height, middle, before, low)
            origin = points[k - 2][0] if k >= 2 else 0
            stand = resting_level(height, origin, left, height[before], swing, low=False)
            events["start"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, before, left, last=True)
        if after is not None:
            reached = min(reached, height[after] - height[low])
            back = first_above(height, middle, low, after)
            end = points[k + 2][0] if k + 2 < len(points) else len(height) - 1
            stand = resting_level(height, back, end, height[after], swing, low=False)
            events["stop"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, back, after)
        high = after if after is not None else low
        note = why_incomplete(
            motion, low, high, reached, greatest, first=before is None, last=k + 2 >= len(points), rise=False
        )
        repetitions.append(
            Repetition(index, min(events.values()), max(events.values()), events, complete=not note, note=note)
        )
    return tuple(repetitions)
