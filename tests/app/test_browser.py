"""The app once through in a real headless Chromium: upload, run, look, and talk to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assessment.store.database import HOME_VARIABLE, URL_VARIABLE
from tests.assessment.session_builder import build_session

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TIME_LIMIT_MS = 240_000
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = str(tmp_path_factory.mktemp("home"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != URL_VARIABLE} | {HOME_VARIABLE: home},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        _end_runners(home)


def _end_runners(home: str) -> None:
    """A runner outlives the app, which is what it is for; this one's store goes with the test."""
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get(HOME_VARIABLE) == home:
            process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))


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

    page.get_by_role("link", name="3-D").click()
    page.get_by_text("Contact forces: estimated").wait_for()
    expect(page.get_by_role("slider", name="Time")).to_be_visible()

    assert hosts - {"", urlsplit(address).netloc} == set(), (
        "health data stays here: no page may ask another host for anything"
    )
