"""Long tables, a page at a time: what a browser is given at once it can hold, sort and search."""

from __future__ import annotations

from math import ceil

import pandas as pd
import streamlit as st

from app.language import _

ROWS_A_PAGE = 1000


def a_page(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows that are shown; where they are not all, says which and lets the user turn the pages.

    Parameters
    ----------
    rows : DataFrame
    key : str
        Of the widget.
    """
    if len(rows) <= ROWS_A_PAGE:
        return rows
    with st.container(horizontal=True, vertical_alignment="center"):
        page: int = st.pagination(ceil(len(rows) / ROWS_A_PAGE), key=key)
        start = (page - 1) * ROWS_A_PAGE
        shown = rows.iloc[start : start + ROWS_A_PAGE]
        st.caption(
            _(
                "Rows {first} to {last} of {n}. Sorting and searching within the table are of these rows.",
                first=start + 1,
                last=start + len(shown),
                n=len(rows),
            )
        )
    return shown
