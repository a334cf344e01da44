"""How results are presented, the same on the command line, in the report and in the app: rows, numbers, colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.summary import IndicatorRecord, Summary, TrialRecord
from pipeline.quality import Mark

# Okabe and Ito's colour-blind-safe palette (2008); the same pair everywhere in the product.
SIDE_COLOURS = {"r": "#0072B2", "l": "#D55E00"}
SIDE_NAMES = {"r": "right", "l": "left"}

# Coordinate, title of its angle, title of its moment, and the sign that turns OpenSim's moment into "extension
# (plantarflexion) is positive".
SAGITTAL_JOINTS = (
    ("hip_flexion", "Hip flexion", "Hip extension moment", -1.0),
    ("knee_angle", "Knee flexion", "Knee extension moment", -1.0),
    ("ankle_angle", "Ankle dorsiflexion", "Ankle plantarflexion moment", -1.0),
)


@dataclass(frozen=True)
class Row:
    """One line of an indicator table: all repetitions of one indicator and side.

    Attributes
    ----------
    values : tuple of str
        One text per repetition; a dash where withheld.
    mean : str
        Mean and range over the repetitions that may be used.
    """

    label: str
    side: str
    unit: str
    values: tuple[str, ...]
    mean: str
    mark: Mark
    reasons: tuple[str, ...]
    definition: str


def indicator_rows(trial: TrialRecord) -> list[Row]:
    """Group a trial's indicators by name and side, repetitions in order."""
    groups: dict[tuple[str, str | None], list[IndicatorRecord]] = {}
    for indicator in trial.indicators:
        groups.setdefault((indicator.name, indicator.side), []).append(indicator)
    return [_row(group) for group in groups.values()]


def headline(summary: Summary) -> list[tuple[str, Row]]:
    """Whole-trial indicators (times, speeds) of all trials: (trial name, row)."""
    return [
        (trial.name, _row([indicator]))
        for trial in summary.trials
        for indicator in trial.indicators
        if indicator.repetition is None
    ]


def _row(group: list[IndicatorRecord]) -> Row:
    group = sorted(group, key=lambda indicator: indicator.repetition or 0)
    first = group[0]
    used = [indicator.value for indicator in group if indicator.value is not None]
    marks = [indicator.quality.mark for indicator in group]
    worst = max(marks, key=list(Mark).index) if used else Mark.WITHHELD
    if used and worst is Mark.WITHHELD:
        # Some repetitions can be used: the row as a whole is usable, with the reasons shown.
        worst = Mark.WITH_CAUTION
    side = SIDE_NAMES[first.side] if first.side else ""
    return Row(
        label=first.label,
        side=side,
        unit=first.unit,
        values=tuple(number(indicator.value) for indicator in group),
        mean=_spread(used),
        mark=worst,
        reasons=tuple(dict.fromkeys(reason for indicator in group for reason in indicator.quality.reasons)),
        definition=first.definition,
    )


def number(value: float | None) -> str:
    """Three significant figures, a dash for what is withheld."""
    return "–" if value is None else f"{value:#.3g}".rstrip(".")


def _spread(values: list[float]) -> str:
    if not values:
        return "–"
    mean = number(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({number(min(values))} to {number(max(values))})"
