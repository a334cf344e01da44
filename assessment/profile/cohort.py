"""A reference from a cohort of the user's own: cells merged until each has enough people, the rest dropped.

Nothing of a single person leaves: cells hold at least `MINIMUM_N` people and do not overlap, so that no difference of
two cells tells of fewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from assessment.profile.reference import Cell, Population, Reference
from assessment.summary import Summary
from assessment.uncertainty.measured import measured_values
from assessment.version import SARCOSCOPE_VERSION
from models.errors import SettingsError
from pipeline.quality import Mark

MINIMUM_N = 20
# Decades of later life; what is below or above has too few people for bands of its own. Open at the end.
AGE_EDGES_YEARS = (18.0, 50.0, 60.0, 70.0, 80.0)
# The outer tenths would come close to single people.
QUANTILES = (10, 25, 50, 75, 90)
SIGNIFICANT_FIGURES = 4
# Beyond this a normal distribution describes a group badly: percentiles in its tails are rough.
SKEWED = 1.0

KEY = ["indicator", "unit", "activity", "protocol", "origin"]


@dataclass(frozen=True)
class CohortReference:
    """What was built: the reference, and what was left out, with the reason."""

    reference: Reference
    left_out: tuple[str, ...]


def build_reference(
    people: Iterable[Summary], *, name: str, accepted: Iterable[Mark] = (Mark.REPORTED, Mark.WITH_CAUTION)
) -> CohortReference:
    """Build a reference from assessed sessions, one for each person.

    A person's value is the mean over sides, repetitions and trials of a movement.

    Parameters
    ----------
    people : iterable of Summary
        One session a person: two visits would count twice. They are read once, one after the other.
    name : str
        What the population is called.
    accepted : iterable of Mark
        Quality marks that count.

    Raises
    ------
    SettingsError
        Recordings and synthetic sessions are mixed, or not one cell is large enough.
    """
    n_people, synthetic, values = _values(people, set(accepted))
    if len(synthetic) > 1:
        raise SettingsError(
            "The cohort mixes recordings and synthetic sessions.",
            hint="Keep the synthetic ones in a folder of their own.",
        )
    left_out: list[str] = []
    populations = [
        population
        for key, of_one in values.groupby(KEY, sort=True)
        if (population := _population(key, of_one, left_out)) is not None
    ]
    if not populations:
        raise SettingsError(
            f"No reference can be made of {n_people} people: no indicator has values of {MINIMUM_N} of them.",
            hint=f"Cells of fewer than {MINIMUM_N} people are never written, so that nobody can be recognised. Assess "
            "more people, with sex and age given.",
        )
    reference = Reference(
        kind="own cohort",
        name=name,
        source=f"own cohort of {n_people} people",
        tag="D",
        synthetic=synthetic == {True},
        created=date.today().isoformat(),
        sarcoscope_version=SARCOSCOPE_VERSION,
        minimum_n=MINIMUM_N,
        population=populations,
    )
    return CohortReference(reference, tuple(left_out))


def _values(people: Iterable[Summary], accepted: set[Mark]) -> tuple[int, set[bool], pd.DataFrame]:
    """How many people, whether they were recorded or generated, and one row a person and indicator."""
    rows = []
    synthetic: list[bool] = []
    for summary in people:
        synthetic.append(summary.synthetic)
        rows += [
            (
                summary.subject.sex,
                summary.subject.age_years,
                *(getattr(one, column) for column in KEY),
                one.value,
            )
            for one in measured_values(summary, both_sides=True)
            if one.value is not None and one.mark in accepted
        ]
    return len(synthetic), set(synthetic), pd.DataFrame(rows, columns=["sex", "age_years", *KEY, "value"])


def _population(key: object, values: pd.DataFrame, left_out: list[str]) -> Population | None:
    fields: dict[str, str] = dict(zip(KEY, key, strict=True))  # type: ignore[call-overload]
    cells, reasons = _cells(values)
    measured_in = ", ".join(filter(None, (fields["activity"], fields["origin"])))
    where = f"{fields['indicator']} ({measured_in})" if measured_in else fields["indicator"]
    left_out += [f"{where}: {reason}" for reason in reasons]
    if not cells:
        return None
    skew = float(values["value"].astype(float).to_frame().skew().iloc[0])
    caveats = ["The distribution is skewed: percentiles far from the middle are rough."] if abs(skew) > SKEWED else []
    return Population(use="reference", caveats=caveats, cell=cells, **fields)


def _cells(values: pd.DataFrame) -> tuple[list[Cell], list[str]]:
    """Cells by sex and age band; where no sex has enough people, of both together."""
    if len(values) < MINIMUM_N:
        return [], [f"{len(values)} people, at least {MINIMUM_N} are needed."]
    cells: list[Cell] = []
    reasons: list[str] = []
    by_sex: list[tuple[Literal["f", "m", "any"], pd.DataFrame]] = [
        ("f", values[values["sex"] == "f"]),
        ("m", values[values["sex"] == "m"]),
    ]
    if all(len(group) < MINIMUM_N for _, group in by_sex):
        by_sex = [("any", values)]
    elif (values["sex"] == "unspecified").any():
        reasons.append(f"{(values['sex'] == 'unspecified').sum()} people whose sex is not stated.")
    for sex, group in by_sex:
        known = group.dropna(subset="age_years")
        if known.empty and len(group) >= MINIMUM_N:
            cells += _cell(sex, group["value"], None, None)
            continue
        if len(known) < len(group):
            reasons.append(f"{len(group) - len(known)} people whose age is not stated.")
        if len(known) >= MINIMUM_N:
            cells += _age_cells(sex, known)
        elif len(known):
            reasons.append(f"{len(known)} {'women' if sex == 'f' else 'men' if sex == 'm' else 'people'}, too few.")
    return cells, reasons if cells or reasons else ["everybody has the same value."]


def _age_cells(sex: Literal["f", "m", "any"], group: pd.DataFrame) -> list[Cell]:
    """Neighbouring age bands, joined until each has enough people; the last ones join the band before."""
    bands: list[tuple[float, float, list[float]]] = []
    full = True
    for low, high in pairwise([*AGE_EDGES_YEARS, np.inf]):
        inside = group.loc[(group["age_years"] >= low) & (group["age_years"] < high), "value"].tolist()
        if not inside:
            continue
        if full:
            bands.append((low, high, inside))
        else:
            bands[-1] = (bands[-1][0], high, bands[-1][2] + inside)
        full = len(bands[-1][2]) >= MINIMUM_N
    if not full:
        (low, _, before), (_, high, few) = bands[-2:]
        bands[-2:] = [(low, high, before + few)]
    return [
        cell
        for low, high, values in bands
        for cell in _cell(sex, pd.Series(values), low, None if np.isinf(high) else high)
    ]


def _cell(sex: Literal["f", "m", "any"], values: pd.Series, low: float | None, high: float | None) -> list[Cell]:
    """The cell of these people; none where all values are alike: nobody can be placed among them."""
    sd = _rounded(float(values.std(ddof=1)))
    if sd == 0.0:
        return []
    return [
        Cell(
            sex=sex,
            age_from_years=low,
            age_below_years=high,
            n=len(values),
            mean=_rounded(float(values.mean())),
            sd=sd,
            quantiles={str(share): _rounded(float(values.quantile(share / 100.0))) for share in QUANTILES},
        )
    ]


def _rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_FIGURES}g}")
