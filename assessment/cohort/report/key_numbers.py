"""Key numbers of a cohort: those that the app and a person's report show first, one value a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assessment.cohort.columns import ValueColumn
from assessment.cohort.report.source import CohortSource
from assessment.cohort.schemas import QUALITY_SUFFIX, SE_SUFFIX
from assessment.criteria.definitions import quantities
from assessment.headline import is_first_looked_at
from pipeline.quality import Mark

GRIP = "grip_kg"
ORIGINS = ("measured", "estimated", "simulated")
MIXED = "mixed"


@dataclass(frozen=True)
class KeyNumber:
    """One number of one movement, of forces of one origin.

    Attributes
    ----------
    indicator, unit, label : str
        Name in the catalogue, or of a value that was typed in.
    activity : str
        Movement with its variant; empty where several give it together, and where it was typed in.
    origin : str
        Where the contact forces of a moment came from, one of `ORIGINS` or `MIXED` (trials of a visit differ); empty
        for others. Numbers of different origin are never put together.
    table : DataFrame
        Rows of the visits that have it, by their place in the wide table: ``value`` (missing where withheld),
        ``standard_error``, ``quality``. Both sides of a person are one value, their mean.
    """

    indicator: str
    unit: str
    label: str
    activity: str
    origin: str
    table: pd.DataFrame

    @property
    def values(self) -> pd.Series:
        """Values that may be shown."""
        return self.table["value"].dropna()


def key_numbers(source: CohortSource, visits: pd.DataFrame) -> Iterator[KeyNumber]:
    """Grip strength where it was typed in, then what has a place in `assessment.headline`, in its order.

    Parameters
    ----------
    source : CohortSource
    visits : DataFrame
        Rows of the wide table.
    """
    grip = visits[GRIP].astype(float).dropna()
    if len(grip):
        table = pd.DataFrame({"value": grip, "standard_error": np.nan, "quality": Mark.REPORTED.value})
        yield KeyNumber(GRIP, "kg", quantities()[GRIP].label, "", "", table)
    columns: dict[tuple[str, str], list[ValueColumn]] = {}
    for one in source.columns:
        if is_first_looked_at(one.indicator, one.activity):
            columns.setdefault((one.indicator, one.activity), []).append(one)
    origins = _origins(source.trials, visits)
    for (indicator, activity), sides in columns.items():
        first = sides[0]
        table = _both_sides(source.values(sides), sides)
        known = origins.get(activity, pd.Series(dtype=object)).reindex(table.index)
        origin = known if first.needs_moments else None
        for name in ("",) if origin is None else (*ORIGINS, MIXED):
            part = table if origin is None else table[(origin == name).to_numpy()]
            if len(part):
                yield KeyNumber(indicator, first.unit, first.label, activity, name, part)


def _both_sides(wide: pd.DataFrame, sides: Sequence[ValueColumn]) -> pd.DataFrame:
    """One value a visit; where one side is withheld the other stands for both, with caution."""
    marks = np.stack([wide[f"{one.name}{QUALITY_SUFFIX}"].astype(object).to_numpy() for one in sides], axis=1)
    values = wide[[one.name for one in sides]]
    errors = wide[[f"{one.name}{SE_SUFFIX}" for one in sides]].astype(float)
    there = pd.notna(marks)
    reported = ((marks == Mark.REPORTED.value) | ~there).all(axis=1)
    table = pd.DataFrame(
        {
            "value": values.astype(float).mean(axis=1),
            # Errors of both sides are alike (mass, model), so that their mean is as uncertain as they are.
            "standard_error": errors.mean(axis=1).where(errors.notna().sum(axis=1) == values.notna().sum(axis=1)),
        },
        index=wide.index,
    )
    quality = np.where(reported, Mark.REPORTED.value, Mark.WITH_CAUTION.value)
    table["quality"] = np.where(table["value"].isna(), Mark.WITHHELD.value, quality)
    return table.loc[np.flatnonzero(there.any(axis=1))]


def _origins(trials: pd.DataFrame, visits: pd.DataFrame) -> dict[str, pd.Series]:
    """Movement -> where the forces of its trials came from, by the place of the visit in the wide table."""
    known = trials.loc[trials["forces"] != "", ["participant", "visit", "movement", "forces"]]
    places = pd.DataFrame(
        {"participant": visits["participant"], "visit": visits["visit"], "place": visits.index.to_numpy()}
    )
    known = known.drop_duplicates().merge(places, on=["participant", "visit"])
    found = {}
    for movement, of_movement in known.groupby("movement", sort=False):
        origin = of_movement.drop_duplicates("place").set_index("place")["forces"]
        origin[origin.index.isin(of_movement.loc[of_movement.duplicated("place"), "place"])] = MIXED
        found[str(movement)] = origin
    return found
