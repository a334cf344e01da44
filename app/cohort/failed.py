"""What of a cohort has no results: how often for which reason, what to do, and whose visits they are."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from app.cohort.from_folder import FolderSource
from app.cohort.paging import a_page
from app.language import _, _result
from assessment.cohort.tables import WHOLE_VISIT

# A number in a reason differs from visit to visit where the reason does not.
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
GAP = "…"


def show_failed(source: FolderSource) -> None:
    """Reasons with their hints, the visits and trials they stopped, and rows of the manifest that were not accepted."""
    failures = source.results.failures()
    visits, trials = failures[failures["trial"] == WHOLE_VISIT], failures[failures["trial"] != WHOLE_VISIT]
    if failures.empty:
        st.info(_("Every trial of every visit was assessed."))
    else:
        st.caption(
            _(
                "{visits} visits have no results; {trials} trials of other visits have none. The filters of the other "
                "views do not count here.",
                visits=len(visits),
                trials=len(trials),
            )
        )
        reasons = reasons_of(failures)
        st.dataframe(
            {
                _("Visits"): reasons["visits"],
                _("Trials"): reasons["trials"],
                _("What happened"): reasons["reason"].map(_result),
                _("What to do"): reasons["hint"].map(_result),
            },
            hide_index=True,
            column_config={
                _("What happened"): st.column_config.TextColumn(width="large"),
                _("What to do"): st.column_config.TextColumn(width="large"),
            },
            key="cohort-reasons",
        )
        st.subheader(_("Which visits and trials"))
        shown = a_page(failures, "cohort-failures-page")
        st.dataframe(
            {
                _("Study code"): shown["participant"],
                _("Visit"): shown["visit"],
                _("Trial"): shown["trial"].where(shown["trial"] != WHOLE_VISIT, _("whole visit")),
                _("What happened"): shown["reason"].map(_result),
                _("Tries"): shown["attempts"],
            },
            hide_index=True,
            key="cohort-failures",
        )
    _show_bad_rows(source)


def reasons_of(failures: pd.DataFrame) -> pd.DataFrame:
    """One row a reason, the most frequent first: visits and trials that it stopped; numbers that differ are a gap."""
    reasons = failures["reason"].str.replace(_NUMBER, GAP, regex=True)
    alike = failures["reason"].groupby([reasons, failures["hint"]]).transform("nunique") == 1
    whole = failures["trial"] == WHOLE_VISIT
    told = failures.assign(reason=failures["reason"].where(alike, reasons), visits=whole, trials=~whole)
    counts = told.groupby(["reason", "hint"], sort=False)[["visits", "trials"]].sum().reset_index()
    return counts.sort_values(["visits", "trials"], ascending=False, kind="stable", ignore_index=True)


def _show_bad_rows(source: FolderSource) -> None:
    path = source.results.folder.bad_rows
    if not path.is_file():
        return
    rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    st.subheader(_("Rows of the manifest that were not accepted"))
    shown = a_page(rows, "cohort-rows-page")
    st.dataframe(
        {
            _("Row"): shown["row"],
            _("Study code"): shown["participant"],
            _("Visit"): shown["visit"],
            _("Column"): shown["column"],
            _("What happened"): shown["reason"].map(_result),
            _("What to do"): shown["hint"].map(_result),
        },
        hide_index=True,
        key="cohort-bad-rows",
    )
