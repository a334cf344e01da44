"""One real session, from the queue to results, through runner and child."""

from __future__ import annotations

from pathlib import Path

from assessment.jobs import table
from assessment.jobs.runner import Runner
from assessment.results_folder import trial_table
from assessment.store import UserStore, open_store, participants, runs, uploads, visits
from assessment.store.runs import RunRequest
from tests.assessment.session_builder import build_session


def test_a_session_is_assessed_by_a_process_of_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mine: UserStore = open_store(home, f"sqlite:///{home / 'store.sqlite'}").for_local_user()
    received = uploads.receive(mine, build_session(tmp_path, "pick_up"))
    visit_id = visits.add(mine, participants.add(mine, "P1"), received.id, received.sessions[0], {})
    request = RunRequest.model_validate(
        {
            "subject": {"height_m": 1.6, "mass_kg": 60.0, "sex": "f", "age_years": 75.0},
            "settings": {"load_kg": 2.0, "scaler": "measurement"},
        }
    )
    run_id = runs.submit(mine, visit_id, request)
    runner = Runner(mine.store)
    runner.serve(idle_s=0.1)
    run = runs.get(mine, run_id)
    assert run.error is None
    assert run.state == "done"
    assert [(trial.name, trial.stage) for trial in run.trials] == [("pick_up", "done")]
    summary, folder = runs.summary(mine, run_id), runs.folder(mine, run_id)
    assert summary.subject.age_years == 75.0
    curves = trial_table(folder, summary.trials[0], "curves")
    assert curves is not None
    assert len(curves) > 50
    assert not list(folder.rglob("*curves*.csv"))
    assert not table.waits(mine.store)
    assert list((home / "work").iterdir()) == []
