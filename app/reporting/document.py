"""The report as PDF: made once for every text, language and choice of criteria, and shown before it is taken away."""

from __future__ import annotations

from datetime import date

import streamlit as st

from app.current import Result, mine, shown
from app.language import _
from app.layout import show_error
from assessment.language import LANGUAGES, Language
from assessment.store import participants, runs
from assessment.store.users import may
from assessment.store.visits import VisitRow
from assessment.visit import Preferences, VisitDetails
from models.errors import SarcoscopeError

PREVIEW_HEIGHT_PX = 900


def preview(found: Result, visit: VisitRow) -> bytes | None:
    """Let the user choose the language and whether the name is printed; show the report. None where it cannot be made.

    The language of a report is the reader's, not the one the app is used in.
    """
    preferences = shown()
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    language: Language = left.selectbox(
        _("Language of the report"),
        list(LANGUAGES),
        index=list(LANGUAGES).index(preferences.language),
        format_func=LANGUAGES.__getitem__,
        key="report-language",
    )
    name = participants.get(mine(), found.run.participant_id).name if may(mine().role, "see names") else None
    with_name = bool(name) and right.toggle(_("Print the participant's name"), key=f"with-name-{visit.participant_id}")
    earlier = runs.previous(mine(), found.run)
    try:
        with st.spinner(_("Making the report …")):
            pdf = _made(
                found.run.id,
                earlier.id if earlier else None,
                earlier.visit_date if earlier else None,
                visit.details,
                preferences.model_copy(update={"language": language}),
                name if with_name else None,
            )
    except SarcoscopeError as error:
        show_error(error)
        return None
    st.pdf(pdf, height=PREVIEW_HEIGHT_PX, alt=_("The report as it will be printed"), key=f"pdf-{found.run.id}")
    return pdf


def file_stem(found: Result) -> str:
    """Name of what is taken away: study code and date, which is what a clinic files by."""
    when: date = found.run.day
    code = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in found.run.study_code)
    return f"{code}_{when.isoformat()}"


# For this browser session alone: it may hold a name.
@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _made(
    run_id: str,
    earlier_id: str | None,
    earlier_date: date | None,
    visit: VisitDetails,
    preferences: Preferences,
    name: str | None,
) -> bytes:
    # Imported here: Typst and the figures take a moment that no other page needs.
    from assessment.report.pdf import report_pdf

    previous = runs.summary(mine(), earlier_id) if earlier_id else None
    return report_pdf(
        runs.folder(mine(), run_id),
        runs.summary(mine(), run_id),
        visit,
        previous=previous,
        previous_date=earlier_date,
        preferences=preferences,
        name=name,
    )
