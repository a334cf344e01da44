"""What the clinician writes of a visit."""

from __future__ import annotations

import streamlit as st

from app.current import Result, mine
from app.language import _
from app.layout import show_error
from assessment.store import visits
from assessment.store.visits import VisitRow
from models.errors import SarcoscopeError

LONGEST_TEXT = 4000


def edit(found: Result) -> VisitRow:
    """Let the clinician write interpretation, recommendation and what happened; returns the visit as it is stored."""
    visit = visits.get(mine(), found.run.visit_id)
    details = visit.details
    with st.form(f"text-{visit.id}"):
        left, right = st.columns(2)
        changed = {
            "interpretation": left.text_area(
                _("Interpretation"), details.interpretation, max_chars=LONGEST_TEXT, key=f"interpretation-{visit.id}"
            ),
            "recommendation": right.text_area(
                _("Recommendation"), details.recommendation, max_chars=LONGEST_TEXT, key=f"recommendation-{visit.id}"
            ),
            "referral_question": left.text_input(
                _("Referral question"), details.referral_question, key=f"referral-{visit.id}"
            ),
            "adverse_events": right.text_input(
                _("Adverse events during the tests"), details.adverse_events, key=f"adverse-{visit.id}"
            ),
        }
        saved = st.form_submit_button(_("Save the text"), icon=":material/save:")
        if details.signature is not None:
            st.caption(_("Saving removes the signature: what was signed was another text."))
    if saved:
        try:
            visits.change(mine(), visit.id, dict(changed))
        except SarcoscopeError as error:
            show_error(error)
        return visits.get(mine(), visit.id)
    return visit
