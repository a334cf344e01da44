"""The app in a browser: ``python -m benchmarks.app_times FIELD_SESSION``, from upload to summary and page by page.

FIELD_SESSION is OpenCap's field-study session (two trials of squats, about 15 s each at 60 Hz). A page counts as shown
when its script has ended and its charts are drawn. The store is new, the server has just been started: the first
visitor of the day waits for what is loaded once.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import chromium, no_runner_left, serving
from benchmarks.driving import PATIENCE_MS, fill_in, go_to, run, see_summary, settled, upload, zipped
from benchmarks.saving import save

TARGETS_S = {"first page, new server": 3.0, "upload to summary": 60.0, "curves": 2.0}
REPEATS = 3


def measure(session: Path) -> dict[str, float]:
    """Times a user waits [s]."""
    times: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        with no_runner_left(home), serving(home) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.set_default_timeout(PATIENCE_MS)
            times["first page, new server"] = _timed(lambda: _open(page, address))
            times["first page, again"] = min(_timed(lambda: _open(page, address)) for _ in range(REPEATS))
            archive = zipped(session, Path(scratch))
            times["upload to summary"] = _timed(lambda: _assess(page, archive))
            times["curves, first time"] = _timed(lambda: _curves(page))
            times["curves"] = min(_again(page) for _ in range(REPEATS))
            for name in ("3-D", "Model", "Report", "Summary", "Cohort", "Settings", "Runs"):
                times[name] = _timed(partial(go_to, page, name))
    return times


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading", name="New assessment").wait_for()
    settled(page)


def _assess(page: Page, archive: Path) -> None:
    upload(page, archive)
    fill_in(page, Study_code="B001", Age="30")
    run(page)
    see_summary(page)


def _again(page: Page) -> float:
    go_to(page, "Summary")
    return _timed(lambda: _curves(page))


def _curves(page: Page) -> None:
    go_to(page, "Curves")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def main() -> None:
    """Print the times and save them."""
    times = measure(Path(sys.argv[1]))
    for name, seconds in times.items():
        target = f"   (target {TARGETS_S[name]:g})" if name in TARGETS_S else ""
        print(f"{name:28s} {seconds:6.1f} s{target}")
    save("app_times", {"seconds": times, "targets_s": TARGETS_S})


if __name__ == "__main__":
    main()
