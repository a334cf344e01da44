"""What these numbers cannot tell, below them on the page."""

from __future__ import annotations

import streamlit as st

from app.language import _, _result
from app.text import plain
from assessment.limits import limits
from assessment.summary import Summary


def draw_limits(summary: Summary) -> None:
    """As in the report, word for word."""
    st.subheader(_("Limits"))
    st.markdown("\n".join(f"- {plain(_result(limit))}" for limit in limits(summary)))
