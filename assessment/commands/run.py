"""`python -m assessment run | demo`: sessions are assessed, those of the user or the bundled example."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from assessment.assess import NOTHING_TYPED_IN, assess
from assessment.commands.ending import one_message, stoppable
from assessment.commands.options import (
    Activities,
    AgeYears,
    AsmKg,
    AsmMethod,
    CalfCm,
    CutoffHz,
    GivenSex,
    GripKg,
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
    ReferenceFile,
    SarcF,
    ScalerName,
    SeatHeightM,
    SessionPaths,
    WorkerCount,
    chosen_activities,
)
from assessment.commands.printing import print_summary
from assessment.commands.progress_bar import SessionProgress
from assessment.commands.sessions import complete_subject, find_all
from assessment.console import print_error
from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS, EXAMPLE_SEAT_HEIGHT_M
from assessment.profile import Reference, load_reference
from assessment.report import REPORT_NAME
from assessment.summary import ClinicalMeasures, Summary
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError, SettingsError
from models.subject import SubjectMetadata
from pipeline.scaling import check_scaling
from pipeline.session import Session, read_session
from pipeline.settings import DEFAULT_SCALER, ForceMode, Settings, make_settings


def run(
    sessions: SessionPaths,
    out: Out,
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    forces: Annotated[ForceMode, typer.Option(help="Force plates where there are any, only them, or never")] = "auto",
    scaler: ScalerName = DEFAULT_SCALER,
    policy: PolicyName = None,
    model: ModelPath = None,
    marker_placement: MarkerPlacement = True,
    ik_engine: IkEngineName = "batched",
    cutoff_hz: CutoffHz = None,
    lock_feet: LockFeet = None,
    load_kg: LoadKg = None,
    seat_height_m: SeatHeightM = None,
    activity: Activities = None,
    grip_kg: GripKg = None,
    asm_kg: AsmKg = None,
    asm_method: AsmMethod = None,
    calf_cm: CalfCm = None,
    sarc_f: SarcF = None,
    reference_file: ReferenceFile = None,
    workers: WorkerCount = None,
    overwrite: Overwrite = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summaries on standard output, one JSON object a line")
    ] = False,
) -> None:
    """Assess sessions: scaled model, angles, contact forces, joint moments, indicators, report."""
    with one_message():
        settings = make_settings(
            forces=forces,
            scaler=scaler,
            policy=policy,
            model=model,
            marker_placement=marker_placement,
            ik_engine=ik_engine,
            cutoff_hz=cutoff_hz,
            lock_feet=lock_feet,
            load_kg=load_kg,
            seat_height_m=seat_height_m,
            activities=chosen_activities(activity),
        )
        check_scaling(settings)
        own = None if reference_file is None else load_reference(reference_file)
    clinical = ClinicalMeasures(grip_kg=grip_kg, asm_kg=asm_kg, asm_method=asm_method, calf_cm=calf_cm, sarc_f=sarc_f)
    given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)
    done: set[str] = set()
    refused = False
    with stoppable(), Workers(workers or default_workers()) as pool, tempfile.TemporaryDirectory() as workdir:
        for found in find_all(sessions, Path(workdir)):
            try:
                if isinstance(found, SarcoscopeError):
                    raise found
                session = _new_session(read_session(found, Path(workdir)), done)
                if len(done) > 1 and clinical != NOTHING_TYPED_IN:
                    raise SettingsError(
                        "Clinical values (grip, muscle mass, calf, SARC-F) were given for several sessions.",
                        hint="They are of one person: run sessions one by one. The first one was assessed with them.",
                        session=session.identifier,
                    )
                summary = _assess_one(
                    session, out, given, settings, pool, clinical=clinical, own=own, overwrite=overwrite
                )
            except SarcoscopeError as error:
                print_error(error)
                refused = True
                continue
            refused |= any(trial.status == "failed" for trial in summary.trials)
            if as_json:
                typer.echo(summary.model_dump_json())
    raise typer.Exit(2 if refused else 0)


def demo(
    out: Out = Path("results/demo"), load_kg: LoadKg = None, workers: WorkerCount = None, overwrite: Overwrite = False
) -> None:
    """Assess the bundled synthetic older adult and print where the report is."""
    given = SubjectMetadata(age_years=EXAMPLE_AGE_YEARS)
    count = workers or default_workers()
    with one_message():
        settings = make_settings(load_kg=load_kg, seat_height_m=EXAMPLE_SEAT_HEIGHT_M)
    with one_message(), stoppable(), Workers(count) as pool, tempfile.TemporaryDirectory() as workdir:
        session = read_session(EXAMPLE, Path(workdir))
        _assess_one(session, out, given, settings, pool, overwrite=overwrite)


def _new_session(session: Session, done: set[str]) -> Session:
    """Refuse a second session of the same name in one call: its results would replace the first one's."""
    if session.identifier in done:
        raise SettingsError(
            f"Two sessions of this call are called {session.identifier}; the first one was kept.",
            hint="Run them one by one with different --out, or rename one of the folders.",
            session=session.identifier,
        )
    done.add(session.identifier)
    return session


def _assess_one(
    session: Session,
    out: Path,
    given: SubjectMetadata,
    settings: Settings,
    pool: Workers,
    *,
    clinical: ClinicalMeasures = NOTHING_TYPED_IN,
    own: Reference | None = None,
    overwrite: bool,
) -> Summary:
    """Assess one session with a progress bar, and print its result."""
    subject = complete_subject(session, given)
    with SessionProgress(session.identifier) as progress:
        summary = assess(
            session, subject, settings, out, workers=pool, clinical=clinical, reference=own,
            overwrite=overwrite, on_progress=progress.update,
        )  # fmt: skip
    print_summary(summary, out / session.identifier / REPORT_NAME)
    return summary
