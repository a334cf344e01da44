"""Which cohort is looked at: the store's own, or a folder; the address knows the folder by an id that says nothing."""

from __future__ import annotations

from pathlib import Path

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
        folder = _choose(cohort_id)
        cohort_id = address.get("cohort")
        if folder is None or cohort_id is None:
            return _seen("", from_store.load())
        return _seen(cohort_id, from_folder.load(cohort_id, opened(folder)))
    except SarcoscopeError as error:
        address.put(cohort=None)
        show_error(error)
        st.stop()


def how_to_make() -> None:
    """The command that makes a folder of a cohort."""
    st.caption(_("Sessions of a whole cohort are assessed at the command line; what it writes can be opened here:"))
    st.code(HOW_TO_MAKE, language="bash")


def _choose(cohort_id: str | None) -> Path | None:
    known = cohorts.known(mine())
    if cohort_id is not None and cohort_id not in known:
        raise not_there("cohort")
    current = None if cohort_id is None else known[cohort_id]
    # On one's own machine also what was opened before, wherever it is.
    folders = list(dict.fromkeys([*(known.values() if any_folder() else ()), *offered()]))
    if current is not None and current not in folders:
        folders.append(current)  # opening it will say why it cannot be
    if folders:
        choices = [None, *folders]
        wanted = st.selectbox(
            _("Results of"), choices, index=choices.index(current), format_func=lambda one: _title(one, folders)
        )
        if wanted != current:
            address.put(cohort=None if wanted is None else cohorts.remember(mine(), wanted))
            st.rerun()
    if any_folder():
        _open_another(cohort_id)
    return current


def _open_another(cohort_id: str | None) -> None:
    with st.expander(_("Open the folder of a cohort"), icon=":material/folder_open:"):
        with st.form("open-cohort", border=False):
            text = st.text_input(
                _("Folder on this machine"),
                help=_("The whole path of the folder that was --out on the command line. It stays on this machine."),
                key="open-cohort-path",
            )
            asked = st.form_submit_button(_("Open"))
        how_to_make()
        if cohort_id is not None and st.button(_("Take this cohort out of the list"), key="open-cohort-forget"):
            cohorts.forget(mine(), cohort_id)
            address.put(cohort=None)
            st.rerun()
        if not asked:
            return
        try:
            folder = typed(text)
            opened(folder)
            address.put(cohort=cohorts.remember(mine(), folder))
        except SarcoscopeError as error:
            show_error(error)
            return
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
