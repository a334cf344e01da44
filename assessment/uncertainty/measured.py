"""One value a person: indicators of a session, averaged over repetitions and trials of a movement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assessment.catalogue import catalogue
from assessment.summary import IndicatorRecord, Summary, TrialRecord
from assessment.uncertainty.interval import error_of_mean
from pipeline.quality import Mark

if TYPE_CHECKING:
    from assessment.motion import Side

# The trial that gave an indicator; None where several gave it together.
_Found = tuple[TrialRecord | None, IndicatorRecord]


@dataclass(frozen=True)
class Measured:
    """One indicator of one person at one visit.

    Attributes
    ----------
    indicator, unit : str
        Name in the catalogue; a clinical value typed in has a name of its own.
    activity : str
        The movement it was taken from, with its variant: ``sit-to-stand/five-times``; empty where typed in, and
        of what several trials give together (SPPB).
    side : {'r', 'l'} or None
        None: of the whole body, or the mean of both sides.
    value, standard_error : float or None
        In ``unit``. The value is None where it is withheld. The errors of one person's repetitions are alike (mass,
        model, placement of the load), so that the mean is as uncertain as its members; where trials lie apart, that
        comes on top (`error_of_mean`).
    mark : Mark
        The worst of what went into it; withheld where nothing could.
    reasons : tuple of str
    protocol : str
        What was measured how; values of different protocols are not compared.
    origin : str
        Where the contact forces of a moment came from: measured, estimated or simulated; empty for others.
    trials : tuple of (str, float)
        Trials it is the mean of, each with its own mean.
    """

    indicator: str
    unit: str
    activity: str
    value: float | None
    standard_error: float | None
    side: Side | None = None
    label: str = ""
    mark: Mark = Mark.REPORTED
    reasons: tuple[str, ...] = ()
    protocol: str = ""
    origin: str = ""
    trials: tuple[tuple[str, float], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a value of: indicator, activity and side."""
        return self.indicator, self.activity, self.side or ""


def measured_values(summary: Summary, *, both_sides: bool = False) -> list[Measured]:
    """Every indicator of a session as one value for each movement and side, those of the person included.

    Parameters
    ----------
    summary : Summary
    both_sides : bool
        Average right and left too: one value for each movement.
    """
    groups: dict[tuple[str, str, str], list[_Found]] = {}
    of_trials = [(trial, record) for trial in summary.trials for record in trial.indicators]
    of_person = [(None, record) for record in summary.indicators]
    for trial, record in [*of_trials, *of_person]:
        side = "" if both_sides else record.side or ""
        groups.setdefault((record.name, movement_of(trial), side), []).append((trial, record))
    return [_pooled(activity, side, group) for (_, activity, side), group in groups.items()]


def movement_of(trial: TrialRecord | None) -> str:
    """Name and variant: a single rise and the first of five are not the same task."""
    if trial is None or trial.activity is None:
        return ""
    return f"{trial.activity.name}/{trial.activity.variant}" if trial.activity.variant else trial.activity.name


def _pooled(activity: str, side: str, group: list[_Found]) -> Measured:
    records = [record for _, record in group]
    usable = [(trial, record) for trial, record in group if record.value is not None]
    first = records[0]
    errors = [record.standard_error for _, record in usable if record.standard_error is not None]
    trials = _by_trial(usable)
    declared = catalogue().get(first.name)
    of_moments = declared is not None and declared.needs == "moments"
    counted = usable or group
    return Measured(
        indicator=first.name,
        unit=first.unit,
        activity=activity,
        value=float(np.mean([record.value for _, record in usable])) if usable else None,
        # Where one of them has no error the mean has none: half an error would look like a whole one.
        standard_error=(
            error_of_mean([value for _, value in trials], errors) if errors and len(errors) == len(usable) else None
        ),
        side="r" if side == "r" else "l" if side == "l" else None,
        label=first.label,
        mark=_worst(record.quality.mark for record in records) if usable else Mark.WITHHELD,
        reasons=tuple(dict.fromkeys(reason for record in records for reason in record.quality.reasons)),
        protocol=_joined(record.protocol for record in records),
        origin=_joined(trial.forces.origin for trial, _ in counted if trial and trial.forces) if of_moments else "",
        trials=trials,
    )


def _by_trial(usable: list[_Found]) -> tuple[tuple[str, float], ...]:
    """Mean of each trial; nothing of what several trials gave together. No two trials of a session share a name."""
    values: dict[str, list[float]] = {}
    for trial, record in usable:
        if trial is not None and record.value is not None:
            values.setdefault(trial.name, []).append(record.value)
    return tuple((name, float(np.mean(found))) for name, found in values.items())


def _worst(marks: Iterable[Mark]) -> Mark:
    """Of values of which some may be used: where others are withheld, the whole is usable with caution."""
    return Mark.REPORTED if set(marks) == {Mark.REPORTED} else Mark.WITH_CAUTION


def _joined(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))
