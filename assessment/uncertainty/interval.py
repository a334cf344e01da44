"""Intervals of a measured value, probabilities beyond a cut-off, and how many digits an error supports."""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import floor, hypot, isfinite, log10
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

Operator = Literal["<", "<=", ">", ">="]
COMPARE: Final[Mapping[Operator, Callable[[float, float], bool]]] = MappingProxyType(
    {"<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge}
)

DEFAULT_LEVEL = 0.95
Z95 = 1.96
"""Standard errors to either side that hold 95 % of normal errors, as published detectable changes round it."""

# Decimals that a unit is shown with at most. Time, speed, angle, moment and power: what clinical repeatability supports
# (time 0.1 s, speed 0.01 m/s, angle 1 deg, moment 0.1 Nm/kg, power 0.1 W/kg); the others follow their size.
FINEST_DECIMALS = {
    "s": 1, "m/s": 2, "mm/s": 0, "m": 2, "cm": 1, "mm": 0, "cm2": 1, "mm2": 0, "deg": 0, "deg/s": 0,
    "Nm": 0, "Nm/kg": 1, "Nm/s": 0, "Nm/s/kg": 1, "Nms": 0, "Nms/kg": 2, "J": 0, "J/kg": 2, "W": 0, "W/kg": 1,
    "N": 0, "N/kg": 1, "kg": 1, "kg/m2": 1, "1/min": 0, "steps/min": 0, "%": 0, "1": 1, "ratio": 2, "%BW*height": 1,
    "Nm/kg per repetition": 2, "W/kg per repetition": 2, "s per repetition": 2,
}  # fmt: skip
OTHER_UNIT_DECIMALS = 2
UNPRINTED = ("1", "ratio")


@cache
def of_few(freedom: int) -> float:
    """What a standard error known from so few is multiplied by: 1.96 of it is then Student's 95 % interval."""
    return float(stdtrit(freedom, 0.5 + DEFAULT_LEVEL / 2.0)) / Z95


def interval(value: float, standard_error: float, level: float = DEFAULT_LEVEL) -> tuple[float, float]:
    """Interval that holds the true value with probability ``level``, for normal errors.

    Parameters
    ----------
    value, standard_error : float
        In the same unit.
    level : float
        0 to 1.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    ValueError
        The standard error is negative or not finite, or the level is not between 0 and 1.
    """
    if not (isfinite(standard_error) and standard_error >= 0.0):
        raise ValueError(f"A standard error is a finite number of at least 0, not {standard_error}.")
    if not 0.0 < level < 1.0:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    half = float(ndtri(0.5 + level / 2.0)) * standard_error
    return value - half, value + half


def probability_beyond(value: float, standard_error: float, operator: Operator, cut_off: float) -> float:
    """Probability that the true value is on the side of a cut-off that an operator names, for normal errors.

    Parameters
    ----------
    value, standard_error, cut_off : float
        In the same unit. A standard error of 0 is an exact value: the answer is 0 or 1, and the operator decides at
        the cut-off itself.
    operator : {'<', '<=', '>', '>='}
    """
    if standard_error == 0.0:
        return float(COMPARE[operator](value, cut_off))
    below = float(ndtr((cut_off - value) / standard_error))
    return below if operator in ("<", "<=") else 1.0 - below


def error_of_mean(values: Sequence[float], errors: Sequence[float]) -> float:
    """Standard error of a mean over trials of one movement.

    What no recording tells (mass, model, placement of the load) is shared by all trials and does not average out:
    the mean of their errors stays. How far the trials lie apart is none of that and comes on top, as the standard
    deviation between them: undivided, since two or three trials of another task or effort are no sample of one value.

    Parameters
    ----------
    values : sequence of float
        One of each trial.
    errors : sequence of float
        Standard errors of what was averaged.
    """
    apart = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return hypot(float(np.mean(errors)), apart)


def decimals(unit: str, standard_error: float | None, finest: int | None = None) -> int:
    """Decimals that a number may be shown with; negative where not even its ones are known.

    Never more than a unit is used with in the clinic, and never beyond the first figure of the standard error.

    Parameters
    ----------
    unit : str
    standard_error : float or None
        In ``unit``; None where it is not known: the unit alone decides.
    finest : int or None
        In place of the unit's.
    """
    finest = FINEST_DECIMALS.get(unit, OTHER_UNIT_DECIMALS) if finest is None else finest
    if standard_error is None or standard_error <= 0.0:
        return finest
    return min(finest, -floor(log10(standard_error)))


def formatted(value: float, standard_error: float | None, unit: str) -> str:
    """A number with its unit and 95 % interval: ``12.8 s (95 % interval 11.0 to 14.6)``.

    Parameters
    ----------
    value : float
    standard_error : float or None
        None: the number stands without an interval.
    unit : str
        ``1`` (counts, scores) and ``ratio`` are not printed; whole counts stand without decimals.
    """
    whole = unit == "1" and standard_error is None and float(value).is_integer()
    places = 0 if whole else decimals(unit, standard_error)
    text = f"{fixed(value, places)} {'' if unit in UNPRINTED else unit}".rstrip()
    if standard_error is None:
        return text
    low, high = interval(value, standard_error)
    return f"{text} (95 % interval {fixed(low, places)} to {fixed(high, places)})"


def signed(value: float, places: int) -> str:
    """A difference as `fixed` rounds it, with its sign; zero has none."""
    text = fixed(value, places)
    return f"+{text}" if float(text) > 0.0 else text


def fixed(value: float, places: int) -> str:
    """A number rounded to ``places`` decimals; negative ones round to tens, hundreds, and so on. Never ``-0``."""
    rounded = round(value, places) + 0.0
    return f"{rounded:.{max(places, 0)}f}"
