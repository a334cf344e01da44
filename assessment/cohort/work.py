"""What workers do for a cohort: groups of visits up to their angles, single trials, and a visit's conclusion."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assessment.cohort.fingerprint import recordings_sha256, work_sha256
from assessment.cohort.rows import session_rows, write_session_rows
from assessment.cohort.sessions import CohortSession
from assessment.conclusion import check_possible, conclude, failed_trial
from assessment.outputs import Outputs
from assessment.prepared import PreparedSession
from assessment.results_folder import put_in_place
from assessment.scaling_task import ScalingTask, run_scaling
from assessment.summary import TrialRecord
from assessment.trial import TrialTask
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.scaling import ScaledModel
from pipeline.session import Session, read_session
from pipeline.settings import Settings

VISIT_RECORD = "cohort_session.json"
"""In a visit's results folder: what it is called, and the hash of the work that was done."""
_UNPACKED = ".unpacked"


@dataclass(frozen=True)
class VisitTask:
    """A visit that is to be assessed.

    Attributes
    ----------
    visit : CohortSession
    source : Path or SarcoscopeError
        Its recordings on disk, or why there are none.
    settings : Settings
        Of this visit: the study's, with its own seat and load.
    outputs : Outputs
    partial : Path
        Where its results are put together.
    wanted : bool
        False for a visit that is done already and only keeps its group company: people are scaled together, and the
        last digits of one depend on who the others are.
    """

    visit: CohortSession
    source: Path | SarcoscopeError
    settings: Settings
    outputs: Outputs
    partial: Path
    wanted: bool = True


@dataclass(frozen=True)
class ReadyVisit:
    """A visit whose model is scaled: its trials can be assessed, each for itself.

    Attributes
    ----------
    task : VisitTask
    session : Session
    subject : Subject
    models : dict of str to ScaledModel
        By trial.
    trials : tuple of TrialTask
    failed : dict of str to TrialRecord
        Trials that could not be scaled.
    """

    task: VisitTask
    session: Session
    subject: Subject
    models: dict[str, ScaledModel]
    trials: tuple[TrialTask, ...]
    failed: dict[str, TrialRecord]


@dataclass(frozen=True)
class ConclusionTask:
    """A visit whose trials are done.

    Attributes
    ----------
    ready : ReadyVisit
    records : dict of str to TrialRecord
        By trial.
    folder : Path
        The visit's place among the results.
    """

    ready: ReadyVisit
    records: dict[str, TrialRecord]
    folder: Path


def prepare_group(tasks: Sequence[VisitTask]) -> list[ReadyVisit | SarcoscopeError]:
    """Read and scale a group of visits, all people in one search; an error takes its own visit only."""
    found: list[ReadyVisit | SarcoscopeError] = []
    for task in tasks:
        try:
            found.append(_ready(task))
        except SarcoscopeError as error:
            found.append(error)
    return found


def conclude_visit(task: ConclusionTask) -> int:
    """Put a visit's results together and in their place; the number of its trials that failed.

    Raises
    ------
    SessionFailedError
        Not one trial could be assessed.
    """
    ready = task.ready
    visit, partial, settings = ready.task.visit, ready.task.partial, ready.task.settings
    summary = conclude(partial, ready.session, ready.subject, settings, visit.clinical, ready.models, task.records)
    write_session_rows(partial, session_rows(visit, summary))
    shutil.rmtree(partial / _UNPACKED, ignore_errors=True)
    about = {
        "participant": visit.participant,
        "visit": visit.visit,
        "work_sha256": visit_work_sha256(ready.task),
    }
    (partial / VISIT_RECORD).write_text(json.dumps(about, indent=2), encoding="utf-8")
    put_in_place(partial, task.folder)
    return sum(record.status == "failed" for record in task.records.values())


def visit_work_sha256(task: VisitTask) -> str:
    """Hash of all that the results of a visit depend on.

    Raises
    ------
    OSError
        Its recordings cannot be read.
    """
    return work_sha256(task.visit, recordings_sha256(_source(task)), task.settings)


def _ready(task: VisitTask) -> ReadyVisit:
    unpacked = task.partial / _UNPACKED
    unpacked.mkdir(parents=True, exist_ok=True)
    try:
        session = read_session(_source(task), unpacked)
        given = task.visit.given
        subject = session.subject.complete(
            height_m=given.height_m, mass_kg=given.mass_kg, sex=given.sex, age_years=given.age_years
        )
        check_possible(session, subject, task.settings, task.visit.clinical)
    except SarcoscopeError as error:
        raise error.within(stage="reading") from None
    trials, prepared = session.movement_trials, PreparedSession(session)
    models, failed = _scaled(task, session, subject, prepared)
    tasks = [
        TrialTask(session, trial, models[trial.name], subject, task.settings, task.partial, outputs=task.outputs)
        for trial in trials
        if trial.name in models
    ]
    return ReadyVisit(task, session, subject, models, tuple(tasks), failed)


def _scaled(
    task: VisitTask, session: Session, subject: Subject, prepared: PreparedSession
) -> tuple[dict[str, ScaledModel], dict[str, TrialRecord]]:
    trials = session.movement_trials
    if session.static_trial is not None:
        static = session.trial(session.static_trial)
        model = run_scaling(ScalingTask(session, static, subject, task.settings, task.partial, prepared))
        return {trial.name: model for trial in trials}, {}
    models: dict[str, ScaledModel] = {}
    failed: dict[str, TrialRecord] = {}
    for trial in trials:
        try:
            models[trial.name] = run_scaling(
                ScalingTask(session, trial, subject, task.settings, task.partial, prepared)
            )
        except SarcoscopeError as error:
            failed[trial.name] = failed_trial(trial.name, error)
    return models, failed


def _source(task: VisitTask) -> Path:
    if isinstance(task.source, SarcoscopeError):
        raise task.source
    return task.source
