"""The profile of a person: each indicator placed in a named population, or the reason why not. There is no total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.profile.domains import ProfiledIndicator, profiled_indicators
from assessment.profile.placement import Placement, place
from assessment.profile.reference import Cell, Population, Reference, references
from assessment.summary import Summary
from assessment.uncertainty import better, formatted
from assessment.uncertainty.measured import Measured, measured_values
from assessment.uncertainty.reliability import Better
from pipeline.quality import Mark


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceUsed(_Record):
    """The population that a value was placed in."""

    name: str
    kind: Literal["published", "own cohort"]
    source: str
    tag: Literal["V", "S", "D"]
    who: str = Field(description="how many people, of which sex and age")
    n: int
    protocol: str
    caveats: list[str]


class ProfileEntry(_Record):
    """One indicator of a profile."""

    domain: str
    indicator: str
    label: str
    unit: str
    activity: str
    value: float | None
    standard_error: float | None
    mark: Mark
    better: Better | None = Field(description="direction that is read as better; null where nothing declares it")
    placement: Placement | None
    reference: ReferenceUsed | None = Field(description="null exactly when there is no placement")
    reason: str = Field(description="why there is no placement; empty otherwise")
    context: list[str] = Field(description="published figures that do not permit to place a person")
    sentence: str


class Profile(_Record):
    """A person's profile, domain by domain. Entries are not added up: no weighting of them has been validated."""

    entries: list[ProfileEntry]


def profile_of(
    summary: Summary, own: Reference | None = None, *, typed_in: Mapping[str, float] | None = None
) -> Profile:
    """The profile of an assessed session.

    Parameters
    ----------
    summary : Summary
    own : Reference or None
        A cohort of the user's; replaces the published references of its indicators.
    typed_in : mapping or None
        Clinical values, name -> value in the unit of `domains.toml`: ``{"grip_kg": 24.0}``.
    """
    values = measured_values(summary, both_sides=True)
    for wanted in profiled_indicators():
        if typed_in is not None and not wanted.activities and wanted.name in typed_in:
            values.append(Measured(wanted.name, wanted.unit, "", typed_in[wanted.name], None))
    return profile(values, sex=summary.subject.sex, age_years=summary.subject.age_years, populations=references(own))


def profile(
    values: Iterable[Measured], *, sex: str, age_years: float | None, populations: Sequence[Reference] | None = None
) -> Profile:
    """Place a person's values.

    Parameters
    ----------
    values : iterable of Measured
        One for each indicator and movement, sides averaged.
    sex : {'f', 'm', 'unspecified'}
    age_years : float or None
    populations : sequence of Reference or None
        None: the published ones.
    """
    by_key = {(one.indicator, one.activity): one for one in values}
    known = references() if populations is None else populations
    return Profile(
        entries=[_entry(wanted, _found(wanted, by_key), sex, age_years, known) for wanted in profiled_indicators()]
    )


def _found(wanted: ProfiledIndicator, values: Mapping[tuple[str, str], Measured]) -> Measured | None:
    """The value of the first movement that has one; a withheld one where there is no better."""
    candidates = [values[key] for key in ((wanted.name, name) for name in wanted.activities or ("",)) if key in values]
    usable = [one for one in candidates if one.value is not None]
    return next(iter(usable + candidates), None)


def _entry(
    wanted: ProfiledIndicator, found: Measured | None, sex: str, age_years: float | None, known: Sequence[Reference]
) -> ProfileEntry:
    value = found.value if found else None
    error = found.standard_error if found else None
    placement = used = None
    if found is None:
        reason = "It was not measured."
    elif value is None:
        reason = f"It is withheld: {' '.join(found.reasons)}"
    else:
        match, reason = _reference_for(found, wanted, sex, age_years, known)
        if match is not None:
            reference, population, cell = match
            placement = place(value, error, cell)
            used = ReferenceUsed(
                name=reference.name,
                kind=reference.kind,
                source=reference.source,
                tag=reference.tag,
                who=cell.who,
                n=cell.n,
                protocol=population.protocol,
                caveats=population.caveats,
            )
    shown = "" if value is None else f" {formatted(value, error, wanted.unit)}"
    return ProfileEntry(
        domain=wanted.domain,
        indicator=wanted.name,
        label=wanted.label,
        unit=wanted.unit,
        activity=found.activity if found else "",
        value=value,
        standard_error=error,
        mark=found.mark if found else Mark.WITHHELD,
        better=better(wanted.name),
        placement=placement,
        reference=used,
        reason=reason,
        context=[
            population.statement
            for reference in known
            for population in reference.population
            if population.use == "context" and population.indicator == wanted.name
        ],
        sentence=f"{wanted.label}{shown}: {_standing(placement, used, better(wanted.name)) or reason}",
    )


def _reference_for(
    found: Measured, wanted: ProfiledIndicator, sex: str, age_years: float | None, known: Sequence[Reference]
) -> tuple[tuple[Reference, Population, Cell] | None, str]:
    """The cell that the person belongs to, or why there is none."""
    matches = [
        (reference, population)
        for reference in known
        for population in reference.population
        if population.use == "reference" and population.indicator == found.indicator
    ]
    comparable = [match for match in matches if _comparable(found, *match)]
    if not comparable:
        why = " measured in this way" if matches else ""
        return None, f"No reference population for {_lower(wanted.label)}{why}."
    cells = [(*match, cell) for match in comparable for cell in match[1].cell]
    of_sex = [match for match in cells if match[2].sex in (sex, "any")]
    if not of_sex:
        stated = "not stated" if sex == "unspecified" else {"f": "female", "m": "male"}[sex]
        return None, f"No reference population for {_lower(wanted.label)} where sex is {stated}."
    of_age = [match for match in of_sex if match[2].holds(age_years)]
    if not of_age:
        stated = "is not stated" if age_years is None else f"is {age_years:.0f} years"
        return None, f"No reference population for {_lower(wanted.label)} where age {stated}."
    return of_age[0], ""


def _comparable(found: Measured, reference: Reference, population: Population) -> bool:
    """Same unit, movement and kind of forces; of an own cohort also the very same protocol."""
    return (
        population.unit == found.unit
        and population.activity.partition("/")[0] == found.activity.partition("/")[0]
        and population.origin in ("", found.origin)
        and (
            reference.kind == "published"
            or (population.protocol, population.activity) == (found.protocol, found.activity)
        )
    )


def _standing(placement: Placement | None, used: ReferenceUsed | None, direction: Better | None) -> str:
    if placement is None or used is None:
        return ""
    low, high = placement.percentile_interval
    middle = placement.percentile
    if direction == "lower":
        low, middle, high = 100.0 - high, 100.0 - middle, 100.0 - low
    error = "" if placement.measurement_error_included else ", without the measurement error, which is not known"
    return (
        f"{'above' if direction is None else 'better than'} {_percent(middle)} (95 % interval {_percent(low)} to "
        f"{_percent(high)}{error}) of the population that "
        f"{used.who} stand for ({used.name})."
    )


def _percent(share: float) -> str:
    """Whole per cent; the ends are named as such, since nobody is better than all."""
    return "less than 1 %" if share < 1.0 else "more than 99 %" if share > 99.0 else f"{share:.0f} %"


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]
