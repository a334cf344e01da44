"""The store that the pages are tested on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from assessment.store import UserStore
from tests.app.looking import own_store


@pytest.fixture(autouse=True)
def main_module_put_back() -> Iterator[None]:
    """Put `__main__` back, which Streamlit replaces by the page: a worker process would start by running that."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(autouse=True)
def another_runner_lives() -> Iterator[None]:
    """Nobody serves the queue: a run stays as the test left it, whichever page or module asks for a runner."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assessment.jobs.start.only_one", lambda _: nullcontext())
        yield


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    """An empty store of the test's own, as the local user sees it."""
    return own_store(tmp_path / "home", monkeypatch)
