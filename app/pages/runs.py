"""Runs: how far each is, and what to do with it."""

from __future__ import annotations

import streamlit as st

from app import address
from app.current import mine
from app.language import _
from app.layout import empty, show_error
from app.run_card import show_run
from assessment.jobs import ensure_runner
from assessment.store import participants, runs
from assessment.store.runs import UNFINISHED, RunRow
from models.errors import SarcoscopeError

LOOK_S = 2.0
# What fits on a page; older ones are a click away.
SHOWN_AT_FIRST = 10


def main() -> None:
    """Draw the page."""
    st.title(_("Runs"))
    everything = runs.recent(mine())
    if not everything:
        empty(
            _("There are no runs yet. Give the recordings of a session, or try the synthetic example."),
            "app/pages/new_assessment.py",
            _("New assessment"),
        )
    participant_id = _choose_participant()
    # Looking goes on after the last run has ended, until the page is drawn anew: to draw it anew from here would lose a
    # click that comes at that moment.
    waiting = any(run.state in UNFINISHED for run in everything)
    st.fragment(_list, run_every=LOOK_S if waiting else None)(participant_id)


def _choose_participant() -> str | None:
    codes = {row.id: row.study_code for row in participants.find(mine()) if row.n_visits}
    if len(codes) < 2:
        return None
    ids = [None, *codes]
    # Somebody whose results are looked at is not meant by that; somebody whose page was left for this one is.
    wanted = None if address.get("run") else address.get("participant")
    return st.selectbox(
        _("Participant"), ids, index=ids.index(wanted) if wanted in ids else 0,
        format_func=lambda one: _("All participants") if one is None else codes[one], key="runs-of",
    )  # fmt: skip


def _list(participant_id: str | None) -> None:
    try:
        found = runs.recent(mine(), participant_id=participant_id)
        if any(run.state in UNFINISHED for run in found):
            ensure_runner(mine().store)
            st.caption(_("Runs go on by themselves: you may leave this page or close the browser."))
    except SarcoscopeError as error:
        show_error(error)
        return
    for run in _first(found):
        show_run(run)


def _first(found: list[RunRow]) -> list[RunRow]:
    if len(found) <= SHOWN_AT_FIRST or st.toggle(_("Show all {n} runs", n=len(found)), key="all-runs"):
        return found
    return found[:SHOWN_AT_FIRST]


main()
