"""Reference populations: whom a person's number is set against. Files of one schema, published or a user's own."""

from __future__ import annotations

import tomllib
from functools import cache
from math import pi
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import SettingsError

REFERENCES = Path(__file__).parent / "references"
REFERENCE_SCHEMA_VERSION: Literal["1.0"] = "1.0"

# Quartiles of a normal distribution are 1.349 SD apart.
SD_PER_INTERQUARTILE_RANGE = 1.0 / 1.349
# What is lost by reading mean and SD from median and quartiles of n normal values, against knowing them: the median's
# variance is pi/2 that of the mean; the interquartile range tells the SD like 0.367 n values would (asymptotic
# variances of order statistics: sd**2 / (2 n) against 1.360 sd**2 / n).
MEDIAN_VARIANCE = pi / 2.0
QUARTILE_EFFICIENCY = 0.367


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Record):
    """People of one sex and age band; either mean and SD, or quartiles."""

    sex: Literal["f", "m", "any"]
    age_from_years: float | None = Field(default=None, description="included; null: ages not recorded")
    age_below_years: float | None = Field(default=None, description="not included; null: no upper end")
    n: int = Field(ge=2)
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)
    quartiles: tuple[float, float, float] | None = None
    quantiles: dict[str, float] = Field(default={}, description="per cent -> value, for readers; own cohorts only")

    @model_validator(mode="after")
    def _one_description(self) -> Self:
        if (self.mean is None) != (self.sd is None) or (self.mean is None) == (self.quartiles is None):
            raise ValueError("a cell has either mean and sd, or quartiles")
        return self

    @property
    def centre(self) -> float:
        """Mean, or what stands for it."""
        return self.quartiles[1] if self.quartiles else float(self.mean or 0.0)

    @property
    def spread(self) -> float:
        """Standard deviation, or what stands for it."""
        if self.quartiles:
            return (self.quartiles[2] - self.quartiles[0]) * SD_PER_INTERQUARTILE_RANGE
        return float(self.sd or 0.0)

    @property
    def degrees_of_freedom(self) -> float:
        """How well the spread is known."""
        return (self.n - 1) * (QUARTILE_EFFICIENCY if self.quartiles else 1.0)

    @property
    def centre_variance(self) -> float:
        """Variance of the centre, in units of the spread squared."""
        return (MEDIAN_VARIANCE if self.quartiles else 1.0) / self.n

    @property
    def who(self) -> str:
        """``17 women of 70 years and over``."""
        people = {"f": "women", "m": "men", "any": "people"}[self.sex]
        if self.age_from_years is None:
            return f"{self.n} {people} of ages not recorded"
        if self.age_below_years is None:
            return f"{self.n} {people} of {self.age_from_years:g} years and over"
        return f"{self.n} {people} of {self.age_from_years:g} to {self.age_below_years - 1:g} years"

    def holds(self, age_years: float | None) -> bool:
        """Whether a person of this age belongs to it; an unknown age belongs only where none was recorded."""
        if self.age_from_years is None:
            return True
        if age_years is None or age_years < self.age_from_years:
            return False
        return self.age_below_years is None or age_years < self.age_below_years


class Population(_Record):
    """One indicator in one population."""

    use: Literal["reference", "context"] = Field(description="context: does not permit to place a person")
    indicator: str
    unit: str
    activity: str = Field(description="empty for clinical values")
    protocol: str
    origin: str = Field(
        default="", description="of contact forces, for moments: measured, estimated; empty: does not matter"
    )
    statistic: Literal["mean and SD", "median and quartiles"] = "mean and SD"
    statement: str = Field(default="", description="context: what was found, in words")
    caveats: list[str] = []
    cell: list[Cell] = []

    @model_validator(mode="after")
    def _fits_its_use(self) -> Self:
        if (self.use == "reference") != bool(self.cell) or (self.use == "context") != bool(self.statement):
            raise ValueError("a reference has cells, a context has a statement")
        return self


class Reference(_Record):
    """A file of reference populations."""

    schema_version: Literal["1.0"] = REFERENCE_SCHEMA_VERSION
    kind: Literal["published", "own cohort"]
    name: str
    source: str
    tag: Literal["V", "S", "D"] = Field(description="V read in the paper, S in a secondary source, D derived")
    synthetic: bool
    created: str = Field(default="", description="date, of an own cohort")
    sarcoscope_version: str = Field(default="", description="that assessed an own cohort")
    minimum_n: int | None = Field(default=None, description="smallest cell that an own cohort writes")
    population: list[Population]


def load_reference(path: Path) -> Reference:
    """Read a reference file.

    Raises
    ------
    SettingsError
        It is missing, or it is not such a file.
    """
    try:
        return Reference.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise SettingsError(
            f"The reference {path} cannot be opened.",
            hint="Give a file that `python -m assessment reference` has written.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise SettingsError(
            f"{path.name} is not a reference of schema {REFERENCE_SCHEMA_VERSION}: {first}.",
            hint="Give a file that `python -m assessment reference` has written; docs/profile.md says what is in it.",
        ) from None


@cache
def published_references() -> tuple[Reference, ...]:
    """What the product brings along."""
    return tuple(load_reference(path) for path in sorted(REFERENCES.glob("*.toml")))


def references(own: Reference | None = None) -> tuple[Reference, ...]:
    """The published references; those of indicators that an own cohort has are replaced by it.

    A person outside the own cohort's cells then has no reference for the indicator: there is no quiet way back to the
    published one.
    """
    if own is None:
        return published_references()
    replaced = {population.indicator for population in own.population}
    kept = [
        reference.model_copy(
            update={
                "population": [
                    population
                    for population in reference.population
                    if population.use == "context" or population.indicator not in replaced
                ]
            }
        )
        for reference in published_references()
    ]
    return (own, *kept)
