"""The two ends of an assessment: what is refused before any work, and what the trials' results are put together to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assessment.activities import parse_choice
from assessment.opencap_layout import write_metadata
from assessment.outputs import EVERYTHING, Outputs
from assessment.person import judge_person
from assessment.provenance import provenance
from assessment.records import error_record, model_record, session_failure
from assessment.results_folder import SUMMARY_NAME
from assessment.summary import ClinicalMeasures, SubjectRecord, Summary, TrialRecord
from assessment.tables import indicator_table, trial_table
from models.errors import SarcoscopeError, SettingsError
from models.subject import Subject
from pipeline.scaling import ScaledModel
from pipeline.session import Session
from pipeline.settings import Settings


def check_possible(session: Session, subject: Subject, settings: Settings, clinical: ClinicalMeasures) -> None:
    """Refuse what is not possible before minutes of work.

    Raises
    ------
    SettingsError
        A clinical value is not plausible, a movement is chosen for no trial of the session, or nobody moves in it.
    """
    judge_person((), subject, clinical)
    trials = [trial.name for trial in session.movement_trials]
    for name, choice in settings.activities.items():
        parse_choice(choice)
        if name not in trials:
            raise SettingsError(
                f"A movement is chosen for the trial {name!r}, which is not in the session.",
                hint=f"Trials of this session (form field 'Movement', or --activity): {', '.join(trials)}.",
            )
    if not trials:
        raise SettingsError(
            "The session holds a static trial but no movement.",
            hint="Record at least one movement (sit-to-stand, walk, squat), or check the trial names.",
        )


def failed_trial(name: str, error: SarcoscopeError) -> TrialRecord:
    """The record of a trial that could not be assessed."""
    return TrialRecord(name=name, status="failed", error=error_record(error.within(trial=name)))


def conclude(
    folder: Path,
    session: Session,
    subject: Subject,
    settings: Settings,
    clinical: ClinicalMeasures,
    models: Mapping[str, ScaledModel],
    records: Mapping[str, TrialRecord],
    outputs: Outputs = EVERYTHING,
) -> Summary:
    """Judge the person by all trials, and write metadata, ``summary.json`` and the session's tables.

    Parameters
    ----------
    folder : Path
        The session's results folder, with the files of its trials.
    models : mapping of str to ScaledModel
        By trial.
    records : mapping of str to TrialRecord
        By trial; one for each movement of the session.
    outputs : Outputs

    Raises
    ------
    SessionFailedError
        Not one trial could be assessed: there are no results, and an error instead of an empty report.
    """
    if not any(record.status == "assessed" for record in records.values()):
        raise session_failure({name: record.error for name, record in records.items()})
    write_metadata(folder, subject, next(iter(models.values())).path, synthetic=session.synthetic)
    in_order = [records[trial.name] for trial in session.movement_trials]
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
    indent = 2 if outputs.readable else None
    (folder / SUMMARY_NAME).write_text(summary.model_dump_json(indent=indent), encoding="utf-8")
    if outputs.readable:
        tables = folder / "Tables"
        tables.mkdir(exist_ok=True)
        indicator_table(summary).to_csv(tables / "indicators.csv", index=False)
        trial_table(summary).to_csv(tables / "trials.csv", index=False)
    return summary


def _age_warning(subject: Subject) -> list[str]:
    if subject.age_years is not None:
        return []
    return [
        "Age was not given: everything that depends on age is left out. Give it: form field 'Age', --age-years, or the "
        "manifest's column age_years."
    ]


def _load_warning(settings: Settings, records: Mapping[str, TrialRecord]) -> list[str]:
    lifted = any(record.activity is not None and record.activity.name == "pick-up" for record in records.values())
    if settings.load_kg is None or lifted:
        return []
    return [f"The object of {settings.load_kg:g} kg was not used: no trial was recognised as pick-up."]
