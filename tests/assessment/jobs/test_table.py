"""The job table when things happen at once: every run ends in one state, and what it left is named or gone."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from assessment.jobs import child, ensure_runner, start, table
from assessment.jobs.child import Heart
from assessment.jobs.runner import Runner, serve
from assessment.jobs.silence import Silence
from assessment.store import Store, UserStore, open_store, participants, runs, visits
from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE
from assessment.store.tables import Run, now
from models.errors import SessionReadError, StoreError
from tests.app.made_up import made_up
from tests.assessment.filling import everything_below, queued, taken


@pytest.fixture
def run_id(mine: UserStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that a runner has taken, to be done in this process."""
    monkeypatch.setenv(HOME_VARIABLE, str(mine.store.home))
    monkeypatch.setenv(URL_VARIABLE, mine.store.engine.url.render_as_string(hide_password=False))
    return taken(mine, tmp_path)


def some_results(store: Store, run_id: str, heart: Heart) -> Path:
    results = made_up(heart.folder / "results", gait_speed=(1.1, 0.05))
    (results / "curves.parquet").write_text("curves of this run", encoding="utf-8")
    return results


def test_runs_are_taken_in_their_order_and_once(mine: UserStore, theirs: UserStore, tmp_path: Path) -> None:
    ids = [queued(mine, tmp_path, "P1"), queued(theirs, tmp_path, "P2"), queued(mine, tmp_path, "P3")]
    assert [runs.get(mine, ids[0]).ahead, runs.get(theirs, ids[1]).ahead, runs.get(mine, ids[2]).ahead] == [0, 1, 2]
    taken: list[str | None] = []
    # Each has an engine of its own, as runners on several hosts have.
    stores = [
        open_store(mine.store.home, mine.store.engine.url.render_as_string(hide_password=False)) for _ in range(4)
    ]
    runners = [threading.Thread(target=lambda store=store: taken.append(table.take(store))) for store in stores]
    for one in runners:
        one.start()
    for one in runners:
        one.join()
    assert sorted(str(one) for one in taken) == sorted([*ids, "None"])
    for store in stores:
        store.engine.dispose()


def test_a_cancelled_queued_run_is_never_taken(mine: UserStore, tmp_path: Path) -> None:
    run_id = queued(mine, tmp_path)
    runs.cancel(mine, run_id)
    assert table.take(mine.store) is None
    assert runs.get(mine, run_id).state == "cancelled"
    runs.cancel(mine, run_id)
    assert runs.get(mine, run_id).state == "cancelled"


def test_a_cancel_that_comes_too_late_loses_no_results(mine: UserStore, run_id: str) -> None:
    assert child.do_run(run_id, some_results) == 0
    runs.cancel(mine, run_id)
    table.end_without_results(mine.store, run_id, table.DIED)
    assert not table.beat(mine.store, run_id, "trials", [])
    assert runs.get(mine, run_id).state == "done"
    assert runs.summary(mine, run_id).session == "made-up"


def test_results_of_a_run_that_was_cancelled_meanwhile_are_not_kept(
    mine: UserStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The last sign of life would end this process: it is left out, as if the cancel came right after it.
    monkeypatch.setattr(Heart, "beat", lambda _: None)

    def cancelled_meanwhile(store: Store, run_id: str, heart: Heart) -> Path:
        runs.cancel(mine, run_id)
        return some_results(store, run_id, heart)

    assert child.do_run(run_id, cancelled_meanwhile) == 0
    run = runs.get(mine, run_id)
    assert (run.state, run.error) == ("cancelled", None)
    assert b"curves of this run" not in everything_below(mine.store.home)


def test_results_of_a_run_whose_visit_was_deleted_are_not_kept(
    mine: UserStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Heart, "beat", lambda _: None)
    visit_id = runs.get(mine, run_id).visit_id

    def deleted_meanwhile(store: Store, run_id: str, heart: Heart) -> Path:
        with store.session() as session:  # as if it was still queued when somebody deleted the visit
            run = session.get(Run, run_id)
            assert run is not None
            run.state = "queued"
            session.add(run)
        visits.delete(mine, visit_id)
        return some_results(store, run_id, heart)

    assert child.do_run(run_id, deleted_meanwhile) == 0
    assert runs.recent(mine) == []
    assert b"curves of this run" not in everything_below(mine.store.home)


def test_a_session_that_cannot_be_read_says_so(mine: UserStore, run_id: str) -> None:
    def refuse(store: Store, run_id: str, heart: Heart) -> Path:
        raise SessionReadError("The session cannot be read.", hint="Download it again.", trial="walk")

    assert child.do_run(run_id, refuse) == 0
    error = runs.get(mine, run_id).error
    assert error is not None
    assert (error.message, error.hint, error.where) == (
        "The session cannot be read.", "Download it again.", "trial walk",
    )  # fmt: skip
    with pytest.raises(StoreError, match="no results"):
        runs.folder(mine, run_id)


def test_an_unexpected_error_tells_its_kind_and_nothing_of_the_data(mine: UserStore, run_id: str) -> None:
    def err(store: Store, run_id: str, heart: Heart) -> Path:
        raise ValueError("secret of a person")

    assert child.do_run(run_id, err) == 0
    error = runs.get(mine, run_id).error
    assert error is not None
    assert "ValueError" in error.message
    assert b"secret of a person" not in everything_below(mine.store.home)
    logged = (mine.store.home / "logs" / "runs.log").read_text("utf-8")
    assert f"run {run_id} builtins.ValueError at tests/assessment/jobs/test_table.py:" in logged
    assert "assessment/jobs/child.py:" in logged


def test_an_end_that_cannot_be_written_is_left_to_the_runner(
    mine: UserStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("The disk is full.", hint="")

    with monkeypatch.context() as patched:
        patched.setattr(table, "finish", full)
        patched.setattr(table, "end_without_results", full)
        assert child.do_run(run_id, some_results) == child.NOT_WRITTEN_DOWN
    assert runs.get(mine, run_id).state == "running"
    assert b"curves of this run" not in everything_below(mine.store.home)


def test_silence_is_told_by_the_watcher_s_own_clock(mine: UserStore, tmp_path: Path) -> None:
    run_id = taken(mine, tmp_path)
    with mine.store.session() as session:  # a machine whose clock is a day behind
        run = session.get(Run, run_id)
        assert run is not None
        run.heartbeat_at = now() - timedelta(days=1)
        session.add(run)
    watching = Silence(after_s=0.1)
    watching.close(mine.store)
    assert runs.get(mine, run_id).state == "running"
    time.sleep(0.15)
    table.beat(mine.store, run_id, "trials", [])
    watching.close(mine.store)
    assert runs.get(mine, run_id).state == "running"
    time.sleep(0.15)
    watching.close(mine.store, alive=[run_id])  # its process lives; a full disk keeps it from writing
    assert runs.get(mine, run_id).state == "running"
    watching.close(mine.store)
    assert runs.get(mine, run_id).state == "failed"


def test_a_run_queued_while_the_runner_ends_is_served(
    mine: UserStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, served = Runner(mine.store), []

    def last_look(_: float | None) -> None:
        served.append(table.take(mine.store))
        if len(served) == 1:
            run_ids.append(queued(mine, tmp_path))
            ensure_runner(mine.store, ("/bin/false",))  # sees a runner and starts none

    run_ids: list[str] = []
    monkeypatch.setattr(runner, "serve", last_look)
    assert serve(runner)
    assert served == [None, run_ids[0]]


def test_there_is_one_runner_on_a_host(mine: UserStore) -> None:
    with start.only_one(mine.store) as lock:
        assert lock is not None
        assert not serve(Runner(mine.store))


def test_a_command_that_cannot_be_started_fails_the_run(mine: UserStore, tmp_path: Path) -> None:
    run_id = queued(mine, tmp_path)
    Runner(mine.store, ("/no/such/program",)).serve(idle_s=0.01)
    error = runs.get(mine, run_id).error
    assert error is not None
    assert "No process can be started" in error.message


def test_the_address_with_its_password_is_no_argument(mine: UserStore) -> None:
    environment = start.environment(mine.store)
    assert environment[HOME_VARIABLE] == str(mine.store.home)
    assert environment[URL_VARIABLE] == mine.store.engine.url.render_as_string(hide_password=False)
    assert not any(URL_VARIABLE in part or "://" in part for part in start.RUNNER)


def test_a_participant_whose_run_waits_can_be_deleted(mine: UserStore, tmp_path: Path) -> None:
    run = runs.get(mine, queued(mine, tmp_path))
    participants.delete(mine, run.participant_id)
    Runner(mine.store, ("/no/such/program",)).serve(idle_s=0.01)
    assert runs.recent(mine) == []
