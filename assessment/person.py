"""What a session says of the person: inputs of published criteria from its trials, and the SPPB from its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import and_

import numpy as np

from assessment.criteria import (
    FrameworkResult,
    Measurement,
    Person,
    evaluate,
    sppb_balance_points,
    sppb_chair_points,
    sppb_gait_points,
)
from assessment.records import indicator_of
from assessment.summary import ClinicalMeasures, IndicatorRecord, QualityRecord, TrialRecord
from models.subject import Subject
from pipeline.quality import Mark, Quality

# Indicator, the quantity of the criteria that it is, the protocol in the criteria's words, and which trial counts: the
# shortest time of a timed test, the mean of walks (AWGS 2019).
MEASURED: tuple[tuple[str, str, str, Callable[[list[float]], float]], ...] = (
    ("five_times_sit_to_stand_time", "chair_stand_s", "stop at full stand", min),
    ("gait_speed", "gait_speed_m_s", "moving start, steady part of the walk", lambda speeds: sum(speeds) / len(speeds)),
    ("timed_up_and_go_time", "tug_s", "", min),
    ("sit_to_stand_power_field_per_kg", "sit_to_stand_power_w_per_kg", "field equation", max),
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
    sppb = _sppb(trials)
    measured = _from_trials(trials)
    if sppb is not None and sppb.value is not None:
        measured["sppb"] = Measurement(sppb.value, sppb.standard_error or 0.0, origin="estimated")
    person = Person(subject.sex, subject.age_years, subject.height_m, subject.mass_kg)
    results = evaluate(person, measured | typed_in(clinical))
    return [] if sppb is None else [sppb], results


def typed_in(clinical: ClinicalMeasures) -> dict[str, Measurement]:
    """Clinical values as the criteria take them: exact, because nobody said how sure they are."""
    values = {
        "grip_kg": clinical.grip_kg,
        "asm_kg": clinical.asm_kg,
        "calf_cm": clinical.calf_cm,
        "sarc_f": clinical.sarc_f,
    }
    return {
        name: Measurement(float(value), protocol=(clinical.asm_method or "") if name == "asm_kg" else "")
        for name, value in values.items()
        if value is not None
    }


def _from_trials(trials: Sequence[TrialRecord]) -> dict[str, Measurement]:
    measured = {}
    for name, quantity, protocol, choose in MEASURED:
        found = [one for one in _usable(trials, name) if one.value is not None]
        if found:
            value = choose([one.value for one in found if one.value is not None])
            error = float(np.mean([one.standard_error or 0.0 for one in found]))
            measured[quantity] = Measurement(value, error, protocol, "estimated")
    return measured


def _usable(trials: Iterable[TrialRecord], name: str) -> list[IndicatorRecord]:
    return [one for trial in trials for one in trial.indicators if one.name == name and one.value is not None]


def _sppb(trials: Sequence[TrialRecord]) -> IndicatorRecord | None:
    """Points of the three parts; None where the session holds no stance that the battery asks for."""
    stances = {
        trial.activity.variant: one
        for trial in trials
        if trial.activity is not None and trial.activity.variant in STANCES
        for one in trial.indicators
        if one.name == "stance_held_time"
    }
    if not stances:
        return None
    chairs, walks = _usable(trials, "five_times_sit_to_stand_time"), _usable(trials, "gait_speed")
    missing = [f"a {stance} stance" for stance in STANCES if stance not in stances or stances[stance].value is None]
    missing += [] if chairs else ["a five-times sit-to-stand"]
    missing += [] if walks else ["a walk with a speed"]
    if missing:
        return indicator_of(SPPB, None, None, Quality.withheld(f"The SPPB also needs {', '.join(missing)}."))
    parts = [stances[stance] for stance in STANCES]
    chair = min(chairs, key=lambda one: one.value or np.inf)
    values = np.array([*(one.value or 0.0 for one in parts), chair.value, np.mean([one.value or 0.0 for one in walks])])
    errors = np.array(
        [*(one.standard_error or 0.0 for one in (*parts, chair)), np.mean([one.standard_error or 0.0 for one in walks])]
    )
    drawn = values + errors * np.random.default_rng(0).standard_normal((DRAWS, len(values)))
    spread = float(np.std([_points(row) for row in drawn]))
    quality = reduce(and_, (_quality(one.quality) for one in (*parts, chair, *walks))) & Quality.caution(STEADY_SPEED)
    return indicator_of(SPPB, float(_points(values)), spread, quality)


def _points(times: np.ndarray) -> int:
    """Points from three stances [s], the chair stand [s] and the speed [m/s]."""
    stances = [max(float(time_s), 0.0) for time_s in times[:3]]
    walk_s = SPPB_WALK_M / max(float(times[4]), 1e-3)
    return (
        sppb_balance_points(*stances)
        + sppb_chair_points(max(float(times[3]), 1e-3))
        + sppb_gait_points(walk_s, SPPB_WALK_M)
    )


def _quality(record: QualityRecord) -> Quality:
    return Quality(Mark(record.mark), tuple(record.reasons))
