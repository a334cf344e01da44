"""The clinical report as PDF: two to four pages A4 that a clinic files, next to the working page with everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typst

from assessment.profile import Reference
from assessment.report.content import report_content
from assessment.report.context import Context
from assessment.report.fonts import font_folders
from assessment.report.structure import Report
from assessment.summary import Summary
from assessment.visit import Preferences, VisitDetails

TEMPLATES = Path(__file__).parent / "templates"
MOST_PAGES = 4
# How the report is made shorter until it fits, each as (blocks of this rank and above are left out, movements start on
# new pages): first curves over time go, else movements follow each other without page breaks, then curves over time go,
# then pictures of other movements one by one. What is not optional stays, whatever the length: a clinician's text is
# never cut.
ATTEMPTS = ((4, True), (3, True), (4, False), (3, False), (2, False), (1, False))
# For filing (PDF/A-2a) and for screen readers (PDF/UA-1).
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


def report_pdf(
    folder: Path,
    summary: Summary,
    visit: VisitDetails,
    *,
    previous: Summary | None,
    previous_date: date | None,
    preferences: Preferences,
    name: str | None = None,
    own: Reference | None = None,
) -> bytes:
    """The clinical report of a visit.

    Parameters
    ----------
    folder : Path
        Results folder of the visit: its curves are read, and summary.json to check a signature.
    summary : Summary
    visit : VisitDetails
    previous : Summary or None
        Of an earlier visit of the person. Where the two cannot be compared, the report says why.
    previous_date : date or None
        Of that visit; None where it is not known.
    preferences : Preferences
        Language, criteria and units.
    name : str or None
        Of the person; printed only if given.
    own : Reference or None
        A cohort of the user's own, in place of published populations.
    """
    of = Context(
        folder, summary, visit, preferences, previous=previous, previous_date=previous_date, name=name, own=own
    )
    content = report_content(of)
    for optional, new_pages in ATTEMPTS:
        pdf, pages = compiled(content.shortened(optional, new_pages=new_pages))
        if pages <= MOST_PAGES:
            break
    return pdf


def compiled(content: Report) -> tuple[bytes, int]:
    """PDF of a report's content, and its number of pages.

    All data goes in as strings, which Typst prints and never evaluates.
    """
    compiler = typst.Compiler(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=list(font_folders()),
        ignore_system_fonts=True,
        sys_inputs={"report": content.model_dump_json()},
    )
    pages = int(compiler.query("<pages>", field="value", one=True))
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=STANDARDS)
    except typst.TypstError:
        # Somebody typed a sign that no font here has, or none can print: boxes take its place, in an ordinary PDF.
        pdf = compiler.compile(format="pdf")
    assert isinstance(pdf, bytes)  # noqa: S101 - as it is without an output file
    return pdf, pages
