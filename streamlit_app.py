"""The browser app's front door: navigation only. Start it with `make app`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import address
from app.access import login_needed
from app.current import shown
from app.language import _
from app.layout import notice, show_error
from app.login import account, login_page
from models.errors import SarcoscopeError

# A file of ours: Streamlit would fetch a named icon for the browser's tab from another host.
ICON = Path(__file__).parent / "app" / "icon.svg"


def main() -> None:
    """Show the pages."""
    st.set_page_config(page_title="Sarcoscope", page_icon=str(ICON), layout="wide")
    try:
        if login_needed():
            _without_pages(login_page)
            return
        shown()
    except SarcoscopeError as error:
        _without_pages(partial(_refused, error))
        return
    page = st.navigation(_pages())
    address.restore()
    account()
    # Before the page: it is seen without scrolling, on every screen and however early a page stops.
    notice()
    try:
        page.run()
    except SarcoscopeError as error:
        show_error(error)


def _without_pages(draw: Callable[[], None]) -> None:
    # The pages are named all the same: an address that was handed on is one of them.
    st.navigation(_pages(), position="hidden")
    notice()
    try:
        draw()
    except SarcoscopeError as error:
        show_error(error)


def _refused(error: SarcoscopeError) -> None:
    st.title("Sarcoscope")
    show_error(error)
    account()


def _pages() -> dict[str, list[StreamlitPage]]:
    return {
        _("People"): [
            st.Page("app/pages/participants.py", title=_("Participants"), icon=":material/group:"),
            st.Page("app/pages/new_assessment.py", title=_("New assessment"), icon=":material/upload:", default=True),
            st.Page("app/pages/runs.py", title=_("Runs"), icon=":material/progress_activity:"),
        ],
        _("Results"): [
            st.Page("app/pages/summary.py", title=_("Summary"), icon=":material/summarize:"),
            st.Page("app/pages/curves.py", title=_("Curves"), icon=":material/show_chart:"),
            st.Page("app/pages/skeleton.py", title=_("3-D"), icon=":material/accessibility_new:"),
            st.Page("app/pages/model.py", title=_("Model"), icon=":material/straighten:"),
            st.Page("app/pages/report.py", title=_("Report"), icon=":material/description:"),
        ],
        _("Study"): [
            st.Page("app/pages/cohort.py", title=_("Cohort"), icon=":material/table_chart:"),
            st.Page("app/pages/settings.py", title=_("Settings"), icon=":material/settings:"),
        ],
    }


# Worker processes import this file under another name and must not draw pages.
if __name__ == "__main__":
    main()
