"""The person, as far as scaling and assessment need to know them. Never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from models.errors import MissingMetadataError, SettingsError

Sex = Literal["f", "m", "unspecified"]
"""Sex at birth as published norms use it; ``unspecified`` is an explicit choice, never a fallback."""

ACCEPTED_SEXES: tuple[str, ...] = get_args(Sex)
# Outside these a value is a slip of the unit (cm, lb) rather than an adult person.
HEIGHT_RANGE_M = (1.0, 2.3)
MASS_RANGE_KG = (25.0, 250.0)
AGE_RANGE_YEARS = (18.0, 120.0)


@dataclass(frozen=True)
class Subject:
    """Anthropometry of one participant, complete enough to scale a model.

    Attributes
    ----------
    height_m, mass_kg : float
        Body height [m] and mass [kg].
    sex : {'f', 'm', 'unspecified'}
    age_years : float or None
        None where the user has not given it; age is never guessed.

    Raises
    ------
    SettingsError
        A value is outside the range of adults.
    """

    height_m: float
    mass_kg: float
    sex: Sex
    age_years: float | None = None

    def __post_init__(self) -> None:
        _check("height_m", self.height_m, HEIGHT_RANGE_M, "metres")
        _check("mass_kg", self.mass_kg, MASS_RANGE_KG, "kilograms")
        if self.age_years is not None:
            _check("age_years", self.age_years, AGE_RANGE_YEARS, "years")
        if self.sex not in ACCEPTED_SEXES:
            raise SettingsError(
                f"Sex {self.sex!r} is not accepted.", hint=f"Accepted values: {', '.join(ACCEPTED_SEXES)}."
            )


@dataclass(frozen=True)
class SubjectMetadata:
    """What a session's own files say of the person; anything may be absent.

    ``gender_text`` is OpenCap's free-text ``gender_mf``. It is not sex at birth: it may pre-fill a form field but
    never decides.
    """

    height_m: float | None = None
    mass_kg: float | None = None
    sex: Sex | None = None
    age_years: float | None = None
    gender_text: str | None = None

    def joined(self, given: SubjectMetadata) -> SubjectMetadata:
        """What the files say with what the user gives; the user wins."""
        return SubjectMetadata(
            height_m=self.height_m if given.height_m is None else given.height_m,
            mass_kg=self.mass_kg if given.mass_kg is None else given.mass_kg,
            sex=self.sex if given.sex is None else given.sex,
            age_years=self.age_years if given.age_years is None else given.age_years,
            gender_text=self.gender_text,
        )

    def complete(
        self,
        *,
        height_m: float | None = None,
        mass_kg: float | None = None,
        sex: Sex | None = None,
        age_years: float | None = None,
    ) -> Subject:
        """Join what the files say with what the user gives (the user wins).

        Raises
        ------
        MissingMetadataError
            Height, mass or sex is in neither.
        """
        known = self.joined(SubjectMetadata(height_m, mass_kg, sex, age_years))
        height_m, mass_kg, sex, age_years = known.height_m, known.mass_kg, known.sex, known.age_years
        missing = [
            option
            for option, value in (("--height-m", height_m), ("--mass-kg", mass_kg), ("--sex", sex))
            if value is None
        ]
        if height_m is None or mass_kg is None or sex is None:
            raise MissingMetadataError(
                f"The session does not say: {', '.join(option.lstrip('-') for option in missing)}.",
                hint=f"Give {' '.join(missing)} on the command line, or fill in the form field in the app. "
                f"Accepted: height in metres {HEIGHT_RANGE_M[0]}-{HEIGHT_RANGE_M[1]}, mass in kilograms "
                f"{MASS_RANGE_KG[0]:g}-{MASS_RANGE_KG[1]:g}, sex {', '.join(ACCEPTED_SEXES)}.",
            )
        return Subject(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)


def _check(name: str, value: float, accepted: tuple[float, float], unit: str) -> None:
    if not accepted[0] <= value <= accepted[1]:
        raise SettingsError(
            f"{name} = {value:g} is not plausible for an adult.",
            hint=f"Accepted: {accepted[0]:g} to {accepted[1]:g} {unit}. Check the unit.",
        )
