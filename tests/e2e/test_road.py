"""From a session's archive to the PDF, with a picture of every page on the way (docs/screens)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from assessment.example import EXAMPLE
from benchmarks.browser import CHROMIUM
from benchmarks.driving import choose_date, fill_in, go_to, run, see_summary, settled, upload, zipped
from tests.e2e.pictures import PAGES, PATHS, SCREENS, take

FIELD_SESSION = (
    Path(__file__).parents[3] / "shared/data/opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0"
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.mark.skipif(not FIELD_SESSION.exists(), reason="the field-study session is not beside the project")
def test_a_real_session_from_upload_to_pdf(address: str, visitor: Callable[..., Page], tmp_path: Path) -> None:
    page = visitor(address)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    upload(page, zipped(FIELD_SESSION, tmp_path))
    fill_in(page, Study_code="F001", Age="30")
    run(page)
    page.get_by_text("F001").first.wait_for()
    see_summary(page)
    page.get_by_text("squat").first.wait_for()
    go_to(page, "Curves")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    go_to(page, "3-D")
    page.get_by_role("slider", name="Time").wait_for()
    go_to(page, "Report")
    with page.expect_download() as found:
        page.get_by_role("button", name="Report (PDF)").click()
    pdf = tmp_path / "report.pdf"
    found.value.save_as(pdf)
    text = " ".join(one.extract_text() for one in PdfReader(pdf).pages)
    assert 2 <= len(PdfReader(pdf).pages) <= 4
    assert "F001" in text
    assert "squat" in text
    assert hosts - {"", urlsplit(address).netloc} == set(), "no page may ask another host for anything"


def test_pictures_of_every_page(pictured: str, visitor: Callable[..., Page], tmp_path: Path) -> None:
    """The synthetic example stands in for a person: no recording of anybody is in the project's pictures."""
    page = visitor(pictured)
    for visit, change in (("2026-03-02", "0.43"), ("2026-09-14", "0.45")):
        go_to(page, "New assessment")
        upload(page, zipped(EXAMPLE, tmp_path))
        if visit == "2026-03-02":
            fill_in(page, Study_code="P001", Age="72")
        else:
            page.get_by_text("As another visit").click()
            settled(page)
        choose_date(page, "Date of the visit", visit)
        fill_in(page, Seat_height=change)
        if visit == "2026-03-02":
            take(page, "new_assessment_filled_in")
        run(page)
        if visit == "2026-09-14":
            take(page, "runs_in_progress")
        see_summary(page)
    query = urlsplit(page.url).query
    for name in PAGES:
        for width in (1440, 390):
            for scheme in ("light", "dark"):
                reader = visitor(f"{pictured}/{PATHS.get(name, name)}?{query}", width, scheme)
                settled(reader)
                picture = take(reader, f"{name}_{width}_{scheme}")
                assert picture.exists()
                reader.context.close()
    assert {path.name for path in SCREENS.glob("*.png")} >= {f"{name}_1440_light.png" for name in PAGES}
