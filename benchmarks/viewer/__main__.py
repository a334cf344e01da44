"""Play, count, save."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser import chromium, serving
from benchmarks.saving import save
from benchmarks.viewer.page import FRAMES, MARKERS

SECONDS, REPEATS = 5.0, 3
PAGE = Path(__file__).with_name("page.py")
SCREENS = {
    "wide screen": (1440, 1000, 1.0),
    "wide screen, two pixels a point": (1440, 1000, 2.0),
    "phone": (390, 844, 3.0),
}
SWITCHES = ("Markers", "Unscaled model")


def main() -> None:
    """Measure and save."""
    figures: dict[str, object] = {"frames": FRAMES, "markers": MARKERS}
    with tempfile.TemporaryDirectory() as home, serving(Path(home), script=PAGE) as address, chromium() as browser:
        for name, screen in SCREENS.items():
            rate, figures["payload [bytes]"] = _measure(browser, address, *screen)
            figures[f"pictures per second, {name}"] = round(rate, 1)
        figures["browser"] = browser.version
    figures["load of the machine"] = round(os.getloadavg()[0], 1)
    for name, value in figures.items():
        print(f"{name}: {value}")
    print(save("viewer", figures))


def _measure(browser: Browser, address: str, width: int, height: int, pixels: float) -> tuple[float, int]:
    """Pictures per second, and the bytes that came to the browser."""
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=pixels)
    page = context.new_page()
    page.goto(address)
    for switch in SWITCHES:
        page.get_by_role("button", name=switch, exact=True).click()
    viewer = page.locator("section.viewer")
    rates = []
    for _ in range(REPEATS):
        before, start = viewer.evaluate("element => [element.viewer.drawn, performance.now()]")
        time.sleep(SECONDS)
        after, stop = viewer.evaluate("element => [element.viewer.drawn, performance.now()]")
        rates.append((after - before) / (stop - start) * 1000.0)
    size = viewer.evaluate("element => element.viewer.scene.size")
    context.close()
    return statistics.median(rates), size


if __name__ == "__main__":
    main()
