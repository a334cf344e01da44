"""The job table: taking a run, showing signs of life, and how a run ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from assessment.stages import Stage
from assessment.store import figures
from assessment.store.artefacts import StoredFile
from assessment.store.database import Store
from assessment.store.tables import Run, RunFile, RunTrial, now
from assessment.summary import ErrorRecord, Summary

# Signs of life come every second; a machine that swaps may be late by many.
SILENT_AFTER_S = 60.0
DIED = ErrorRecord(
    kind="WorkerError",
    message="The process of this run ended without a word: the machine was switched off, or the process was killed.",
    hint="Run it again. If it happens again, the machine's memory is the likely cause.",
)


def take(store: Store) -> str | None:
    """Take the oldest queued run; None where there is none. No two runners take the same."""
    with store.session() as session:
        for run_id in session.exec(select(Run.id).where(Run.state == "queued").order_by(col(Run.created_at))).all():
            taken = session.connection().execute(
                update(Run)
                .where(col(Run.id) == run_id, col(Run.state) == "queued")
                .values(state="running", stage="starting", started_at=now(), heartbeat_at=now())
            )
            if taken.rowcount == 1:
                return run_id
    return None


def beat(store: Store, run_id: str, stage: str, news: Sequence[tuple[str, Stage, float]]) -> bool:
    """Show a sign of life and how far each trial is; False where the run is wanted no more.

    Parameters
    ----------
    store : Store
    run_id, stage : str
    news : sequence of (trial, stage, time [s since 1970])
        From `assessment.stages.StageLog`.
    """
    with store.session() as session:
        run = session.get(Run, run_id)
        if run is None or run.state != "running":
            return False
        run.heartbeat_at, run.stage = now(), stage
        session.add(run)
        for trial, of_trial, at_s in news:
            row = session.get(RunTrial, (run_id, trial))
            at = datetime.fromtimestamp(at_s, UTC)
            if row is None:
                position = len(session.exec(select(RunTrial).where(RunTrial.run_id == run_id)).all())
                row = RunTrial(run_id=run_id, name=trial, position=position, stage=of_trial)
            row.stage = of_trial
            if of_trial in ("done", "failed"):
                row.finished_at = at
            elif of_trial != "waiting" and row.started_at is None:
                row.started_at = at
            session.add(row)
            session.flush()
    return True


def finish(store: Store, run_id: str, files: Sequence[StoredFile], summary_sha256: str) -> bool:
    """Write the results of a run down; False where it is wanted no more.

    Parameters
    ----------
    store : Store
    run_id : str
    files : sequence of StoredFile
        Everything the run left, the summary among it.
    summary_sha256 : str
        Of the summary: the name it is kept by.
    """
    summary = Summary.model_validate_json(store.files.place(summary_sha256).read_bytes())
    with store.session() as session:
        run = session.get(Run, run_id)
        if run is None or run.state != "running":
            return False
        run.state, run.stage, run.finished_at, run.summary_sha256 = "done", "", now(), summary_sha256
        session.add(run)
        for file in files:
            session.add(RunFile(run_id=run_id, path=file.path, sha256=file.sha256, n_bytes=file.n_bytes))
        figures.write(session, run, summary)
    return True


def end_without_results(store: Store, run_id: str, error: ErrorRecord | None) -> None:
    """Close a run that is not finished: cancelled where that was wanted, else failed for a reason."""
    with store.session() as session:
        run = session.get(Run, run_id)
        if run is None or run.state not in ("running", "cancelling"):
            return
        cancelled = run.state == "cancelling" or error is None
        run.state, run.finished_at = ("cancelled" if cancelled else "failed"), now()
        run.error = None if error is None or cancelled else error.model_dump(mode="json")
        session.add(run)


def close_silent(store: Store) -> None:
    """Close runs that show no sign of life any more."""
    with store.session() as session:
        silent = session.exec(
            select(Run.id).where(
                col(Run.state).in_(("running", "cancelling")),
                col(Run.heartbeat_at) < now() - timedelta(seconds=SILENT_AFTER_S),
            )
        ).all()
    for run_id in silent:
        end_without_results(store, run_id, DIED)
