"""The cohort that the store holds: the newest results of all of this user's participants."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.cohort.data import KEY, VALUE_COLUMNS, VISIT_COLUMNS, Cohort, Key
from app.current import mine
from app.tables import groups
from assessment.store import UserStore, audit, figures
from pipeline.quality import Mark

EXPORTED = [
    "study_code", "date", "sex", "age_years", "height_m", "mass_kg", "synthetic",
    "indicator", "label", "activity", "side", "value", "unit", "standard_error", "mark", "reasons", "origin",
]  # fmt: skip


class StoreSource:
    """Values in the store.

    Parameters
    ----------
    mine : UserStore
    values : DataFrame
        `assessment.store.figures.VALUE_COLUMNS`.
    """

    def __init__(self, mine: UserStore, values: pd.DataFrame) -> None:
        self._mine = mine
        self._values = values.rename(columns={"run_id": "id"})
        self._of = dict(groups(self._values, KEY))

    @property
    def known(self) -> pd.DataFrame:
        """Everything that was looked at."""
        return self._values.drop_duplicates(KEY)[[*KEY, "label", "unit"]]

    def values(self, key: Key) -> pd.DataFrame:
        """The visits at which one indicator was looked at."""
        return self._of.get(key, self._values.iloc[:0])[list(VALUE_COLUMNS)]

    def marks(self, visits: pd.DataFrame) -> pd.DataFrame:
        """How often each indicator has which mark at these visits."""
        return self._at(visits).value_counts([*KEY, "mark"]).reset_index(name="n")

    def reasons(self, visits: pd.DataFrame) -> tuple[pd.DataFrame, int]:
        """Why values of these visits are withheld, counted at all of them."""
        found = self._at(visits)
        withheld = found[found["mark"] == Mark.WITHHELD.value]
        # The first reason withholds; others behind it may only call for caution.
        withheld = withheld.assign(reason=withheld["reasons"].str[0])
        return withheld.value_counts([*KEY, "reason"]).reset_index(name="n"), len(visits)

    def meeting(self, framework: str, verdicts: Sequence[str]) -> pd.Series:
        """Ids of the visits of which a set of published criteria says one of these."""
        found = figures.outcomes(self._mine)
        return found.loc[(found["framework"] == framework) & found["verdict"].isin(verdicts), "run_id"]

    def long_form(self, cohort: Cohort) -> pd.DataFrame:
        """What is left of the cohort, one row an indicator, movement and side of a visit; by study code."""
        kept = self._values["mark"].isin(cohort.marks)
        if cohort.activities is not None:
            kept &= self._values["activity"].isin(cohort.activities)
        visits = cohort.visits.rename(columns={"code": "study_code"})
        table = visits.merge(self._values[kept], on="id")
        return table.assign(reasons=table["reasons"].str.join(" "))[EXPORTED]

    def exported(self, cohort: Cohort) -> None:
        """Write down whose data left the store."""
        audit.record_all(self._mine, "exported", "participant", cohort.visits["person"].unique())

    def _at(self, visits: pd.DataFrame) -> pd.DataFrame:
        return self._values[self._values["id"].isin(visits["id"])]


def load() -> Cohort:
    """All results of this user's participants."""
    found = figures.results(mine())
    return store_cohort(mine(), found, _values(mine().user_id, tuple(found["run_id"])))


def store_cohort(mine: UserStore, results: pd.DataFrame, values: pd.DataFrame) -> Cohort:
    """A cohort of a store's tables: `assessment.store.figures.results` and `assessment.store.figures.values`."""
    names = {"run_id": "id", "participant_id": "person", "study_code": "code"}
    visits = results.rename(columns=names).assign(visit=[day.isoformat() for day in results["date"]], group="")
    return Cohort(visits[list(VISIT_COLUMNS)], StoreSource(mine, values))


# Results do not change once they are there: their ids tell whether anything is new. Never shared between sessions.
@st.cache_data(scope="session", max_entries=1, show_spinner=False)
def _values(user_id: str, run_ids: tuple[str, ...]) -> pd.DataFrame:  # noqa: ARG001 - the key
    return figures.values(mine())
