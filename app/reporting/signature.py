"""The signature: until then a report is preliminary."""

from __future__ import annotations

import streamlit as st

from app.current import Result, mine
from app.language import _
from app.layout import show_error
from app.text import plain
from assessment.presentation import time_text
from assessment.store import visits
from assessment.store.users import may
from assessment.store.visits import VisitRow
from models.errors import SarcoscopeError

LONGEST_NAME = 120


def sign_or_show(found: Result, visit: VisitRow) -> None:
    """Say who signed; else let somebody sign who may."""
    st.subheader(_("Signature"))
    signature = visit.details.signature
    if signature is not None and signature.summary_sha256 == found.run.summary_sha256:
        st.success(
            _(
                "Final: signed by {signer} on {when}.",
                signer=plain(signature.signer),
                when=time_text(signature.signed_at),
            ),
            icon=":material/verified:",
        )
        return
    if signature is not None:
        st.warning(
            _("The signature of this visit is for other results: they were made again since. Review and sign anew."),
            icon=":material/warning:",
        )
    if not may(mine().role, "sign"):
        st.info(_("Preliminary. Your role does not permit to sign."), icon=":material/info:")
        return
    with st.form(f"sign-{visit.id}"):
        signer = st.text_input(
            _("Name and title of the person who signs"), max_chars=LONGEST_NAME, key=f"signer-{visit.id}"
        )
        reviewed = st.checkbox(
            _("I have reviewed the results, their quality marks and the text above."), key=f"reviewed-{visit.id}"
        )
        if not st.form_submit_button(_("Sign the report"), icon=":material/draw:"):
            st.caption(_("Preliminary until it is signed."))
            return
    if not reviewed:
        st.error(_("Confirm that you have reviewed the results; then sign."))
        return
    try:
        visits.sign(mine(), visit.id, signer, found.run.summary_sha256 or "")
    except SarcoscopeError as error:
        show_error(error)
        return
    st.rerun()
