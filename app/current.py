"""What is looked at: whose store, which participant, which run; and what a page says where there is nothing yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app import address
from app.access import user
from app.language import PREFERENCES, _
from app.layout import empty, show_error
from app.words import state_word
from assessment.store import UserStore, audit, preferences, runs
from assessment.store.runs import RunRow
from assessment.summary import Summary, TrialRecord
from assessment.visit import Preferences
from models.errors import SarcoscopeError


@dataclass(frozen=True)
class Result:
    """Results that are looked at.

    Attributes
    ----------
    run : RunRow
    summary : Summary
    folder : Path
        Its files; nothing in it may be changed.
    """

    run: RunRow
    summary: Summary
    folder: Path


def mine() -> UserStore:
    """The store as the user of this browser session sees it."""
    return user()


def shown() -> Preferences:
    """How this user wants results shown."""
    if PREFERENCES not in st.session_state:
        st.session_state[PREFERENCES] = preferences.get(mine())
    found: Preferences = st.session_state[PREFERENCES]
    return found


def keep_shown(new: Preferences) -> None:
    """Change how this user wants results shown."""
    preferences.put(mine(), new)
    st.session_state[PREFERENCES] = new


def result() -> Result:
    """The results that the address names, else the newest; without any the page says what to do and stops."""
    run_id = address.get("run")
    try:
        if run_id is None:
            done = [run for run in runs.recent(mine()) if run.state == "done"]
            if not done:
                empty(
                    _("There are no results yet. Start with a session, or with the synthetic example."),
                    "app/pages/new_assessment.py",
                    _("New assessment"),
                )
            run_id = done[0].id
        run = runs.get(mine(), run_id)
        if run.state != "done":
            empty(
                _("This run has no results: it is {state}.", state=state_word(run.state)),
                "app/pages/runs.py",
                _("See the runs"),
            )
        found = _read(mine().user_id, run_id)
    except SarcoscopeError as error:
        address.put(run=None)
        show_error(error)
        st.stop()
    address.put(run=run_id, participant=run.participant_id)
    return Result(run, found, runs.folder(mine(), run_id))


def earlier(result: Result) -> Result | None:
    """The results of the visit before; None where there are none.

    Raises
    ------
    SarcoscopeError
        They are there and cannot be read.
    """
    run = runs.previous(mine(), result.run)
    return None if run is None else result_of(run)


def result_of(run: RunRow) -> Result:
    """The results of a run that is done.

    Raises
    ------
    SarcoscopeError
        They cannot be read.
    """
    return Result(run, _read(mine().user_id, run.id), runs.folder(mine(), run.id))


def choose_trial(result: Result) -> TrialRecord:
    """Let the user choose among the trials that have curves; the address holds the trial's number in the session."""
    everything = [trial.name for trial in result.summary.trials]
    names = [trial.name for trial in result.summary.trials if "curves" in trial.files]
    if not names:
        empty(_("Not one trial of this session has curves."), "app/pages/summary.py", _("See why"))
    wanted = address.name_of(address.get("trial"), everything)
    name = st.selectbox(
        _("Trial"), names, index=names.index(wanted) if wanted in names else 0, key=f"trial-{result.run.id}"
    )
    address.put(trial=address.number_of(name, everything))
    return next(trial for trial in result.summary.trials if trial.name == name)


# Kept for this browser session alone: nothing of one user may be shown to another.
@st.cache_data(scope="session", max_entries=8, show_spinner=False)
def _read(user_id: str, run_id: str) -> Summary:  # noqa: ARG001 - part of the key
    audit.record_seen(mine(), "run", run_id)
    return runs.summary(mine(), run_id)
