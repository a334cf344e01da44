"""The command line: `python -m assessment run | criteria | compare | reference | ...`; `--help` lists all commands.

Messages go to standard error, so that standard output holds results only. Exit code 0: everything was assessed; 2: an
input was not accepted, with a message saying why (what could be assessed was, and is complete); 130: stopped.
"""

from __future__ import annotations

import getpass
import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from assessment.assess import NOTHING_TYPED_IN, assess
from assessment.check_command import check
from assessment.cohort_command import cohort
from assessment.cohort_report_command import cohort_report
from assessment.compare_command import compare
from assessment.console import DownloadProgress, SessionProgress, console, print_error, print_summary
from assessment.criteria_command import criteria
from assessment.crosscheck_command import crosscheck
from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS, EXAMPLE_SEAT_HEIGHT_M
from assessment.export_markers_command import export_markers
from assessment.export_results_command import export_results
from assessment.indicators.listing import catalogue_page
from assessment.options import (
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
    complete_subject,
    find_all,
    one_message,
    stoppable,
)
from assessment.profile import Reference, load_reference
from assessment.reference_command import reference
from assessment.report import REPORT_NAME
from assessment.report_command import report
from assessment.scale_command import scale
from assessment.store_commands import backup, export, import_, restore, work
from assessment.study_model_command import study_model
from assessment.summary import ClinicalMeasures, Summary
from assessment.synthesise_command import synthesise
from assessment.validate_command import validate
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError, SettingsError
from models.subject import SubjectMetadata
from pipeline.opencap_server import DEFAULT_BASE_URL, download
from pipeline.session import Session, read_session
from pipeline.settings import DEFAULT_SCALER, ForceMode, Settings, make_settings

app = typer.Typer(
    help="Sarcopenia assessment from OpenCap sessions: indicators of muscle function. Not a diagnosis.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # it would take units in brackets for markup
    pretty_exceptions_show_locals=False,  # locals could show health data in a trace
)

app.command("check")(check)
app.command("scale")(scale)
app.command("cohort")(cohort)
app.command("validate")(validate)
app.command("criteria")(criteria)
app.command("compare")(compare)
app.command("reference")(reference)
app.command("report")(report)
app.command("cohort-report")(cohort_report)
app.command("crosscheck")(crosscheck)
app.command("export-results")(export_results)
app.command("export-markers")(export_markers)
app.command("export")(export)
app.command("import")(import_)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("work")(work)
app.command("synthesise")(synthesise)
app.add_typer(study_model, name="study-model")


@app.command()
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


@app.command("download")
def download_command(
    session_id: Annotated[str, typer.Argument(metavar="SESSION_ID", help="The session's UUID, from its web address")],
    out: Annotated[Path, typer.Option(help="Folder the session is put in")] = Path("Data"),
    base_url: Annotated[str, typer.Option(envvar="OPENCAP_API_URL", help="OpenCap server")] = DEFAULT_BASE_URL,
    wait_s: Annotated[float, typer.Option(help="How long to wait while the server makes the archive [s]")] = 600.0,
) -> None:
    """Download a session from the OpenCap server (token from OPENCAP_API_TOKEN, or asked for; never stored)."""
    with one_message():
        with DownloadProgress() as progress:
            path = download(
                session_id, out, base_url=base_url, token=None, ask=_ask_login, wait_s=wait_s,
                on_progress=progress.update,
            )  # fmt: skip
        console.print(f"Session in {path}. Next: python -m assessment run {path} --out results")


@app.command()
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


@app.command("catalogue")
def catalogue_command() -> None:
    """Print every indicator with its definition, protocol and tier, as a page in Markdown."""
    typer.echo(catalogue_page(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of summary.json."""
    typer.echo(json.dumps(Summary.model_json_schema(), indent=2))


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


def _ask_login() -> tuple[str, str]:
    return typer.prompt("OpenCap user name", err=True), getpass.getpass("OpenCap password: ")
