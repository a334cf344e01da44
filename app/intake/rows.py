"""Fields side by side, in an order that narrow screens keep."""

from __future__ import annotations

from typing import Any

import streamlit as st


def in_rows(width: int, count: int) -> list[Any]:
    """Places for fields, row by row: where columns do not fit they follow each other as they should be filled in."""
    return [column for start in range(0, count, width) for column in st.columns(width)][:count]
