"""Whose recordings they are: a participant who is known, a new one, or a visit that holds them already."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app import address
from app.current import mine
from app.language import _
from app.text import plain
from assessment.preflight import Check
from assessment.store import may, participants, runs, visits
from assessment.store.participants import ParticipantRow
from assessment.store.runs import RunRow
from assessment.store.visits import VisitRow


@dataclass(frozen=True)
class Whose:
    """The answer.

    Attributes
    ----------
    key : str
        Different for every answer: what was typed for one person must never be taken for the next.
    participant : ParticipantRow or None
        None for a new one.
    study_code, name : str
        As typed, of a new one.
    visit : VisitRow or None
        The visit that the run is one more of; None for a visit of its own.
    last : RunRow or None
        What is known of the person from before: the last run of the visit, else the results of the visit before.
    """

    key: str
    participant: ParticipantRow | None = None
    study_code: str = ""
    name: str = ""
    visit: VisitRow | None = None
    last: RunRow | None = None


def known_visits(seen: tuple[str, ...], session_path: str) -> list[VisitRow]:
    """Visits that hold these recordings already."""
    found = [visits.get(mine(), visit_id) for visit_id in seen]
    return [visit for visit in found if visit.session_path == session_path]


def ask_visit(known: list[VisitRow], key: str) -> VisitRow | None:
    """Say that the recordings are known, and ask whether this is one more run of that visit."""
    labels = {visit.id: _label(visit) for visit in known}
    st.info(
        _("These recordings are in the store already: {visits}.", visits=plain("; ".join(labels.values()))),
        icon=":material/history:",
    )
    _link_results(known, key)
    go_on = {"again": _("Run that visit again"), "other": _("As another visit")}
    wanted = address.get("visit")
    choice = st.segmented_control(
        _("How to go on"),
        list(go_on),
        format_func=go_on.__getitem__,
        default="again",
        key=f"known-{key}",
        required=True,
    )
    if choice == "other":
        return None
    ids = list(labels)
    if len(ids) == 1:
        return known[0]
    chosen = st.selectbox(
        _("Which visit"), ids, index=ids.index(wanted) if wanted in ids else len(ids) - 1,
        format_func=labels.__getitem__, key=f"known-visit-{key}",
    )  # fmt: skip
    return next(visit for visit in known if visit.id == chosen)


def ask_whose(visit: VisitRow | None, last: RunRow | None, known: list[VisitRow], key: str, proposal: str) -> Whose:
    """Ask for the participant, unless the visit says who it is.

    Parameters
    ----------
    visit : VisitRow or None
        From `ask_visit`.
    last : RunRow or None
        The last run of that visit.
    known : list of VisitRow
        Other visits with these recordings: they are of the same person.
    key : str
    proposal : str
        Study code to propose for a new participant; empty: none.
    """
    if visit is not None:
        row = participants.get(mine(), visit.participant_id)
        st.markdown(f"**{plain(row.study_code)}**")
        return Whose(f"{key}-{visit.id}", participant=row, visit=visit, last=last)
    everybody = participants.find(mine())
    # Somebody whose results are looked at is not meant by that; somebody whose page was left for this one is.
    follow_up = None if address.get("run") else address.get("participant")
    if known:
        follow_up = known[-1].participant_id
    kinds = {"known": _("Known participant"), "new": _("New participant")}
    kind = "new"
    if everybody:
        kind = st.segmented_control(
            _("Whose recordings are they?"), list(kinds), format_func=kinds.__getitem__,
            default="known" if follow_up else "new", key=f"whose-{key}-{follow_up}", required=True,
        ) or "new"  # fmt: skip
    if kind == "new":
        return _new(
            key, proposal if not any(participants.same_code(row.study_code, proposal) for row in everybody) else ""
        )
    return _known(everybody, follow_up, key)


def last_run(visit: VisitRow, *, done: bool = False) -> RunRow | None:
    """The last run of a visit, or the last one with results."""
    of_person = runs.recent(mine(), participant_id=visit.participant_id)
    return next((run for run in of_person if run.visit_id == visit.id and (run.state == "done" or not done)), None)


def whose_checks(whose: Whose) -> list[Check]:
    """What is missing of the answer."""
    if whose.participant is not None:
        return []
    if not whose.study_code:
        return [Check("stop", "participant", _("Whose recordings these are is open."), _("Choose, or give a code."))]
    if any(participants.same_code(row.study_code, whose.study_code) for row in participants.find(mine())):
        return [
            Check(
                "stop",
                "participant",
                _("The study code {code} is taken.", code=whose.study_code),
                _("Choose the participant from the list, or give another code."),
            )
        ]
    return []


def _new(key: str, proposal: str) -> Whose:
    left, right = st.columns(2)
    code = left.text_input(
        _("Study code"), value=proposal, key=f"study_code-{key}", max_chars=40, placeholder=_("for instance P001"),
        help=_("Stands on every page and report; never a name."), autocomplete="off", persist_state="session",
    )  # fmt: skip
    name = ""
    if may(mine().role, "see names"):
        name = right.text_input(
            _("Name (optional)"), key=f"name-{key}", autocomplete="off",
            help=_("Kept apart from everything else: in no file, no report without asking, no log."),
        )  # fmt: skip
    return Whose(f"{key}-new", study_code=code.strip(), name=name.strip())


def _known(everybody: list[ParticipantRow], follow_up: str | None, key: str) -> Whose:
    ids = [row.id for row in everybody]
    by_id = {row.id: row for row in everybody}

    def label(one: str) -> str:
        row = by_id[one]
        last = _("last visit {date}", date=row.last_visit.isoformat()) if row.last_visit else _("no visit yet")
        return " · ".join([row.study_code, *([row.name] if row.name else []), last])

    chosen = st.selectbox(
        _("Participant"), ids, index=ids.index(follow_up) if follow_up in ids else None, format_func=label,
        placeholder=_("Type a part of the study code"), key=f"participant-{key}-{follow_up}", persist_state="session",
    )  # fmt: skip
    if chosen is None:
        return Whose(f"{key}-open")
    results = runs.results_of(mine(), chosen)
    return Whose(f"{key}-{chosen}", participant=by_id[chosen], last=results[-1] if results else None)


def _label(visit: VisitRow) -> str:
    return f"{visit.study_code}, {(visit.visit_date or visit.created_at.date()).isoformat()}"


def _link_results(known: list[VisitRow], key: str) -> None:
    for visit in known:
        done = last_run(visit, done=True)
        if done is not None and st.button(
            _("See the results of {visit}", visit=plain(_label(visit))),
            key=f"results-{visit.id}-{key}", icon=":material/summarize:",
        ):  # fmt: skip
            address.put(run=done.id, participant=done.participant_id, trial=None)
            st.switch_page("app/pages/summary.py")
