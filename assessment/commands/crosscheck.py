"""`python -m assessment crosscheck`: opencap-processing's own numbers beside ours, on the same session."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assessment.assess import assess
from assessment.commands.ending import one_message
from assessment.commands.options import AgeYears, GivenSex, HeightM, MassKg, WorkerCount
from assessment.commands.progress_bar import SessionProgress
from assessment.commands.sessions import complete_subject, exit_after_each_session
from assessment.console import console
from assessment.crosscheck import Checkout, Crosscheck, compare_results, find_checkout
from assessment.crosscheck.checkout import DEFAULT_LIMIT_S
from assessment.crosscheck.table import print_crosscheck
from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.summary import Summary
from assessment.workers import Workers
from models.subject import SubjectMetadata
from pipeline.session import Session
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

    def treat(read: Session, workdir: Path, pool: Workers) -> bool:
        summary, results = _assessed(read, given, workdir, pool)
        _show(_with_progress(checkout, summary, results, read, limit_s), as_json=as_json)
        return True

    exit_after_each_session(session, workers, treat)


def _assessed(session: Session, given: SubjectMetadata, workdir: Path, pool: Workers) -> tuple[Summary, Path]:
    """Our results of a session in a temporary folder, in the layout that opencap-processing loads."""
    subject = complete_subject(session, given)
    with SessionProgress(session.identifier) as progress:
        summary = assess(
            session, subject, Settings(), workdir / "results", workers=pool, overwrite=True, on_progress=progress.update
        )
    return summary, workdir / "results" / session.identifier


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
