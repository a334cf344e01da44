"""From an upload to its runs: the sessions in it, whose they are, what is missing, the checks, and the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from app.current import mine
from app.intake import visit_form
from app.intake.checklist import show_checks
from app.intake.found import Found, choose_movements, look_through, show_found
from app.intake.person import ask_person
from app.intake.rows import in_rows
from app.intake.start import Planned, start
from app.intake.whose import Whose, ask_visit, ask_whose, known_visits, last_run, whose_checks
from app.language import _, plural
from app.layout import show_error
from app.text import plain
from assessment.example import EXAMPLE_SEAT_HEIGHT_M
from assessment.preflight import Check, may_run, preflight
from assessment.store.runs import RunRequest
from assessment.store.uploads import Received
from assessment.summary import ClinicalMeasures
from assessment.visit import VisitDetails
from models.errors import SarcoscopeError
from models.subject import SubjectMetadata
from pipeline.settings import make_settings

EXAMPLE_CODE = "EXAMPLE"


def draw(received: Received, token: str) -> None:
    """Draw the form of an upload, and start the runs when the user says so.

    Parameters
    ----------
    received : Received
    token : str
        Part of the fields' names, different for everything that is given.
    """
    everything, errors = look_through(received)
    for error in errors:
        show_error(error)
    chosen = _choose_sessions(everything, token)
    if not chosen:
        return
    # Another session may be another person: its fields are others.
    token = "-".join([token, *(str(received.sessions.index(found.path)) for found in chosen)])
    known = known_visits(received.seen_visits, chosen[0].path) if len(chosen) == 1 else []
    visit = ask_visit(known, token) if known else None
    st.subheader(_("What was found"))
    for found in chosen:
        if len(chosen) > 1:
            st.markdown(f"**{plain(found.session.identifier)}**")
        show_found(found, f"{token}-{found.path}")
    last = None if visit is None else last_run(visit)
    before = None if last is None else last.request
    movements = _ask_movements(chosen, before, token if visit is None else f"{token}-{visit.id}")

    st.subheader(_("The participant"))
    st.caption(_("Loading the page again in the browser empties this form; the recordings stay."))
    of_example = received.age_years is not None
    whose = ask_whose(visit, last, known, token, EXAMPLE_CODE if of_example else "")
    key = whose.key
    of_person = st.container()
    places = in_rows(3, len(chosen) + 2)
    dates = _ask_dates(places, chosen, whose, key)
    equipment = visit_form.ask_equipment(
        places[-2:], None if before is None else before.settings, EXAMPLE_SEAT_HEIGHT_M if of_example else None, key
    )
    with of_person:
        person = ask_person(_files_say(chosen, received), whose, min(dates), key, of_example=of_example)
    clinical = visit_form.ask_clinical(None if before is None else before.clinical, key)
    details = visit_form.ask_details(None if visit is None else visit.details, key)
    _keep_drawn(whose, details)
    common = visit_form.ask_settings(None if before is None else before.settings, key)
    planned = [
        Planned(found.path, day, make_settings(**common, **equipment, activities=chosen_ones))
        for found, day, chosen_ones in zip(chosen, dates, movements, strict=True)
    ]

    st.subheader(_("Before the run"))
    checks = [*whose_checks(whose), *_checks(chosen, planned, person, clinical, whose)]
    show_checks(checks)
    label = plural("Run", "Run {n} sessions", len(chosen))
    ready = may_run(checks)
    if st.button(label, type="primary", key="run", icon=":material/play_arrow:", disabled=not ready):
        _start(received, _as_drawn(whose), person, clinical, details, planned)
    if not ready:
        st.caption(_("The run can start once nothing is left to solve first."))


def _keep_drawn(whose: Whose, details: dict[str, object]) -> None:
    """Keep the visit that the fields were filled with: what another tab writes meanwhile was not seen here."""
    if whose.visit is None:
        return
    drawn: VisitDetails | None = st.session_state.get(f"drawn-{whose.key}")
    now = whose.visit.details
    if drawn is None or all(getattr(drawn, field) == getattr(now, field) for field in (*details, "visit_date")):
        st.session_state[f"drawn-{whose.key}"] = now


def _as_drawn(whose: Whose) -> Whose:
    if whose.visit is None:
        return whose
    return replace(whose, visit=replace(whose.visit, details=st.session_state[f"drawn-{whose.key}"]))


def _choose_sessions(everything: list[Found], token: str) -> list[Found]:
    readable = {found.path: found for found in everything}
    if len(readable) < 2:
        return everything
    paths = st.multiselect(
        _("Sessions to assess, one visit each"), list(readable), default=list(readable)[:1],
        format_func=lambda path: readable[path].session.identifier, key=f"sessions-{token}",
        help=_("All of one person: what you fill in holds for all that are chosen."),
    )  # fmt: skip
    return [readable[path] for path in readable if path in paths]


def _ask_dates(places: list[Any], chosen: list[Found], whose: Whose, key: str) -> list[date]:
    if len(chosen) == 1:
        details = None if whose.visit is None else whose.visit.details
        return [visit_form.ask_date(places[0], details, key, _("Date of the visit"))]
    return [
        visit_form.ask_date(
            place, None, f"{key}-{found.path}", _("Date of {session}", session=plain(found.session.identifier))
        )
        for place, found in zip(places, chosen, strict=False)
    ]


def _files_say(chosen: list[Found], received: Received) -> SubjectMetadata:
    """What the files of all chosen sessions agree on."""
    told = [found.session.subject for found in chosen]
    agreed = {
        field: getattr(told[0], field) if len({getattr(one, field) for one in told}) == 1 else None
        for field in ("height_m", "mass_kg", "sex", "age_years", "gender_text")
    }
    files = SubjectMetadata(**agreed)
    return files if received.age_years is None else replace(files, age_years=received.age_years)


def _ask_movements(chosen: list[Found], before: RunRequest | None, key: str) -> list[dict[str, str]]:
    with st.expander(_("Which movement each trial shows"), icon=":material/directions_walk:"):
        movements = []
        for found in chosen:
            if len(chosen) > 1:
                st.markdown(f"**{plain(found.session.identifier)}**")
            earlier = {} if before is None else before.settings.activities
            movements.append(choose_movements(found, f"{key}-{found.path}", earlier))
    return movements


def _checks(
    chosen: list[Found], planned: list[Planned], person: SubjectMetadata, clinical: ClinicalMeasures, whose: Whose
) -> list[Check]:
    before = None if whose.visit is not None or whose.last is None else whose.last.request.subject
    found: list[Check] = []
    for one, plan in zip(chosen, planned, strict=True):
        checks = preflight(one.session, one.recorded, person, plan.settings, clinical, before=before)
        found += checks if len(chosen) == 1 else [_of_session(check, one.session.identifier) for check in checks]
    return list(dict.fromkeys(found))


def _of_session(check: Check, identifier: str) -> Check:
    """Which of several sessions a check is of; what is common to all of them is said once."""
    common = check.subject in ("participant", "clinical values", "settings")
    return check if common else replace(check, subject=f"{identifier}, {check.subject}")


def _start(
    received: Received,
    whose: Whose,
    person: SubjectMetadata,
    clinical: ClinicalMeasures,
    details: dict[str, object],
    planned: list[Planned],
) -> None:
    try:
        start(mine(), received.id, whose, person.complete(), clinical, details, planned)
    except SarcoscopeError as error:
        show_error(error)
        return
    st.session_state.pop(f"drawn-{whose.key}", None)
    st.switch_page("app/pages/runs.py")
