"""Heights at which somebody rests, and when they are left and reached."""

from __future__ import annotations

import numpy as np

from assessment.motion import turning_points
from pipeline.trajectories import Array

# A rise or descent smaller than this is a shift of weight, not an attempt: a chair of 40 cm asks for 30-45 cm.
SMALLEST_SWING_M = 0.10
# An attempt must also reach this share of the trial's greatest excursion, else it is sway while seated or standing.
SMALLEST_SHARE = 0.3
# A repetition that reaches less than this share of the trial's greatest excursion is an attempt, not complete.
COMPLETE_SHARE = 0.8
# Within this share of the excursion from the standing (seated) level somebody counts as standing (seated): 2 cm of 40.
LEVEL_SHARE = 0.05
# A movement still going this fast at the trial's end was cut off [m/s].
STILL_MOVING_M_S = 0.15


def swings(signal: Array, smallest: float = SMALLEST_SWING_M) -> list[tuple[int, bool]]:
    """Turning points of the swings that may be attempts; see `assessment.motion.turning_points`."""
    return turning_points(signal, max(smallest, SMALLEST_SHARE * float(np.ptp(signal))))


def resting_level(signal: Array, start: int, stop: int, extreme: float, swing: float, *, low: bool) -> float:
    """Where somebody rests near an extreme: the median of what lies within 10 % of it, in the signal's unit."""
    part = signal[start : stop + 1]
    near = part <= extreme + 2 * LEVEL_SHARE * swing if low else part >= extreme - 2 * LEVEL_SHARE * swing
    return float(np.median(part[near])) if near.any() else float(extreme)


def first_above(signal: Array, level: float, start: int, stop: int) -> int:
    """First frame from ``start`` to ``stop`` at or above a level; ``start`` where there is none."""
    return start + int(np.argmax(signal[start : stop + 1] >= level))


def first_below(signal: Array, level: float, start: int, stop: int) -> int:
    """First frame from ``start`` to ``stop`` at or below a level; ``start`` where there is none."""
    return start + int(np.argmax(signal[start : stop + 1] <= level))


def fell_short(reached: float, greatest: float) -> str:
    """Say that an excursion is no full repetition, or nothing."""
    if reached < COMPLETE_SHARE * greatest:
        return f"The movement reaches {reached / greatest:.0%} of the greatest repetition of this trial."
    return ""
