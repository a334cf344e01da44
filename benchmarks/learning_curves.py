"""What learning curves say: how much was trained before an error was reached, and whether two ways differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_scaling.judging.ablation import Curve

Array = NDArray[np.float64]

_RESAMPLES = 10_000


def reached(spent: Array, error: Array, level: float) -> float | None:
    """Return what was spent when the error first fell to the level: on the line between scores; None where never.

    Parameters
    ----------
    spent, error : ndarray, shape (n_scores,)
        Episodes or seconds, rising, and the error then.
    level : float
    """
    below = np.flatnonzero(error <= level)
    if not len(below):
        return None
    place = int(below[0])
    if place == 0:
        return float(spent[0])
    share = (error[place - 1] - level) / (error[place - 1] - error[place])
    return float(spent[place - 1] + share * (spent[place] - spent[place - 1]))


def at(curve: Curve, measure: str, episodes: float) -> Array:
    """Errors of every held-out person after so many episodes, on the line between scores, shape (n_people,)."""
    return np.array([np.interp(episodes, curve.episodes, person) for person in curve.scores[measure].T])


def paired_interval(first: Array, second: Array) -> tuple[float, float, float]:
    """Mean of second less first and its 95 % interval: percentiles over people drawn again with their seeds' mean.

    The interval is of these seeds: it says how sure the difference is among people, not among trainings.

    Parameters
    ----------
    first, second : ndarray, shape (n_seeds, n_people)
        Errors of the same people.
    """
    apart = second.mean(axis=0) - first.mean(axis=0)
    drawn = np.random.default_rng(0).integers(len(apart), size=(_RESAMPLES, len(apart)))
    low, high = np.percentile(apart[drawn].mean(axis=1), [2.5, 97.5])
    return float(apart.mean()), float(low), float(high)


def summary(values: Sequence[float | None]) -> dict[str, Any]:
    """Mean and SD over seeds, and the seeds' own values; null where a seed never got there, and then no mean."""
    numbers = [one for one in values if one is not None]
    whole = len(numbers) == len(values)
    return {
        "mean": round(float(np.mean(numbers)), 3) if whole else None,
        "sd": round(float(np.std(numbers, ddof=1)), 3) if whole and len(numbers) > 1 else None,
        "seeds": [None if one is None else round(one, 3) for one in values],
    }


def of(curves: Sequence[Curve], variation: str) -> list[Curve]:
    """Curves of a variation, in the order of their seeds."""
    return sorted((curve for curve in curves if curve.variation == variation), key=lambda curve: curve.seed)
