"""Runs: asked for, followed, cancelled, done again; and the results of those that are done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import update
from sqlmodel import Session, col, select

from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.store import audit
from assessment.store.artefacts import StoredFile
from assessment.store.cleaning import remove_unnamed
from assessment.store.database import UserStore
from assessment.store.participants import not_there, owned
from assessment.store.tables import Participant, Run, RunFile, RunTrial, Visit, now
from assessment.store.visits import owned_visit
from assessment.summary import ClinicalMeasures, ErrorRecord, SubjectRecord, Summary
from models.errors import StoreError
from pipeline.settings import Settings

RunState = Literal["queued", "running", "cancelling", "cancelled", "failed", "done"]
UNFINISHED: tuple[RunState, ...] = ("queued", "running", "cancelling")


class RunRequest(BaseModel):
    """What a run was asked to do; enough to do it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: SubjectRecord
    settings: Settings
    clinical: ClinicalMeasures = ClinicalMeasures()


@dataclass(frozen=True)
class TrialProgress:
    """How far one trial is; ``stage`` is one of `assessment.stages.STAGES`, 'done' or 'failed'."""

    name: str
    stage: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class RunRow:
    """One run, with whose it is.

    Attributes
    ----------
    ahead : int
        Runs that are served before a queued one.
    summary_sha256 : str or None
        Of the results; None until there are any.
    visit_created_at : datetime
        Tells the order of visits of one day; that of the run would change whenever a visit is assessed again.
    """

    id: str
    visit_id: str
    participant_id: str
    study_code: str
    visit_date: date | None
    visit_created_at: datetime
    state: RunState
    stage: str
    request: RunRequest
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    error: ErrorRecord | None
    summary_sha256: str | None
    trials: tuple[TrialProgress, ...]
    ahead: int

    @property
    def day(self) -> date:
        """Of the visit: its date, or where none was given when it was entered."""
        return self.visit_date or self.visit_created_at.date()

    @property
    def place(self) -> tuple[date, datetime]:
        """Of the visit among those of the participant."""
        return self.day, self.visit_created_at


def submit(mine: UserStore, visit_id: str, request: RunRequest) -> str:
    """Put a run of a visit in the queue and return its id; `assessment.jobs.ensure_runner` sees that it is served.

    Raises
    ------
    StoreError
        There is no such visit.
    """
    mine.need("assess")
    with mine.session() as session:
        owned_visit(session, mine, visit_id)
        run = Run(visit_id=visit_id, state="queued", request=request.model_dump(mode="json"))
        session.add(run)
        session.flush()
        audit.write(session, mine, "ran", "run", run.id)
        return run.id


def again(mine: UserStore, run_id: str) -> str:
    """Ask for the same once more, as a run of its own.

    Raises
    ------
    StoreError
        There is no such run.
    """
    run = get(mine, run_id)
    return submit(mine, run.visit_id, run.request)


def cancel(mine: UserStore, run_id: str) -> None:
    """Stop a run that is not finished; a finished one is left as it is.

    Raises
    ------
    StoreError
        There is no such run.
    """
    with mine.session() as session:
        _owned(session, mine, run_id)
        # On conditions: the runner may be taking it, or its process writing results, at this moment.
        of_run = update(Run).where(col(Run.id) == run_id)
        session.connection().execute(
            of_run.where(col(Run.state) == "queued").values(state="cancelled", finished_at=now())
        )
        session.connection().execute(of_run.where(col(Run.state) == "running").values(state="cancelling"))
        audit.write(session, mine, "cancelled", "run", run_id)


def delete(mine: UserStore, run_id: str) -> None:
    """Delete a run and its results; the recordings stay.

    Raises
    ------
    StoreError
        There is no such run, or it is not finished.
    """
    with mine.session() as session:
        run, *_ = _owned(session, mine, run_id, to_change=True)
        if run.state in UNFINISHED:
            raise StoreError("The run is not finished.", hint="Stop it first.")
        session.delete(run)
        audit.write(session, mine, "deleted", "run", run_id)
    remove_unnamed(mine.store)


def get(mine: UserStore, run_id: str) -> RunRow:
    """One run.

    Raises
    ------
    StoreError
        There is no such run, or it is somebody else's.
    """
    with mine.reading() as session:
        return _rows(session, [_owned(session, mine, run_id)])[0]


def recent(mine: UserStore, *, participant_id: str | None = None, limit: int | None = 200) -> list[RunRow]:
    """Runs of this user, or of one participant, the newest first.

    Raises
    ------
    StoreError
        There is no such participant.
    """
    with mine.reading() as session:
        query = (
            select(Run, Visit, Participant)
            .join(Visit, col(Run.visit_id) == Visit.id)
            .join(Participant, col(Visit.participant_id) == Participant.id)
            .where(Participant.owner_id == mine.user_id)
            .order_by(col(Run.created_at).desc(), col(Run.id))
            .limit(limit)
        )
        if participant_id is not None:
            owned(session, mine, participant_id)
            query = query.where(Participant.id == participant_id)
        return _rows(session, session.exec(query).all())


def results_of(mine: UserStore, participant_id: str) -> list[RunRow]:
    """The newest run with results of every visit of a participant, the oldest visit first."""
    newest: dict[str, RunRow] = {}
    for run in recent(mine, participant_id=participant_id, limit=None):
        if run.state == "done":
            newest.setdefault(run.visit_id, run)
    return sorted(newest.values(), key=lambda run: run.place)


def previous(mine: UserStore, run: RunRow) -> RunRow | None:
    """The results of the visit before the one of a run; None where there are none."""
    visits = results_of(mine, run.participant_id)
    earlier = [one for one in visits if one.visit_id != run.visit_id and one.place < run.place]
    return earlier[-1] if earlier else None


def folder(mine: UserStore, run_id: str) -> Path:
    """The results of a run as a folder to read from; nothing in it may be changed.

    Raises
    ------
    StoreError
        There is no such run, it has no results, or files are missing.
    """
    view = mine.store.home / "views" / run_id
    _files(mine, run_id)
    if not (view / SUMMARY_NAME).exists():
        with mine.store.files.filing():
            files = _files(mine, run_id)  # again: from here on nobody deletes it
            # The summary comes last: where it is, everything is.
            mine.store.files.lay_out(sorted(files, key=lambda file: file.path == SUMMARY_NAME), view)
    return view


def summary(mine: UserStore, run_id: str) -> Summary:
    """The summary of a run.

    Raises
    ------
    SarcoscopeError
        See `folder`, or this version cannot read it.
    """
    return read_summary(folder(mine, run_id))


def _files(mine: UserStore, run_id: str) -> list[StoredFile]:
    with mine.reading() as session:
        run, *_ = _owned(session, mine, run_id)
        if run.state != "done":
            raise StoreError("The run has no results.", hint="The Runs page says how far it is, or why it failed.")
        rows = session.exec(select(RunFile).where(RunFile.run_id == run_id))
        return [StoredFile(row.path, row.sha256, row.n_bytes) for row in rows]


def _owned(
    session: Session, mine: UserStore, run_id: str, *, to_change: bool = False
) -> tuple[Run, Visit, Participant]:
    run = session.get(Run, run_id, with_for_update=to_change)
    if run is None:
        raise not_there("run")
    try:
        return run, *owned_visit(session, mine, run.visit_id)
    except StoreError:
        raise not_there("run") from None


def _rows(session: Session, found: Sequence[tuple[Run, Visit, Participant]]) -> list[RunRow]:
    trials = defaultdict(list)
    ids = [run.id for run, *_ in found]
    for one in session.exec(select(RunTrial).where(col(RunTrial.run_id).in_(ids)).order_by(col(RunTrial.position))):
        trials[one.run_id].append(TrialProgress(one.name, one.stage, one.started_at, one.finished_at))
    unfinished = session.exec(select(Run.created_at).where(col(Run.state).in_(UNFINISHED))).all()
    return [
        RunRow(
            id=run.id,
            visit_id=visit.id,
            participant_id=participant.id,
            study_code=participant.study_code,
            visit_date=visit.visit_date,
            visit_created_at=visit.created_at,
            state=run.state,  # type: ignore[arg-type]
            stage=run.stage,
            request=RunRequest.model_validate(run.request),
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            heartbeat_at=run.heartbeat_at,
            error=None if run.error is None else ErrorRecord.model_validate(run.error),
            summary_sha256=run.summary_sha256,
            trials=tuple(trials[run.id]),
            ahead=sum(at < run.created_at for at in unfinished) if run.state == "queued" else 0,
        )
        for run, visit, participant in found
    ]
