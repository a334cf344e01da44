"""The folder of a cohort in a real browser: opened by its path, looked at, its report taken; and pictures of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from benchmarks.browser import CHROMIUM
from benchmarks.driving import go_to, settled
from tests.assessment.cohort.made_cohort import made_cohort
from tests.e2e.pictures import SCREENS, take

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture
def cohort(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A made-up cohort whose folder and groups may be seen in a picture."""
    monkeypatch.setattr("tests.assessment.cohort.made_cohort.GROUPS", ("exercise", "usual care"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "walking-study"
        made_cohort(path, participants=90).folder.report_pdf.write_bytes(b"%PDF made up")
        yield path


def test_a_cohort_is_opened_looked_at_and_its_report_taken(
    pictured: str, visitor: Callable[..., Page], cohort: Path, tmp_path: Path
) -> None:
    page = visitor(pictured)
    go_to(page, "Cohort")
    page.get_by_role("textbox", name="Folder on this machine").fill(str(cohort))
    page.keyboard.press("Enter")
    page.get_by_text("synthetic data").first.wait_for()
    settled(page)
    assert cohort.name not in page.url
    page.get_by_text("Distribution", exact=True).click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    address = page.url
    page.get_by_text("About this run", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("button", name="Report (PDF)").click()
    found.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF made up"
    for width in (1440, 390):
        for scheme in ("light", "dark"):
            reader = visitor(address, width, scheme)
            reader.locator(".js-plotly-plot .main-svg").first.wait_for()
            settled(reader)
            assert take(reader, f"cohort_folder_{width}_{scheme}").parent == SCREENS
            reader.context.close()
