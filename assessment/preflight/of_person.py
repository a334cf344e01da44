"""The checks of the person and of the clinical values."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.clinical import typed_in
from assessment.criteria.inputs import Inputs, Person
from assessment.preflight.levels import Check
from assessment.summary import ClinicalMeasures, SubjectRecord
from models.errors import SarcoscopeError
from models.subject import Subject, SubjectMetadata

# Adults beyond these exist, and a slip of a digit is more likely: heights of 1.35 to 2.05 m, body-mass indices of 14
# to 50 kg/m2. Own limits, meant to make somebody look twice.
USUAL_HEIGHT_M = (1.35, 2.05)
USUAL_BMI = (14.0, 50.0)
# From one visit to the next an adult's height is measured to a centimetre or two, and the mass changes by less than a
# tenth unless something happened. Own.
HEIGHT_CHANGE_M = 0.03
MASS_CHANGE_SHARE = 0.10

_MISSING = {
    "height": ("The height is missing.", "Measure it without shoes; the model is scaled to it."),
    "mass": ("The body mass is missing.", "Weigh the person as recorded: 4 % of mass is 4 % of every moment."),
    "sex": ("The sex at birth is missing.", "Choose it as published norms use it, or unspecified."),
}


def person_checks(person: SubjectMetadata, before: SubjectRecord | None) -> Iterator[Check]:
    """What is missing of the person, and what cannot be or hardly can."""
    missing = [
        name
        for name, value in (("height", person.height_m), ("mass", person.mass_kg), ("sex", person.sex))
        if value is None
    ]
    for name in missing:
        yield Check("stop", "participant", *_MISSING[name])
    odd = [*_implausible(person), *([] if before is None else _changed(person, before))]
    yield from odd
    if person.age_years is None:
        yield Check("warn", "participant", "The age is missing: what depends on age is left out.", "Give the age.")
    if not missing and person.height_m and person.mass_kg and person.sex:
        try:
            Subject(person.height_m, person.mass_kg, person.sex, person.age_years)
        except SarcoscopeError as error:
            yield Check("stop", "participant", error.message, error.hint)
            return
        if not odd and person.age_years is not None:
            yield Check("ok", "participant", "Height, mass, sex and age are known.")


def _implausible(person: SubjectMetadata) -> Iterator[Check]:
    height_m, mass_kg = person.height_m, person.mass_kg
    if height_m is not None and not USUAL_HEIGHT_M[0] <= height_m <= USUAL_HEIGHT_M[1]:
        yield Check(
            "warn", "participant", f"A height of {height_m:.2f} m is unusual.", "Check the number and its unit."
        )
    if height_m and mass_kg:
        bmi = mass_kg / height_m**2
        if not USUAL_BMI[0] <= bmi <= USUAL_BMI[1]:
            yield Check(
                "warn",
                "participant",
                f"{mass_kg:.1f} kg at {height_m:.2f} m are {bmi:.0f} kg/m², which is unusual.",
                "Check both numbers and their units.",
            )


def _changed(person: SubjectMetadata, before: SubjectRecord) -> Iterator[Check]:
    if person.height_m is not None and abs(person.height_m - before.height_m) > HEIGHT_CHANGE_M:
        yield Check(
            "warn",
            "participant",
            f"The height was {before.height_m:.2f} m at the last visit and is {person.height_m:.2f} m now.",
            "Check that the participant is the right one, and measure again.",
        )
    if person.mass_kg is not None and abs(person.mass_kg / before.mass_kg - 1.0) > MASS_CHANGE_SHARE:
        yield Check(
            "warn",
            "participant",
            f"The mass was {before.mass_kg:.1f} kg at the last visit and is {person.mass_kg:.1f} kg now.",
            "Check that the participant is the right one, and weigh again.",
        )
    if person.sex is not None and person.sex != before.sex:
        yield Check(
            "warn",
            "participant",
            "The sex is not the one of the last visit.",
            "Check that the participant is the right one.",
        )


def clinical_checks(clinical: ClinicalMeasures, person: SubjectMetadata) -> Iterator[Check]:
    """Clinical values that cannot be, or lack what they need."""
    if clinical.asm_kg is not None and clinical.asm_method is None:
        yield Check(
            "stop",
            "clinical values",
            "The muscle mass is given without how it was measured.",
            "Choose the method: the cut-offs differ.",
        )
        return
    if clinical.asm_kg is None and clinical.asm_method is not None:
        yield Check(
            "stop",
            "clinical values",
            "A method of measuring muscle mass is chosen without a muscle mass.",
            "Give the muscle mass of arms and legs, or leave the method open.",
        )
        return
    given = typed_in(clinical)
    try:
        Inputs(Person("unspecified", mass_kg=person.mass_kg), given)
    except SarcoscopeError as error:
        yield Check("stop", "clinical values", error.message, error.hint)
        return
    if given:
        yield Check("ok", "clinical values", "They are within what is possible.")
