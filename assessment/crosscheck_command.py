"""`python -m assessment crosscheck`: opencap-processing's own numbers beside ours, on the same session."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from assessment.assess import assess
from assessment.console import SessionProgress, console, print_error
from assessment.crosscheck import Checkout, Crosscheck, compare_results, find_checkout
from assessment.crosscheck.checkout import DEFAULT_LIMIT_S
from assessment.crosscheck.table import print_crosscheck
from assessment.options import (
    AgeYears,
    GivenSex,
    HeightM,
    MassKg,
    WorkerCount,
    complete_subject,
    one_message,
    stoppable,
)
from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.summary import Summary
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError
from models.subject import SubjectMetadata
from pipeline.session import Session, find_sessions, read_session
from pipeline.settings import Settings


def crosscheck(
    session: Annotated[
        Path, typer.Argument(metavar="SESSION", help="OpenCap folder or .zip, or a results folder of run")
    ],
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    limit_s: Annotated[
        float, typer.Option(min=1.0, help="Longest that one analysis of one trial and leg may take [s]")
    ] = DEFAULT_LIMIT_S,
    workers: WorkerCount = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison on standard output, one JSON object a session")
    ] = False,
) -> None:
    """Compare our numbers with opencap-processing's (a copy of it, named by OPENCAP_PROCESSING_DIR)."""
    with one_message():
        checkout = find_checkout()
    given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)
    if (session / SUMMARY_NAME).is_file():
        with one_message():
            summary = read_summary(session)
            _show(_with_progress(checkout, summary, session, None, limit_s), as_json=as_json)
        return
    refused = False
    with (
        one_message(),
        stoppable(),
        Workers(workers or default_workers()) as pool,
        tempfile.TemporaryDirectory() as workdir,
    ):
        for found in find_sessions(session, Path(workdir)):
            try:
                read = read_session(found, Path(workdir))
                summary, results = _assessed(read, given, Path(workdir), pool)
            except SarcoscopeError as error:
                print_error(error)
                refused = True
                continue
            _show(_with_progress(checkout, summary, results, read, limit_s), as_json=as_json)
    raise typer.Exit(2 if refused else 0)


def _assessed(session: Session, given: SubjectMetadata, workdir: Path, pool: Workers) -> tuple[Summary, Path]:
    """Our results of a session in a temporary folder, in the layout that opencap-processing loads."""
    subject = complete_subject(session, given)
    with SessionProgress(session.identifier) as progress:
        summary = assess(
            session, subject, Settings(), workdir / "results", workers=pool, overwrite=True, on_progress=progress.update
        )
    folder = workdir / "results" / session.identifier
    return summary, folder


def _with_progress(
    checkout: Checkout, summary: Summary, results: Path, session: Session | None, limit_s: float
) -> Crosscheck:
    with console.status("opencap-processing") as status:
        return compare_results(
            checkout, summary, results, session, limit_s=limit_s,
            on_trial=lambda name: status.update(f"opencap-processing: {name}"),
        )  # fmt: skip


def _show(result: Crosscheck, *, as_json: bool) -> None:
    print_crosscheck(result)
    if as_json:
        typer.echo(result.model_dump_json())
