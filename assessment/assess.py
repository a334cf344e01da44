"""`assess`: one session in, one results folder and its `Summary` out. App, command line and cohorts all call this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assessment.activities import parse_choice
from assessment.opencap_layout import write_metadata
from assessment.person import judge_person
from assessment.profile import Reference
from assessment.provenance import provenance
from assessment.records import error_record, model_record, session_failure
from assessment.report import write_report
from assessment.results_folder import SUMMARY_NAME, complete_or_nothing, results_folder
from assessment.scaling_task import scale_trials
from assessment.stages import StageLog
from assessment.summary import ClinicalMeasures, SubjectRecord, Summary, TrialRecord
from assessment.tables import indicator_table, trial_table
from assessment.trial import TrialTask, run_trial
from assessment.workers import Workers
from models.errors import SarcoscopeError, SettingsError
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
) -> Summary:
    """Assess one session.

    Results are written to a folder beside the final one and moved there when complete, so that a run that fails or is
    stopped leaves nothing half-written. A failed trial is reported and never stops the others. ``on_progress`` is told
    when a stage of the session or a trial is done, ``stages`` how far each trial is.

    Raises
    ------
    SarcoscopeError
        The session as a whole cannot be assessed: no usable model, bad settings, a folder that cannot be written, or
        (`SessionFailedError`) every trial failed.
    """
    folder = results_folder(out, session, overwrite=overwrite)
    try:
        # What is not possible is refused before minutes of work.
        judge_person((), subject, clinical)
        _check_choices(settings, session)
        with complete_or_nothing(folder) as partial:
            summary = _assess_into(partial, session, subject, settings, clinical, workers, on_progress, stages)
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
) -> Summary:
    trials = session.movement_trials
    if not trials:
        raise SettingsError(
            "The session holds a static trial but no movement.",
            hint="Record at least one movement (sit-to-stand, walk, squat), or check the trial names.",
        )
    on_progress(Progress("scaling", 0, 1))
    models, unscaled = scale_trials(session, trials, subject, settings, folder, workers)
    if models:
        write_metadata(folder, subject, next(iter(models.values())).path, synthetic=session.synthetic)
    on_progress(Progress("scaling", 1, 1))

    tasks = [
        TrialTask(session, trial, models[trial.name], subject, settings, folder, stages)
        for trial in trials
        if trial.name in models
    ]
    records = {name: _failed(name, error) for name, error in unscaled.items()}
    on_progress(Progress("trials", 0, len(tasks)))
    for done, (index, outcome) in enumerate(workers.run_all(run_trial, [(task,) for task in tasks]), start=1):
        name = tasks[index].trial.name
        failed = isinstance(outcome, SarcoscopeError)
        records[name] = _failed(name, outcome) if isinstance(outcome, SarcoscopeError) else outcome
        on_progress(Progress("trials", done, len(tasks), trial=name, failed=failed))
    # A session without a single usable trial has no results: an error instead of an empty report.
    if not any(record.status == "assessed" for record in records.values()):
        raise session_failure({name: record.error for name, record in records.items()})

    in_order = [records[trial.name] for trial in trials]
    of_person, criteria = judge_person(in_order, subject, clinical)
    summary = Summary(
        session=session.identifier,
        kind=session.kind,
        synthetic=session.synthetic,
        subject=SubjectRecord(
            height_m=subject.height_m, mass_kg=subject.mass_kg, sex=subject.sex, age_years=subject.age_years
        ),
        models=[model_record(folder, model) for model in {model.path: model for model in models.values()}.values()],
        trials=in_order,
        clinical=clinical,
        indicators=of_person,
        criteria=criteria,
        warnings=[*session.warnings, *_age_warning(subject), *_load_warning(settings, records)],
        provenance=provenance(session, settings),
    )
    (folder / SUMMARY_NAME).write_text(summary.model_dump_json(indent=2), encoding="utf-8")
    tables = folder / "Tables"
    tables.mkdir(exist_ok=True)
    indicator_table(summary).to_csv(tables / "indicators.csv", index=False)
    trial_table(summary).to_csv(tables / "trials.csv", index=False)
    return summary


def _check_choices(settings: Settings, session: Session) -> None:
    """Movements that the user chose: known ones, of trials that are there."""
    trials = [trial.name for trial in session.movement_trials]
    for name, choice in settings.activities.items():
        parse_choice(choice)
        if name not in trials:
            raise SettingsError(
                f"A movement is chosen for the trial {name!r}, which is not in the session.",
                hint=f"Trials of this session (form field 'Movement', or --activity): {', '.join(trials)}.",
            )


def _failed(name: str, error: SarcoscopeError) -> TrialRecord:
    return TrialRecord(name=name, status="failed", error=error_record(error.within(trial=name)))


def _age_warning(subject: Subject) -> list[str]:
    if subject.age_years is not None:
        return []
    return [
        "Age was not given: everything that depends on age is left out. Give it (form field 'Age', or --age-years)."
    ]


def _load_warning(settings: Settings, records: dict[str, TrialRecord]) -> list[str]:
    lifted = any(record.activity is not None and record.activity.name == "pick-up" for record in records.values())
    if settings.load_kg is None or lifted:
        return []
    return [f"The object of {settings.load_kg:g} kg was not used: no trial was recognised as pick-up."]
