"""Change over the repetitions of a trial: fatigue, as far as one trial shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from assessment.indicators.base import Indicator, TrialResults
from assessment.motion import Side
from assessment.uncertainty import of_few
from pipeline.quality import Quality

# With three points a slope has one degree of freedom left.
FEWEST = 4


def slope_over_repetitions(
    results: TrialResults, name: str, values: Mapping[int, float], per: float = 1.0, side: Side | None = None
) -> Iterator[Indicator]:
    """Least-squares slope of a quantity over the numbers of its repetitions, with its standard error.

    Parameters
    ----------
    results : TrialResults
    name : str
        As in the catalogue.
    values : mapping of int to float
        Number of the repetition -> value; those withheld are absent.
    per : float
        Divides the slope: body mass.
    side : {'r', 'l'} or None
    """
    if len(results.complete_repetitions) < FEWEST:
        return
    if len(values) < FEWEST:
        few = Quality.withheld(f"A change over repetitions needs {FEWEST} of them; {len(values)} can be used.")
        yield results.indicator(name, None, few, side=side)
        return
    numbers, found = np.array(list(values), dtype=float), np.array(list(values.values())) / per
    apart, off = numbers - numbers.mean(), found - found.mean()
    slope = float(apart @ off / (apart @ apart))
    freedom = len(values) - 2
    error = float(np.linalg.norm(off - slope * apart) / np.linalg.norm(apart)) / freedom**0.5
    yield results.indicator(name, slope, side=side, standard_error=error * of_few(freedom))
