"""The app once through in a real headless Chromium: upload, run, look, and talk to nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.browser import CHROMIUM, chromium, no_runner_left, serving
from benchmarks.driving import go_to
from tests.assessment.session_builder import build_session

TIME_LIMIT_MS = 240_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with no_runner_left(home), serving(home) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(TIME_LIMIT_MS)
    return page


def test_upload_run_and_look(address: str, page: Page, tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    metadata = session / "sessionMetadata.yaml"
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    honest = shutil.make_archive(str(tmp_path / "honest"), "zip", tmp_path, session.name)
    # An image in the metadata must not be loaded when the value is quoted in a warning.
    lines = [line for line in metadata.read_text().splitlines() if not line.startswith("height_m")]
    metadata.write_text("\n".join([*lines, 'height_m: "![a](http://127.0.0.1:9/x.png)"']))
    hostile = shutil.make_archive(str(tmp_path / "hostile"), "zip", tmp_path, session.name)

    page.goto(address)
    page.locator("input[type=file]").set_input_files(hostile)
    page.get_by_text("127.0.0.1:9").first.wait_for()
    page.get_by_role("button", name="Other recordings").click()
    page.locator("input[type=file]").set_input_files(honest)
    expect(page.get_by_label("Height [m]", exact=True)).to_have_value("1.56", timeout=TIME_LIMIT_MS)
    assert page.get_by_text("127.0.0.1:9").count() == 0
    run = page.get_by_role("button", name="Run", exact=True)
    expect(run).to_be_disabled()
    page.get_by_label("Study code", exact=True).fill("P001")
    page.get_by_label("Study code", exact=True).press("Tab")
    expect(run).to_be_enabled(timeout=TIME_LIMIT_MS)
    run.click()
    page.get_by_text("you may leave this page").wait_for()
    page.get_by_role("button", name="See the summary").click()
    page.get_by_text("Synthetic data").first.wait_for()
    page.get_by_text("pick-up").first.wait_for()
    picture = page.screenshot(path=tmp_path / "summary.png")
    assert picture.startswith(b"\x89PNG")

    go_to(page, "3-D")
    page.get_by_text("Contact forces: estimated").wait_for()
    expect(page.get_by_role("slider", name="Time")).to_be_visible()

    assert hosts - {"", urlsplit(address).netloc} == set(), (
        "health data stays here: no page may ask another host for anything"
    )
