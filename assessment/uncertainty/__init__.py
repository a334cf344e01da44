"""Measurement uncertainty: intervals, digits, published repeatability, and change between visits.

Here is what needs nothing of the package but numbers, so that everything may import it, the criteria and the records of
results included. What reads results is imported from its own module: `measured`, `change`, `visits`.
"""

from assessment.uncertainty.interval import (
    COMPARE,
    Z95,
    Operator,
    decimals,
    error_of_mean,
    fixed,
    formatted,
    interval,
    of_few,
    probability_beyond,
    signed,
)
from assessment.uncertainty.reliability import Repeatability, better, meaningful_difference, repeatability

__all__ = [
    "COMPARE",
    "Z95",
    "Operator",
    "Repeatability",
    "better",
    "decimals",
    "error_of_mean",
    "fixed",
    "formatted",
    "interval",
    "meaningful_difference",
    "of_few",
    "probability_beyond",
    "repeatability",
    "signed",
]
