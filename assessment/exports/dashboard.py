"""Indicators as OpenCap's analysis dashboard shows scalars: a dictionary of metrics a trial, usable values only.

A metric has ``label``, ``value``, ``info`` (the text behind its question mark) and ``decimal``; where a published
criterion was compared with this very value also ``min_limit``, ``max_limit`` and ``colors``: of the criterion's side,
of the band in which measurement error leaves it open, and of the other side, in the order of the values. A metric
without a criterion has no limits.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from assessment.criteria import CriterionResult
from assessment.exports.content import Content
from assessment.exports.judged import Judged, judged_indicator
from assessment.presentation import SIDE_NAMES, places
from assessment.summary import IndicatorRecord, TrialRecord
from assessment.uncertainty import formatted, interval

# Amber, grey, blue of Okabe and Ito: no red and green, which would read as ill and well.
MEETS, OPEN, DOES_NOT_MEET = "#E69F00", "#999999", "#56B4E9"


class Metric(TypedDict, total=False):
    """One scalar of the dashboard."""

    label: str
    value: float
    std: float
    decimal: int
    info: str
    min_limit: float
    max_limit: float
    colors: list[str]


def dashboard(content: Content) -> dict[str, dict[str, dict[str, Metric]]]:
    """Trial -> ``{"metrics": {key: metric}}``; trials without a usable value are left out."""
    found = {trial.name: {"metrics": _metrics(content, trial)} for trial in content.summary.trials}
    return {name: of_trial for name, of_trial in found.items() if of_trial["metrics"]}


def _metrics(content: Content, trial: TrialRecord) -> dict[str, Metric]:
    groups: dict[str, list[IndicatorRecord]] = {}
    for one in trial.indicators:
        if one.value is not None:
            groups.setdefault(f"{one.name}_{one.side}" if one.side else one.name, []).append(one)
    return {key: _metric(content, trial, group) for key, group in groups.items()}


def _metric(content: Content, trial: TrialRecord, group: list[IndicatorRecord]) -> Metric:
    first = group[0]
    values = [one.value for one in group if one.value is not None]
    errors = [one.standard_error for one in group if one.standard_error is not None]
    # Errors of one person's repetitions are alike, so that the mean is as uncertain as its members.
    error = float(np.mean(errors)) if len(errors) == len(group) else None
    digits = places(first.name, first.unit, error or None)
    mean = float(np.mean(values))
    side = f", {SIDE_NAMES[first.side]}" if first.side else ""
    unit = "" if first.unit == "1" else f" ({first.unit})"
    judged = judged_indicator(content.summary, first.name, trial.activity.variant if trial.activity else "")
    metric = Metric(
        label=f"{first.label}{side}{unit}",
        value=round(mean, digits),
        decimal=max(digits, 0),
        info=_info(first, group, mean, error, judged),
    )
    if len(values) > 1:
        metric["std"] = float(f"{np.std(values, ddof=1):.2g}")
    if judged is not None and judged.criterion.cut_off is not None:
        metric |= _limits(judged.criterion, judged.criterion.cut_off, error or 0.0)
    return metric


def _info(
    first: IndicatorRecord, group: list[IndicatorRecord], mean: float, error: float | None, judged: Judged | None
) -> str:
    parts = [f"{formatted(mean, error or None, first.unit)}.", first.definition, f"Source: {first.source}."]
    if len(group) > 1:
        parts.insert(1, f"Mean of {len(group)} repetitions.")
    parts += dict.fromkeys(reason for one in group for reason in one.quality.reasons)
    if judged is not None:
        parts.append(f"{judged.text} Not a diagnosis.")
    return " ".join(parts)


def _limits(criterion: CriterionResult, cut_off: float, error: float) -> Metric:
    low, high = interval(cut_off, error)
    colours = [MEETS, OPEN, DOES_NOT_MEET]
    return Metric(
        min_limit=low, max_limit=high, colors=colours if criterion.operator.startswith("<") else colours[::-1]
    )
