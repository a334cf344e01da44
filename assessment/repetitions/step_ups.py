"""Stepping up: one leg leads onto the step, the other follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.motion import SIDES, Motion, Side, crossing_s
from assessment.repetitions.base import Repetition
from assessment.repetitions.foot_moves import FootMove, foot_moves
from assessment.repetitions.levels import LEVEL_SHARE, first_above, resting_level, swings
from pipeline.motion.landmarks import Landmarks

# Steps for exercise are 10 to 30 cm high; the pelvis rises by that, less what the knees stay bent [m].
SMALLEST_RISE_M = 0.08
ALONE = "The foot was set on the step, but the other foot did not follow."
NO_FEET = "Times of the feet are not known: the model has no feet."


@dataclass(frozen=True)
class _StepUp:
    """Moves of the feet in one step up, and those down again before the next."""

    lead: FootMove
    lag: FootMove | None
    down: tuple[FootMove, ...]


def find_step_ups(motion: Motion, landmarks: Landmarks | None) -> tuple[Repetition, ...]:
    """Steps up, from the places of the feet; from the height of the pelvis alone where there are none."""
    ups = _step_ups(foot_moves(landmarks)) if landmarks is not None else []
    if not ups:
        return _from_pelvis(motion, NO_FEET if landmarks is None else "")
    ends = [up.lead.off_s for up in ups[1:]] + [float(motion.time_s[-1])]
    return tuple(
        _repetition(motion, index, up, end_s) for index, (up, end_s) in enumerate(zip(ups, ends, strict=True), start=1)
    )


def _step_ups(moves: tuple[FootMove, ...]) -> list[_StepUp]:
    """Group moves: a foot goes up, the other follows before the first one moves on."""
    found = []
    rest = [move for move in moves if move.up or move.down]
    while rest:
        lead, *rest = rest
        if not lead.up:
            continue
        lag = rest.pop(0) if rest and rest[0].up and rest[0].side != lead.side else None
        down = []
        while rest and rest[0].down:
            down.append(rest.pop(0))
        found.append(_StepUp(lead, lag, tuple(down)))
    return found


def _repetition(motion: Motion, index: int, up: _StepUp, end_s: float) -> Repetition:
    time, height = motion.time_s, motion.middle_height_m
    events = {"lead_foot_off": up.lead.off_s, "foot_on_step": up.lead.on_s}
    if up.lag is None:
        return Repetition(
            index, up.lead.off_s, up.lead.on_s, events, complete=False, note=ALONE, lead_side=up.lead.side
        )
    events |= {"lag_foot_off": up.lag.off_s, "lag_foot_on": up.lag.on_s}
    on_top_until_s = up.down[0].off_s if up.down else end_s
    start, stop = (int(np.searchsorted(time, at)) for at in (up.lead.off_s, on_top_until_s))
    stop = min(stop, len(time) - 1)
    low = start + int(np.argmin(height[start : stop + 1]))
    high = low + int(np.argmax(height[low : stop + 1]))
    swing = float(height[high] - height[low])
    left = first_above(height, height[low] + swing / 2.0, low, high)
    standing = resting_level(height, left, stop, height[high], swing, low=False)
    events["stand"] = crossing_s(time, height, standing - LEVEL_SHARE * swing, left, high)
    done_s = max(events["stand"], events["lag_foot_on"])
    if up.down:
        events |= {"step_down_start": up.down[0].off_s, "step_down_stop": up.down[-1].on_s}
    return Repetition(index, up.lead.off_s, done_s, events, lead_side=up.lead.side)


def _from_pelvis(motion: Motion, note: str) -> tuple[Repetition, ...]:
    time, height = motion.time_s, motion.middle_height_m
    points = swings(height, SMALLEST_RISE_M)
    repetitions: list[Repetition] = []
    for k in range(len(points) - 1):
        (low, low_is_high), (high, _) = points[k], points[k + 1]
        if low_is_high:
            continue
        swing = float(height[high] - height[low])
        left = first_above(height, height[low] + swing / 2.0, low, high)
        before = points[k - 1][0] if k else 0
        after = points[k + 2][0] if k + 2 < len(points) else len(height) - 1
        floor = resting_level(height, before, left, height[low], swing, low=True)
        top = resting_level(height, left, after, height[high], swing, low=False)
        start_s = crossing_s(time, height, floor + LEVEL_SHARE * swing, low, left, last=True)
        stand_s = crossing_s(time, height, top - LEVEL_SHARE * swing, left, high)
        events = {"start": start_s, "stand": stand_s}
        repetitions.append(
            Repetition(len(repetitions) + 1, start_s, stand_s, events, note=note, lead_side=_bent_more(motion, start_s))
        )
    return tuple(repetitions)


def _bent_more(motion: Motion, time_s: float) -> Side:
    """The leg whose hip is bent more: when the body starts up, it is the one on the step."""
    return max(SIDES, key=lambda side: float(np.interp(time_s, motion.time_s, motion.hip_rad[side])))
