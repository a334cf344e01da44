"""The job table: taking a run, showing signs of life, and how a run ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from assessment.stages import Stage
from assessment.store import figures
from assessment.store.artefacts import StoredFile
from assessment.store.database import Store
from assessment.store.runs import RunState
from assessment.store.tables import Run, RunFile, RunTrial, now
from assessment.summary import ErrorRecord, Summary

DIED = ErrorRecord(
    kind="WorkerError",
    message="The process of this run ended without a word: the machine was switched off, or the process was killed.",
    hint="Run it again. If it happens again, the machine's memory is the likely cause.",
)


def take(store: Store) -> str | None:
    """Take the oldest queued run; None where there is none. No two runners take the same."""
    with store.reading() as session:
        queued = session.exec(
            select(Run.id).where(Run.state == "queued").order_by(col(Run.created_at), col(Run.id))
        ).all()
    for run_id in queued:
        with store.session() as session:
            if _move(session, run_id, "queued", "running", stage="starting", started_at=now(), heartbeat_at=now()):
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
        if not _move(session, run_id, "running", "running", heartbeat_at=now(), stage=stage):
            return False
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
        if not _move(session, run_id, "running", "done", stage="", finished_at=now(), summary_sha256=summary_sha256):
            return False
        write_results(session, session.exec(select(Run).where(Run.id == run_id)).one(), files, summary)
    return True


def write_results(session: Session, run: Run, files: Sequence[StoredFile], summary: Summary) -> None:
    """Write down what a finished run left."""
    for file in files:
        session.add(RunFile(run_id=run.id, path=file.path, sha256=file.sha256, n_bytes=file.n_bytes))
    figures.write(session, run, summary)


def end_without_results(store: Store, run_id: str, error: ErrorRecord | None) -> None:
    """Close a run that is not finished: cancelled where that was wanted, else failed for a reason."""
    with store.session() as session:
        _move(session, run_id, "cancelling", "cancelled", finished_at=now())
        if error is not None:
            _move(session, run_id, "running", "failed", finished_at=now(), error=error.model_dump(mode="json"))


def waits(store: Store) -> bool:
    """Whether a run is queued."""
    with store.reading() as session:
        return session.exec(select(Run.id).where(Run.state == "queued")).first() is not None


def signs_of_life(store: Store) -> dict[str, datetime | None]:
    """Runs in progress, and when each gave its latest sign of life."""
    with store.reading() as session:
        query = select(Run.id, Run.heartbeat_at).where(col(Run.state).in_(("running", "cancelling")))
        return dict(session.exec(query).all())


def _move(session: Session, run_id: str, old: RunState, new: RunState, **values: object) -> bool:
    """Bring a run from one state to another; False where it is not in the first: others work on it as well."""
    moved = session.connection().execute(
        update(Run).where(col(Run.id) == run_id, col(Run.state) == old).values(state=new, **values)
    )
    return moved.rowcount == 1
