"""What runs here, where data lie, and what leaves this machine: nothing."""

from __future__ import annotations

import platform
from importlib.metadata import version

import streamlit as st

from app.access import login_on
from app.current import mine
from app.language import _
from app.text import plain
from assessment.criteria import criteria_sha256
from assessment.store import may
from assessment.version import SARCOSCOPE_VERSION

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def show_about() -> None:
    """Versions, where the data are, backup, and privacy."""
    st.subheader(_("What runs here"))
    facts = {
        "Sarcoscope": SARCOSCOPE_VERSION,
        "OpenSim": version("opensim"),
        "Streamlit": version("streamlit"),
        "Python": platform.python_version(),
        _("Tables of published criteria (SHA-256)"): criteria_sha256()[:12],
        _("Login"): _("on, through your identity provider") if login_on() else _("off: this machine has one user"),
    }
    if may(mine().role, "see audit"):
        store = mine().store
        facts[_("Folder of the data")] = str(store.home)
        # The kind alone: an address may hold a password.
        facts[_("Database")] = DATABASES[store.engine.dialect.name]
    st.markdown("\n".join(f"- **{name}**: {plain(value)}" for name, value in facts.items()))
    st.caption(
        _(
            "The skeleton follows LaiUhlrich2022 of OpenCap (Apache License 2.0; Rajagopal 2016, Lai 2017, Uhlrich "
            "2022). Korean reports are set in NanumGothic (SIL Open Font License). Published criteria are quoted with "
            "their sources."
        )
    )
    st.subheader(_("What is sent outside"))
    st.markdown(
        _(
            "Nothing. There is no telemetry, and no font, script or map is loaded from elsewhere. Two connections are "
            "made when you ask for them, and then only: a download from the OpenCap server with your token, and your "
            "identity provider when you log in."
        )
    )
    if may(mine().role, "see audit"):
        st.subheader(_("Backup"))
        st.markdown(_("A copy of everything, database and files, is made on the machine that runs Sarcoscope:"))
        st.code("python -m assessment backup sarcoscope-backup.zip", language="bash")
        st.caption(_("A backup holds names and health data: keep it where the data themselves may be kept."))
