"""What marker errors do to an indicator: how much it changes between copies of the trial with other marker errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from assessment.catalogue import catalogue
from assessment.indicators.base import Indicator, TrialResults
from assessment.uncertainty import of_few
from models.errors import SarcoscopeError
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Array

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
    errors = _pooled(_errors(given, found), len(copies))
    for indicator in given:
        key = _key(indicator)
        if not found or indicator.value is None or key not in errors:
            yield indicator
        elif (error := errors[key]) is None:
            doubt = Quality.caution("With slightly different marker errors this number could not be found.")
            yield replace(indicator, quality=indicator.quality & doubt)
        else:
            yield _with_error(indicator, error)


def _errors(indicators: Sequence[Indicator], found: Sequence[dict[Key, float]]) -> dict[Key, float | None]:
    """What marker errors do to each indicator; None where too few copies show it."""
    values = {_key(one): one.value for one in indicators}
    errors: dict[Key, float | None] = dict.fromkeys(values)
    shown: dict[int, list[tuple[Key, float, list[float]]]] = {}
    for key, value in values.items():
        of_copies = [one[key] for one in found if key in one]
        if value is not None and len(of_copies) >= max(1.0, UNSTABLE_SHARE * len(found)):
            shown.setdefault(len(of_copies), []).append((key, value, of_copies))
    # All that equally many copies show together: a thousand medians of ten numbers take long.
    for alike in shown.values():
        keys, own, of_copies = (list(part) for part in zip(*alike, strict=True))
        errors |= dict(zip(keys, _error(np.array(own), np.array(of_copies)).tolist(), strict=True))
    return errors


def _error(values: Array, of_copies: Array) -> Array:
    """Error of indicators, shape (n,), from their values in copies, shape (n, n_copies)."""
    middle = np.median(of_copies, axis=1)
    distances = np.abs(of_copies - middle[:, None])
    usual = np.quantile(distances, ONE_SIGMA, axis=1)
    spread = np.sqrt(np.mean(np.minimum(distances, FURTHEST * usual[:, None]) ** 2, axis=1))
    # What a median of so few copies is off by in itself is no bias.
    bias_squared = np.maximum((middle - values) ** 2 - (MEDIAN_ERROR * spread) ** 2 / of_copies.shape[1], 0.0)
    return np.hypot(spread, BIAS_FACTOR * np.sqrt(bias_squared))


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
        group: float(np.sqrt(np.mean(np.square(ones)))) * of_few(max(n_copies * len(ones) - 1, 1))
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
