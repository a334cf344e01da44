"""A cohort as one table in long form, for statisticians; study codes only."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.cohort.data import Cohort
from app.language import _

NAME = "sarcoscope_cohort"
# A table of them takes some 500 MB while it is written.
MOST_VALUES = 1_000_000


def show_export(cohort: Cohort) -> None:
    """Two downloads of what the filters leave; each is written into the audit log."""
    st.subheader(_("Export"))
    if len(cohort.visits) * len(cohort.known) > MOST_VALUES:
        st.info(
            _(
                "These are more than {n} values, too many for a download. Narrow the filters, or read the tables "
                "in the folder of the cohort.",
                n=f"{MOST_VALUES:,}",
            )
        )
        return
    st.caption(
        _(
            "What the filters leave, in long form: one row for each visit, indicator, movement and side, with standard "
            "error and quality. By study code, without names. Every export is written into the audit log."
        )
    )
    with st.container(horizontal=True):
        for title, suffix, kind, write in (
            ("CSV", "csv", "text/csv", as_csv),
            ("Parquet", "parquet", "application/vnd.apache.parquet", as_parquet),
        ):
            st.download_button(
                title, written_down(cohort, write), f"{NAME}.{suffix}", kind,
                icon=":material/download:", key=f"cohort-{suffix}",
            )  # fmt: skip


def written_down(cohort: Cohort, write: Callable[[pd.DataFrame], bytes]) -> Callable[[], bytes]:
    """Make the file when it is asked for, and record that data left."""

    def made() -> bytes:
        cohort.source.exported(cohort)
        return write(cohort.source.long_form(cohort))

    return made


def as_csv(table: pd.DataFrame) -> bytes:
    """As text, with the mark by which spreadsheets know UTF-8."""
    return table.to_csv(index=False).encode("utf-8-sig")


def as_parquet(table: pd.DataFrame) -> bytes:
    """As Parquet."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
