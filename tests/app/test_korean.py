"""Pages in Korean say nothing in English but names, units and sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assessment.store import UserStore, preferences
from assessment.visit import Preferences
from tests.app.filled_store import fill
from tests.app.looking import look, own_store, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session

# Two English words in a row, as no unit, name or file has them.
_ENGLISH = re.compile(r"(?<![\w./_-])[A-Za-z]?[a-z]{2,} [a-z]{3,}(?![\w./_(])")
# Citations, commands and the names of made-up trials stay as they are, and terms in brackets beside the Korean one.
_SOURCES = re.compile(r"출처: [^\n]*|[^\n]*\bdoi:[^\n]*|\\?\([a-z ]+\\?\)|`[^`]*`|python -m [a-z ]+|trial of [\w\\]+")


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    mine = own_store(tmp_path / "home", monkeypatch)
    preferences.put(mine, Preferences(language="ko"))
    return mine


def _english(page: str) -> list[str]:
    return _ENGLISH.findall(_SOURCES.sub("", texts(look(page))))


@pytest.mark.parametrize("page", ["participants", "new_assessment", "runs", "summary", "cohort", "settings"])
def test_an_empty_page_is_korean(page: str, mine: UserStore) -> None:
    assert re.search("[가-힣]", texts(look(page)))
    assert _english(page) == []


@pytest.mark.parametrize("page", ["participants", "runs", "summary", "cohort", "report"])
def test_a_page_with_results_is_korean(page: str, mine: UserStore, tmp_path: Path) -> None:
    reason = "The recording ends while the stance is still held: it may have been held for longer."
    results = made_up(tmp_path / "1", reasons=[reason], gait_speed=(1.1, 0.05), five_times_sit_to_stand_time=None)
    fill(mine, build_session(tmp_path), results, study_code="P1", visit_date="2026-03-02")
    assert _english(page) == []
