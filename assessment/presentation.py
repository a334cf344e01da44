"""How results are presented, the same on the command line, in the report and in the app: rows, numbers, colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from assessment.catalogue import catalogue
from assessment.summary import IndicatorRecord, QualityRecord, Summary, TrialRecord
from assessment.uncertainty import decimals, fixed, interval
from assessment.visit import HeightUnit, MomentUnit
from models.gravity import GRAVITY_M_PER_S2
from pipeline.quality import Mark

# Okabe and Ito's colour-blind-safe palette (2008); the same pair everywhere in the product.
SIDE_COLOURS = {"r": "#0072B2", "l": "#D55E00"}
SIDE_NAMES = {"r": "right", "l": "left"}

# Indicators shown before all others, the ones that clinical tests are known by.
HEADLINE = frozenset(
    {
        "five_times_sit_to_stand_time",
        "thirty_second_sit_to_stand_count",
        "sit_to_stand_power_field_per_kg",
        "number_of_repetitions",
        "gait_speed",
        "timed_up_and_go_time",
        "stance_held_time",
    }
)

# Those of them that say themselves which movement they are of.
SAY_THEIR_MOVEMENT = HEADLINE - {"number_of_repetitions"}

# The tier that stands behind the others, on demand.
DETAILS = "For researchers"

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
        Side (``""`` where the whole body is meant) -> mean over the repetitions that may be used, and its 95 % interval
        where an error is known: ``12.8 [11.0, 14.6]``.
    repetitions : dict
        Side -> one text per repetition, a dash where withheld; empty for whole-trial indicators.
    mark : Mark
        Of the row as a whole: where only some repetitions are withheld, the rest is usable with caution.
    """

    name: str
    label: str
    unit: str
    tier: str
    means: dict[str, str]
    repetitions: dict[str, tuple[str, ...]]
    mark: Mark
    reasons: tuple[str, ...]
    definition: str

    @property
    def text(self) -> str:
        """Value for one cell: ``right 1.49, left 1.50`` or ``11.9``."""
        return ", ".join(f"{side} {mean}".strip() for side, mean in self.means.items())

    @property
    def is_detail(self) -> bool:
        """Whether it is one of the `DETAILS`."""
        return self.tier == "research"


def indicator_rows(of: TrialRecord | Summary) -> list[Row]:
    """Group the indicators of a trial, or those of the person, by name, in the order they were computed."""
    groups: dict[str, list[IndicatorRecord]] = {}
    for indicator in of.indicators:
        groups.setdefault(indicator.name, []).append(indicator)
    return [_row(group) for group in groups.values()]


def headline(summary: Summary) -> list[tuple[str, Row]]:
    """What a reader looks for first, of the person and of all trials: (trial name, empty of the person, row)."""
    of_person = [("", row) for row in indicator_rows(summary)]
    of_trials = [(trial.name, row) for trial in summary.trials for row in indicator_rows(trial) if row.name in HEADLINE]
    return of_person + of_trials


def usable(quality: QualityRecord | None) -> bool:
    """Whether what this mark stands for may be shown at all."""
    return quality is not None and quality.mark is not Mark.WITHHELD


def further_reasons(trial: TrialRecord) -> tuple[list[str], list[str]]:
    """Reasons for the mark of the angles, and those the moments have on top."""
    angles = trial.kinematics_quality.reasons if trial.kinematics_quality else []
    moments = trial.kinetics_quality.reasons if trial.kinetics_quality else []
    return angles, [reason for reason in moments if reason not in angles]


def moment_factor(unit: MomentUnit, mass_kg: float, height_m: float) -> float:
    """How much of a unit is one Nm/kg."""
    return {"Nm/kg": 1.0, "Nm": mass_kg, "%BW*height": 100.0 / (GRAVITY_M_PER_S2 * height_m)}[unit]


def height_text(height_m: float, unit: HeightUnit) -> str:
    """Body height: ``1.60 m`` or ``160 cm``."""
    return f"{100.0 * height_m:.0f} cm" if unit == "cm" else f"{height_m:.2f} m"


def time_text(at: datetime) -> str:
    """A moment, with its zone named: what is read on a screen and on paper is then the same."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def seat_off_text(trial: TrialRecord) -> str:
    """When the pelvis left the seat, with standard deviations, as a sentence; empty where nobody sat."""
    times = ", ".join(f"{found.time_s:.2f} ± {found.standard_deviation_s:.2f}" for found in trial.seat_offs)
    return f"Seat-off at {times} s." if times else ""


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
        name=first.name,
        label=first.label,
        unit="" if first.unit == "1" else first.unit,
        tier=first.tier,
        means={side: _spread(ones) for side, ones in by_side.items()},
        repetitions={
            side: tuple(number(one) for one in ones if one.repetition is not None) for side, ones in by_side.items()
        },
        mark=worst,
        reasons=tuple(dict.fromkeys(reason for indicator in group for reason in indicator.quality.reasons)),
        definition=first.definition,
    )


def number(one: IndicatorRecord) -> str:
    """As many digits as its standard error supports, a dash for what is withheld; counts (unit 1) are whole."""
    return "–" if one.value is None else fixed(one.value, places(one.name, one.unit, one.standard_error))


def places(name: str, unit: str, standard_error: float | None) -> int:
    """Decimals that a value of this indicator may be shown with."""
    finest = catalogue()[name].decimals if name in catalogue() else None
    return 0 if unit == "1" else decimals(unit, standard_error, finest)


def with_interval(name: str, unit: str, value: float, standard_error: float | None) -> str:
    """A value of this indicator and its 95 % interval where an error is known, without unit: ``12.8 [11.0, 14.6]``."""
    digits = places(name, unit, standard_error or None)
    if not standard_error:
        return fixed(value, digits)
    low, high = interval(value, standard_error)
    return f"{fixed(value, digits)} [{fixed(low, digits)}, {fixed(high, digits)}]"


def _spread(indicators: list[IndicatorRecord]) -> str:
    """Mean and 95 % interval of those that may be used.

    The errors of one person's repetitions are alike (mass, model, placement of the load), so that they do not average
    out: the mean is as uncertain as its members.
    """
    usable = [indicator for indicator in indicators if indicator.value is not None]
    name, unit = indicators[0].name, indicators[0].unit
    if not usable:
        return "–"
    middle = float(np.mean([indicator.value for indicator in usable if indicator.value is not None]))
    errors = [indicator.standard_error for indicator in usable if indicator.standard_error is not None]
    return with_interval(name, unit, middle, float(np.mean(errors)) if errors else None)
