"""What goes wrong in a clinic: each ends in a clear state, nothing is lost, nothing is shared."""

from __future__ import annotations

import os
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page

from benchmarks.browser import CHROMIUM, serving
from benchmarks.driving import fill_in, go_to, run, see_summary, settled, upload, zipped
from tests.assessment.session_builder import build_session

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return zipped(build_session(tmp_path, "pick_up"), tmp_path)


def _start(page: Page, archive: Path, code: str) -> None:
    upload(page, archive)
    fill_in(page, Study_code=code, Age="70")
    run(page)


def _child_of(home: Path, limit_s: float = 60.0) -> psutil.Process:
    """The process that does a run of this store."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        for process in psutil.process_iter():
            try:
                ours = process.environ()["SARCOSCOPE_HOME"] == str(home)
                if ours and "assessment.jobs.assessing" in process.cmdline():
                    return process
            except (psutil.Error, KeyError):
                continue
        time.sleep(0.1)
    raise AssertionError("no run was started")


def test_two_people_at_once_each_see_their_own_upload(
    address: str, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    one, two = visitor(address), visitor(address)
    first = zipped(build_session(tmp_path / "one", "pick_up"), tmp_path / "one")
    second = zipped(build_session(tmp_path / "two", "walk"), tmp_path / "two")
    upload(one, first)
    upload(two, second)
    # The table is drawn on a canvas; its cells stand beside it for screen readers.
    cells = [page.locator("[data-testid^=glide-cell-1-]").all_inner_texts() for page in (one, two)]
    assert not any("walk" in text for text in cells[0])
    assert not any("pick_up" in text for text in cells[1])
    fill_in(one, Study_code="ALPHA", Age="70")
    fill_in(two, Study_code="BRAVO", Age="75")
    run(one)
    run(two)
    for page, code in ((one, "ALPHA"), (two, "BRAVO")):
        card = page.locator("[class*='st-key-run-']").filter(has_text=code).first
        card.get_by_role("button", name="See the summary").click()
        page.get_by_role("heading", name="Summary").wait_for()
        page.get_by_text(code, exact=True).first.wait_for()


def test_a_restart_of_the_app_loses_no_run(home: Path, visitor: Callable[..., Page], archive: Path) -> None:
    with serving(home) as address:
        _start(visitor(address), archive, "R1")
        _child_of(home)
    with serving(home) as address:
        page = visitor(address)
        go_to(page, "Runs")
        page.get_by_text("R1").first.wait_for()
        see_summary(page)


def test_a_killed_worker_is_a_failed_run_that_can_be_run_again(
    home: Path, address: str, visitor: Callable[..., Page], archive: Path
) -> None:
    page = visitor(address)
    _start(page, archive, "K1")
    os.killpg(os.getpgid(_child_of(home).pid), signal.SIGKILL)
    page.get_by_text("was killed (SIGKILL)").wait_for()
    page.get_by_role("button", name="Run again").click()
    see_summary(page)


@pytest.mark.parametrize("kind", ["bomb", "no session", "no zip"])
def test_what_is_no_session_ends_in_one_clear_error(
    kind: str, home: Path, address: str, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    path = tmp_path / "upload.zip"
    if kind == "no zip":
        path.write_bytes(b"not a zip at all")
    else:
        name = "MarkerData/walk.trc" if kind == "bomb" else "letter.doc"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr(name, b"0" * 200_000_000 if kind == "bomb" else b"Dear colleague")
    page = visitor(address)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_test_id("stAlert").first.wait_for()
    assert page.get_by_test_id("stAlert").count() == 1
    expected = {"bomb": "expands more than", "no session": "no files of a session", "no zip": "not a whole zip"}[kind]
    page.get_by_text(expected).wait_for()
    assert not list((home / "artefacts").glob("??/*")), "nothing of it is kept"


def test_an_archive_beyond_the_limit_is_refused_before_it_is_sent(
    address: str, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.truncate(2 * 2**30 + 2**20)  # sparse: it takes no space
    page = visitor(address)
    settled(page)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("must be 2").first.wait_for()
    settled(page)
    page.get_by_role("heading", name="New assessment").wait_for()
