"""The newest results of all participants, and the part of them that filters leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from app.current import mine
from app.language import _
from app.tables import records
from app.words import indicator_word
from assessment.headline import rank
from assessment.store import figures
from pipeline.quality import Mark

KEY = ["indicator", "activity", "side"]
# Decades of life in which norms of sit-to-stand and gait are published; the ends are open.
AGE_EDGES = (65, 75, 85)
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Cohort:
    """Visits and what was measured at them.

    Attributes
    ----------
    visits : DataFrame
        One row a visit with results: `assessment.store.figures.RESULT_COLUMNS`.
    values : DataFrame
        One row an indicator, movement and side of those visits: `assessment.store.figures.VALUE_COLUMNS`.
    marks : frozenset of Mark
        Quality marks of the values that are shown; the others still count as measured.
    """

    visits: pd.DataFrame
    values: pd.DataFrame
    marks: frozenset[Mark] = frozenset(Mark)

    def keep(self, visits: pd.DataFrame) -> Cohort:
        """Leave out all other visits."""
        return replace(self, visits=visits, values=self.values[self.values["run_id"].isin(visits["run_id"])])

    def newest(self) -> Cohort:
        """The last visit of every participant."""
        return self.keep(self.visits.groupby("participant_id", sort=False).tail(1))

    def of(self, key: Key) -> pd.DataFrame:
        """Visits at which one indicator was looked at, with its value (empty where it is withheld)."""
        wanted = (self.values[KEY] == list(key)).all(axis=1)
        return self.visits.merge(self.values[wanted], on="run_id")

    def shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of rows of values those that have one of a wanted quality."""
        return rows[rows["value"].notna() & rows["mark"].isin(self.marks)]

    def indicators(self) -> dict[Key, str]:
        """Everything that was measured, with a title; what clinics ask for stands first."""
        found = self.values.drop_duplicates(KEY)
        titles = {
            (row.indicator, row.activity, row.side): indicator_word(row.indicator, row.label, row.activity, row.side)
            for row in records(found)
        }
        return dict(sorted(titles.items(), key=lambda item: (rank(*item[0][:2]), item[1])))


def load() -> Cohort:
    """All results of this user's participants."""
    visits = figures.results(mine())
    return Cohort(visits, _values(mine().user_id, tuple(visits["run_id"])))


def age_band(age_years: float | None) -> str:
    """Band of age; empty where the age is not known."""
    if age_years is None or pd.isna(age_years):
        return ""
    lower = max((edge for edge in AGE_EDGES if age_years >= edge), default=None)
    if lower is None:
        return f"< {AGE_EDGES[0]}"
    return f"≥ {lower}" if lower == AGE_EDGES[-1] else f"{lower}–{lower + 9}"


def nothing_passes() -> None:
    """Say that the filters leave nothing."""
    st.info(_("Nothing passes the filters. Widen them to see results."))


# Results do not change once they are there: their ids tell whether anything is new. Never shared between sessions.
@st.cache_data(scope="session", max_entries=1, show_spinner=False)
def _values(user_id: str, run_ids: tuple[str, ...]) -> pd.DataFrame:  # noqa: ARG001 - the key
    found = figures.values(mine())
    found["reasons"] = [" ".join(reasons) for reasons in found["reasons"]]
    return found
