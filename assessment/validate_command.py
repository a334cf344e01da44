"""`python -m assessment validate`: estimated forces and moments against the session's own force plates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assessment.console import SessionProgress, print_validation
from assessment.options import (
    Activities,
    AgeYears,
    CutoffHz,
    GivenSex,
    HeightM,
    IkEngineName,
    LoadKg,
    LockFeet,
    MarkerPlacement,
    MassKg,
    ModelPath,
    Out,
    Overwrite,
    PolicyName,
    ScalerName,
    SessionPath,
    WorkerCount,
    chosen_activities,
    complete_subject,
    exit_after_each_session,
    one_message,
)
from assessment.validation import Validation, validate_session
from assessment.workers import Workers
from models.subject import SubjectMetadata
from pipeline.session import Session
from pipeline.settings import DEFAULT_SCALER, Settings, make_settings


def validate(
    session: SessionPath,
    out: Out = Path("results/validation"),
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    scaler: ScalerName = DEFAULT_SCALER,
    policy: PolicyName = None,
    model: ModelPath = None,
    marker_placement: MarkerPlacement = True,
    ik_engine: IkEngineName = "batched",
    cutoff_hz: CutoffHz = None,
    lock_feet: LockFeet = None,
    load_kg: LoadKg = None,
    activity: Activities = None,
    workers: WorkerCount = None,
    overwrite: Overwrite = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison on standard output, one JSON object a session")
    ] = False,
) -> None:
    """Compare estimated forces and moments with those of force plates, in every trial that has them."""
    with one_message():
        settings = make_settings(
            scaler=scaler,
            policy=policy,
            model=model,
            marker_placement=marker_placement,
            ik_engine=ik_engine,
            cutoff_hz=cutoff_hz,
            lock_feet=lock_feet,
            load_kg=load_kg,
            activities=chosen_activities(activity),
        )
    given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)

    def treat(read: Session, _workdir: Path, pool: Workers) -> bool:
        validation = _validate_one(read, out, given, settings, pool, overwrite=overwrite)
        if as_json:
            typer.echo(validation.model_dump_json())
        return all(trial.status != "failed" for trial in validation.trials)

    exit_after_each_session(session, workers, treat)


def _validate_one(
    session: Session, out: Path, given: SubjectMetadata, settings: Settings, pool: Workers, *, overwrite: bool
) -> Validation:
    subject = complete_subject(session, given)
    with SessionProgress(session.identifier) as progress:
        validation = validate_session(
            session, subject, settings, out, workers=pool, overwrite=overwrite, on_progress=progress.update
        )
    print_validation(validation, out / session.identifier)
    return validation
