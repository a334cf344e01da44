"""Another trial beside the one that is looked at: of this visit, or of another visit of the same participant."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app import address
from app.current import Result, mine, result_of
from app.language import _
from assessment.presentation import usable
from assessment.store import runs
from assessment.store.runs import RunRow
from assessment.summary import Summary, TrialRecord

NONE = ""


@dataclass(frozen=True)
class Other:
    """What is compared with; the labels tell the two apart."""

    result: Result
    trial: TrialRecord
    label: str
    own_label: str


def choose_other(found: Result, trial: TrialRecord) -> Other | None:
    """Let the user choose; None where nothing is to be compared, or nothing is there."""
    visits = {run.id: run for run in runs.results_of(mine(), found.run.participant_id)} | {found.run.id: found.run}
    if len(visits) == 1 and not _others(found.summary, trial.name):
        return None
    run = _visit(found, visits)
    if run is None:
        address.put(with_trial=None)
        return None
    other = found if run.id == found.run.id else result_of(run)
    names = _others(other.summary, trial.name if other is found else None)
    if not names:
        st.caption(_("That visit has no curves."))
        return None
    everything = [one.name for one in other.summary.trials]
    wanted = address.name_of(address.get("with_trial"), everything)
    first = wanted if wanted in names else trial.name if trial.name in names else names[0]
    name = st.selectbox(
        _("Trial to compare with"), names, index=names.index(first), key=f"with trial {run.id} {trial.name}"
    )
    address.put(with_trial=address.number_of(name, everything))
    same_day, same_name = other is found, name == trial.name
    days = run.day.isoformat(), found.run.day.isoformat()
    return Other(
        result=other,
        trial=next(one for one in other.summary.trials if one.name == name),
        label=name if same_day else days[0] if same_name else f"{days[0]} {name}",
        own_label=trial.name if same_day else days[1] if same_name else f"{days[1]} {trial.name}",
    )


def _visit(found: Result, visits: dict[str, RunRow]) -> RunRow | None:
    def name(run_id: str) -> str:
        if run_id == NONE:
            return _("nothing")
        return _("this visit") if run_id == found.run.id else visits[run_id].day.isoformat()

    options = [NONE, found.run.id, *(run_id for run_id in visits if run_id != found.run.id)]
    wanted = address.get("with_run") or NONE
    chosen = st.selectbox(
        _("Compare with"),
        options,
        index=options.index(wanted) if wanted in options else 0,
        format_func=name,
        key=f"with run {found.run.id}",
    )
    if chosen != wanted:
        # A number of another visit's trial.
        address.put(with_trial=None)
    address.put(with_run=chosen or None)
    return visits.get(chosen)


def _others(summary: Summary, name: str | None) -> list[str]:
    """Trials with curves that may be shown, but for the one of this name."""
    return [
        trial.name
        for trial in summary.trials
        if trial.name != name and "curves" in trial.files and usable(trial.kinematics_quality)
    ]
