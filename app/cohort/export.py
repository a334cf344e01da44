"""A cohort as one table in long form, for statisticians; study codes only."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.cohort.data import Cohort
from app.current import mine
from app.language import _
from assessment.store import UserStore, audit

VISIT_COLUMNS = ["study_code", "date", "sex", "age_years", "height_m", "mass_kg", "synthetic"]
VALUE_COLUMNS = [
    "indicator", "label", "activity", "side", "value", "unit", "standard_error", "mark", "reasons", "origin",
]  # fmt: skip
NAME = "sarcoscope_cohort"


def long_form(cohort: Cohort) -> pd.DataFrame:
    """One row an indicator, movement and side of a visit; no ids of the store, no names."""
    values = cohort.values[cohort.values["mark"].isin(cohort.marks)]
    return cohort.visits.merge(values, on="run_id")[VISIT_COLUMNS + VALUE_COLUMNS]


def show_export(cohort: Cohort) -> None:
    """Two downloads of what the filters leave; each is written into the audit log."""
    st.subheader(_("Export"))
    st.caption(
        _(
            "What the filters leave, in long form: one row for each visit, indicator, movement and side, with standard "
            "error, quality and reasons. By study code, without names. Every export is written into the audit log."
        )
    )
    with st.container(horizontal=True):
        for title, suffix, kind, write in (
            ("CSV", "csv", "text/csv", _csv),
            ("Parquet", "parquet", "application/vnd.apache.parquet", _parquet),
        ):
            st.download_button(
                title, _written_down(mine(), cohort, write), f"{NAME}.{suffix}", kind,
                icon=":material/download:", key=f"cohort-{suffix}",
            )  # fmt: skip


def _written_down(mine: UserStore, cohort: Cohort, write: Callable[[pd.DataFrame], bytes]) -> Callable[[], bytes]:
    """Make the file when it is asked for, and record whose data left the store."""

    def made() -> bytes:
        audit.record_all(mine, "exported", "participant", cohort.visits["participant_id"].unique())
        return write(long_form(cohort))

    return made


def _csv(table: pd.DataFrame) -> bytes:
    # With the mark by which spreadsheets know UTF-8.
    return table.to_csv(index=False).encode("utf-8-sig")


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
