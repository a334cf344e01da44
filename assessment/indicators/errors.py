"""What marker errors do to an indicator: how much it changes between copies of the trial with other marker errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import t

from assessment.catalogue import catalogue
from assessment.indicators.base import Indicator, TrialResults
from assessment.uncertainty import Z95
from models.errors import SarcoscopeError
from pipeline.quality import Mark, Quality

Family = Callable[[TrialResults], Iterator[Indicator]]
Key = tuple[str, str | None, int | None]

# A number that half of the copies do not show depends on how the markers happened to err.
UNSTABLE_SHARE = 0.5
# The 68th percentile of the distances is the standard deviation of a normal error. Distances count up to four of it:
# one session in ten errs three times as much (docs/population.md), one copy in which an event was taken for another
# must not decide.
ONE_SIGMA, FURTHEST = 0.6827, 4.0
# Bias: what noise has already done to a peak grows with its root mean square. Errors that were there and as many again
# are root 2 of it: what the copies add is 0.41 of what the recording has.
BIAS_FACTOR = 1.0 / (2.0**0.5 - 1.0)
# Standard error of the median of n normal values, times root n, over their standard deviation: root of pi / 2.
MEDIAN_ERROR = 1.2533


def with_marker_errors(
    indicators: Iterable[Indicator], families: Sequence[Family], copies: Sequence[TrialResults]
) -> Iterator[Indicator]:
    """Add the error of the markers to the standard errors of indicators.

    The spread of the copies about their middle is the noise; how far their middle is from the value tells the bias
    that a second helping of marker errors adds. Both are added in squares to the error that an indicator brings along
    (a published one, or that of a mean).

    Parameters
    ----------
    indicators : iterable of Indicator
        Those of moments bring the error of the forces along; markers add what other events and other speeds do.
    families : sequence of callable
        What computes them.
    copies : sequence of TrialResults
        None leaves everything as it is.
    """
    given, found = list(indicators), [_values(families, copy) for copy in copies]
    errors = _pooled({_key(one): _error(one, found) for one in given}, len(copies))
    for indicator in given:
        key = _key(indicator)
        if not found or indicator.value is None or key not in errors:
            yield indicator
        elif (error := errors[key]) is None:
            doubt = Quality.caution("With slightly different marker errors this number could not be found.")
            yield replace(indicator, quality=indicator.quality & doubt)
        else:
            yield _with_error(indicator, error)


def _error(indicator: Indicator, found: list[dict[Key, float]]) -> float | None:
    """What marker errors do to one indicator; None where too few copies show it."""
    values = np.array([values[_key(indicator)] for values in found if _key(indicator) in values])
    if indicator.value is None or len(values) < max(1.0, UNSTABLE_SHARE * len(found)):
        return None
    middle = float(np.median(values))
    distances = np.abs(values - middle)
    usual = float(np.quantile(distances, ONE_SIGMA))
    spread = float(np.sqrt(np.mean(np.minimum(distances, FURTHEST * usual) ** 2)))
    # What a median of so few copies is off by in itself is no bias.
    bias_squared = max((middle - indicator.value) ** 2 - (MEDIAN_ERROR * spread) ** 2 / len(values), 0.0)
    return float(np.hypot(spread, BIAS_FACTOR * np.sqrt(bias_squared)))


def _pooled(errors: dict[Key, float | None], n_copies: int) -> dict[Key, float | None]:
    """Root mean square over the repetitions of an indicator and side: ten copies tell a single one's error badly.

    Widened, so that 1.96 of it is the 95 % interval of Student's t with as many degrees of freedom as the copies of
    all repetitions leave.
    """
    of_all: dict[tuple[str, str | None], list[float]] = {}
    for (name, side, _), error in errors.items():
        if error is not None:
            of_all.setdefault((name, side), []).append(error)
    pooled = {
        group: float(np.sqrt(np.mean(np.square(ones)))) * float(t.ppf(0.975, max(n_copies * len(ones) - 1, 1))) / Z95
        for group, ones in of_all.items()
    }
    return {key: None if error is None else pooled[key[0], key[1]] for key, error in errors.items()}


def _with_error(indicator: Indicator, error: float) -> Indicator:
    assert indicator.value is not None  # noqa: S101 - the caller has looked
    declared = catalogue()[indicator.name]
    total = float(np.hypot(indicator.standard_error or 0.0, error))
    if declared.largest_error_share is not None and total > declared.largest_error_share * abs(indicator.value):
        share = f"{total / abs(indicator.value):.0%} of it" if indicator.value else "more than all of it"
        noise = Quality.withheld(f"The error of this number is {share}: what was recorded is mostly noise.")
        return replace(indicator, value=None, standard_error=None, quality=indicator.quality & noise)
    if indicator.standard_error is None and declared.needs == "moments":
        # Without an error of its forces, that of the markers alone would look like the whole.
        return indicator
    return replace(indicator, standard_error=total)


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
