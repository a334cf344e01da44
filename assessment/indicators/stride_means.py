"""Means over the strides of a walk, and how well a mean is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assessment.motion import Side


@dataclass(frozen=True)
class Mean:
    """Mean over strides or steps.

    Attributes
    ----------
    value : float
    standard_error : float or None
        From how strides differ among each other; None where each side shows only one.
    n : int
    """

    value: float
    standard_error: float | None
    n: int


def pooled_sd(values: Mapping[Side, Sequence[float]]) -> float | None:
    """Standard deviation within sides, both sides together; None where no side has two values."""
    freedom = sum(max(len(side) - 1, 0) for side in values.values())
    if not freedom:
        return None
    squares = sum(float(np.sum((np.array(side) - np.mean(side)) ** 2)) for side in values.values() if len(side))
    return float(np.sqrt(squares / freedom))


def side_means(values: Mapping[Side, Sequence[float]]) -> dict[Side, Mean]:
    """Mean of every side that has a value; strides of both sides tell how much strides differ."""
    finite = {side: [value for value in of_side if np.isfinite(value)] for side, of_side in values.items()}
    sd = pooled_sd(finite)
    return {
        side: Mean(float(np.mean(of_side)), None if sd is None else sd / len(of_side) ** 0.5, len(of_side))
        for side, of_side in finite.items()
        if of_side
    }


def overall_mean(values: Mapping[Side, Sequence[float]]) -> Mean:
    """Mean of both sides, each stride once. A right and a left stride overlap by half: half of them are independent."""
    finite = {side: [value for value in of_side if np.isfinite(value)] for side, of_side in values.items()}
    every = [value for of_side in finite.values() for value in of_side]
    sd = pooled_sd(finite)
    return Mean(float(np.mean(every)), None if sd is None else sd / (len(every) / 2.0) ** 0.5, len(every))


def in_squares(*errors: float | None) -> float | None:
    """Independent errors together; None where none is known."""
    known = [error for error in errors if error is not None]
    return float(np.hypot.reduce(known)) if known else None
