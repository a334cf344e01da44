"""The browser app's front door: navigation only. Start it with `make app`."""

import streamlit as st


def main() -> None:
    """Show the pages."""
    st.set_page_config(page_title="Sarcoscope", page_icon=":material/directions_walk:", layout="wide")
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
