"""3-D: the scaled skeleton moving, with the contact forces as arrows."""

from __future__ import annotations

import streamlit as st

from app.current import choose_trial, result
from app.language import _
from app.layout import result_header
from app.viewer import show_viewer


def main() -> None:
    """Draw the page."""
    st.title(_("3-D"))
    found = result()
    result_header(found.run, found.summary)
    trial = choose_trial(found)
    show_viewer(found.folder, found.summary, trial)


main()
