"""What of a cohort has no results: how often for which reason, what to do, and whose visits they are."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.cohort.from_folder import FolderSource
from app.cohort.paging import a_page
from app.language import _, _result
from assessment.cohort.reasons import frequent_reasons
from assessment.cohort.schemas import WHOLE_VISIT


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
        reasons = frequent_reasons(failures)
        st.dataframe(
            {
                _("Visits"): [reason.visits for reason in reasons],
                _("Trials"): [reason.trials for reason in reasons],
                _("What happened"): [_result(reason.text) for reason in reasons],
                _("What to do"): [_result(reason.hint) for reason in reasons],
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
