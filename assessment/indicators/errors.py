"""What marker errors do to an indicator: how much it changes between copies of the trial with other marker errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from assessment.indicators.base import Indicator, TrialResults, catalogue
from models.errors import SarcoscopeError
from pipeline.quality import Mark, Quality

Family = Callable[[TrialResults], Iterator[Indicator]]
Key = tuple[str, str | None, int | None]

# A number that half of the copies do not show depends on how the markers happened to err.
UNSTABLE_SHARE = 0.5
# The 68th percentile of the distances is the standard deviation of a normal error, and one copy in which an event
# was taken for another one does not decide it.
ONE_SIGMA = 0.6827
# Bias: what noise has already done to a peak grows with its root mean square. Errors that were there and as many again
# are root 2 of it: what the copies add is 0.41 of what the recording has.
BIAS_FACTOR = 1.0 / (2.0**0.5 - 1.0)


def with_marker_errors(
    indicators: Iterable[Indicator], families: Sequence[Family], copies: Sequence[TrialResults]
) -> Iterator[Indicator]:
    """Add the error of the markers to the standard errors of indicators of times, speeds, lengths and angles.

    The spread of the copies about their middle is the noise; how far their middle is from the value tells the bias
    that a second helping of marker errors adds. Both are added in squares to the error that an indicator brings along
    (a published one, or that of a mean).

    Parameters
    ----------
    indicators : iterable of Indicator
        Those that rest on moments are passed on as they are: their errors come from the forces.
    families : sequence of callable
        What computes them.
    copies : sequence of TrialResults
        Without forces and moments; none leaves everything as it is.
    """
    found = [_values(families, copy) for copy in copies]
    for indicator in indicators:
        if not found or indicator.value is None or catalogue()[indicator.name].needs != "kinematics":
            yield indicator
            continue
        key = _key(indicator)
        values = np.array([values[key] for values in found if key in values])
        if len(values) < UNSTABLE_SHARE * len(found):
            doubt = Quality.caution("With slightly different marker errors this number could not be found.")
            yield replace(indicator, quality=indicator.quality & doubt)
            continue
        bias = float(np.median(values)) - indicator.value
        spread = float(np.quantile(np.abs(values - np.median(values)), ONE_SIGMA))
        error = float(np.hypot(spread, BIAS_FACTOR * bias))
        limit = catalogue()[indicator.name].largest_error_share
        if limit is not None and error > limit * abs(indicator.value):
            share = f"{error / abs(indicator.value):.0%}" if indicator.value else "all of it"
            noise = Quality.withheld(
                f"Marker errors alone would change this number by {share}: what was recorded is mostly noise."
            )
            yield replace(indicator, value=None, standard_error=None, quality=indicator.quality & noise)
            continue
        yield replace(indicator, standard_error=float(np.hypot(indicator.standard_error or 0.0, error)))


def _values(families: Sequence[Family], copy: TrialResults) -> dict[Key, float]:
    values: dict[Key, float] = {}
    for family in families:
        try:
            for indicator in family(copy):
                if indicator.value is not None and indicator.quality.mark is not Mark.WITHHELD:
                    values[_key(indicator)] = indicator.value
        except SarcoscopeError:
            continue
    return values


def _key(indicator: Indicator) -> Key:
    return indicator.name, indicator.side, indicator.repetition
