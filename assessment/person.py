"""What a session says of the person: inputs of published criteria from its trials, and the SPPB from its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Literal

import numpy as np

from assessment.clinical import typed_in
from assessment.criteria import (
    FrameworkResult,
    Measurement,
    Person,
    check_muscle_mass,
    evaluate,
    is_possible,
    sppb_balance_points,
    sppb_chair_points,
    sppb_gait_points,
)
from assessment.indicators.balance import SPPB_STANCE_S, STILL_HELD
from assessment.records import indicator_of
from assessment.summary import ClinicalMeasures, IndicatorRecord, QualityRecord, TrialRecord
from assessment.uncertainty import error_of_mean
from models.subject import Subject
from pipeline.quality import Mark, Quality


@dataclass(frozen=True)
class _Source:
    """An indicator that is the quantity of published criteria.

    ``which``: of several trials the best counts (a timed test) or their mean (walks; AWGS 2019). ``not_of``: variants
    that do not count: nobody chooses the speed of a belt.
    """

    indicator: str
    quantity: str
    protocol: str
    which: Literal["least", "greatest", "mean"]
    not_of: str = ""


MEASURED = (
    _Source("five_times_sit_to_stand_time", "chair_stand_s", "stop at full stand", "least"),
    _Source("gait_speed", "gait_speed_m_s", "moving start, steady part of the walk", "mean", not_of="treadmill"),
    _Source("timed_up_and_go_time", "tug_s", "", "least"),
    _Source("sit_to_stand_power_field_per_kg", "sit_to_stand_power_w_per_kg", "field equation", "greatest"),
)
SPPB = "sppb_score"
STANCES = ("side-by-side", "semi-tandem", "tandem")
SPPB_WALK_M = 4.0
STEADY_SPEED = (
    "The walk is scored by its steady speed over 4 m; the test's clock also runs while setting off, and may give a "
    "point less."
)
# Scores are steps: their error is that of scores of times drawn from the parts' errors.
DRAWS = 1000


def judge_person(
    trials: Sequence[TrialRecord], subject: Subject, clinical: ClinicalMeasures
) -> tuple[list[IndicatorRecord], list[FrameworkResult]]:
    """The SPPB of a session, and every published criterion.

    Parameters
    ----------
    trials : sequence of TrialRecord
    subject : Subject
    clinical : ClinicalMeasures

    Raises
    ------
    SettingsError
        A clinical value is not possible.
    """
    check_muscle_mass(clinical.asm_kg, clinical.asm_method)
    sppb = _sppb(trials)
    found = _from_trials(trials)
    if sppb is not None and sppb.value is not None:
        estimate = Measurement(sppb.value, sppb.standard_error or 0.0, origin="estimated")
        found["sppb"] = _Found(estimate, tuple(sppb.quality.reasons))
    person = Person(subject.sex, subject.age_years, subject.height_m, subject.mass_kg)
    given = {quantity: one.measurement for quantity, one in found.items()} | typed_in(clinical)
    results = [_with_notes(result, found) for result in evaluate(person, given)]
    return [] if sppb is None else [sppb], results


def _with_notes(result: FrameworkResult, found: Mapping[str, _Found]) -> FrameworkResult:
    """The result with what a reader must know of the values that it rests on."""
    notes = [note for quantity in result.used if quantity in found for note in found[quantity].notes]
    return result.model_copy(update={"notes": list(dict.fromkeys([*result.notes, *notes]))})


@dataclass(frozen=True)
class _Found:
    """A measurement from the trials, and what a reader must know of it."""

    measurement: Measurement
    notes: tuple[str, ...]


def _from_trials(trials: Sequence[TrialRecord]) -> dict[str, _Found]:
    measured = {}
    for source in MEASURED:
        found = _usable(trials, source)
        if not found:
            continue
        values = np.array([one.value for one in found], dtype=float)
        errors = np.array([one.standard_error for one in found], dtype=float)
        if source.which == "mean":
            value, error, counted = float(values.mean()), error_of_mean(values.tolist(), errors.tolist()), found
        else:
            chosen = int(values.argmin() if source.which == "least" else values.argmax())
            value, error, counted = float(values[chosen]), float(errors[chosen]), [found[chosen]]
        # A run in a session of walks, or a movement that was mistaken: no value of a person to be judged by.
        if not is_possible(source.quantity, value):
            continue
        reasons = [reason for one in counted for reason in one.quality.reasons if one.quality.mark is not Mark.REPORTED]
        rule = {"mean": "the mean of", "least": "the least of", "greatest": "the greatest of"}[source.which]
        notes = [f"{found[0].label}: {rule} {len(found)} trials counts."] if len(found) > 1 else []
        notes += [f"{found[0].label}, with caution: {reason}" for reason in dict.fromkeys(reasons)]
        measured[source.quantity] = _Found(Measurement(value, error, source.protocol, "estimated"), tuple(notes))
    return measured


def _usable(trials: Iterable[TrialRecord], source: _Source) -> list[IndicatorRecord]:
    """Values with a known error, since without one a value would count as exact; with caution only if no other is."""
    found = [
        one
        for trial in trials
        if trial.activity is not None and not (source.not_of and trial.activity.variant == source.not_of)
        for one in trial.indicators
        if one.name == source.indicator and one.value is not None and one.standard_error is not None
    ]
    return [one for one in found if one.quality.mark is Mark.REPORTED] or found


def _sppb(trials: Sequence[TrialRecord]) -> IndicatorRecord | None:
    """Points of the three parts; None where the session holds no stance that the battery asks for."""
    stances = {stance: _best_stance(trials, stance) for stance in STANCES}
    if all(one is None for one in stances.values()):
        return None
    chairs, walks = (_usable(trials, source) for source in MEASURED[:2])
    missing = [f"a {stance} stance" for stance, one in stances.items() if one is None or one.value is None]
    missing += [] if chairs else ["a five-times sit-to-stand"]
    missing += [] if walks else ["a walk with a speed"]
    if missing:
        return indicator_of(SPPB, None, None, Quality.withheld(f"The SPPB also needs {', '.join(missing)}."))
    parts = [one for one in stances.values() if one is not None]
    cut = [stance for stance, one in stances.items() if one is not None and STILL_HELD in one.quality.reasons]
    if cut:
        why = f"The recording of the {' and '.join(cut)} stance ends before 10 s: its points are not known."
        return indicator_of(SPPB, None, None, Quality.withheld(why))
    chair = min(chairs, key=lambda one: one.value or np.inf)
    speeds = [one.value or 0.0 for one in walks]
    speed, speed_error = float(np.mean(speeds)), error_of_mean(speeds, [one.standard_error or 0.0 for one in walks])
    values = np.array([*(one.value or 0.0 for one in (*parts, chair)), speed])
    errors = np.array([*(one.standard_error or 0.0 for one in (*parts, chair)), speed_error])
    # A stance that was held for ten seconds was held, however its time errs: its clock is the recording's.
    errors[:3] = np.where(values[:3].round(2) >= SPPB_STANCE_S, 0.0, errors[:3])
    drawn = values + errors * np.random.default_rng(0).standard_normal((DRAWS, len(values)))
    spread = float(np.std([_points(row) for row in drawn]))
    quality = reduce(and_, (_quality(one.quality) for one in (*parts, chair, *walks))) & Quality.caution(STEADY_SPEED)
    return indicator_of(SPPB, float(_points(values)), spread, quality)


def _best_stance(trials: Sequence[TrialRecord], stance: str) -> IndicatorRecord | None:
    """The longest time of a stance; of trials without one a withheld record, None without such a trial."""
    found = [
        one
        for trial in trials
        if trial.activity is not None and trial.activity.variant == stance
        for one in trial.indicators
        if one.name == "stance_held_time"
    ]
    return max(found, key=lambda one: -1.0 if one.value is None else one.value, default=None)


def _points(times: np.ndarray) -> int:
    """Points from three stances [s], the chair stand [s] and the speed [m/s]."""
    # To the hundredth, as stopwatches read: 9.996 s are 10 s.
    stances = [max(round(float(time_s), 2), 0.0) for time_s in times[:3]]
    walk_s = SPPB_WALK_M / max(float(times[4]), 1e-3)
    return (
        sppb_balance_points(*stances)
        + sppb_chair_points(max(float(times[3]), 1e-3))
        + sppb_gait_points(walk_s, SPPB_WALK_M)
    )


def _quality(record: QualityRecord) -> Quality:
    return Quality(Mark(record.mark), tuple(record.reasons))
