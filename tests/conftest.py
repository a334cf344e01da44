"""Fixtures every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

# Messages are compared whole: nothing is wrapped, whatever the terminal that tests run in. Here, before any test
# imports the project, because a console reads its width when it is made.
os.environ["COLUMNS"] = "400"

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Path of a real recording beside the project; skips, saying so, where the recordings are absent."""

    def find(relative: str) -> Path:
        path = SHARED_DATA / relative
        if not path.exists():
            pytest.skip(f"real recording {relative} is not on this machine")
        return path

    return find
