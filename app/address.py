"""What is looked at stands in the address: a page can be bookmarked or handed on inside the clinic.

Only ids that say nothing, trial names and choices of view stand there; never a study code, a name or a value.
"""

from __future__ import annotations

import streamlit as st

_KEPT = "address"


def restore() -> None:
    """Bring address and browser session together, before a page is drawn.

    The address wins where it says something; Streamlit empties it when the page changes, and gets it back from here.
    """
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    kept |= {key: value for key, value in st.query_params.items() if value}
    for key, value in kept.items():
        if st.query_params.get(key) != value:
            st.query_params[key] = value


def get(key: str) -> str | None:
    """What the address says of a key; None where it says nothing."""
    return st.session_state.setdefault(_KEPT, {}).get(key)


def put(**values: str | None) -> None:
    """Write keys into the address; None takes one out."""
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    for key, value in values.items():
        if value is None:
            kept.pop(key, None)
            if key in st.query_params:
                del st.query_params[key]
        else:
            kept[key] = value
            if st.query_params.get(key) != value:
                st.query_params[key] = value
