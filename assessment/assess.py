"""`assess`: one session in, one results folder and its `Summary` out. App, command line and cohorts all call this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assessment.conclusion import check_possible, conclude, failed_trial
from assessment.outputs import EVERYTHING, Outputs
from assessment.profile import Reference
from assessment.report import write_report
from assessment.results_folder import complete_or_nothing, results_folder
from assessment.scaling_task import scale_trials
from assessment.stages import StageLog
from assessment.summary import ClinicalMeasures, Summary
from assessment.trial import TrialTask, run_trial
from assessment.workers import Workers
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.session import Session
from pipeline.settings import Settings

NOTHING_TYPED_IN = ClinicalMeasures()


@dataclass(frozen=True)
class Progress:
    """News of a run: a stage of the session or a trial that is done."""

    stage: Literal["scaling", "trials", "report"]
    done: int
    total: int
    trial: str | None = None
    failed: bool = False


def assess(
    session: Session,
    subject: Subject,
    settings: Settings,
    out: Path,
    *,
    workers: Workers,
    clinical: ClinicalMeasures = NOTHING_TYPED_IN,
    reference: Reference | None = None,
    overwrite: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stages: StageLog | None = None,
    outputs: Outputs = EVERYTHING,
) -> Summary:
    """Assess one session.

    Results are written to a folder beside the final one and moved there when complete, so that a run that fails or is
    stopped leaves nothing half-written. A failed trial is reported and never stops the others. ``on_progress`` is told
    when a stage of the session or a trial is done, ``stages`` how far each trial is; ``outputs`` says which files are
    kept.

    Raises
    ------
    SarcoscopeError
        The session as a whole cannot be assessed: no usable model, bad settings, a folder that cannot be written, or
        (`SessionFailedError`) every trial failed.
    """
    folder = results_folder(out, session, overwrite=overwrite)
    try:
        check_possible(session, subject, settings, clinical)
        with complete_or_nothing(folder) as partial:
            summary = _assess_into(partial, session, subject, settings, clinical, workers, on_progress, stages, outputs)
            if outputs.report:
                on_progress(Progress("report", 0, 1))
                write_report(partial, summary, reference)
                on_progress(Progress("report", 1, 1))
            return summary
    except SarcoscopeError as error:
        raise error.within(session=session.identifier) from None


def _assess_into(
    folder: Path,
    session: Session,
    subject: Subject,
    settings: Settings,
    clinical: ClinicalMeasures,
    workers: Workers,
    on_progress: Callable[[Progress], None],
    stages: StageLog | None,
    outputs: Outputs,
) -> Summary:
    trials = session.movement_trials
    on_progress(Progress("scaling", 0, 1))
    models, unscaled = scale_trials(session, trials, subject, settings, folder, workers)
    on_progress(Progress("scaling", 1, 1))

    tasks = [
        TrialTask(session, trial, models[trial.name], subject, settings, folder, stages, outputs)
        for trial in trials
        if trial.name in models
    ]
    records = {name: failed_trial(name, error) for name, error in unscaled.items()}
    on_progress(Progress("trials", 0, len(tasks)))
    for done, (index, outcome) in enumerate(workers.run_all(run_trial, [(task,) for task in tasks]), start=1):
        name = tasks[index].trial.name
        failed = isinstance(outcome, SarcoscopeError)
        records[name] = failed_trial(name, outcome) if isinstance(outcome, SarcoscopeError) else outcome
        on_progress(Progress("trials", done, len(tasks), trial=name, failed=failed))
    return conclude(folder, session, subject, settings, clinical, models, records, outputs)
