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
    """One line of an indicator table: one indicator of a trial, both sides and all repetitions.

    Attributes
    ----------
    means : dict
        Side (``""`` where the whole body is meant) -> mean and range over the repetitions that may be used.
    repetitions : dict
        Side -> one text per repetition, a dash where withheld; empty for whole-trial indicators.
    mark : Mark
        Of the row as a whole: where only some repetitions are withheld, the rest is usable with caution.
    """

    label: str
    unit: str
    means: dict[str, str]
    repetitions: dict[str, tuple[str, ...]]
    mark: Mark
    reasons: tuple[str, ...]
    definition: str

    @property
    def text(self) -> str:
        """Value for one cell: ``right 1.49, left 1.50`` or ``11.9``."""
        return ", ".join(f"{side} {mean}".strip() for side, mean in self.means.items())


def indicator_rows(trial: TrialRecord) -> list[Row]:
    """Group a trial's indicators by name, in the order they were computed."""
    groups: dict[str, list[IndicatorRecord]] = {}
    for indicator in trial.indicators:
        groups.setdefault(indicator.name, []).append(indicator)
    return [_row(group) for group in groups.values()]


def headline(summary: Summary) -> list[tuple[str, Row]]:
    """Whole-trial indicators (times, speeds) of all trials: (trial name, row)."""
    return [
        (trial.name, row)
        for trial in summary.trials
        for row in indicator_rows(trial)
        if not any(row.repetitions.values())
    ]


def further_reasons(trial: TrialRecord) -> tuple[list[str], list[str]]:
    """Reasons for the mark of the angles, and those the moments have on top."""
    angles = trial.kinematics_quality.reasons if trial.kinematics_quality else []
    moments = trial.kinetics_quality.reasons if trial.kinetics_quality else []
    return angles, [reason for reason in moments if reason not in angles]


def _row(group: list[IndicatorRecord]) -> Row:
    by_side: dict[str, list[IndicatorRecord]] = {}
    for indicator in sorted(group, key=lambda indicator: indicator.repetition or 0):
        by_side.setdefault(SIDE_NAMES[indicator.side] if indicator.side else "", []).append(indicator)
    marks = {indicator.quality.mark for indicator in group}
    worst = max(marks, key=list(Mark).index)
    if worst is Mark.WITHHELD and len(marks) > 1:
        worst = Mark.WITH_CAUTION
    first = group[0]
    return Row(
        label=first.label,
        unit="" if first.unit == "1" else first.unit,
        means={side: _spread([one.value for one in ones if one.value is not None]) for side, ones in by_side.items()},
        repetitions={
            side: tuple(number(one.value) for one in ones if one.repetition is not None)
            for side, ones in by_side.items()
        },
        mark=worst,
        reasons=tuple(dict.fromkeys(reason for indicator in group for reason in indicator.quality.reasons)),
        definition=first.definition,
    )


def number(value: float | None) -> str:
    """Three significant figures, a dash for what is withheld; counts stay whole."""
    if value is None:
        return "–"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:#.3g}".rstrip(".")


def _spread(values: list[float]) -> str:
    if not values:
        return "–"
    mean = number(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({number(min(values))} to {number(max(values))})"
