"""One run as a card: its state, how far each trial is, what went wrong, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from app import address
from app.current import mine
from app.language import _, _result, plural
from app.layout import show_error
from app.text import plain
from app.words import state_word
from assessment.jobs import ensure_runner
from assessment.jobs.silence import SILENT_AFTER_S
from assessment.presentation import time_text
from assessment.store import runs, visits
from assessment.store.runs import UNFINISHED, RunRow, TrialProgress
from models.errors import SarcoscopeError

# Signs of life come every second; a busy machine is late by some.
_LATE_AFTER_S = 10.0


def show_run(run: RunRow) -> None:
    """Draw one run."""
    with st.container(border=True, key=f"run-{run.id}"):
        when = run.day.isoformat()
        st.markdown(f"**{plain(run.study_code)}** · {_('visit of {date}', date=when)} · {_state(run)}")
        if run.state in ("running", "cancelling"):
            _show_progress(run)
        elif run.state == "failed" and run.error is not None:
            where = f"  \n_{plain(run.error.where)}_" if run.error.where else ""
            st.error(
                f"**{plain(_result(run.error.message))}**  \n{_('What to do')}: {plain(_result(run.error.hint))}{where}"
            )
        st.caption(_times(run))
        _actions(run)


def _state(run: RunRow) -> str:
    colour, icon = {
        "queued": ("gray", "schedule"),
        "running": ("blue", "progress_activity"),
        "cancelling": ("orange", "stop_circle"),
        "cancelled": ("gray", "block"),
        "failed": ("red", "error"),
        "done": ("green", "check_circle"),
    }[run.state]
    return f":{colour}[:material/{icon}: **{state_word(run.state)}**]"


def _show_progress(run: RunRow) -> None:
    stages = {
        "starting": _("Starting"),
        "reading": _("Reading the recordings"),
        "scaling": _("Scaling the model"),
        "trials": _("Assessing the trials"),
        "report": _("Writing the results"),
    }
    done = sum(trial.stage in ("done", "failed") for trial in run.trials)
    count = f": {done} / {len(run.trials)}" if run.stage == "trials" else ""
    st.progress(done / max(len(run.trials), 1), text=f"{stages.get(run.stage, run.stage)}{count}")
    if run.trials:
        lines = "\n".join(f"| {plain(trial.name)} | {_stage(trial)} | {_elapsed(trial)} |" for trial in run.trials)
        st.markdown(f"| {_('Trial')} | {_('Stage')} | {_('Time')} |\n|---|---|---:|\n{lines}")
    silent_s = 0.0 if run.heartbeat_at is None else (_now() - run.heartbeat_at).total_seconds()
    if silent_s > _LATE_AFTER_S:
        st.warning(
            _(
                "No sign of life for {n} s. After {limit} s the run counts as failed and can be started again.",
                n=f"{silent_s:.0f}",
                limit=f"{SILENT_AFTER_S:.0f}",
            ),
            icon=":material/heart_broken:",
        )


def _stage(trial: TrialProgress) -> str:
    word = {
        "waiting": _("waiting"),
        "inverse kinematics": _("joint angles"),
        "contact forces": _("contact forces"),
        "indicators": _("indicators"),
        "done": _("done"),
        "failed": _("failed"),
    }.get(trial.stage, trial.stage)
    icon = {"waiting": "schedule", "done": "check_circle", "failed": "error"}.get(trial.stage, "progress_activity")
    return f":material/{icon}: {word}"


def _elapsed(trial: TrialProgress) -> str:
    return "" if trial.started_at is None else _seconds(trial.started_at, trial.finished_at)


def _times(run: RunRow) -> str:
    parts = [_("asked for {time}", time=time_text(run.created_at))]
    if run.state == "queued":
        parts.append(
            plural("{n} run is before it", "{n} runs are before it", run.ahead)
            if run.ahead
            else _("it is the next one")
        )
    elif run.started_at is not None:
        parts.append(_("took {time}", time=_seconds(run.started_at, run.finished_at)) if run.finished_at
                     else _("for {time} now", time=_seconds(run.started_at, None)))  # fmt: skip
    return " · ".join(parts)


def _seconds(start: datetime, stop: datetime | None) -> str:
    total = max(0, round(((stop or _now()) - start).total_seconds()))
    minutes, seconds = divmod(total, 60)
    return _("{m} min {s} s", m=minutes, s=seconds) if minutes else _("{s} s", s=seconds)


def _now() -> datetime:
    return datetime.now(UTC)


def _actions(run: RunRow) -> None:
    with st.container(horizontal=True, key=f"actions-{run.id}"):
        if run.state in UNFINISHED:
            if run.state != "cancelling":
                _confirmed(
                    _("Stop"), ":material/stop_circle:", _("Nothing of this run will be kept."), _("Yes, stop it"),
                    f"cancel-{run.id}", lambda: runs.cancel(mine(), run.id),
                )  # fmt: skip
            return
        if run.state == "done" and st.button(
            _("See the summary"), type="primary", icon=":material/summarize:", key=f"see-{run.id}"
        ):
            address.put(run=run.id, participant=run.participant_id, trial=None)
            st.switch_page("app/pages/summary.py")
        if st.button(_("Run again"), icon=":material/replay:", key=f"again-{run.id}"):
            _do(lambda: _again(run))
        if st.button(_("Change what was given"), icon=":material/tune:", key=f"change-{run.id}"):
            _do(lambda: _change(run), "app/pages/new_assessment.py")
        _confirmed(
            _("Delete"), ":material/delete:", _("The run goes with its results. The recordings stay."),
            _("Yes, delete it"), f"delete-{run.id}", lambda: _delete(run),
        )  # fmt: skip


def _confirmed(label: str, icon: str, what: str, yes: str, key: str, do: Callable[[], None]) -> None:
    with st.popover(label, icon=icon):
        st.write(what)
        if st.button(yes, key=key):
            _do(do)


def _do(work: Callable[[], None], page: str | None = None) -> None:
    """Do it, and draw the page again; an error stays on the page."""
    try:
        work()
    except SarcoscopeError as error:
        show_error(error)
        return
    if page is not None:
        st.switch_page(page)
    st.rerun()


def _again(run: RunRow) -> None:
    runs.again(mine(), run.id)
    ensure_runner(mine().store)


def _change(run: RunRow) -> None:
    """The form, filled in as it was for this run."""
    visit = visits.get(mine(), run.visit_id)
    address.put(upload=visit.upload_id, visit=visit.id)


def _delete(run: RunRow) -> None:
    runs.delete(mine(), run.id)
    if address.get("run") == run.id:
        address.put(run=None, trial=None)
