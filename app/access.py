"""Who is using the app: the one local user of a machine, or whoever logged in."""

from __future__ import annotations

import os

import streamlit as st

from assessment.store import Store, UserStore, open_store
from assessment.store.database import HOME_VARIABLE, URL_VARIABLE


def user() -> UserStore:
    """The store as the user of this browser session sees it."""
    store = _open(os.environ.get(HOME_VARIABLE), os.environ.get(URL_VARIABLE))
    if "user" not in st.session_state:
        st.session_state["user"] = store.for_local_user()
    found: UserStore = st.session_state["user"]
    return found


# One connection pool for all users; what each may see is decided by their `UserStore`.
@st.cache_resource(show_spinner=False)
def _open(home: str | None, url: str | None) -> Store:  # noqa: ARG001 - part of the key
    return open_store()
