"""The catalogue and what is computed agree: every indicator, its tasks, its sides, its repetitions, its page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assessment.activities import Activity, ActivityName
from assessment.catalogue import catalogue
from assessment.indicators import Indicator, TrialResults, compute_indicators
from assessment.indicators.listing import catalogue_page
from assessment.repetitions import find_repetitions
from assessment.uncertainty.interval import FINEST_DECIMALS, OTHER_UNIT_DECIMALS
from benchmarks.coverage.truth import ACTIVITIES, true_results
from models.subject import Subject
from pipeline.quality import Quality
from tests.assessment import movements
from tests.assessment.gait import walkers

SUBJECT = Subject(height_m=1.56, mass_kg=58.0, sex="f", age_years=72.0)
# Of the person, from several trials: tests/assessment/test_person.py.
OF_A_SESSION = {"sppb_score"}
# Without forces and feet: what is declared must be told as withheld, or not at all.
BARE: tuple[tuple[ActivityName, str], ...] = (
    ("timed-up-and-go", ""),
    ("standing", "tandem"),
    ("walking", "overground"),
    ("squat", ""),
    ("sit-to-stand", "thirty-seconds"),
)
MOVEMENTS = {
    "timed-up-and-go": movements.timed_up_and_go,
    "standing": movements.standing,
    "walking": lambda: walkers.out_and_back()[0],
    "squat": movements.squats,
    "sit-to-stand": lambda: movements.sit_to_stand(12),
}


@cache
def everything() -> tuple[Indicator, ...]:
    """Indicators of the synthetic older adult's true movements, and of movements without forces and feet."""
    found: list[Indicator] = []
    for trial in ACTIVITIES:
        found += compute_indicators(true_results(trial, SUBJECT, 0.43, 4.0))
    for name, variant in BARE:
        kinematics, activity = MOVEMENTS[name](), Activity(name, 1.0, (), variant)
        repetitions = find_repetitions(activity, kinematics)
        none = Quality.withheld("No contact forces.")
        found += compute_indicators(
            TrialResults(activity, repetitions, kinematics, None, None, None, SUBJECT, Quality(), none)
        )
    return tuple(found)


def test_everything_declared_is_computed_and_nothing_else() -> None:
    assert {indicator.name for indicator in everything()} == set(catalogue()) - OF_A_SESSION


def test_tasks_sides_and_repetitions_are_as_declared() -> None:
    for indicator in everything():
        declared = catalogue()[indicator.name]
        assert indicator.activity in declared.tasks, indicator.name
        assert (indicator.side is not None) == declared.sided, indicator.name
        assert (indicator.repetition is not None) == (declared.per == "repetition"), indicator.name


def test_every_declaration_says_what_it_is_and_where_it_comes_from() -> None:
    for declared in catalogue().values():
        assert declared.definition.endswith(".")
        assert declared.protocol.endswith(".")
        assert declared.source
        assert declared.label[0].isupper()


def test_every_unit_is_told_with_a_number_of_decimals_that_was_chosen() -> None:
    units = {declared.unit for declared in catalogue().values()}
    assert units - set(FINEST_DECIMALS) <= {"ratio"}
    assert OTHER_UNIT_DECIMALS == 2


def test_the_page_is_the_catalogue() -> None:
    page = Path(__file__).parents[2] / "docs" / "catalogue.md"
    assert page.read_text(encoding="utf-8") == catalogue_page(), "python -m assessment catalogue > docs/catalogue.md"
