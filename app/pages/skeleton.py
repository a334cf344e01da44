"""3-D: the scaled skeleton moving, with the contact forces as arrows."""

from __future__ import annotations

import streamlit as st

from app.state import choose_trial, current, folder_of, header
from app.viewer import show_viewer


def main() -> None:
    """Draw the page."""
    st.title("3-D")
    summary = current()
    header(summary)
    trial = choose_trial(summary, "skeleton_trial")
    show_viewer(folder_of(summary), summary, trial)


main()
