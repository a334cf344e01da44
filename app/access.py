"""Who is using the app: the one local user of a machine, or whoever logged in.

Logins are on where `.streamlit/secrets.toml` has a section ``[auth]`` (docs/deployment.md); what somebody may do
follows from their role, and what they see is theirs alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from app.identity import DEFAULT_ROLE_CLAIM, LOCAL, Identity, identity_of
from assessment.jobs import ensure_runner, table
from assessment.store import Store, UserStore, open_store
from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE
from models.errors import AccessError

# A working day. The provider's cookie would hold for 30 days, its token for minutes.
DEFAULT_SESSION_HOURS = 12.0
_IDENTITY, _USER = "identity", "user"


def user() -> UserStore:
    """The store as the user of this browser session sees it.

    Raises
    ------
    AccessError
        Nobody is logged in where that is needed, or they have no role.
    """
    who = _identity()
    if st.session_state.get(_IDENTITY) != who:
        if _IDENTITY in st.session_state:
            forget()
        store = _open(os.environ.get(HOME_VARIABLE), os.environ.get(URL_VARIABLE))
        st.session_state[_USER] = store.for_user(who.subject, who.label, who.role)
        st.session_state[_IDENTITY] = who
    found: UserStore = st.session_state[_USER]
    return found


def login_on() -> bool:
    """Whether users log in here."""
    return "auth" in _secrets()


def login_needed() -> bool:
    """Whether this browser session must log in first; whoever was logged in for too long must do it again."""
    if not login_on():
        return False
    if not _logged_in():
        # Not every time: clicks are kept there too, the one on the login button among them.
        if _IDENTITY in st.session_state:
            forget()
        return True
    if _age_s(st.user.to_dict()) > 3600.0 * float(_ours().get("session_hours", DEFAULT_SESSION_HOURS)):
        log_out()
        return True
    return False


def identity() -> Identity | None:
    """Who is logged in; None where nobody logs in, or nobody is."""
    return st.session_state.get(_IDENTITY) if login_on() else None


def log_out() -> None:
    """Forget everything of the user and leave; the provider's own session ends too where it permits that."""
    forget()
    st.logout()


def forget() -> None:
    """Drop all that this browser session knows of its user: choices, address, results in its cache."""
    st.session_state.clear()
    st.query_params.clear()
    # Those of other users go with them, which costs each a moment and nothing else.
    st.cache_data.clear()


def _identity() -> Identity:
    if not login_on():
        return LOCAL
    if not _logged_in():
        raise AccessError("Nobody is logged in.", hint="Load the page again and log in.")
    return identity_of(st.user.to_dict(), str(_ours().get("role_claim", DEFAULT_ROLE_CLAIM)))


def _logged_in() -> bool:
    return st.user.get("is_logged_in") is True


def _age_s(claims: Mapping[str, Any]) -> float:
    """How long ago the login was; without a time it cannot be trusted."""
    issued_s = claims.get("iat")
    return time.time() - issued_s if isinstance(issued_s, (int, float)) else float("inf")


def _ours() -> Mapping[str, Any]:
    found: Mapping[str, Any] = _secrets().get("sarcoscope", {})
    return found


def _secrets() -> Mapping[str, Any]:
    """What secrets.toml says; empty where there is none.

    Raises
    ------
    AccessError
        There is one that cannot be read: without it everybody would be let in.
    """
    if st.secrets.load_if_toml_exists():
        return st.secrets
    if any(Path(path).exists() for path in st.get_option("secrets.files")):
        raise AccessError(
            "The file secrets.toml cannot be read, and with it who may come in.",
            hint="Ask the administrator of this installation to correct it; docs/deployment.md has an example.",
        )
    return {}


# One connection pool for all users; what each may see is decided by their `UserStore`.
@st.cache_resource(show_spinner=False)
def _open(home: str | None, url: str | None) -> Store:  # noqa: ARG001 - part of the key
    store = open_store()
    if table.waits(store) or table.signs_of_life(store):
        # Left over from when the machine was switched off: served, or closed with the reason.
        ensure_runner(store)
    return store
