"""New assessment: give recordings, see what was found, say whose they are, fill in what is missing, run."""

from __future__ import annotations

import uuid

import streamlit as st

from app import address
from app.current import mine
from app.intake.source import choose_source
from app.language import _
from app.layout import show_error
from assessment.store import may
from models.errors import SarcoscopeError

_FIELDS = "intake-fields"


def main() -> None:
    """Draw the page."""
    st.title(_("New assessment"))
    if not may(mine().role, "assess"):
        st.info(_("Your role does not permit new assessments."), icon=":material/info:")
        return
    upload_id = address.get("upload")
    if upload_id is None:
        st.caption(_("Recordings stay on this machine. Videos in an archive are not read."))
        choose_source()
        _before_testing()
        return
    try:
        _assess(upload_id)
    except SarcoscopeError as error:
        address.put(upload=None, visit=None)
        show_error(error)
        st.button(_("Choose recordings"), icon=":material/arrow_back:")


def _assess(upload_id: str) -> None:
    # Only here: reading recordings loads what the first page need not wait for.
    from app.intake.form import draw
    from assessment.store import uploads

    received = uploads.get(mine(), upload_id)
    if st.button(_("Other recordings"), key="other", icon=":material/arrow_back:"):
        address.put(upload=None, visit=None)
        uploads.discard(mine(), upload_id)
        st.rerun()
    draw(received, _token(upload_id))


def _token(upload_id: str) -> str:
    """Part of the fields' names: recordings that are given a second time get fields of their own."""
    kept: tuple[str, str, int] | None = st.session_state.get(_FIELDS)
    count: int = st.session_state.get("intake-count", 0)
    if kept is None or kept[0] != upload_id or kept[2] != count:
        kept = (upload_id, uuid.uuid4().hex[:8], count)
        st.session_state[_FIELDS] = kept
    return kept[1]


def _before_testing() -> None:
    with st.expander(_("Before somebody is tested"), icon=":material/health_and_safety:"):
        st.markdown(
            _(
                "Do not test with pain, dizziness, after recent surgery, or where somebody cannot rise without help. "
                "Stay beside the person; stop at once if they ask for it or feel unwell. Note what happened with the "
                "visit."
            )
        )


main()
