"""Indicators of muscle function: numbers with unit, side, uncertainty and quality. Declared in `catalogue/`."""

from __future__ import annotations

from collections.abc import Sequence

from assessment.indicators import (
    balance,
    gait,
    moments,
    posture,
    sit_to_stand,
    step_up,
    timed_up_and_go,
    timing,
    torque,
    work,
)
from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.errors import with_marker_errors

__all__ = ["Indicator", "TrialResults", "compute_indicators"]

# Each family turns a trial's results into the indicators that apply to its activity.
FAMILIES = (
    timing.compute,
    timed_up_and_go.compute,
    sit_to_stand.compute,
    step_up.compute,
    gait.compute,
    balance.compute,
    posture.compute,
    moments.compute,
    torque.compute,
    work.compute,
)


def compute_indicators(results: TrialResults, copies: Sequence[TrialResults] = ()) -> tuple[Indicator, ...]:
    """All indicators that apply to a trial's activity; those that cannot be given are withheld with the reason.

    Parameters
    ----------
    results : TrialResults
    copies : sequence of TrialResults
        The same trial with other marker errors, see `assessment.indicators.errors`.
    """
    found = (indicator for family in FAMILIES for indicator in family(results))
    return tuple(with_marker_errors(found, FAMILIES, copies))
