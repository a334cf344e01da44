"""Measurement uncertainty: intervals, digits, published repeatability, and change between visits."""

from assessment.uncertainty.change import Change, MeaningfulRecord, change
from assessment.uncertainty.interval import decimals, fixed, formatted, interval, probability_beyond
from assessment.uncertainty.measured import Measured, measured_values, read_summary
from assessment.uncertainty.reliability import Repeatability, better, meaningful_difference, repeatability
from assessment.uncertainty.visits import Comparison, compare_visits

__all__ = [
    "Change",
    "Comparison",
    "MeaningfulRecord",
    "Measured",
    "Repeatability",
    "better",
    "change",
    "compare_visits",
    "decimals",
    "fixed",
    "formatted",
    "interval",
    "meaningful_difference",
    "measured_values",
    "probability_beyond",
    "read_summary",
    "repeatability",
]
