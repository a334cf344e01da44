"""`python -m assessment scale`: one scaled model from marker files, without an assessment."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assessment.commands.ending import one_message
from assessment.commands.options import (
    AgeYears,
    GivenSex,
    HeightM,
    MassKg,
    Overwrite,
    PolicyName,
    ScalerName,
)
from assessment.console import console
from assessment.records import model_record
from assessment.summary import ModelRecord, ScalingRecord, SubjectRecord
from assessment.version import SARCOSCOPE_VERSION
from assessment.workers import Workers
from models.errors import SarcoscopeError, ScalingError, SettingsError
from models.subject import Subject, SubjectMetadata
from pipeline.preparation import PreparedMarkers, prepare_markers
from pipeline.quality import Mark
from pipeline.scaling import ScaledModel, build_scaled_model, check_scaling, make_scaler
from pipeline.session import MarkerNames, Session, Trial, UpAxis, read_markers, session_of_files
from pipeline.settings import DEFAULT_SCALER, Settings, make_settings


@dataclass(frozen=True)
class FilesTask:
    """What a worker needs to scale a model on marker files: all of them are used."""

    session: Session
    subject: Subject
    settings: Settings
    path: Path


def scale(
    out: Annotated[Path, typer.Option(help="The scaled model, an .osim")],
    static: Annotated[Path | None, typer.Option(help="Marker file of standing still, .trc or .c3d")] = None,
    movement: Annotated[list[Path] | None, typer.Option(help="Marker file of a movement; may be repeated")] = None,
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    scaler: ScalerName = DEFAULT_SCALER,
    policy: PolicyName = None,
    place_markers: Annotated[
        bool, typer.Option("--place-markers", help="Move model markers onto the static pose, as `run` does")
    ] = False,
    marker_set: Annotated[
        MarkerNames | None, typer.Option(help="Whose marker names the files have [default: by the names]")
    ] = None,
    up: Annotated[UpAxis, typer.Option(help="Axis of the files that points up")] = "y",
    overwrite: Overwrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result on standard output as JSON")] = False,
) -> None:
    """Scale the skeleton to a person from marker files and write it as an OpenSim model."""
    with one_message():
        given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)
        subject = given.complete()
        settings = make_settings(scaler=scaler, policy=policy, marker_placement=place_markers)
        _check(out, settings, overwrite=overwrite)
        session = session_of_files(static, tuple(movement or ()), names=marker_set, up=up)
        if static is None and len(session.trials) > 1:
            raise SettingsError(
                "There is no static recording, and several movements.",
                hint="Give --static, or one --movement alone to scale the model on it.",
            )
        result = _scale_into(FilesTask(session, subject, settings, out))
        if as_json:
            typer.echo(result.model_dump_json(indent=2))
        else:
            _print_scaling(result.model)
            console.print(f"Model in {out}.", soft_wrap=True, markup=False)


def scale_files(task: FilesTask) -> ScaledModel:
    """Scale on every file of the task whose markers preparation does not withhold; the work of a worker process.

    Raises
    ------
    SarcoscopeError
        A file cannot be read, the markers of the first one, which places the person, are withheld, or no model can be
        made of them.
    """
    session, notes = task.session, [*task.session.warnings]
    prepared: dict[str, PreparedMarkers] = {}
    for trial in session.trials:
        one = _prepared(session, trial)
        if one.quality.mark is Mark.WITHHELD:
            reasons = " ".join(one.quality.reasons)
            if not prepared:
                raise ScalingError(
                    f"The markers cannot be scaled on. {reasons}",
                    hint="Check that --up names the axis of the file that points up, that --marker-set is right, and "
                    "the recording itself; or give another one.",
                    trial=trial.name,
                    stage="scaling",
                )
            notes.append(f"{trial.name} was not used for scaling: {reasons}")
            continue
        prepared[trial.name] = one
        notes += [f"{trial.name}: {finding.text}" for finding in one.findings]
    names = list(prepared)
    try:
        model = build_scaled_model(
            prepared[names[0]].markers,
            task.subject,
            task.settings,
            session.marker_set,
            task.path,
            moving=session.static_trial is None,
            movements=tuple(prepared[name].markers for name in names[1:]),
        )
    except SarcoscopeError as error:
        raise error.within(trial=names[0], stage="scaling") from None
    uses = make_scaler(task.settings.scaler, policy=task.settings.policy).uses_movements
    if not uses and len(names) > 1:
        notes.append(f"The scaler {task.settings.scaler!r} has no use for movements: {', '.join(names[1:])} not used.")
    return replace(model, scaled_on=tuple(names if uses else names[:1]), notes=(*model.notes, *notes))


def _prepared(session: Session, trial: Trial) -> PreparedMarkers:
    try:
        return prepare_markers(read_markers(session, trial), filter_spec=session.conversion.filter)
    except SarcoscopeError as error:
        raise error.within(trial=trial.name) from None


def _check(out: Path, settings: Settings, *, overwrite: bool) -> None:
    """Refuse what cannot end well before anything is computed."""
    check_scaling(settings)
    if out.suffix != ".osim":
        raise SettingsError(f"{out.name} is not the name of an OpenSim model.", hint="Give a name that ends in .osim.")
    if out.exists() and not overwrite:
        raise SettingsError(f"{out.name} is there already.", hint="Give --overwrite to replace it.")


def _scale_into(task: FilesTask) -> ScalingRecord:
    """Scale in a worker, OpenSim can end a whole process; the file appears when it is complete."""
    partial = task.path.with_name(f".{task.path.stem}.{uuid.uuid4().hex[:8]}.osim")
    try:
        task.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with Workers(1) as workers:
                model = workers.run(scale_files, replace(task, path=partial))
            partial.replace(task.path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{task.path.name} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Give a place as --out that can be written.",
        ) from None
    return _record(task, replace(model, path=task.path))


def _record(task: FilesTask, model: ScaledModel) -> ScalingRecord:
    subject = task.subject
    record: ModelRecord = model_record(task.path.parent, model)
    return ScalingRecord(
        subject=SubjectRecord(
            height_m=subject.height_m, mass_kg=subject.mass_kg, sex=subject.sex, age_years=subject.age_years
        ),
        model=record,
        sarcoscope_version=SARCOSCOPE_VERSION,
    )


def _print_scaling(model: ModelRecord) -> None:
    """Scale factors and how sure they are, marker errors, notes."""
    how = f"{model.scaler}, policy {model.policy}" if model.policy else model.scaler
    table = Table(title=escape(f"Scale factors ({how}) on {', '.join(model.scaled_on)}"), title_justify="left")
    if model.factor_estimates:
        for column in ("segment and axis", "factor", "standard error", "from"):
            table.add_column(column)
        for one in model.factor_estimates:
            table.add_row(one.parameter, f"{one.factor:.3f}", f"{one.standard_error:.3f}", escape(one.verdict))
    else:
        for column in ("body", "X (depth)", "Y (length)", "Z (width)"):
            table.add_column(column)
        for body, factors in model.scale_factors.items():
            table.add_row(escape(body), *(f"{factor:.3f}" for factor in factors))
    console.print(table)
    for when, errors_cm in (
        ("of the scale factors alone", model.unplaced_marker_error_cm),
        ("of the model as written", model.static_marker_error_cm),
    ):
        worst = max(errors_cm, key=errors_cm.__getitem__)
        rms_cm = math.sqrt(sum(error**2 for error in errors_cm.values()) / len(errors_cm))
        console.print(
            f"Marker error {when}, {escape(model.scaled_on[0])}: {rms_cm:.2f} cm RMS, "
            f"worst {escape(worst)} {errors_cm[worst]:.2f} cm"
        )
    for note in model.notes:
        console.print(f"  [yellow]note:[/] {escape(note)}")
