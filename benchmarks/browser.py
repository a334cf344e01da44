"""The app in a real headless Chromium, for the benchmarks and tests that use it as people do."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
START_LIMIT_S = 60.0
# A browser that asks nobody for anything by itself, so that whatever is asked for was asked for by the page.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    home: Path, port: int | None = None, script: Path = ROOT / "streamlit_app.py", options: Sequence[str] = ()
) -> Iterator[str]:
    """Serve the app on a store of its own; yields the address. Ends the app, and not the runs that it started.

    Parameters
    ----------
    home : Path
        Of the store.
    port : int or None
        None: a free one.
    script : Path
    options : sequence of str
        More of Streamlit's options.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--server.port", str(port), *options],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != URL_VARIABLE} | {HOME_VARIABLE: str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def no_runner_left(home: Path) -> Iterator[None]:
    """End the runner of a store, and what it runs, when done with the store."""
    try:
        yield
    finally:
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if "assessment.jobs" in " ".join(process.cmdline()) and process.environ().get(HOME_VARIABLE) == str(
                    home
                ):
                    os.killpg(os.getpgid(process.pid), signal.SIGKILL)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
