"""Every page says what the program is not, and an empty one what to do, in both languages (docs/wording.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assessment.language import Texts, texts
from assessment.store import UserStore, preferences
from assessment.summary import NOT_A_DIAGNOSIS
from assessment.visit import Preferences
from tests.app import looking
from tests.app.filled_store import fill
from tests.app.looking import own_store
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session

PAGES = sorted(path.stem for path in (looking.APP.parent / "app" / "pages").glob("[!_]*.py"))
# Nothing is missing on these without results.
NEVER_EMPTY = {"new_assessment", "settings"}


@pytest.fixture(params=["en", "ko"])
def words(request: pytest.FixtureRequest) -> Texts:
    return texts(request.param)


@pytest.fixture
def mine(words: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    mine = own_store(tmp_path / "home", monkeypatch)
    preferences.put(mine, Preferences(language=words.language))
    return mine


def _pages() -> Iterator[tuple[str, AppTest]]:
    app = AppTest.from_file(str(looking.APP), default_timeout=looking.TIME_LIMIT_S).run()
    for page in PAGES:
        app.switch_page(f"app/pages/{page}.py").run()
        assert not app.exception, page
        yield page, app


def _without_notice(words: Texts) -> list[str]:
    """Pages where it does not stand first, before the title: it must be seen without scrolling."""
    notice = words.result(NOT_A_DIAGNOSIS)
    return [
        page
        for page, app in _pages()
        if [caption.value for caption in app.caption].count(notice) != 1 or app.main[0].value != notice
    ]


def test_the_notice_stands_word_for_word_on_every_empty_page(mine: UserStore, words: Texts) -> None:
    assert "Not intended to diagnose, treat or monitor any disease." in NOT_A_DIAGNOSIS
    assert len(PAGES) == 10
    assert _without_notice(words) == []


def test_the_notice_stands_on_every_page_with_results(mine: UserStore, words: Texts, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.1, 0.05), five_times_sit_to_stand_time=None)
    fill(mine, build_session(tmp_path), results, study_code="P1", visit_date="2026-03-02")
    assert _without_notice(words) == []


def test_an_empty_page_says_what_to_do(mine: UserStore, words: Texts) -> None:
    link_to = re.compile(r"(^|/)new_assessment$|^$")
    for page, app in _pages():
        if page in NEVER_EMPTY:
            continue
        assert app.info, page
        links = [link.proto.page for link in app.get("page_link")]
        assert any(map(link_to.search, links)) or app.button or app.text_input, page


def test_before_somebody_is_tested_stands_who_must_not_be(mine: UserStore, words: Texts) -> None:
    app = looking.look("new_assessment")
    assert words("Before somebody is tested") in [expander.label for expander in app.expander]
    said = words(
        "Do not test with pain, dizziness, after recent surgery, or where somebody cannot rise without help. Stay "
        "beside the person; stop at once if they ask for it or feel unwell. Note what happened with the visit."
    )
    assert said in looking.texts(app)


def test_a_result_stands_beside_its_limits(mine: UserStore, words: Texts, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.1, 0.05))
    fill(mine, build_session(tmp_path), results, study_code="P1", visit_date="2026-03-02")
    said = looking.texts(looking.look("summary"))
    for word in {"en": ("loose clothing", "obesity", "sagittal"), "ko": ("헐렁한 옷", "비만", "시상면")}[
        words.language
    ]:
        assert word in said


@pytest.mark.parametrize("place", ["findings", "people", "cohort"])
def test_no_value_has_an_alarming_colour(place: str) -> None:
    """Met or not met, better or worse: words only."""
    colour = re.compile(r":(red|green|orange|violet)(-background)?\[|delta_color|st\.success|st\.metric\(")
    sources = (looking.APP.parent / "app" / place).rglob("*.py")
    assert [path.name for path in sources if colour.search(path.read_text(encoding="utf-8"))] == []
