"""Indicators of muscle function: numbers with unit, side, uncertainty and quality. Declared in `catalogue.toml`."""

from __future__ import annotations

from assessment.indicators import gait, moments, posture, timing, work
from assessment.indicators.base import Definition, Indicator, TrialResults, catalogue

__all__ = ["Definition", "Indicator", "TrialResults", "catalogue", "compute_indicators"]

# Each family turns a trial's results into the indicators that apply to its activity.
FAMILIES = (timing.compute, gait.compute, posture.compute, moments.compute, work.compute)


def compute_indicators(results: TrialResults) -> tuple[Indicator, ...]:
    """All indicators that apply to a trial's activity; those that cannot be given are withheld with the reason."""
    return tuple(indicator for family in FAMILIES for indicator in family(results))
