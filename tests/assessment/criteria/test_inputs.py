"""Values no person can show, and names nobody knows, are refused with a way out."""

from __future__ import annotations

import pytest

from assessment.criteria import Measurement, Person, default_frameworks, evaluate
from models.errors import SettingsError
from tests.assessment.criteria.people import ask, asm

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("grip_kg", -1.0, "0 to 120 kg"),
        ("grip_kg", NAN, "0 to 120 kg"),
        ("grip_kg", INF, "0 to 120 kg"),
        ("chair_stand_s", 0.0, "2 to 600 s, or inf if it could not be completed"),
        ("chair_stand_s", -INF, "2 to 600 s"),
        ("gait_speed_m_s", 80.0, "0 to 4 m/s"),
        ("sppb", 13, "0 to 12 in whole points"),
        ("sppb", 8.5, "0 to 12 in whole points"),
        ("sarc_f", 2.5, "0 to 10 in whole points"),
        ("tug_s", 1.0, "2 to 600 s"),
        ("walk_400m_s", 6.0, "60 to 3600 s"),
        ("asm_kg", 182.0, "3 to 60 kg"),
        ("calf_cm", 0.33, "15 to 70 cm"),
    ],
)
def test_impossible_values(name: str, value: float, accepted: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} = .* is not a possible value") as caught:
        ask("ewgsop2", **{name: value})  # type: ignore[arg-type]
    assert accepted in caught.value.hint


@pytest.mark.parametrize("name", ["griptest", "asm_height2_kg_m2"])
def test_unknown_and_derived_quantities(name: str) -> None:
    with pytest.raises(SettingsError, match="There is no measurement") as caught:
        ask("ewgsop2", **{name: 5.0})  # type: ignore[arg-type]
    assert "grip_kg" in caught.value.hint
    assert "asm_height2_kg_m2" not in caught.value.hint


@pytest.mark.parametrize("error", [-0.1, NAN, INF])
def test_standard_errors_that_are_none(error: float) -> None:
    with pytest.raises(SettingsError, match="standard error of grip_kg"):
        ask("ewgsop2", grip_kg=Measurement(20.0, error))


def test_muscle_mass_by_another_method() -> None:
    with pytest.raises(SettingsError, match="asm_kg by 'mri'") as caught:
        ask("ewgsop2", asm_kg=asm(20.0, "mri"))
    assert "bia, dxa" in caught.value.hint


def test_more_muscle_than_body() -> None:
    with pytest.raises(SettingsError, match="asm_kg = 50 is not less than the body mass, 45 kg"):
        ask("ewgsop2", mass=45.0, asm_kg=asm(50.0))


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"sex": "male"}, "f, m, unspecified"),
        ({"sex": "m", "age_years": 7}, "18 to 120 years"),
        ({"sex": "m", "height_m": 165}, "1 to 2.3 metres"),
        ({"sex": "m", "mass_kg": 600}, "25 to 250 kilograms"),
        ({"sex": "m", "height_m": NAN}, "1 to 2.3 metres"),
    ],
)
def test_implausible_people(person: dict[str, float], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Person(**person)  # type: ignore[arg-type]
    assert said in caught.value.hint


def test_unknown_framework() -> None:
    with pytest.raises(SettingsError, match="There is no framework 'awgs'") as caught:
        evaluate(Person("m"), {}, ["awgs"])
    assert "awgs_2025, awgs_2019" in caught.value.hint


@pytest.mark.parametrize(
    ("region", "first"), [("asia", "awgs_2025"), ("korea", "awgs_2025"), ("europe", "ewgsop2"), ("us", "sdoc")]
)
def test_what_is_shown_first_where(region: str, first: str) -> None:
    assert default_frameworks(region) == (first,)


def test_unknown_region() -> None:
    with pytest.raises(SettingsError, match="There is no region 'moon'") as caught:
        default_frameworks("moon")
    assert "asia, korea, europe, us" in caught.value.hint
