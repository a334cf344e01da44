"""A whole session: every trial with measured forces compared, one folder of files written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from assessment.assess import Progress
from assessment.provenance import provenance
from assessment.records import error_record, session_failure
from assessment.results_folder import complete_or_nothing, results_folder
from assessment.scaling_task import scale_trials
from assessment.summary import SubjectRecord
from assessment.trial import TrialTask
from assessment.validation.records import TrialValidation, Validation
from assessment.validation.table import validation_table
from assessment.validation.trial import validate_trial
from assessment.workers import Workers
from models.errors import ForceDataError, SarcoscopeError
from models.subject import Subject
from pipeline.session import Session, Trial
from pipeline.settings import Settings

RECORD_NAME = "validation.json"
TABLE_NAME = "validation.csv"


def validate_session(
    session: Session,
    subject: Subject,
    settings: Settings,
    out: Path,
    *,
    workers: Workers,
    overwrite: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Validation:
    """Compare estimated with measured forces in every trial that has them, the static one too.

    ``OUT/<session>`` then holds validation.json, validation.csv and a figure a trial, nothing else. A trial that fails
    is listed with the reason and takes no other with it.

    Raises
    ------
    SarcoscopeError
        No trial has measured forces, not one can be compared (`SessionFailedError`), no model can be made, or the
        folder cannot be written.
    """
    try:
        trials = tuple(trial for trial in session.trials if trial.force_file is not None)
        if not trials:
            raise ForceDataError(
                "No trial of this session has measured forces to compare with.",
                hint="Name the force files in the description of a lab session (docs/lab-sessions.md); `python -m "
                "assessment run` assesses sessions without plates.",
            )
        folder = results_folder(out, session, overwrite=overwrite, record=RECORD_NAME)
        with complete_or_nothing(folder) as partial:
            compared = _compare(partial, session, trials, subject, settings, workers, on_progress)
            if not any(trial.status == "compared" for trial in compared.values()):
                raise session_failure({name: trial.error for name, trial in compared.items()})
            on_progress(Progress("report", 0, 1))
            validation = _record(session, subject, settings, compared)
            (partial / RECORD_NAME).write_text(validation.model_dump_json(indent=2), encoding="utf-8")
            validation_table(validation).to_csv(partial / TABLE_NAME, index=False, float_format="%.6g")
            on_progress(Progress("report", 1, 1))
    except SarcoscopeError as error:
        raise error.within(session=session.identifier) from None
    return validation


def _compare(
    folder: Path,
    session: Session,
    trials: tuple[Trial, ...],
    subject: Subject,
    settings: Settings,
    workers: Workers,
    on_progress: Callable[[Progress], None],
) -> dict[str, TrialValidation]:
    # The model is a means here: an assessment writes it.
    with tempfile.TemporaryDirectory() as models_folder:
        on_progress(Progress("scaling", 0, 1))
        models, unscaled = scale_trials(session, trials, subject, settings, Path(models_folder), workers)
        on_progress(Progress("scaling", 1, 1))
        records = {name: _failed(name, error) for name, error in unscaled.items()}
        tasks = [
            TrialTask(session, trial, models[trial.name], subject, settings, folder)
            for trial in trials
            if trial.name in models
        ]
        on_progress(Progress("trials", 0, len(tasks)))
        for done, (index, outcome) in enumerate(workers.run_all(validate_trial, [(task,) for task in tasks]), start=1):
            name = tasks[index].trial.name
            failed = isinstance(outcome, SarcoscopeError)
            records[name] = _failed(name, outcome) if isinstance(outcome, SarcoscopeError) else outcome
            on_progress(Progress("trials", done, len(tasks), trial=name, failed=failed))
    return records


def _failed(name: str, error: SarcoscopeError) -> TrialValidation:
    return TrialValidation(name=name, status="failed", error=error_record(error.within(trial=name)))


def _record(session: Session, subject: Subject, settings: Settings, compared: dict[str, TrialValidation]) -> Validation:
    return Validation(
        session=session.identifier,
        synthetic=session.synthetic,
        subject=SubjectRecord(
            height_m=subject.height_m, mass_kg=subject.mass_kg, sex=subject.sex, age_years=subject.age_years
        ),
        trials=[
            compared.get(trial.name, TrialValidation(name=trial.name, status="no measured forces"))
            for trial in session.trials
        ],
        warnings=list(session.warnings),
        provenance=provenance(session, settings),
    )
