"""The browser app's front door: navigation only. Start it with `make app`."""

from pathlib import Path

import streamlit as st

# A file of ours: Streamlit would fetch a named icon for the browser's tab from another host.
ICON = Path(__file__).parent / "app" / "icon.svg"


def main() -> None:
    """Show the pages."""
    st.set_page_config(page_title="Sarcoscope", page_icon=str(ICON), layout="wide")
    pages = [
        st.Page("app/pages/new_assessment.py", title="New assessment", icon=":material/upload:", default=True),
        st.Page("app/pages/summary.py", title="Summary", icon=":material/summarize:"),
        st.Page("app/pages/curves.py", title="Curves", icon=":material/show_chart:"),
        st.Page("app/pages/skeleton.py", title="3-D", icon=":material/accessibility_new:"),
    ]
    st.navigation(pages).run()


# Worker processes import this file under another name and must not draw pages.
if __name__ == "__main__":
    main()
