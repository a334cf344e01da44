"""What workers do for a cohort: groups of visits up to their angles, and a visit's conclusion."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from assessment.cohort.reading_errors import for_tables
from assessment.cohort.rows import session_rows, write_session_rows
from assessment.cohort.sessions import CohortSession
from assessment.cohort.visit_record import VisitRecord, read_record, write_record
from assessment.conclusion import check_possible, conclude, failed_trial
from assessment.movements import movements_of_many
from assessment.outputs import Outputs
from assessment.prepared import PreparedSession
from assessment.results_folder import put_in_place
from assessment.scaling_task import ScalingTask, models_by_trial, run_scaling_of_many, scaled_on
from assessment.summary import TrialRecord
from assessment.trial import TrialTask
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.scaling import ScaledModel
from pipeline.session import Session, read_session
from pipeline.settings import Settings

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
    recordings_sha256 : str
        Taken before the work: recordings that change meanwhile are other ones. Empty where they cannot be read.
    work_sha256 : str
        Of all that its results depend on; empty where the recordings cannot be read.
    wanted : bool
        False for a visit that is done already and only keeps its group company: people are scaled together, and the
        last digits of one depend on who the others are.
    """

    visit: CohortSession
    source: Path | SarcoscopeError
    settings: Settings
    outputs: Outputs
    partial: Path
    recordings_sha256: str
    work_sha256: str
    wanted: bool = True


@dataclass(frozen=True)
class GroupTask:
    """Visits that are scaled together.

    Attributes
    ----------
    visits : tuple of VisitTask
    device : str
        Where scale factors and angles are computed: ``cpu`` or ``cuda``.
    """

    visits: tuple[VisitTask, ...]
    device: str


@dataclass(frozen=True)
class ReadyVisit:
    """A visit whose angles are known: its trials can be assessed, each for itself.

    Attributes
    ----------
    task : VisitTask
    session : Session
    subject : Subject
    models : dict of str to ScaledModel
        By trial.
    trials : tuple of TrialTask
        With their angles.
    failed : dict of str to TrialRecord
        Trials without a model or angles.
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


@dataclass
class _Person:
    """A visit on its way to be ready; what went wrong with the whole of it, or with some of its trials."""

    task: VisitTask
    session: Session
    subject: Subject
    prepared: PreparedSession
    error: SarcoscopeError | None = None
    models: dict[str, ScaledModel] = field(default_factory=dict)
    trials: dict[str, TrialTask] = field(default_factory=dict)
    failed: dict[str, TrialRecord] = field(default_factory=dict)

    def ready(self) -> ReadyVisit | SarcoscopeError:
        if self.error is not None:
            return self.error
        return ReadyVisit(self.task, self.session, self.subject, self.models, tuple(self.trials.values()), self.failed)


def prepare_group(group: GroupTask) -> list[ReadyVisit | SarcoscopeError]:
    """Read a group of visits, scale all people in one search, and find the angles of all their trials together.

    An error takes its own visit or trial only; every visit has its outcome, in the order given.
    """
    found = [_opened(task) for task in group.visits]
    people = [person for person in found if isinstance(person, _Person)]
    _scale(people, group.device)
    _find_angles(people, group.device)
    return [one.ready() if isinstance(one, _Person) else one for one in found]


def conclude_visit(task: ConclusionTask) -> int:
    """Put a visit's results together and in their place, with the record that says of what they are.

    Returns
    -------
    int
        The number of its trials that failed.

    Raises
    ------
    SessionFailedError
        Not one trial could be assessed.
    """
    ready = task.ready
    asked, visit = ready.task, ready.task.visit
    partial, outputs = asked.partial, asked.outputs
    n_failed = sum(record.status == "failed" for record in task.records.values())
    if not partial.exists():
        before = read_record(task.folder)
        if before is not None and before.work_sha256 == asked.work_sha256:
            return n_failed  # the first try put them in their place, and ended before it could say so
    summary = conclude(
        partial, ready.session, ready.subject, asked.settings, visit.clinical, ready.models, task.records, outputs
    )
    write_session_rows(partial, session_rows(visit, summary))
    if outputs.report:
        from assessment.report import write_report  # its figures take a second to load

        write_report(partial, summary)
    shutil.rmtree(partial / _UNPACKED, ignore_errors=True)
    about = VisitRecord(
        participant=visit.participant, visit=visit.visit, recordings_sha256=asked.recordings_sha256,
        work_sha256=asked.work_sha256, kept=asdict(outputs),
    )  # fmt: skip
    write_record(partial, about)
    put_in_place(partial, task.folder)
    return n_failed


def _opened(task: VisitTask) -> _Person | SarcoscopeError:
    unpacked = task.partial / _UNPACKED
    unpacked.mkdir(parents=True, exist_ok=True)
    try:
        # A folder or archive may be called after a person: results go by the study's codes.
        identifier = f"{task.visit.participant}_{task.visit.visit}"
        session = replace(read_session(_source(task), unpacked), identifier=identifier)
        subject = session.subject.joined(task.visit.given).complete()
        check_possible(session, subject, task.settings, task.visit.clinical)
    except SarcoscopeError as error:
        known = error if isinstance(task.source, SarcoscopeError) else for_tables(error, task.source, unpacked)
        return known.within(stage="reading")
    return _Person(task, session, subject, PreparedSession(session))


def _scale(people: Sequence[_Person], device: str) -> None:
    """Give every trial its model: of the static trial, or of its own where there is none (Monocular)."""
    tasks = [
        ScalingTask(person.session, trial, person.subject, person.task.settings, person.task.partial, person.prepared)
        for person in people
        for trial in scaled_on(person.session, person.session.movement_trials)
    ]
    outcomes = iter(run_scaling_of_many(tasks, device=device))
    for person in people:
        session, trials = person.session, person.session.movement_trials
        found = {trial.name: next(outcomes) for trial in scaled_on(session, trials)}
        try:
            person.models, unscaled = models_by_trial(session, trials, found)
        except SarcoscopeError as error:
            person.error = error
        else:
            person.failed = {name: failed_trial(name, error) for name, error in unscaled.items()}


def _find_angles(people: Sequence[_Person], device: str) -> None:
    asked = [
        (person, trial) for person in people for trial in person.session.movement_trials if trial.name in person.models
    ]
    tasks = [
        TrialTask(
            person.session, trial, person.models[trial.name], person.subject, person.task.settings,
            person.task.partial, outputs=person.task.outputs, prepared=person.prepared,
        )
        for person, trial in asked
    ]  # fmt: skip
    for (person, trial), task, outcome in zip(asked, tasks, movements_of_many(tasks, device=device), strict=True):
        if isinstance(outcome, SarcoscopeError):
            person.failed[trial.name] = failed_trial(trial.name, outcome)
        else:
            # What goes on to another process is the angles, not once more all markers of the session.
            person.trials[trial.name] = replace(task, movement=outcome, prepared=None)


def _source(task: VisitTask) -> Path:
    if isinstance(task.source, SarcoscopeError):
        raise task.source
    return task.source
