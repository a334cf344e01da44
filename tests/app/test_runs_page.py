"""The Runs page: every state is clear and says what can be done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assessment.jobs import table
from assessment.store import UserStore, participants, preferences, runs, uploads, visits
from assessment.store.runs import RunRequest, RunRow
from assessment.store.tables import Run, now
from assessment.summary import ErrorRecord, SubjectRecord
from assessment.visit import Preferences
from pipeline.settings import Settings
from tests.app.filled_store import Filled, fill
from tests.app.intake_forms import field, values
from tests.app.looking import look, own_store, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session

PERSON = SubjectRecord(height_m=1.6, mass_kg=60.0, sex="f", age_years=70.0)


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    return own_store(tmp_path / "home", monkeypatch)


@pytest.fixture
def visit_id(mine: UserStore, tmp_path: Path) -> str:
    received = uploads.receive(mine, build_session(tmp_path, "walk"))
    participant_id = participants.add(mine, "P1")
    return visits.add(mine, participant_id, received.id, received.sessions[0], {"visit_date": "2026-03-02"})


@pytest.fixture
def queued(mine: UserStore, visit_id: str) -> str:
    return runs.submit(mine, visit_id, RunRequest(subject=PERSON, settings=Settings(load_kg=3.0)))


@pytest.fixture
def done(mine: UserStore, tmp_path: Path) -> Filled:
    session = build_session(tmp_path, "walk")
    return fill(mine, session, made_up(tmp_path / "r", gait_speed=(1.0, 0.1)), study_code="P1", visit_date="2026-03-02")


def _taken(mine: UserStore) -> str:
    run_id = table.take(mine.store)
    assert run_id is not None
    return run_id


def _labels(app: AppTest) -> set[str]:
    return {str(button.label) for button in app.button}


def test_without_runs_the_page_says_what_to_do() -> None:
    assert "There are no runs yet." in texts(look("runs"))


def test_a_queued_run_says_how_many_are_before_it(mine: UserStore, visit_id: str, queued: str) -> None:
    runs.submit(mine, visit_id, RunRequest(subject=PERSON, settings=Settings()))
    shown = texts(look("runs"))
    assert "waiting" in shown
    assert "it is the next one" in shown
    assert "1 run is before it" in shown
    assert "you may leave this page" in shown


def test_a_run_in_progress_shows_the_stage_of_each_trial(mine: UserStore, queued: str) -> None:
    run_id = _taken(mine)
    at = now().timestamp()
    news = [("walk", "waiting", at), ("a|b", "waiting", at), ("walk", "contact forces", at - 12.0)]
    table.beat(mine.store, run_id, "trials", news)  # type: ignore[arg-type]
    shown = texts(look("runs"))
    assert "running" in shown
    assert "| walk | :material/progress_activity: contact forces | 1" in shown
    assert r"| a\|b | :material/schedule: waiting |" in shown
    assert "No sign of life" not in shown


def test_silence_is_said(mine: UserStore, queued: str) -> None:
    run_id = _taken(mine)
    with mine.session() as session:
        run = session.get(Run, run_id)
        run.heartbeat_at = now() - timedelta(seconds=40)
        session.add(run)
    assert "No sign of life for 4" in texts(look("runs"))


def test_a_failed_run_says_why_and_what_to_do(mine: UserStore, queued: str) -> None:
    error = ErrorRecord(kind="ScalingError", message="No [markers](x).", hint="Record again.", where="trial neutral")
    table.end_without_results(mine.store, _taken(mine), error)
    shown = texts(look("runs"))
    assert "failed" in shown
    assert r"No \[markers\]" in shown
    assert "What to do: Record again." in shown
    assert "trial neutral" in shown
    assert "[markers](" not in shown


def test_a_run_is_stopped_only_after_it_was_confirmed(mine: UserStore, queued: str) -> None:
    app = look("runs")
    app.button(key=f"cancel-{queued}").click().run()
    assert runs.get(mine, queued).state == "cancelled"
    assert "Run again" in _labels(app)


def test_a_run_that_ended_can_be_asked_for_again(mine: UserStore, queued: str) -> None:
    runs.cancel(mine, queued)
    app = look("runs")
    app.button(key=f"again-{queued}").click().run()
    assert not app.exception
    newest, _ = runs.recent(mine)
    assert (newest.state, newest.request.settings.load_kg) == ("queued", 3.0)


def test_results_are_one_click_away(done: Filled) -> None:
    app = look("runs")
    assert "done" in texts(app)
    app.button(key=f"see-{done.run_id}").click().run()
    assert not app.exception
    assert app.query_params["run"] == done.run_id
    assert app.title[0].value == "Summary"


def test_a_click_counts_while_the_last_run_ends(mine: UserStore, done: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    last = runs.again(mine, done.run_id)
    app = look("runs")
    recent = runs.recent

    def ending(*args: Any, **filters: Any) -> list[RunRow]:
        found = recent(*args, **filters)
        runs.cancel(mine, last)
        return found

    monkeypatch.setattr(runs, "recent", ending)
    app.button(key=f"see-{done.run_id}").click().run()
    assert not app.exception
    assert app.title[0].value == "Summary"


def test_what_was_given_can_be_changed(mine: UserStore, queued: str, visit_id: str) -> None:
    runs.cancel(mine, queued)
    app = look("runs")
    app.button(key=f"change-{queued}").click().run()
    assert not app.exception
    assert app.title[0].value == "New assessment"
    names = ("height_m", "mass_kg", "age_years", "load_kg")
    assert values(app, *names) == [1.6, 60.0, 70.0, 3.0]
    app.switch_page("app/pages/new_assessment.py").run()
    field(app, "load_kg").set_value(5.0).run()
    app.button(key="run").click().run()
    newest, _ = runs.recent(mine)
    assert newest.visit_id == visit_id
    assert newest.request.settings.load_kg == 5.0


def test_a_deleted_run_is_gone_with_its_results_and_the_visit_stays(mine: UserStore, done: Filled) -> None:
    app = look("runs")
    app.button(key=f"delete-{done.run_id}").click().run()
    assert not app.exception
    assert runs.recent(mine) == []
    assert visits.get(mine, done.visit_id)
    assert "There are no runs yet." in texts(app)


def test_one_participant_s_runs_alone(mine: UserStore, done: Filled, tmp_path: Path) -> None:
    session = build_session(tmp_path / "2", "pick_up")
    other = fill(mine, session, made_up(tmp_path / "r2"), study_code="P2", visit_date="2026-04-02")
    assert "P2" in texts(look("runs"))
    # From the participant's page the address names nobody's results.
    shown = texts(look("runs", participant=done.participant_id))
    assert "**P1**" in shown
    assert "**P2**" not in shown
    assert "**P1**" in texts(look("runs", participant=other.participant_id, run=other.run_id))


def test_the_page_is_drawn_in_korean(mine: UserStore, queued: str) -> None:
    preferences.put(mine, Preferences(language="ko"))
    assert "P1" in texts(look("runs"))
