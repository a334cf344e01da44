"""What is known of a person: measurements as given, checked at the door, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assessment.criteria.definitions import Quantity, quantities
from assessment.criteria.sarc_f import is_small_calf, sarc_calf_score
from assessment.uncertainty import Z95
from models.errors import SettingsError
from models.subject import ACCEPTED_SEXES, AGE_RANGE_YEARS, HEIGHT_RANGE_M, MASS_RANGE_KG, Sex

Origin = Literal["typed in", "measured", "estimated"]


@dataclass(frozen=True)
class Measurement:
    """One value, in the unit of its quantity.

    Attributes
    ----------
    value : float
        ``inf`` for a timed test that could not be completed.
    standard_error : float
        In the same unit; 0 takes the value as exact.
    protocol : str
        How it was taken, e.g. ``6 m, moving start``; of muscle mass the method, ``bia`` or ``dxa``. Empty: not known.
    origin : {'typed in', 'measured', 'estimated'}
        Entered by a person, measured by an instrument, or estimated from video.
    """

    value: float
    standard_error: float = 0.0
    protocol: str = ""
    origin: Origin = "typed in"


@dataclass(frozen=True)
class Person:
    """Whom the cut-offs are chosen for.

    Attributes
    ----------
    sex : {'f', 'm', 'unspecified'}
        Sex at birth, as published norms use it; without it nothing is classified.
    age_years, height_m, mass_kg : float or None
        None where not known; never guessed.

    Raises
    ------
    SettingsError
        A value is outside the range of adults.
    """

    sex: Sex
    age_years: float | None = None
    height_m: float | None = None
    mass_kg: float | None = None

    def __post_init__(self) -> None:
        if self.sex not in ACCEPTED_SEXES:
            raise SettingsError(
                f"Sex {self.sex!r} is not accepted.", hint=f"Accepted values: {', '.join(ACCEPTED_SEXES)}."
            )
        _check_range("age_years", self.age_years, AGE_RANGE_YEARS, "years")
        _check_range("height_m", self.height_m, HEIGHT_RANGE_M, "metres")
        _check_range("mass_kg", self.mass_kg, MASS_RANGE_KG, "kilograms")


class Inputs:
    """Measurements of one person by quantity, those that can be derived included.

    Parameters
    ----------
    person : Person
    given : mapping of str to Measurement

    Raises
    ------
    SettingsError
        A quantity is unknown or derived, or its value, standard error or protocol is not accepted.
    """

    def __init__(self, person: Person, given: Mapping[str, Measurement]) -> None:
        for name, measurement in given.items():
            _check(name, measurement)
        asm = given.get("asm_kg")
        if asm is not None and person.mass_kg is not None and asm.value >= person.mass_kg:
            raise SettingsError(
                f"asm_kg = {asm.value:g} is not less than the body mass, {person.mass_kg:g} kg.",
                hint="Give the appendicular skeletal muscle mass of arms and legs, and body mass, both in kilograms.",
            )
        self.person = person
        self.given = dict(given)
        self._values = {**_derived(person, given), **given}

    def measurement(self, quantity: str) -> Measurement | None:
        """Given or derived value; None where it is not known."""
        return self._values.get(quantity)

    def sources(self, quantity: str) -> tuple[str, ...]:
        """Names of the inputs that a quantity is made of: itself, unless it was derived."""
        if quantity in self.given:
            return (quantity,)
        if quantity == "sarc_calf" and quantity in self._values:
            return ("sarc_f", "calf_cm")
        return quantities()[quantity].from_inputs or (quantity,)

    def is_known(self, name: str) -> bool:
        """Whether an input was given, be it a measurement or something of the person."""
        return name in self.given or getattr(self.person, name, None) is not None


def check_muscle_mass(asm_kg: float | None, asm_method: str | None) -> None:
    """Refuse a muscle mass without its method, and a method without a muscle mass, as the commands take them.

    Raises
    ------
    SettingsError
        One is given without the other.
    """
    if asm_kg is not None and asm_method is None:
        raise SettingsError(
            "The muscle mass is given without how it was measured.",
            hint="Choose bia or dxa (form field 'Measured by', or --asm-method): the cut-offs differ.",
        )
    if asm_kg is None and asm_method is not None:
        raise SettingsError(
            "A method of measuring muscle mass is chosen without a muscle mass.",
            hint="Give it in kilograms (form field 'Muscle mass of arms and legs', or --asm-kg).",
        )


def _derived(person: Person, given: Mapping[str, Measurement]) -> dict[str, Measurement]:
    """Muscle mass by body size, with its standard error; height and body mass count as exact."""
    derived = {}
    asm = given.get("asm_kg")
    if asm is not None and person.height_m is not None:
        derived["asm_height2_kg_m2"] = _scaled(asm, 1.0 / person.height_m**2)
        if person.mass_kg is not None:
            derived["asm_bmi"] = _scaled(asm, person.height_m**2 / person.mass_kg)
    sarc_f, calf = given.get("sarc_f"), given.get("calf_cm")
    if sarc_f is not None and calf is not None and person.sex != "unspecified":
        # A calf on neither side of its cut-off has no score; calf and SARC-F are then judged by themselves.
        ends = {is_small_calf(calf.value + shift * Z95 * calf.standard_error, person.sex, "awgs") for shift in (-1, 1)}
        if len(ends) == 1:
            score = sarc_calf_score(int(sarc_f.value), calf.value, person.sex, "awgs")
            derived["sarc_calf"] = Measurement(score, origin=sarc_f.origin)
    return derived


def _scaled(measurement: Measurement, factor: float) -> Measurement:
    # Rounded far below any instrument, so that 7.0 kg/m² written as a product of decimals still equals 7.0.
    value = round(measurement.value * factor, 9)
    return Measurement(value, measurement.standard_error * factor, measurement.protocol, measurement.origin)


def _check(name: str, measurement: Measurement) -> None:
    known = {key: quantity for key, quantity in quantities().items() if not quantity.from_inputs}
    if name not in known:
        raise SettingsError(f"There is no measurement {name!r}.", hint=f"Accepted: {', '.join(known)}.")
    quantity = known[name]
    if not _is_possible(measurement.value, quantity):
        whole = " in whole points" if quantity.whole else f" {quantity.unit}"
        infinite = ", or inf if it could not be completed" if quantity.may_be_infinite else ""
        raise SettingsError(
            f"{name} = {measurement.value:g} is not a possible value.",
            hint=f"Accepted: {quantity.minimum:g} to {quantity.maximum:g}{whole}{infinite}. Check the unit.",
        )
    if not 0.0 <= measurement.standard_error < math.inf:
        raise SettingsError(
            f"The standard error of {name} is {measurement.standard_error:g}.",
            hint=f"Give a number of at least 0, in {quantity.unit}; 0 takes the value as exact.",
        )
    if quantity.protocols and measurement.protocol and measurement.protocol not in quantity.protocols:
        raise SettingsError(
            f"{name} by {measurement.protocol!r} is not accepted.",
            hint=f"Accepted methods: {', '.join(quantity.protocols)}.",
        )


def is_possible(name: str, value: float) -> bool:
    """Whether a person can show this value of a quantity, or it is a slip or another movement."""
    return _is_possible(value, quantities()[name])


def _is_possible(value: float, quantity: Quantity) -> bool:
    if value == math.inf:
        return quantity.may_be_infinite
    in_range = quantity.minimum <= value <= quantity.maximum
    return in_range and (not quantity.whole or float(value).is_integer())


def _check_range(name: str, value: float | None, accepted: tuple[float, float], unit: str) -> None:
    if value is not None and not accepted[0] <= value <= accepted[1]:
        raise SettingsError(
            f"{name} = {value:g} is not plausible for an adult.",
            hint=f"Accepted: {accepted[0]:g} to {accepted[1]:g} {unit}. Check the unit.",
        )
