"""The app, a store of its own and a browser."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, no_runner_left, serving
from benchmarks.driving import PATIENCE_MS


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with no_runner_left(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    with serving(home) as found:
        yield found


@pytest.fixture
def pictured() -> Iterator[str]:
    """The app on a store whose folder may be seen in a picture: the page of settings names it."""
    home = Path(tempfile.gettempdir()) / "sarcoscope"
    shutil.rmtree(home, ignore_errors=True)
    with no_runner_left(home), serving(home) as found:
        yield found
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Page]]:
    """People who open the app, each with a browser of their own: ``visitor(address, width=1440)``."""
    contexts = []

    def come(address: str, width: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        return page

    yield come
    for context in contexts:
        context.close()
