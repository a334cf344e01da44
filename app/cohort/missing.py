"""What is missing in a cohort: which indicators, how often, and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.cohort.data import KEY, Cohort, nothing_passes
from app.language import _, _result
from app.tables import groups
from assessment.headline import rank
from pipeline.quality import Mark

REASONS_SHOWN = 2


def show_missing(cohort: Cohort) -> None:
    """Which indicators are withheld or were not measured, how often and why."""
    n_visits = len(cohort.visits)
    titles = cohort.indicators()
    rows = []
    for (name, activity, side), found in groups(cohort.values, KEY):
        withheld = found[found["mark"] == Mark.WITHHELD.value]
        reasons = withheld["reasons"].value_counts().head(REASONS_SHOWN)
        rows.append(
            {
                "rank": rank(name, activity),
                "title": titles[name, activity, side],
                "withheld": len(withheld),
                "not measured": n_visits - len(found),
                "missing": (n_visits - len(found) + len(withheld)) / n_visits,
                "caution": int((found["mark"] == Mark.WITH_CAUTION.value).sum()),
                "reasons": "; ".join(f"{_result(str(reason))} ({n})" for reason, n in reasons.items()),
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
