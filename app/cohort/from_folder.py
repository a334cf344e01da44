"""The cohort that `python -m assessment cohort` wrote into a folder: read column by column, as it is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow.parquet as pq
import streamlit as st

from app.cohort.data import KEY, VALUE_COLUMNS, VISIT_COLUMNS, Cohort, Key
from app.cohort.withheld import withheld_reasons
from app.current import mine
from app.tables import records
from assessment.cohort.columns import value_columns
from assessment.cohort.reading import CohortResults
from assessment.cohort.rows import sql_name
from assessment.cohort.schemas import CRITERION_PREFIX, QUALITY_SUFFIX, SE_SUFFIX
from assessment.store import UserStore, audit

EXPORTED = [
    "participant", "visit", "group", "sex", "age_years", "height_m", "mass_kg", "synthetic",
    "indicator", "label", "activity", "side", "value", "unit", "standard_error", "mark", "origin",
]  # fmt: skip
VISIT = ["participant", "visit"]


class FolderSource:
    """Values in the folder of a cohort.

    Parameters
    ----------
    mine : UserStore
    cohort_id : str
        By which addresses and the audit log know the folder.
    results : CohortResults
    visits : DataFrame
        `VISIT_COLUMNS` of all visits; their ids are the numbers of their rows.
    """

    def __init__(self, mine: UserStore, cohort_id: str, results: CohortResults, visits: pd.DataFrame) -> None:
        self._mine = mine
        self.cohort_id = cohort_id
        self.results = results
        self._visits = visits
        self._columns = {(one.indicator, one.activity, one.side): one for one in value_columns(results.units())}

    @property
    def n_visits(self) -> int:
        """How many visits have results."""
        return len(self._visits)

    @property
    def known(self) -> pd.DataFrame:
        """Everything that was looked at."""
        rows = [(*key, one.label, one.unit) for key, one in self._columns.items()]
        return pd.DataFrame(rows, columns=[*KEY, "label", "unit"])

    def values(self, key: Key) -> pd.DataFrame:
        """The visits at which one indicator was looked at."""
        column = self._columns[key]
        names = [column.name, f"{column.name}{SE_SUFFIX}", f"{column.name}{QUALITY_SUFFIX}", "forces"]
        found = self.results.wide(names).set_axis(["value", "standard_error", "mark", "origin"], axis=1)
        found = found.assign(id=range(len(found)))
        if not column.needs_moments:
            found = found.assign(origin="")
        return found.loc[found["mark"].notna(), list(VALUE_COLUMNS)]

    def marks(self, visits: pd.DataFrame) -> pd.DataFrame:
        """How often each indicator has which mark at these visits."""
        names = {f"{one.name}{QUALITY_SUFFIX}": key for key, one in self._columns.items()}
        # As the few words that they are: hundreds of columns of texts would take seconds and gigabytes.
        table = pq.read_table(self.results.folder.table("wide"), columns=list(names), read_dictionary=list(names))
        found = table.to_pandas()
        if len(visits) < len(found):
            found = found.iloc[visits["id"]]
        rows = [(*key, str(mark), n) for name, key in names.items() for mark, n in found[name].value_counts().items()]
        table_of_marks = pd.DataFrame(rows, columns=[*KEY, "mark", "n"])
        return table_of_marks[table_of_marks["n"] > 0]

    def reasons(self, visits: pd.DataFrame) -> tuple[pd.DataFrame, int]:
        """Why values of these visits are withheld, counted at the first of them."""
        return withheld_reasons(self.results.folder.table("indicators"), visits)

    def meeting(self, framework: str, verdicts: Sequence[str]) -> pd.Series:
        """Ids of the visits of which a set of published criteria says one of these."""
        name = f"{CRITERION_PREFIX}{sql_name(framework)}"
        if name not in pq.read_schema(self.results.folder.table("wide")).names:
            return self._visits["id"].iloc[:0]
        return self._visits.loc[self.results.wide([name])[name].isin(verdicts), "id"]

    def trials(self, visits: pd.DataFrame) -> pd.DataFrame:
        """One row a trial of these visits, with what stands in the table of quality."""
        of_visits = visits[["code", "visit"]].rename(columns={"code": "participant"})
        return self.results.quality().merge(of_visits, on=VISIT)

    def long_form(self, cohort: Cohort) -> pd.DataFrame:
        """What is left of the cohort, one row an indicator, movement and side of a visit."""
        parts = []
        for row in records(cohort.known):
            found = cohort.of((row.indicator, row.activity, row.side))
            words = {"label": row.label, "activity": row.activity, "side": row.side}
            parts.append(found[found["mark"].isin(cohort.marks)].assign(**words))
        table = pd.concat(parts).sort_values("id", kind="stable").rename(columns={"code": "participant"})
        return table[EXPORTED].reset_index(drop=True)

    def exported(self, cohort: Cohort) -> None:  # noqa: ARG002 - whole or in part
        """Write down that data of this folder left."""
        audit.record(self._mine, "exported", "cohort", self.cohort_id)


def load(cohort_id: str, results: CohortResults) -> Cohort:
    """All visits of a folder that have results."""
    wide = results.folder.table("wide").stat()
    visits = _visits(cohort_id, (wide.st_mtime_ns, wide.st_size), results)
    return Cohort(visits, FolderSource(mine(), cohort_id, results, visits))


def visits_of(results: CohortResults) -> pd.DataFrame:
    """`VISIT_COLUMNS` of all visits that have results; their ids are the numbers of their rows."""
    names = ["participant", "visit", "group", "synthetic", "sex", "age_years", "height_m", "mass_kg"]
    found = results.wide(names).assign(group=lambda rows: rows["group"].fillna(""), date=None)
    found = found.assign(id=range(len(found)), person=found["participant"]).rename(columns={"participant": "code"})
    return found[list(VISIT_COLUMNS)]


# A run that was repeated writes another file. Never shared between sessions.
@st.cache_data(scope="session", max_entries=1, show_spinner=False)
def _visits(cohort_id: str, written: tuple[int, int], _results: CohortResults) -> pd.DataFrame:  # noqa: ARG001 - the key
    return visits_of(_results)
