"""Heights at which somebody rests, and when they are left and reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.trajectories import Array

# Within this share of the excursion from the standing (seated) level somebody counts as standing (seated): 2 cm of 40.
LEVEL_SHARE = 0.05


def resting_level(signal: Array, start: int, stop: int, extreme: float, swing: float, *, low: bool) -> float:
    """Where somebody rests near an extreme: the median of what lies within 10 % of it, in the signal's unit."""
    part = signal[start : stop + 1]
    near = part <= extreme + 2 * LEVEL_SHARE * swing if low else part >= extreme - 2 * LEVEL_SHARE * swing
    return float(np.median(part[near])) if near.any() else float(extreme)


def near_level(signal: Array, level: float, swing: float) -> NDArray[np.bool_]:
    """Frames within 10 % of the swing from a level; all of them where there is none."""
    near = np.abs(signal - level) <= 2 * LEVEL_SHARE * swing
    return near if near.any() else np.ones_like(near)


def first_above(signal: Array, level: float, start: int, stop: int) -> int:
    """First frame from ``start`` to ``stop`` at or above a level; ``start`` where there is none."""
    return start + int(np.argmax(signal[start : stop + 1] >= level))


def first_below(signal: Array, level: float, start: int, stop: int) -> int:
    """First frame from ``start`` to ``stop`` at or below a level; ``start`` where there is none."""
    return start + int(np.argmax(signal[start : stop + 1] <= level))
