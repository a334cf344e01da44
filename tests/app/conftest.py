"""The store that the pages are tested on."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.store import UserStore
from tests.app.looking import own_store


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    """An empty store of the test's own, as the local user sees it."""
    return own_store(tmp_path / "home", monkeypatch)
