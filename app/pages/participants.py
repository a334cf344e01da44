"""Participants: found, added, opened; one of them with visits and follow-up."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import address
from app.current import mine
from app.language import _, plural
from app.layout import show_error
from app.people.form import person_form
from app.people.person import show_participant
from app.tables import records
from app.words import NOTHING, date_word, sex_word, value_word
from assessment.store import figures, may, participants
from assessment.store.participants import ParticipantRow
from models.errors import SarcoscopeError

# The two tests that a clinic asks for first.
SHOWN = ("five_times_sit_to_stand_time", "gait_speed")


def main() -> None:
    """Draw the page."""
    chosen = address.get("participant")
    if chosen is None:
        _list()
        return
    try:
        person = participants.get(mine(), chosen)
    except SarcoscopeError as error:
        address.put(participant=None)
        show_error(error)
        _list()
        return
    show_participant(person)


def _list() -> None:
    st.title(_("Participants"))
    sees_names = may(mine().role, "see names")
    everybody = participants.find(mine())
    if not everybody:
        st.info(
            _("There are no participants yet. Add one here, or start with a session on the page New assessment."),
            icon=":material/info:",
        )
        st.page_link("app/pages/new_assessment.py", label=_("New assessment"), icon=":material/arrow_forward:")
    with st.expander(_("New participant"), icon=":material/person_add:", expanded=not everybody):
        given = person_form("new", None)
        if given is not None:
            try:
                address.put(participant=participants.add(mine(), **given), run=None, trial=None)
                st.rerun()
            except SarcoscopeError as error:
                show_error(error)
    if everybody:
        _found(everybody, sees_names)


def _found(everybody: list[ParticipantRow], sees_names: bool) -> None:
    searching, opening = st.columns(2)
    text = searching.text_input(
        _("Search by study code or name") if sees_names else _("Search by study code"),
        icon=":material/search:",
        key="participant-search",
    )
    wanted = text.strip().casefold()
    rows = [row for row in everybody if wanted in row.study_code.casefold() or wanted in (row.name or "").casefold()]
    if not rows:
        st.info(_("No participant matches this search. Search for less, or add a new participant."))
        return
    picked = opening.selectbox(
        _("Open a participant"),
        [row.id for row in rows],
        index=None,
        format_func={row.id: row.study_code for row in rows}.__getitem__,
        placeholder=_("Study code"),
        key=f"open-{wanted}",
    )
    st.caption(plural("{n} participant.", "{n} participants.", len(rows)) + " " + _("Tick a row to open it."))
    chosen = st.dataframe(
        _table(rows, sees_names),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={_("Name"): st.column_config.TextColumn(width="medium")},
        key=f"participants-{wanted}",
    )
    selected = [rows[index].id for index in chosen["selection"]["rows"]]
    opened = picked or (selected[0] if selected else None)
    if opened is not None:
        address.put(participant=opened, run=None, trial=None)
        st.rerun()


def _table(rows: list[ParticipantRow], sees_names: bool) -> pd.DataFrame:
    latest = _latest()
    columns: dict[str, list[object]] = {_("Study code"): [row.study_code for row in rows]}
    if sees_names and any(row.name for row in rows):
        columns[_("Name")] = [row.name or NOTHING for row in rows]
    columns |= {
        _("Sex"): [sex_word(row.sex) for row in rows],
        _("Year of birth"): [NOTHING if row.birth_year is None else str(row.birth_year) for row in rows],
        _("Visits"): [row.n_visits for row in rows],
        _("Last visit"): [date_word(row.last_visit) for row in rows],
    }
    titles = (_("Last five-times sit-to-stand"), _("Last gait speed"))
    for name, title in zip(SHOWN, titles, strict=True):
        columns[title] = [latest.get((row.id, name), NOTHING) for row in rows]
    return pd.DataFrame(columns)


def _latest() -> dict[tuple[str, str], str]:
    """Newest value that is not withheld, by participant and indicator."""
    found = figures.values(mine(), indicators=SHOWN).dropna(subset="value")
    dated = figures.results(mine())[["run_id", "participant_id", "date"]].merge(found, on="run_id")
    newest = dated.sort_values("date", kind="stable").groupby(["participant_id", "indicator"]).tail(1)
    return {
        (row.participant_id, row.indicator): value_word(row.indicator, row.unit, row.value, row.standard_error)
        for row in records(newest)
    }


main()
