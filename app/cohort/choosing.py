"""Which cohort is looked at: the store's own, or a folder; the address knows the folder by an id that says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

from app import address
from app.cohort import from_folder, from_store
from app.cohort.data import Cohort
from app.cohort.places import HOW_TO_MAKE, any_folder, offered, opened, typed
from app.current import mine
from app.language import _
from app.layout import show_error
from assessment.store import audit, cohorts, may
from assessment.store.participants import not_there
from models.errors import SarcoscopeError

_SHOWN, _SEEN = "shown cohort", "seen cohorts"


def chosen() -> Cohort:
    """Draw the choice and load what was chosen; where that cannot be opened the page says why and stops."""
    cohort_id = address.get("cohort")
    if not may(mine().role, "open cohorts"):
        if cohort_id is not None:
            address.put(cohort=None)
            mine().need("open cohorts")
        return _seen("", from_store.load())
    try:
        known = cohorts.known(mine())
        if cohort_id is None:
            cohort = from_store.load()
            _choose(known, None, nothing_else=cohort.visits.empty)
            return _seen("", cohort)
        if cohort_id not in known:
            raise not_there("cohort")
        _choose(known, cohort_id)
        return _seen(cohort_id, from_folder.load(cohort_id, opened(known[cohort_id])))
    except SarcoscopeError as error:
        address.put(cohort=None)
        show_error(error)
        st.stop()


def _choose(known: dict[str, Path], cohort_id: str | None, *, nothing_else: bool = False) -> None:
    current = None if cohort_id is None else known[cohort_id]
    # On one's own machine also what was opened before, wherever it is.
    folders = list(dict.fromkeys([*(known.values() if any_folder() else ()), *offered()]))
    if current is not None and current not in folders:
        folders.append(current)  # opening it will say why it cannot be
    if folders:
        choices = [None, *folders]
        wanted = st.selectbox(
            _("Which results"), choices, index=choices.index(current), format_func=lambda one: _title(one, folders)
        )
        if wanted != current:
            _go_to(None if wanted is None else cohorts.remember(mine(), wanted))
    if any_folder():
        with st.expander(_("Open the folder of a cohort"), icon=":material/folder_open:", expanded=nothing_else):
            _open_another()
            if cohort_id is not None and st.button(_("Take this cohort out of the list"), key="open-cohort-forget"):
                cohorts.forget(mine(), cohort_id)
                _go_to(None)
    elif nothing_else:
        _how_to_make()


def _open_another() -> None:
    with st.form("open-cohort", border=False):
        text = st.text_input(
            _("Folder on this machine"),
            help=_("The whole path of the folder that was --out on the command line. It stays on this machine."),
            key="open-cohort-path",
        )
        asked = st.form_submit_button(_("Open"))
    _how_to_make()
    if asked:
        try:
            folder = typed(text)
            opened(folder)
            found = cohorts.remember(mine(), folder)
        except SarcoscopeError as error:
            show_error(error)
        else:
            _go_to(found)


def _how_to_make() -> None:
    st.caption(_("Sessions of a whole cohort are assessed at the command line; what it writes can be opened here:"))
    st.code(HOW_TO_MAKE, language="bash")
    if not any_folder():
        st.caption(_("The administrator of this installation puts it where it is offered to you."))


def _go_to(cohort_id: str | None) -> NoReturn:
    address.put(cohort=cohort_id)
    st.rerun()


def _title(folder: Path | None, folders: list[Path]) -> str:
    if folder is None:
        return _("This store: the newest results of everybody")
    alike = sum(one.name == folder.name for one in folders)
    return folder.name if alike == 1 else f"{folder.name} ({folder.parent})"


def _seen(cohort_id: str, cohort: Cohort) -> Cohort:
    if st.session_state.get(_SHOWN, cohort_id) != cohort_id:
        # Filters and pages of another cohort mean nothing here.
        for key in [key for key in st.session_state if str(key).startswith("cohort-")]:
            del st.session_state[key]
    st.session_state[_SHOWN] = cohort_id
    seen: set[str] = st.session_state.setdefault(_SEEN, set())
    if cohort_id not in seen and (cohort_id or not cohort.visits.empty):
        audit.record_seen(mine(), *(("cohort", cohort_id) if cohort_id else ("store", "cohort")))
        seen.add(cohort_id)
    return cohort
