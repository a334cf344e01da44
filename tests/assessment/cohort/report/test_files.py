"""The report as files: a page and a PDF, in both languages, of whatever a cohort may hold."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from assessment.cli import app
from assessment.cohort.layout import CohortFolder
from assessment.cohort.report import write_cohort_report
from models.files import file_sha256
from tests.assessment.cohort.made_cohort import HUNG, UNREADABLE, WHY_CAREFUL, WHY_NOT, made_cohort
from tests.assessment.cohort.report.cohorts import folder_of, visits

NOTICE = "For research and educational use. Not a medical device."


def pdf_text(folder: CohortFolder) -> list[str]:
    reader = PdfReader(io.BytesIO(folder.report_pdf.read_bytes()))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


class Parts(HTMLParser):
    """What a page loads, and how its figures are described."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.figures: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loaded += [str(given[name]) for name in ("src", "href") if name in given and tag != "a"]
        if given.get("role") == "img":
            self.figures.append(given.get("aria-label"))


def test_page_and_pdf_say_the_same_and_load_nothing(tmp_path: Path) -> None:
    folder = made_cohort(tmp_path / "out", participants=30).folder
    write_cohort_report(folder)
    page, pages = folder.report_html.read_text(encoding="utf-8"), pdf_text(folder)
    parts = Parts(page)
    # Drawings refer to their own parts only.
    assert all(place.startswith("#") for place in parts.loaded)
    assert len(parts.figures) >= 5
    assert all(figure and len(figure) > 40 for figure in parts.figures)
    for said in ("Inclusion", "Key numbers by sex and age", "Groups compared", "Five-times sit-to-stand time"):
        assert said in page
        assert any(said in one for one in pages)
    for number, one in enumerate(pages, start=1):
        assert NOTICE in one
        assert "Synthetic data" in one
        assert f"Page {number} of {len(pages)}" in one
    assert page.count(NOTICE) >= 2
    # The table that is cited is named, so that who has it can compare.
    assert f"wide.parquet with SHA-256 {file_sha256(folder.table('wide'))[:16]}." in page
    assert "Synthetic data" in page


def test_names_of_groups_are_printed_and_never_run(tmp_path: Path) -> None:
    hostile = "<script>x</script> #panic() $y$"
    folder = folder_of(tmp_path, visits(12, groups=["plain", hostile]))
    write_cohort_report(folder)
    page = folder.report_html.read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt; #panic() $y$" in page
    assert any("#panic()" in one for one in pdf_text(folder))


def _women(tmp_path: Path) -> CohortFolder:
    return folder_of(tmp_path, visits(10))


def _one_visit(tmp_path: Path) -> CohortFolder:
    return folder_of(tmp_path, visits(1))


def _unknown(tmp_path: Path) -> CohortFolder:
    return folder_of(tmp_path, visits(10, age_years=None, sex="unspecified"))


def _all_failed(tmp_path: Path) -> CohortFolder:
    sessions = list(visits(10))
    return folder_of(tmp_path, sessions, failed={one.key for one in sessions}, error=UNREADABLE)


def _nobody(tmp_path: Path) -> CohortFolder:
    return folder_of(tmp_path, [], n_bad_rows=7)


def _some_without_group(tmp_path: Path) -> CohortFolder:
    sessions = list(visits(24, groups=["a", "b", "b"]))
    return folder_of(
        tmp_path, [replace(one, group=None if k % 5 == 0 else one.group) for k, one in enumerate(sessions)]
    )


@pytest.mark.parametrize(
    ("made", "says", "says_not"),
    [
        (_women, ("Women",), ("Groups compared", "Change between visits", "sex not stated")),
        (_one_visit, ("n &lt; 5", "Visits assessed (n = 1) of 1 participants"), ("Groups compared",)),
        (_unknown, ("age not known", "Sex not stated"), ("Women",)),
        (_all_failed, ("No results (n = 10)", "No visit has values", "Download the session again."), ("NaN", "nan")),
        (_nobody, ("Not accepted (n = 7)", "No visit has values"), ("NaN",)),
        (_some_without_group, ("Groups compared",), ()),
    ],
)
def test_odd_cohorts_have_a_report(
    tmp_path: Path,
    made: Callable[[Path], CohortFolder],
    says: tuple[str, ...],
    says_not: tuple[str, ...],
) -> None:
    folder = made(tmp_path)
    write_cohort_report(folder)
    page = folder.report_html.read_text(encoding="utf-8")
    words = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\bNone\b(?! of this)|\{\w+\}", words)
    assert pdf_text(folder)
    for said in says:
        assert said in words
    for said in says_not:
        assert said not in words


def test_a_korean_report_is_korean(tmp_path: Path) -> None:
    folder = made_cohort(tmp_path / "out", participants=30).folder
    result = CliRunner().invoke(app, ["cohort-report", str(folder.path), "--language", "ko"])
    assert result.exit_code == 0, result.output
    page = folder.report_html.read_text(encoding="utf-8")
    assert '<html lang="ko">' in page
    words = re.sub(r"<(style|svg).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    for own in (WHY_NOT, WHY_CAREFUL, UNREADABLE.message, HUNG.hint):
        words = words.replace(own, "")
    # Names of groups, units and citations stay; no sentence of ours does.
    for english in (" the ", " of the ", "Participants", "with caution", " and over"):
        assert english not in words
    assert any("코호트 보고서" in one for one in pdf_text(folder))


def test_a_folder_that_is_no_cohort_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["cohort-report", str(tmp_path)])
    assert result.exit_code == 2
    assert "is no folder of a cohort" in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_an_older_report_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, visits(6))
    folder.report_html.write_text("older", encoding="utf-8")
    damaged = folder.table("quality")
    damaged.write_bytes(damaged.read_bytes()[:50])
    result = CliRunner().invoke(app, ["cohort-report", str(folder.path)])
    assert result.exit_code == 2
    assert folder.report_html.read_text(encoding="utf-8") == "older"
    assert not folder.report_pdf.exists()
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name]
