"""Why values of a large cohort are withheld, counted at as many visits as can be read while somebody waits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.cohort.data import KEY
from assessment.cohort.rows import REASONS_APART
from pipeline.quality import Mark

# Parts of the table of indicators, of some 250 visits and 200,000 rows each: a second or two.
MOST_PARTS = 8
_VISIT = ["participant", "visit"]
_VALUE = [*_VISIT, "activity", "variant", "side", "indicator"]
_COLUMNS = [*_VALUE, "quality", "reasons"]


def withheld_reasons(table: Path, visits: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Count the visits at which values are withheld for a reason.

    Parameters
    ----------
    table : Path
        A cohort's ``indicators.parquet``.
    visits : DataFrame
        `app.cohort.data.VISIT_COLUMNS` of the visits that are looked at.

    Returns
    -------
    DataFrame
        `KEY`, ``reason``, ``n``.
    int
        Of how many visits; all, unless they are in more than `MOST_PARTS` of the table.
    """
    wanted = pd.MultiIndex.from_frame(visits[["code", "visit"]])
    people = np.unique(visits["code"].to_numpy(dtype=object))
    counts: list[pd.DataFrame] = []
    n_visits = 0
    with pq.ParquetFile(table, read_dictionary=_COLUMNS) as file:
        parts = [n for n in range(file.num_row_groups) if _may_hold(file.metadata.row_group(n), people)]
        for number in parts[:MOST_PARTS]:
            rows = file.read_row_group(number, columns=_COLUMNS)
            present = rows.select(_VISIT).group_by(_VISIT).aggregate([]).to_pandas()
            n_visits += int(pd.MultiIndex.from_frame(present).isin(wanted).sum())
            counts.append(_counted(rows, wanted))
    if len(parts) <= MOST_PARTS:
        n_visits = len(visits)  # those without any indicator have no rows
    if not counts:
        return pd.DataFrame(columns=[*KEY, "reason", "n"]), n_visits
    total = pd.concat(counts).groupby([*KEY, "reason"], sort=False)["n"].sum()
    return total.sort_values(ascending=False, kind="stable").reset_index(), n_visits


def _counted(rows: pa.Table, wanted: pd.MultiIndex) -> pd.DataFrame:
    """One row an indicator and reason, for visits of which not one repetition can be used."""
    usable = pc.not_equal(rows["quality"], Mark.WITHHELD.value)
    values = rows.append_column("usable", usable).group_by(_VALUE).aggregate([("usable", "any")])
    withheld = values.filter(pc.invert(values["usable_any"])).select(_VALUE).to_pandas().astype(str)
    found = rows.filter(pc.invert(usable)).select([*_VALUE, "reasons"]).to_pandas().astype(str)
    found = found[pd.MultiIndex.from_frame(found[_VISIT]).isin(wanted)].merge(withheld, on=_VALUE)
    movement = found["activity"].where(found["variant"] == "", found["activity"] + "/" + found["variant"])
    # The first reason withholds; others behind it may only call for caution.
    found = found.assign(activity=movement, reason=found["reasons"].str.split(REASONS_APART).str[0])
    return found.drop_duplicates([*_VISIT, *KEY, "reason"]).value_counts([*KEY, "reason"]).reset_index(name="n")


def _may_hold(part: pq.RowGroupMetaData, people: np.ndarray) -> bool:
    """Whether a part of the table, by its first and last participant, may have one of these (in order)."""
    bounds = part.column(0).statistics
    if bounds is None or not bounds.has_min_max:
        return True
    place = int(np.searchsorted(people, bounds.min))
    return place < len(people) and bool(people[place] <= bounds.max)
