"""Height, mass, sex and age: checked at the door, never guessed."""

from __future__ import annotations

import math

import pytest

from models.errors import MissingMetadataError, SettingsError
from models.subject import Subject, SubjectMetadata


def test_a_complete_subject_needs_no_age():
    subject = Subject(height_m=1.62, mass_kg=58.0, sex="f")
    assert subject.age_years is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("height_m", 162.0, "1 to 2.3 metres"),  # centimetres
        ("height_m", math.nan, "1 to 2.3 metres"),
        ("mass_kg", 580.0, "25 to 250 kilograms"),
        ("mass_kg", -58.0, "25 to 250 kilograms"),
        ("age_years", 7.0, "18 to 120 years"),
    ],
)
def test_values_no_adult_has_name_the_accepted_range(field, value, words):
    values = {"height_m": 1.62, "mass_kg": 58.0, "sex": "f", "age_years": 78.0} | {field: value}
    with pytest.raises(SettingsError, match=field) as caught:
        Subject(**values)
    assert words in caught.value.hint
    assert "Check the unit" in caught.value.hint


@pytest.mark.parametrize("sex", ["woman", "F", "", "unknown"])
def test_sex_is_one_of_three_words(sex):
    with pytest.raises(SettingsError, match="not accepted") as caught:
        Subject(height_m=1.62, mass_kg=58.0, sex=sex)
    assert "f, m, unspecified" in caught.value.hint


def test_what_the_user_gives_wins_over_the_files():
    metadata = SubjectMetadata(height_m=1.60, mass_kg=55.0, sex="f", age_years=70.0)
    assert metadata.complete(mass_kg=58.0) == Subject(height_m=1.60, mass_kg=58.0, sex="f", age_years=70.0)


def test_missing_values_are_all_named_at_once_with_how_to_give_them():
    with pytest.raises(MissingMetadataError) as caught:
        SubjectMetadata(height_m=1.6).complete()
    assert caught.value.message == "The session does not say: mass-kg, sex."
    assert "--mass-kg --sex" in caught.value.hint
    assert "form field" in caught.value.hint
    assert "unspecified" in caught.value.hint


def test_gender_never_decides_sex():
    with pytest.raises(MissingMetadataError, match="sex"):
        SubjectMetadata(height_m=1.6, mass_kg=55.0, gender_text="woman").complete()


def test_age_is_never_required_and_never_invented():
    assert SubjectMetadata(height_m=1.6, mass_kg=55.0, sex="m").complete().age_years is None


def test_wrong_values_from_files_are_refused_too():
    with pytest.raises(SettingsError, match="mass_kg"):
        SubjectMetadata(height_m=1.6, mass_kg=5.0, sex="m").complete()
