"""`python -m assessment cohort-report`: the report of a finished cohort, as a page and as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assessment.cohort.reading import open_cohort
from assessment.cohort.report import write_cohort_report
from assessment.cohort.run import only_run_in
from assessment.commands.ending import one_message
from assessment.console import console
from assessment.language import Language


def cohort_report(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the cohort, its --out")],
    language: Annotated[Language, typer.Option(help="Language of the report")] = "en",
) -> None:
    """Write report.html and report.pdf of a cohort anew from its tables, in English or Korean."""
    with one_message():
        folder = open_cohort(out).folder
        with only_run_in(folder):
            write_cohort_report(folder, language=language)
    console.print(f"Report: {escape(str(folder.report_html))} and {folder.report_pdf.name}", soft_wrap=True)
