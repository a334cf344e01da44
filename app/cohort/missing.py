"""What is missing in a cohort: which indicators, how often, and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.cohort.data import KEY, Cohort, nothing_passes
from app.language import _, _result
from app.tables import groups, records
from assessment.headline import rank
from pipeline.quality import Mark

REASONS_SHOWN = 2


def show_missing(cohort: Cohort) -> None:
    """Which indicators are withheld or were not measured, how often and why."""
    n_visits = len(cohort.visits)
    counts = cohort.source.marks(cohort.visits).set_index([*KEY, "mark"])["n"].to_dict()
    reasons, n_counted = cohort.source.reasons(cohort.visits)
    of_key = dict(groups(reasons, KEY))
    rows = []
    for key, title in cohort.indicators().items():
        n = {mark: int(counts.get((*key, mark.value), 0)) for mark in Mark}
        absent = n_visits - sum(n.values())
        first = of_key[key].head(REASONS_SHOWN) if key in of_key else reasons.iloc[:0]
        rows.append(
            {
                "rank": rank(*key[:2]),
                "title": title,
                "withheld": n[Mark.WITHHELD],
                "not measured": absent,
                "missing": (absent + n[Mark.WITHHELD]) / n_visits,
                "caution": n[Mark.WITH_CAUTION],
                "reasons": "; ".join(f"{_result(row.reason)} ({row.n})" for row in records(first)),
            }
        )
    if not rows:
        nothing_passes()
        return
    table = pd.DataFrame(rows).sort_values(["rank", "missing", "title"], ascending=[True, False, True])
    st.dataframe(
        {
            _("Missing"): 100.0 * table["missing"],
            _("Indicator"): table["title"],
            _("Most frequent reasons"): table["reasons"],
            _("Withheld"): table["withheld"],
            _("Not measured"): table["not measured"],
            _("With caution"): table["caution"],
        },
        column_config={
            _("Missing"): st.column_config.ProgressColumn(format="%.0f %%", min_value=0.0, max_value=100.0),
            _("Most frequent reasons"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        key="cohort-missing",
    )
    st.caption(
        _(
            "Of {n} visits. Withheld: the recording was not good enough for the number. Not measured: the movement was "
            "not recorded, or the indicator cannot be taken from it.",
            n=n_visits,
        )
    )
    if n_counted < n_visits:
        st.caption(_("Reasons were counted at the first {n} of the visits.", n=n_counted))
