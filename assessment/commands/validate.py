"""`python -m assessment validate`: estimated forces and moments against the session's own force plates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assessment.commands.ending import one_message
from assessment.commands.options import (
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
)
from assessment.commands.printing import REASONS_SHOWN
from assessment.commands.progress_bar import SessionProgress
from assessment.commands.sessions import complete_subject, exit_after_each_session
from assessment.console import console
from assessment.validation import Validation, agreement_rows, validate_session
from assessment.workers import Workers
from models.subject import SubjectMetadata
from pipeline.quality import Mark
from pipeline.scaling import check_scaling
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
        check_scaling(settings)
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
    _print_validation(validation, out / session.identifier)
    return validation


def _print_validation(validation: Validation, folder: Path) -> None:
    """The errors of every trial that was compared, and why others were not."""
    for trial in validation.trials:
        console.print(f"[bold]{escape(trial.name)}[/] [dim]{trial.activity.name if trial.activity else ''}[/]")
        if trial.agreement is None:
            reason = f"{trial.error.message} {trial.error.hint}" if trial.error else "no measured forces"
            console.print(f"  [yellow]not compared:[/] {escape(reason)}")
            continue
        if trial.kinematics_quality is not None and trial.kinematics_quality.mark is not Mark.REPORTED:
            reasons = escape(" ".join(trial.kinematics_quality.reasons[:REASONS_SHOWN]))
            console.print(f"  [yellow]angles {trial.kinematics_quality.mark.value}:[/] {reasons}")
        table = Table(box=None, show_header=False, padding=(0, 2))
        for quantity, of, value, unit in agreement_rows(trial.agreement):
            table.add_row(f"  {quantity}", of, "-" if value is None else f"{value:.3g}", unit)
        for joint, error in trial.peak_errors.items():
            table.add_row(f"  bias of {error.n} peaks", joint, f"{error.bias_percent:+.0f}", "% of measured")
        console.print(table)
    for warning in validation.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    console.print(f"Tables and figures: {escape(str(folder.resolve()))}", soft_wrap=True)
