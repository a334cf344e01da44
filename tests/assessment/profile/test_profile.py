"""The profile: named populations with their n, never beyond their ages, sex or protocol, and no total."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assessment.catalogue import catalogue
from assessment.profile import Cell, Population, Profile, Reference, load_reference, place, profile, profile_of
from assessment.profile.domains import profiled_indicators
from assessment.profile.reference import published_references, references
from assessment.uncertainty.measured import Measured
from models.errors import SettingsError
from tests.assessment.uncertainty.people import KNEE, SPEED, SPPB, chair_stand, indicator, person, trial

CHAIR = Measured("five_times_sit_to_stand_time", "s", "sit-to-stand", 13.0, 0.9, protocol="p")


def _entry(found: Profile, name: str) -> Any:
    return next(one for one in found.entries if one.indicator == name)


def _own(**changes: object) -> Reference:
    population = {
        "use": "reference",
        "indicator": CHAIR.indicator,
        "unit": "s",
        "activity": "sit-to-stand",
        "protocol": "p",
        "cell": [Cell(sex="f", age_from_years=60, age_below_years=80, n=40, mean=12.0, sd=2.0)],
    }
    return Reference(
        kind="own cohort", name="Our village", source="own recordings", tag="D", synthetic=False,
        population=[Population.model_validate(population | changes)],
    )  # fmt: skip


def test_a_chair_stand_is_placed_among_people_of_the_same_sex_and_age() -> None:
    found = _entry(profile([CHAIR], sex="f", age_years=72), CHAIR.indicator)
    assert found.reference.n == 17
    assert found.reference.name == "Boswell 2023, home videos, US"
    assert found.reference.tag == "D"
    assert found.reference.caveats
    assert found.placement == place(13.0, 0.9, Cell(sex="f", age_from_years=70, n=17, mean=16.1, sd=5.9))
    assert found.placement.percentile == pytest.approx(30.7, abs=0.5)  # t = -0.511 with 16 degrees of freedom


def test_a_shorter_time_is_read_as_better() -> None:
    """Below 31 % of the times: better than 69 % of the people."""
    found = _entry(profile([CHAIR], sex="f", age_years=72), CHAIR.indicator)
    assert found.better == "lower"
    assert found.sentence == (
        "Five-times sit-to-stand time 13.0 s (95 % interval 11.2 to 14.8): better than 69 % (95 % interval 48 % to "
        "87 %) of the population that 17 women of 70 years and over stand for (Boswell 2023, home videos, US)."
    )


def test_gait_speed_stands_in_one_group_of_all_ages() -> None:
    walk = Measured("gait_speed", "m/s", "walking", 1.08, None)
    found = _entry(profile([walk], sex="unspecified", age_years=60), "gait_speed")
    assert found.placement.percentile == pytest.approx(50.0)
    assert "379 people of 21 to 80 years" in found.sentence
    assert "without the measurement error, which is not known" in found.sentence
    assert any("half of them below 45" in caveat for caveat in found.reference.caveats)


@pytest.mark.parametrize(
    ("value", "sex", "age", "reason"),
    [
        (CHAIR, "f", None, "No reference population for five-times sit-to-stand time where age is not stated."),
        (CHAIR, "unspecified", 72, "No reference population for five-times sit-to-stand time where sex is not stated."),
        (Measured("gait_speed", "m/s", "walking", 1.0, 0.1), "f", 84,
         "No reference population for gait speed where age is 84 years."),
        (Measured("grip_kg", "kg", "", 24.0, None), "f", 72, "No reference population for grip strength."),
        (Measured(CHAIR.indicator, "ms", "sit-to-stand", 1.0, None), "f", 72,
         "No reference population for five-times sit-to-stand time measured in this way."),
    ],
)  # fmt: skip
def test_nobody_is_placed_outside_a_population(value: Measured, sex: str, age: float | None, reason: str) -> None:
    found = _entry(profile([value], sex=sex, age_years=age), value.indicator)
    assert (found.placement, found.reference, found.reason) == (None, None, reason)
    assert found.sentence.endswith(reason)


def test_a_mean_without_a_spread_is_context_and_no_reference() -> None:
    knee = Measured("peak_knee_extension_moment_per_kg", "Nm/kg", "sit-to-stand", 0.6, 0.13, origin="estimated")
    found = _entry(profile([knee], sex="f", age_years=72), knee.indicator)
    assert found.placement is None
    assert any("Turcot 2012" in text and "no z" in text for text in found.context)


def test_what_is_missing_or_withheld_is_listed_with_its_reason() -> None:
    found = profile_of(person(chair_stand(None)))
    assert {one.indicator for one in found.entries} == {one.name for one in profiled_indicators()}
    assert _entry(found, CHAIR.indicator).reason == "It is withheld: The recording is too short."
    assert _entry(found, "timed_up_and_go_time").reason == "It was not measured."


def test_a_session_is_profiled_with_what_was_typed_in() -> None:
    knees = [indicator(KNEE, value, 0.13, side=side, repetition=1) for side, value in (("r", 0.5), ("l", 0.7))]
    summary = person(
        chair_stand(13.0), trial("s", "sit-to-stand", knees), trial("walk", "walking", [indicator(SPEED, 1.0)])
    )
    found = profile_of(summary, typed_in={"grip_kg": 24.0, "gait_speed": 9.0})
    assert _entry(found, KNEE).value == pytest.approx(0.6)
    assert _entry(found, "grip_kg").value == 24.0
    assert _entry(found, "gait_speed").value == 1.0  # measured values are not typed over


def test_what_a_profile_looks_at_has_the_catalogues_units() -> None:
    for one in profiled_indicators():
        assert one.name not in catalogue() or catalogue()[one.name].unit == one.unit


def test_the_preferred_kind_of_a_movement_is_taken() -> None:
    ratio = "hip_to_knee_moment_ratio"
    trials = [
        trial(name, f"sit-to-stand/{name}", [indicator(ratio, value, side="r", repetition=1)])
        for name, value in (("five-times", 1.0), ("single", 1.5))
    ]
    assert _entry(profile_of(person(*trials)), ratio).value == 1.5
    withheld = trial("single", "sit-to-stand/single", [indicator(ratio, None, side="r", repetition=1)])
    assert _entry(profile_of(person(trials[0], withheld)), ratio).value == 1.0


def test_there_is_no_total() -> None:
    assert set(Profile.model_fields) == {"entries"}


def test_every_published_population_belongs_to_the_profile_and_says_where_it_is_from() -> None:
    profiled = {(one.name, one.unit) for one in profiled_indicators()}
    for reference in published_references():
        for population in reference.population:
            assert (population.indicator, population.unit) in profiled
            assert "doi" in reference.source or population.statement or reference.source


def test_an_own_cohort_replaces_the_published_one_and_does_not_fall_back() -> None:
    own = _own()
    inside = _entry(profile([CHAIR], sex="f", age_years=72, populations=references(own)), CHAIR.indicator)
    assert (inside.reference.name, inside.reference.n, inside.reference.kind) == ("Our village", 40, "own cohort")
    outside = _entry(profile([CHAIR], sex="f", age_years=85, populations=references(own)), CHAIR.indicator)
    assert outside.placement is None
    walk = Measured("gait_speed", "m/s", "walking", 1.08, None)
    other = _entry(profile([walk], sex="f", age_years=72, populations=references(own)), "gait_speed")
    assert other.reference.name == "Yang 2024, Singapore"


@pytest.mark.parametrize("changes", [{"protocol": "q"}, {"origin": "measured"}, {"activity": "squat"}])
def test_an_own_cohort_of_another_protocol_does_not_count(changes: dict[str, object]) -> None:
    found = _entry(profile([CHAIR], sex="f", age_years=72, populations=references(_own(**changes))), CHAIR.indicator)
    assert found.reason == "No reference population for five-times sit-to-stand time measured in this way."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be opened"),
        ("not toml", "is not a reference of schema 1.0"),
        ('schema_version = "1.0"\nkind = "published"', "is not a reference of schema 1.0"),
    ],
)
def test_what_is_no_reference_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "reference.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as refusal:
        load_reference(path)
    assert "python -m assessment reference" in refusal.value.hint


def test_the_battery_of_the_person_is_in_the_profile() -> None:
    found = _entry(profile_of(person(indicators=[indicator(SPPB, 9.0, 0.5)])), SPPB)
    assert (found.value, found.activity, found.domain) == (9.0, "", "physical performance")
    assert found.reason == "No reference population for short Physical Performance Battery."
