"""The app as people use it: giving recordings, filling in what is missing, running, waiting for the results."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

PATIENCE_MS = 120_000
# A run on a machine that does much else.
RUN_PATIENCE_MS = 600_000
STILL = "[data-test-script-state=notRunning]"


def zipped(session: Path, folder: Path) -> Path:
    """A session's folder as an archive, the way OpenCap gives it for download."""
    return Path(shutil.make_archive(str(folder / session.name), "zip", session.parent, session.name))


def settled(page: Page) -> None:
    """Wait until the page is drawn."""
    page.locator("h1").first.wait_for()
    page.locator(STILL).wait_for(state="attached")


def upload(page: Page, archive: Path) -> None:
    """Give an archive on the page of new assessments, and wait until it was read."""
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("heading", name="What was found").wait_for()
    settled(page)


def fill_in(page: Page, **fields: str) -> None:
    """Fill in fields by the beginning of their labels; each is left with the Tab key, as people do."""
    for label, value in fields.items():
        field = page.locator(f"input[aria-label^='{label.replace('_', ' ')}']").first
        field.fill(value)
        field.press("Tab")
        settled(page)


def choose_date(page: Page, label: str, date: str) -> None:
    """Type a date (ISO) into a field of year, month and day."""
    for part, digits in zip(("year", "month", "day"), date.split("-"), strict=True):
        field = page.get_by_role("spinbutton", name=f"{part}, {label}")
        field.click()
        field.press_sequentially(digits)
    field.press("Tab")
    settled(page)


def run(page: Page) -> None:
    """Press Run, once nothing is missing, and wait for the page of runs."""
    button = page.get_by_test_id("stMain").get_by_role("button", name="Run", exact=True)
    expect(button).to_be_enabled(timeout=PATIENCE_MS)
    button.click()
    page.get_by_role("heading", name="Runs").wait_for()


def see_summary(page: Page) -> None:
    """Wait until the newest run is done and open its summary."""
    newest = page.locator("[class*='st-key-run-']").first
    newest.get_by_role("button", name="See the summary").click(timeout=RUN_PATIENCE_MS)
    page.get_by_role("heading", name="Summary").wait_for()
    settled(page)


def go_to(page: Page, name: str) -> None:
    """Choose a page in the navigation, which narrow screens keep folded away."""
    settled(page)
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text=name).first
    if not link.is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()
    link.click()
    page.get_by_role("heading", name=name, exact=True).first.wait_for()
    settled(page)
