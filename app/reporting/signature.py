"""The signature: until then a report is preliminary."""

from __future__ import annotations

import streamlit as st

from app.current import Result, mine
from app.language import _
from app.text import plain
from assessment.presentation import time_text
from assessment.store.users import may
from assessment.store.visits import VisitRow
from assessment.visit import SignatureState, signature_state

LONGEST_NAME = 120
_UNREVIEWED = "signed without review"


def show(found: Result, visit: VisitRow) -> None:
    """Say who signed, or why a signature does not count."""
    signature, state = visit.details.signature, _state(found, visit)
    if st.session_state.pop(_UNREVIEWED, None) == visit.id:
        st.error(_("Confirm that you have reviewed the results; then sign."))
    if signature is not None and state == "valid":
        st.success(
            _(
                "Final: signed by {signer} on {when}.",
                signer=plain(signature.signer),
                when=time_text(signature.signed_at),
            ),
            icon=":material/verified:",
        )
    elif state == "of other results":
        st.warning(
            _("The signature of this visit is for other results: they were made again since. Review and sign anew."),
            icon=":material/warning:",
        )
    elif state == "of another text":
        st.warning(
            _("The signature of this visit is for another text or study code. Review and sign anew."),
            icon=":material/warning:",
        )
    elif not may(mine().role, "sign"):
        st.info(_("Preliminary. Your role does not permit to sign."), icon=":material/info:")


def fields(found: Result, visit: VisitRow) -> bool:
    """Who signs, in the form of the text; returns whether the user can sign these results."""
    if _state(found, visit) == "valid" or not may(mine().role, "sign"):
        return False
    st.text_input(_("Name and title of the person who signs"), max_chars=LONGEST_NAME, key=_signer_key(visit.id))
    st.checkbox(_("I have reviewed the results, their quality marks and the text above."), key=_reviewed_key(visit.id))
    return True


def signer(visit_id: str) -> str:
    """The name that was typed."""
    return str(st.session_state[_signer_key(visit_id)])


def was_reviewed(visit_id: str) -> bool:
    """Whether the signer says so; else the page asks for it."""
    if st.session_state[_reviewed_key(visit_id)]:
        return True
    st.session_state[_UNREVIEWED] = visit_id
    return False


def _state(found: Result, visit: VisitRow) -> SignatureState:
    return signature_state(visit.details, found.run.summary_sha256 or "")


def _signer_key(visit_id: str) -> str:
    return f"signer-{visit_id}"


def _reviewed_key(visit_id: str) -> str:
    return f"reviewed-{visit_id}"
