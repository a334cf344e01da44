"""A cohort as a table: one row a visit, with indicators of the user's choice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.cohort.data import Cohort, printed
from app.cohort.paging import a_page
from app.language import _
from app.tables import records
from app.words import NOTHING, sex_word
from assessment.presentation import places
from assessment.uncertainty import fixed, interval

COLUMNS_AT_FIRST = 3


def show_table(cohort: Cohort) -> None:
    """One row a visit, with indicators of the user's choice."""
    titles = cohort.indicators()
    chosen = st.multiselect(
        _("Indicators"), list(titles), default=list(titles)[:COLUMNS_AT_FIRST], format_func=titles.__getitem__,
        key="cohort-columns",
    )  # fmt: skip
    visits = a_page(cohort.visits, "cohort-page")
    table: dict[str, object] = {_("Study code"): visits["code"], _("Visit"): visits["visit"]}
    if cohort.groups():
        table[_("Group")] = visits["group"]
    table |= {
        _("Sex"): visits["sex"].map(sex_word),
        _("Age"): visits["age_years"],
        _("Synthetic"): visits["synthetic"],
    }
    formats = {}
    on_page = cohort.keep(visits)
    for key in chosen:
        found = on_page.of(key)
        found = found[found["mark"].isin(cohort.marks)]
        rows = found.set_index("id").reindex(visits["id"])
        unit = printed(cohort.unit(key))
        title = f"{titles[key]} [{unit}]" if unit else titles[key]
        # The number by itself, so that it can be sorted by; its interval beside it.
        table[title] = [_rounded(row) for row in records(rows)]
        digits = max(places(key[0], cohort.unit(key), None), 0)
        formats[title] = st.column_config.NumberColumn(format=f"%.{digits}f")
        table[_("{indicator}: 95 % interval", indicator=titles[key])] = [_interval(row) for row in records(rows)]
    st.dataframe(
        pd.DataFrame(table, index=visits.index),
        hide_index=True,
        column_config=formats,
        placeholder=NOTHING,
        key="cohort-table",
    )


def _rounded(row: Any) -> float | None:
    if row.value is None:
        return None
    return round(row.value, places(row.indicator, row.unit, row.standard_error))


def _interval(row: Any) -> str:
    if row.mark is None:
        return NOTHING
    if row.value is None:
        return _("withheld")
    if not row.standard_error:
        return ""
    digits = places(row.indicator, row.unit, row.standard_error)
    low, high = interval(row.value, row.standard_error)
    return f"{fixed(low, digits)} – {fixed(high, digits)}"
