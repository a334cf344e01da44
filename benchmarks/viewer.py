"""How smoothly the 3-D viewer plays in a headless Chromium without a GPU, and how many bytes it takes.

``python -m benchmarks.viewer``: 600 frames of 43 markers, the skeleton, the unscaled model, two forces and a curve
(`benchmarks.viewer_page`), everything switched on, on a wide screen and on a phone's with three pixels a point. Counts
the pictures that the viewer draws in `SECONDS`, three times, and keeps the median; a browser asks for 60 at most.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.saving import save
from benchmarks.viewer_page import FRAMES, MARKERS

SECONDS, REPEATS = 5.0, 3
PAGE = Path(__file__).with_name("viewer_page.py")
SCREENS = {"wide screen": (1440, 1000, 1.0), "wide screen, two pixels a point": (1440, 1000, 2.0),
           "phone": (390, 844, 3.0)}  # fmt: skip
ARGUMENTS = ("--no-sandbox", "--disable-gpu")
SWITCHES = ("Markers", "Unscaled model")


def main() -> None:
    """Measure and save."""
    figures: dict[str, object] = {"frames": FRAMES, "markers": MARKERS}
    with served(PAGE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(ARGUMENTS))
        for name, screen in SCREENS.items():
            rate, figures["payload [bytes]"] = _measure(browser, address, *screen)
            figures[f"pictures per second, {name}"] = round(rate, 1)
        figures["browser"] = browser.version
    figures["load of the machine"] = round(os.getloadavg()[0], 1)
    for name, value in figures.items():
        print(f"{name}: {value}")
    print(save("viewer", figures))


@contextmanager
def served(script: Path) -> Iterator[str]:
    """Serve a Streamlit script; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--server.port", str(port)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("There is no Chromium on this machine: apt-get install chromium.")
    return found


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
