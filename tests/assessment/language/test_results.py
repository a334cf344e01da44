"""Sentences as results really say them are Korean through and through, whatever was filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from assessment.activities.recognition import recognise_activity
from assessment.catalogue import catalogue
from assessment.criteria import Measurement, Person, evaluate
from assessment.gates import judge_kinematics
from assessment.language import texts
from assessment.profile import profile
from assessment.repetitions import find_repetitions
from assessment.uncertainty.change import change
from assessment.uncertainty.measured import Measured
from models.errors import SarcoscopeError
from pipeline.quality import Quality
from pipeline.session import read_session
from pipeline.settings import make_settings
from rl_scaling.verdicts import notes_on, verdict
from tests.assessment import movements
from tests.assessment.test_gates import MODEL, SUBJECT, with_values

CHAIR = Measured("five_times_sit_to_stand_time", "s", "sit-to-stand", 15.0, 0.9, protocol="p", label="Gait speed")
POWER = Measured("mean_rise_power_per_kg", "W/kg", "sit-to-stand", 3.0, 0.2, protocol="p", label="Grip strength")
# Of 1,000 sentences as many may hold an English word that is no unit, name or term in brackets.
SHARE = 0.99
_ENGLISH = re.compile(r"(?<![\w.(/-])[a-z]{3,}(?![\w(/])")
_IN_BRACKETS = re.compile(r"\([a-z ]+\)")  # the English term of a Korean one
_NAMES = re.compile(r"\b(zip|doi|txt|toml|torso|trial|docs|notes)\b")


def _of_criteria() -> Iterator[str]:
    people = product(("f", "m", "unspecified"), (45.0, 60.0, 72.0, None))
    values = {
        "grip_kg": 17.5,
        "chair_stand_s": 12.3,
        "gait_speed_m_s": 0.9,
        "calf_cm": 32.0,
        "sarc_f": 5.0,
        "asm_kg": 14.0,
    }
    for (sex, age), error, n in product(people, (0.0, 0.6), range(len(values) + 1)):
        given = {
            name: Measurement(value, error, "bia" if name == "asm_kg" else "", "estimated")
            for name, value in list(values.items())[:n]
        }
        for result in evaluate(Person(sex, age, 1.6, 60.0), given):
            yield from (result.title, result.label, result.population, result.region, result.sentence, *result.notes)
            yield from result.would_change
            for one in result.criteria:
                yield from (one.label, one.protocol, one.provenance, *one.protocol_notes)


def _of_visits() -> Iterator[str]:
    for first, value, error, setting in product(
        (CHAIR, POWER), (None, 1.0, 14.5, 20.0), (None, 0.3), ("between sessions", "within session")
    ):
        reasons = () if value else ("The knee's moment is too uncertain to be divided by.",)
        later = replace(first, value=value, standard_error=error if value else None, reasons=reasons)
        for one in (
            change(first, later, setting=setting),
            change(first, None),
            change(first, replace(later, unit="h")),
        ):
            yield from (one.sentence, one.reason, one.verdict, one.direction or "", one.mdc95_source)
    for sex, age, value in product(("f", "m", "unspecified"), (20.0, 72.0, None), (None, 6.0, 13.0, 30.0)):
        found = replace(CHAIR, value=value, reasons=() if value else ("No rise is seen in this trial.",))
        for entry in profile([found, POWER], sex=sex, age_years=age).entries:
            yield from (entry.domain, entry.label, entry.sentence, entry.reason, *entry.context)
            yield from (entry.reference.name, entry.reference.who, *entry.reference.caveats) if entry.reference else ()


def _of_movements() -> Iterator[str]:
    walk, rises, squats = movements.walk(), movements.sit_to_stand(5), movements.squats(3)
    for name, kinematics in product(("trial", "walk", "5xSTS", "tandem"), (walk, rises, squats, movements.standing())):
        activity = recognise_activity(name, kinematics)
        yield from (activity.name, activity.variant, *activity.evidence)
        yield from (one.note for one in find_repetitions(activity, kinematics))
    broken = (
        movements.from_s(rises, 1.0),
        with_values("knee_angle_r", 20, 60, np.nan),
        movements.squats(1, cycle_s=0.5),
    )
    for kinematics in broken:
        yield from judge_kinematics(kinematics, MODEL, Quality(), SUBJECT).reasons


def _of_scaling() -> Iterator[str]:
    for error, n_markers in product((0.01, 0.06, 0.0999), (0, 4)):
        yield verdict("femur_y", error, 0.1, n_markers).text
    yield from notes_on(("femur_y", "tibia_x"), np.array([0.3, 0.5]), np.zeros(2), np.full(2, 0.05))


def _of_errors(folder: Path) -> Iterator[str]:
    (folder / "notes.txt").write_text("no session")
    (folder / "session.zip").write_bytes(b"no archive")
    (folder / "empty").mkdir()
    for name in ("notes.txt", "session.zip", "empty", "absent"):
        with pytest.raises(SarcoscopeError) as caught:
            read_session(folder / name, folder / "work")
        yield from (caught.value.message, caught.value.hint)
    for wrong in ({"seat_height_m": 9.0}, {"load_kg": -1.0}, {"cutoff_hz": 99.0}):
        with pytest.raises(SarcoscopeError) as caught:
            make_settings(**wrong)
        yield from (caught.value.message, caught.value.hint)


def test_nearly_everything_that_results_say_is_korean(tmp_path: Path) -> None:
    korean = texts("ko")
    of_catalogue = [text for one in catalogue().values() for text in (one.label, one.definition, one.protocol)]
    said = [*of_catalogue, *_of_criteria(), *_of_visits(), *_of_movements(), *_of_scaling(), *_of_errors(tmp_path)]
    sentences = {text for text in said if re.search("[a-z]{3}", text)}
    assert len(sentences) > 700
    english = {
        text: shown
        for text in sentences
        if _ENGLISH.search(_NAMES.sub("", _IN_BRACKETS.sub("", shown := korean.result(text))))
    }
    assert len(english) <= (1 - SHARE) * len(sentences), "\n".join(f"{a}\n   {b}" for a, b in english.items())
