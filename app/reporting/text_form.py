"""What the clinician writes of a visit and the signature under it: one form, so that what is signed is stored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from app.current import Result, mine
from app.language import _
from app.layout import show_error
from app.reporting import signature
from app.text import plain
from assessment.store import visits
from assessment.store.visits import VisitRow
from assessment.visit import VisitDetails
from models.errors import SarcoscopeError

LONGEST_TEXT = 4000
FIELDS = ("interpretation", "recommendation", "referral_question", "adverse_events")
_REFUSED = "text refused"


def edit(found: Result) -> VisitRow:
    """Let the clinician write, and sign who may; returns the visit as it is stored."""
    visit = visits.get(mine(), found.run.visit_id)
    _follow(visit)
    with st.form(f"text-{visit.id}"):
        left, right = st.columns(2)
        labels = {field: _label(field) for field in FIELDS}
        for column, field in ((left, "interpretation"), (right, "recommendation")):
            column.text_area(labels[field], max_chars=LONGEST_TEXT, key=_key(field, visit.id))
        for column, field in ((left, "referral_question"), (right, "adverse_events")):
            column.text_input(labels[field], key=_key(field, visit.id))
        can_sign = signature.fields(found, visit)
        with st.container(horizontal=True):
            st.form_submit_button(_("Save the text"), icon=":material/save:", on_click=_save, args=(visit.id,))
            if can_sign:
                st.form_submit_button(
                    _("Sign the report"), icon=":material/draw:", on_click=_sign,
                    args=(visit.id, found.run.summary_sha256 or ""),
                )  # fmt: skip
        if visit.details.signature is not None:
            st.caption(_("Saving another text removes the signature: what was signed was another one."))
        elif can_sign:
            st.caption(_("Signing saves the text first. Preliminary until it is signed."))
    _show_refusal(visit)
    return visit


def _label(field: str) -> str:
    return {
        "interpretation": _("Interpretation"),
        "recommendation": _("Recommendation"),
        "referral_question": _("Referral question"),
        "adverse_events": _("Adverse events during the tests"),
    }[field]


def _key(field: str, visit_id: str) -> str:
    return f"{field.split('_')[0]}-{visit_id}"


def _drawn_key(visit_id: str) -> str:
    """Where the details are kept that the form was drawn with: what the user saw may no longer be what is stored."""
    return f"drawn-{visit_id}"


def _typed(visit_id: str) -> dict[str, str]:
    return {field: st.session_state[_key(field, visit_id)] for field in FIELDS}


def _follow(visit: VisitRow) -> None:
    """Show what is stored, unless the user has typed something else."""
    drawn: VisitDetails | None = st.session_state.get(_drawn_key(visit.id))
    is_new = drawn is None or _key(FIELDS[0], visit.id) not in st.session_state
    if is_new or all(text == getattr(drawn, field) for field, text in _typed(visit.id).items()):
        _show(visit, FIELDS)


def _show(visit: VisitRow, fields: Sequence[str]) -> None:
    for field in fields:
        st.session_state[_key(field, visit.id)] = getattr(visit.details, field)
    st.session_state[_drawn_key(visit.id)] = visit.details


def _save(visit_id: str) -> None:
    _saved(visit_id)


def _saved(visit_id: str) -> bool:
    drawn: VisitDetails = st.session_state[_drawn_key(visit_id)]
    typed = _typed(visit_id)
    changed: dict[str, object] = {field: text for field, text in typed.items() if text != getattr(drawn, field)}
    try:
        visits.change(mine(), visit_id, changed, expected=drawn)
        _show(visits.get(mine(), visit_id), FIELDS)
    except SarcoscopeError as error:
        _refuse(visit_id, error)
        return False
    return True


def _sign(visit_id: str, summary_sha256: str) -> None:
    if not _saved(visit_id) or not signature.was_reviewed(visit_id):
        return
    try:
        visits.sign(
            mine(),
            visit_id,
            signature.signer(visit_id),
            summary_sha256,
            expected=st.session_state[_drawn_key(visit_id)],
        )
        _show(visits.get(mine(), visit_id), FIELDS)
    except SarcoscopeError as error:
        _refuse(visit_id, error)


def _refuse(visit_id: str, error: SarcoscopeError) -> None:
    """Keep what was typed; what was not touched follows the store, and the next attempt knows what is there."""
    drawn: VisitDetails = st.session_state[_drawn_key(visit_id)]
    touched = [field for field, text in _typed(visit_id).items() if text != getattr(drawn, field)]
    differs: list[str] = []
    with suppress(SarcoscopeError):
        stored = visits.get(mine(), visit_id)
        differs = [field for field in touched if getattr(stored.details, field) != getattr(drawn, field)]
        _show(stored, [field for field in FIELDS if field not in touched])
    st.session_state[_REFUSED] = (visit_id, error, differs)


def _show_refusal(visit: VisitRow) -> None:
    visit_id, error, differs = st.session_state.pop(_REFUSED, (None, None, []))
    if visit_id != visit.id:
        return
    show_error(error)
    for field in differs:
        stored = getattr(visit.details, field)
        st.info(
            _(
                "Stored now, {field}: {text}. Save again to put yours in its place.",
                field=_label(field),
                text=plain(stored) or _("nothing"),
            ),
            icon=":material/difference:",
        )
