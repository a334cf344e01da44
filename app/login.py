"""Coming in and going out: the login page, and who is logged in beside every page."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

from app.access import identity, log_out, login_on
from app.language import _
from app.text import plain
from assessment.language import texts
from models.errors import AccessError


def login_page() -> None:
    """One button, and nothing of anybody; in the browser's language, because nobody is known yet."""
    _ = texts("ko" if (st.context.locale or "").lower().startswith("ko") else "en")
    st.title("Sarcoscope")
    st.write(_("Log in to see your participants. Your clinic's identity provider asks who you are."))
    if st.button(_("Log in"), type="primary", icon=":material/login:", key="log-in"):
        try:
            st.login()
        except StreamlitAPIException:
            raise AccessError(
                "Logging in is not set up completely.",
                hint="Ask the administrator of this installation to check the section [auth] of "
                ".streamlit/secrets.toml; docs/deployment.md says what it needs.",
            ) from None


def account() -> None:
    """Who is logged in, and the way out; nothing where nobody logs in."""
    if not login_on():
        return
    who = identity()
    with st.sidebar:
        if who is not None:
            role = {"clinician": _("clinician"), "researcher": _("researcher"), "admin": _("admin")}[who.role]
            st.caption(_("Logged in as {label} ({role})", label=plain(who.label), role=role))
        if st.button(_("Log out"), icon=":material/logout:", key="log-out"):
            log_out()
            st.stop()
