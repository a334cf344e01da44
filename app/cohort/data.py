"""A cohort: visits, what was measured at them, and the part of them that filters leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd
import streamlit as st

from app.language import _
from app.tables import records
from app.words import indicator_word
from assessment.headline import rank
from assessment.uncertainty.interval import UNPRINTED
from pipeline.quality import Mark

KEY = ["indicator", "activity", "side"]
# Decades of life in which norms of sit-to-stand and gait are published; the ends are open.
AGE_EDGES = (65, 75, 85)
Key = tuple[str, str, str]

VISIT_COLUMNS = (
    "id", "person", "code", "visit", "date", "group", "sex", "age_years", "height_m", "mass_kg", "synthetic",
)  # fmt: skip
"""Of `Cohort.visits`: ``id`` of the visit, ``person`` and ``code`` of the participant, ``visit`` as it is called,
``date`` where there is one, ``group`` empty where there is none; in the order in which the visits were."""
VALUE_COLUMNS = ("id", "value", "standard_error", "mark", "origin")
"""Of `Source.values`: the value is missing where it is withheld."""


class Source(Protocol):
    """Where a cohort's values are: in the store or in a folder. What is not looked at is not read."""

    @property
    def known(self) -> pd.DataFrame:
        """Everything that was looked at: `KEY`, ``label``, ``unit``."""

    def values(self, key: Key) -> pd.DataFrame:
        """The visits at which one indicator was looked at; columns are `VALUE_COLUMNS`."""

    def marks(self, visits: pd.DataFrame) -> pd.DataFrame:
        """How often each indicator has which mark at these visits: `KEY`, ``mark``, ``n``."""

    def reasons(self, visits: pd.DataFrame) -> tuple[pd.DataFrame, int]:
        """Why values of these visits are withheld: `KEY`, ``reason``, ``n``; of how many visits that is."""

    def meeting(self, framework: str, verdicts: Sequence[str]) -> pd.Series:
        """Ids of the visits of which a set of published criteria says one of these."""

    def long_form(self, cohort: Cohort) -> pd.DataFrame:
        """What is left of the cohort, one row an indicator, movement and side of a visit; no ids, no names."""

    def exported(self, cohort: Cohort) -> None:
        """Write down that data of this cohort left."""


@dataclass(frozen=True)
class Cohort:
    """Visits and what was measured at them.

    Attributes
    ----------
    visits : DataFrame
        One row a visit with results: `VISIT_COLUMNS`.
    source : Source
    activities : frozenset of str or None
        Movements whose values are looked at; None: all.
    marks : frozenset of Mark
        Quality marks of the values that are shown; the others still count as measured.
    """

    visits: pd.DataFrame
    source: Source
    activities: frozenset[str] | None = None
    marks: frozenset[Mark] = frozenset(Mark)

    def keep(self, visits: pd.DataFrame) -> Cohort:
        """Leave out all other visits."""
        return replace(self, visits=visits)

    def newest(self) -> Cohort:
        """The last visit of every participant."""
        return self.keep(self.visits.groupby("person", sort=False).tail(1))

    def of(self, key: Key) -> pd.DataFrame:
        """Visits at which one indicator was looked at, with its value (empty where it is withheld), name and unit."""
        return self.visits.merge(self.source.values(key), on="id").assign(indicator=key[0], unit=self.unit(key))

    def shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of rows of values those that have one of a wanted quality."""
        return rows[rows["value"].notna() & rows["mark"].isin(self.marks)]

    @property
    def known(self) -> pd.DataFrame:
        """What was looked at, of the wanted movements."""
        found = self.source.known
        return found if self.activities is None else found[found["activity"].isin(self.activities)]

    def indicators(self) -> dict[Key, str]:
        """Everything that was measured, with a title; what clinics ask for stands first."""
        titles = {
            (row.indicator, row.activity, row.side): indicator_word(row.indicator, row.label, row.activity, row.side)
            for row in records(self.known)
        }
        return dict(sorted(titles.items(), key=lambda item: (rank(*item[0][:2]), item[1])))

    def unit(self, key: Key) -> str:
        """Unit of an indicator, as results carry it."""
        found = self.source.known
        return str(found.loc[(found[KEY] == list(key)).all(axis=1), "unit"].iloc[0])

    def groups(self) -> list[str]:
        """Groups of the study, the largest first; none where no visit has one."""
        found = list(self.visits["group"].value_counts().index)
        return found if any(found) else []


def age_band(age_years: float | None) -> str:
    """Band of age; empty where the age is not known."""
    if age_years is None or pd.isna(age_years):
        return ""
    lower = max((edge for edge in AGE_EDGES if age_years >= edge), default=None)
    if lower is None:
        return f"< {AGE_EDGES[0]}"
    return f"≥ {lower}" if lower == AGE_EDGES[-1] else f"{lower}–{lower + 9}"


def printed(unit: str) -> str:
    """A unit as it stands behind a number; empty of a plain one."""
    return "" if unit in UNPRINTED else unit


def nothing_passes() -> None:
    """Say that the filters leave nothing."""
    st.info(_("Nothing passes the filters. Widen them to see results."))
