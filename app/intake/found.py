"""What was found in an upload: read once, kept for this browser session, shown as tables."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.current import mine
from app.intake.rows import in_rows
from app.language import _
from app.text import plain
from app.words import movement_word
from assessment.activities import ACTIVITY_NAMES, VARIANTS, hinted_activity
from assessment.preflight import Recorded, look_at
from assessment.store import uploads
from assessment.store.scratch import scratch
from assessment.store.uploads import Received
from models.errors import SarcoscopeError, StoreError
from pipeline.session import Session, read_session

_KEPT = "intake-found"


@dataclass(frozen=True)
class Found:
    """One session of an upload.

    Attributes
    ----------
    path : str
        One of `Received.sessions`.
    session : Session
        Its files are not where it says any more: they were laid out for reading only.
    recorded : dict
        From `look_at`.
    """

    path: str
    session: Session
    recorded: dict[str, Recorded]


def look_through(received: Received) -> tuple[list[Found], list[SarcoscopeError]]:
    """Read the sessions of an upload, once in a browser session; those that cannot be read give their errors.

    Raises
    ------
    StoreError
        Files are missing.
    """
    kept: _Read | None = st.session_state.get(_KEPT)
    if kept is None or kept.upload_id != received.id:
        with st.spinner(_("Reading the recordings …")):
            kept = _read(received)
        st.session_state[_KEPT] = kept
    return kept.found, kept.errors


def show_found(found: Found, key: str) -> None:
    """Show what each recording is like."""
    session, recorded = found.session, found.recorded
    looks = [recorded.get(trial.name, Recorded()) for trial in session.trials]
    st.dataframe(
        {
            _("Trial"): [trial.name for trial in session.trials],
            _("Role"): [
                _("static") if trial.name == session.static_trial else _("movement") for trial in session.trials
            ],
            _("Duration [s]"): [look.duration_s for look in looks],
            _("Frames per second"): [look.rate_hz for look in looks],
            _("Markers"): [0 if look.match is None else len(look.match.matched) for look in looks],
            _("Missing [%]"): [None if look.match is None else 100.0 * look.missing_share for look in looks],
            _("Force plates"): [_("yes") if trial.force_file is not None else _("no") for trial in session.trials],
        },
        hide_index=True,
        key=f"found-{key}",
        alt=_("The trials of the session with what their recordings hold"),
        column_config={
            _("Duration [s]"): st.column_config.NumberColumn(format="%.1f"),
            _("Frames per second"): st.column_config.NumberColumn(format="%.0f"),
            _("Missing [%]"): st.column_config.NumberColumn(
                format="%.1f", help=_("Share of marker positions that the file does not hold.")
            ),
        },
    )
    with st.expander(_("Markers, matched and not"), icon=":material/join:"):
        _show_markers(found, key)


def choose_movements(found: Found, key: str, before: dict[str, str]) -> dict[str, str]:
    """Let the user say which movement a trial shows; what is left open is recognised from the motion.

    Parameters
    ----------
    found : Found
    key : str
    before : dict
        Choices of an earlier run: trial -> NAME or NAME/VARIANT.
    """
    choices = [""]
    for name in ACTIVITY_NAMES:
        choices += [name, *(f"{name}/{variant}" for variant in VARIANTS.get(name, ()))]
    chosen = {}
    places = in_rows(3, len(found.session.movement_trials))
    for place, trial in zip(places, found.session.movement_trials, strict=True):
        hint = hinted_activity(trial.name)
        open_text = _("recognised")
        if hint is not None:
            open_text = _("recognised · named {movement}", movement=movement_word(hint))
        choice = place.selectbox(
            plain(trial.name),
            choices,
            index=choices.index(before[trial.name]) if before.get(trial.name) in choices else 0,
            format_func=lambda one, text=open_text: movement_word(one) if one else text,
            key=f"movement-{trial.name}-{key}",
            persist_state="session",
        )
        if choice:
            chosen[trial.name] = choice
    return chosen


def _show_markers(found: Found, key: str) -> None:
    names = [trial.name for trial in found.session.trials if trial.name in found.recorded]
    if not names:
        st.caption(_("There are no marker files."))
        return
    name = st.selectbox(_("Trial"), names, key=f"markers-of-{key}")
    match = found.recorded[name].match
    if match is None:
        st.caption(_("The marker file cannot be read."))
        return
    rows = [
        *((own, model, _("used")) for own, model in match.matched.items()),
        *(("", model, _("missing in the file")) for model in match.missing),
        *((own, "", _("not one of the model's")) for own in match.unused),
    ]
    st.dataframe(
        {
            _("In the file"): [row[0] for row in rows],
            _("Of the model"): [row[1] for row in rows],
            _("What becomes of it"): [row[2] for row in rows],
        },
        hide_index=True,
        height=300,
        key=f"markers-{key}",
        alt=_("Markers of the file and of the model"),
    )


@dataclass(frozen=True)
class _Read:
    upload_id: str
    found: list[Found]
    errors: list[SarcoscopeError]


def _read(received: Received) -> _Read:
    store = mine().store
    read = _Read(received.id, [], [])
    try:
        with scratch(store.home) as folder:
            store.files.lay_out(uploads.files_of(store, received.id), folder / "upload")
            for path in received.sessions:
                try:
                    session = read_session(folder / "upload" / path, folder / "unpacked")
                    read.found.append(Found(path, session, look_at(session)))
                except SarcoscopeError as error:
                    read.errors.append(error)
    except OSError as error:
        raise StoreError(
            f"The recordings cannot be laid out to be read: {error.strerror or type(error).__name__}.",
            hint="Make space on the disk of the store and load the page again; what was given is in the store.",
        ) from None
    return read
