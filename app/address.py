"""What is looked at stands in the address: a page can be bookmarked or handed on inside the clinic.

Only ids that say nothing, numbers of trials and choices of view stand there; never a study code, a name (a trial's may
hold a person's) or a value.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def keep_known(key: str, known: Sequence[str]) -> None:
    """Take a key out whose value is none of those that there are."""
    if get(key) not in (None, *known):
        put(**{key: None})


def number_of(name: str, names: Sequence[str]) -> str:
    """What stands in the address for a name: its position, counted from 1."""
    return str(names.index(name) + 1)


def name_of(number: str | None, names: Sequence[str]) -> str | None:
    """The name at a position that the address gives; None where it gives none."""
    return dict(zip(map(str, range(1, len(names) + 1)), names, strict=True)).get(number or "")
