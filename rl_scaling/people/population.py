"""Synthetic people: who they are, and the scale factors they truly have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import SettingsError
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from models.subject import Subject
from rl_scaling.people.anthropometry import BinarySex, Prior, parameters, prior, ties
from rl_scaling.people.tables import read_rows

Array = NDArray[np.float64]

ADULTS = ("us_adults", "korea_adults")
OLDER_ADULTS = ("us_older", "korea_older")

# Log stature against log body mass index: -0.22 to 0.03 in extracts of NHANES.
_STATURE_BMI_CORRELATION = -0.1
BMI_RANGE = (16.0, 42.0)
# Stature is drawn within this many SD, so that no draw falls outside what a subject may be.
_STATURE_REACH_SD = 3.0
# Right less left leg: a mean absolute difference of 5.2 mm is that of a normal distribution of this SD (Knutson 2005,
# doi 10.1186/1746-1340-13-11), the thigh taking this share of it (assumed).
LEG_DIFFERENCE_SD_M, THIGH_SHARE = 0.0066, 0.55
# Generic lengths that the difference is taken of (hip to knee, knee to ankle; models/skeleton/parameters) [m].
_THIGH_M, _SHANK_M = 0.404, 0.402


@dataclass(frozen=True)
class Person:
    """A synthetic person.

    Attributes
    ----------
    subject : Subject
        What is told of them: height, mass, sex, age.
    population : str
        Which table row they were drawn from.
    log_factors : ndarray, shape (n_params,)
        True log scale factors, in the order of `rl_scaling.people.anthropometry.parameters`, mean of both sides.
    leg_difference_m : float
        Right leg less left.
    """

    subject: Subject
    population: str
    log_factors: Array
    leg_difference_m: float

    def log_scales(self, bodies: tuple[str, ...]) -> Array:
        """True log factors of every body, each side its own, shape (n_bodies, 3)."""
        scales = (ties(bodies) @ self.log_factors).reshape(-1, 3)
        names = parameters()
        for segment, share, generic_m in (("femur", THIGH_SHARE, _THIGH_M), ("tibia", 1.0 - THIGH_SHARE, _SHANK_M)):
            length_m = generic_m * np.exp(self.log_factors[names.index(f"{segment}_y")])
            for side, sign in (("r", 0.5), ("l", -0.5)):
                if (body := f"{segment}_{side}") in bodies:
                    scales[bodies.index(body), 1] += np.log1p(sign * share * self.leg_difference_m / length_m)
        return scales


def populations() -> tuple[str, ...]:
    """Names of the populations that people can be drawn from."""
    return tuple(dict.fromkeys(row["population"] for row in read_rows("people.csv")))


def sample_people(names: tuple[str, ...], n: int, generator: np.random.Generator) -> tuple[Person, ...]:
    """Draw people: an even mix of the populations and of women and men, ages even within a population.

    Parameters
    ----------
    names : tuple of str
        Populations, e.g. `ADULTS` or `OLDER_ADULTS`.
    n : int
    generator : numpy Generator

    Raises
    ------
    SettingsError
        There is no such population.
    """
    unknown = [name for name in names if name not in populations()]
    if unknown or not names:
        raise SettingsError(
            f"There is no population {', '.join(unknown) or 'given'}.", hint=f"Accepted: {', '.join(populations())}."
        )
    return tuple(_draw(names[generator.integers(len(names))], generator) for _ in range(n))


def draw_person(population: str, sex: BinarySex, age_years: float, generator: np.random.Generator) -> Person:
    """Draw one person of this sex and age.

    Parameters
    ----------
    population : str
        One of `populations`, with people of that age.
    sex : {'f', 'm'}
    age_years : float
    generator : numpy Generator
    """
    row = next(row for row in _rows(population, sex) if age_years <= float(row["age_to"]))
    stature = np.clip(generator.standard_normal(), -_STATURE_REACH_SD, _STATURE_REACH_SD)
    height_m = round(0.01 * (float(row["height_cm"]) + float(row["height_sd_cm"]) * float(stature)), 3)
    along, across = _STATURE_BMI_CORRELATION, np.sqrt(1.0 - _STATURE_BMI_CORRELATION**2)
    build = along * stature + across * generator.standard_normal()
    bmi = np.clip(float(row["bmi_median"]) * np.exp(float(row["log_bmi_sd"]) * build), *BMI_RANGE)
    # As a clinician would enter them.
    subject = Subject(height_m, round(float(bmi) * height_m**2, 1), sex, float(np.floor(age_years)))
    return Person(
        subject=subject,
        population=population,
        log_factors=_plausible_factors(prior(subject), generator),
        leg_difference_m=float(LEG_DIFFERENCE_SD_M * generator.standard_normal()),
    )


def ages(population: str, sex: BinarySex) -> tuple[float, float]:
    """Youngest and oldest age that a population has people of."""
    rows = _rows(population, sex)
    return float(rows[0]["age_from"]), float(rows[-1]["age_to"])


def _draw(population: str, generator: np.random.Generator) -> Person:
    sex: BinarySex = "f" if generator.random() < 0.5 else "m"
    return draw_person(population, sex, generator.uniform(*ages(population, sex)), generator)


def _rows(population: str, sex: BinarySex) -> list[dict[str, str]]:
    return [row for row in read_rows("people.csv") if row["population"] == population and row["sex"] == sex]


def _plausible_factors(known: Prior, generator: np.random.Generator) -> Array:
    """Draw until nothing lies beyond what adults have: the tails of a Gaussian know no anatomy."""
    low, high = np.log(PLAUSIBLE_FACTORS)
    while True:
        draw = known.sample(1, generator)[0]
        if np.all((draw >= low) & (draw <= high)):
            return draw
