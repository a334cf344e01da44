"""One participant: who it is, visits with their runs, trends, follow-up, and deleting it all."""

from __future__ import annotations

import streamlit as st

from app import address
from app.current import mine
from app.language import _, _result, plural
from app.layout import show_error
from app.people.form import person_form
from app.people.trends import show_trends
from app.text import plain
from app.words import date_word, sex_word, state_word
from assessment.presentation import time_text
from assessment.store import audit, participants, runs, visits
from assessment.store.participants import ParticipantRow
from assessment.store.runs import RunRow
from assessment.store.visits import VisitRow
from assessment.visit import signature_state
from models.errors import SarcoscopeError

STATE_COLOURS = {"done": "green", "failed": "red", "cancelled": "gray"}
_SEEN = "seen participant"


def show_participant(person: ParticipantRow) -> None:
    """Draw the part of the page that is about one participant."""
    _write_down(person)
    if st.button(_("All participants"), icon=":material/arrow_back:", type="tertiary"):
        address.put(participant=None, run=None, trial=None)
        st.rerun()
    st.title(plain(person.study_code))
    about = [
        sex_word(person.sex) if person.sex else "",
        _("born {year}", year=person.birth_year) if person.birth_year else "",
    ]
    known = [plain(person.name or ""), *about, plural("{n} visit", "{n} visits", person.n_visits)]
    st.markdown(" · ".join(part for part in known if part))
    if st.button(_("New visit"), type="primary", icon=":material/add:"):
        address.put(participant=person.id, run=None, trial=None)
        st.switch_page("app/pages/new_assessment.py")
    _visits(person)
    show_trends(person.id)
    with st.expander(_("Edit this participant"), icon=":material/edit:"):
        _edit(person)
    with st.expander(_("Delete this participant"), icon=":material/delete:"):
        _delete(person)


def _write_down(person: ParticipantRow) -> None:
    """Who looks at whom stands in the audit log, once for a look."""
    if st.session_state.get(_SEEN) != person.id:
        audit.record_seen(mine(), "participant", person.id)
        st.session_state[_SEEN] = person.id


def _visits(person: ParticipantRow) -> None:
    st.subheader(_("Visits"))
    found = visits.of_participant(mine(), person.id)
    if not found:
        st.info(_("There are no visits yet. Start one with New visit: it asks for the session's files."))
        return
    by_visit: dict[str, list[RunRow]] = {}
    for run in runs.recent(mine(), participant_id=person.id):
        by_visit.setdefault(run.visit_id, []).append(run)
    for number, visit in enumerate(found, start=1):
        _visit(number, visit, by_visit.get(visit.id, []))


def _visit(number: int, visit: VisitRow, of_visit: list[RunRow]) -> None:
    with st.container(border=True):
        day = date_word(visit.visit_date) if visit.visit_date else _("no date")
        place = f" · {plain(visit.details.site)}" if visit.details.site else ""
        done = next((run for run in of_visit if run.state == "done"), None)
        is_signed = done is not None and signature_state(visit.details, done.summary_sha256 or "") == "valid"
        signed = f" · {_('signed')}" if is_signed else ""
        title = f"**{_('Visit {number}', number=number)}** · {day}{place}{signed}"
        if not of_visit:
            st.markdown(title)
            st.caption(_("Not assessed yet."))
        else:
            _run(of_visit[0], title)
        for run in of_visit[1:]:
            _run(run, _("Earlier run, asked for {time}", time=time_text(run.created_at)))
        _delete_visit(visit)


def _delete_visit(visit: VisitRow) -> None:
    with st.popover(_("Delete this visit"), icon=":material/delete:", type="tertiary"):
        st.write(_("The visit goes with its recordings, its runs and all their results; nothing here brings it back."))
        if not st.button(_("Yes, delete the visit"), key=f"delete-visit-{visit.id}"):
            return
        try:
            visits.delete(mine(), visit.id)
        except SarcoscopeError as error:
            show_error(error)
            return
        address.put(run=None, trial=None)
        st.rerun()


def _run(run: RunRow, title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        badge = f":{STATE_COLOURS.get(run.state, 'blue')}-badge[{plain(state_word(run.state))}]"
        st.markdown(f"{title} {badge}", width="content")
        if run.state == "done":
            if st.button(_("Summary"), key=f"summary-{run.id}", icon=":material/summarize:"):
                address.put(run=run.id, trial=None)
                st.switch_page("app/pages/summary.py")
        elif st.button(_("See the run"), key=f"run-{run.id}", icon=":material/progress_activity:"):
            address.put(run=run.id, trial=None)
            st.switch_page("app/pages/runs.py")
    if run.error is not None:
        st.caption(plain(_result(run.error.message)))


def _edit(person: ParticipantRow) -> None:
    given = person_form(person.id, person)
    if given is None:
        return
    try:
        participants.change(mine(), person.id, **given)
    except SarcoscopeError as error:
        show_error(error)
        return
    st.rerun()


def _delete(person: ParticipantRow) -> None:
    n_runs = len(runs.recent(mine(), participant_id=person.id, limit=10_000))
    visits_word = plural("{n} visit", "{n} visits", person.n_visits)
    runs_word = plural("{n} run", "{n} runs", n_runs)
    st.markdown(
        _(
            "Deletes the participant, the name, {visits} with what was written of them and their recordings, and "
            "{runs} with all results, from the database and from the disk. Deleted means deleted: nothing here can "
            "bring it back, only a backup could. The audit log keeps that a participant was deleted, by whom and when; "
            "it holds no study code.",
            visits=visits_word,
            runs=runs_word,
        )
    )
    with st.form(f"delete-{person.id}", border=False):
        typed = st.text_input(
            _("Type the study code {code} to confirm", code=plain(person.study_code)),
            key=f"confirm-{person.id}",
            autocomplete="off",
        )
        if not st.form_submit_button(_("Delete for good"), icon=":material/delete_forever:"):
            return
    if typed.strip() != person.study_code:
        st.error(_("Nothing was deleted: what you typed is not the study code."))
        return
    try:
        participants.delete(mine(), person.id)
    except SarcoscopeError as error:
        show_error(error)
        return
    address.put(participant=None, run=None, trial=None)
    st.rerun()
