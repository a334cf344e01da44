"""Korean is complete: every message that the code holds now is translated, and nothing else is in the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from assessment.language import texts
from assessment.language.catalogues import Domain, catalogue
from assessment.language.extraction import extracted
from assessment.language.extraction.marked import MARKS, marked
from assessment.language.templates import placeholders

ROOT = Path(__file__).parents[3]
UPDATE = "Run `python -m assessment.language extract`, and translate what it lists (docs/language.md)."
# The same in Korean: names, units and abbreviations.
SAME = re.compile(r"[A-Z0-9{(\[][A-Za-z0-9{}_ %²/().:,;\[\]~-]*|\{\w+\} \w+")
# English grammar that Korean does without.
DROPPED = {"{seen} {verb} seen in straight, steady walking; at least {fewest_strides} are needed.": {"verb"}}


@pytest.fixture(scope="module", params=["app", "results"])
def domain(request: pytest.FixtureRequest) -> Domain:
    return request.param


@pytest.fixture(scope="module")
def korean(domain: Domain) -> Catalog:
    return catalogue("ko", domain)


def _pairs(korean: Catalog) -> Iterator[tuple[str, str]]:
    for message in korean:
        if message.id:
            yield from zip(_forms(message)[-1:], _translations(message), strict=True)


def _translated(korean: Catalog) -> list[tuple[str, str]]:
    return [(english, translated) for english, translated in _pairs(korean) if translated]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _translations(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def test_the_catalogue_holds_what_the_code_says_and_nothing_else(domain: Domain, korean: Catalog) -> None:
    now = {_forms(message) for message in extracted(domain) if message.id}
    kept = {_forms(message) for message in korean if message.id}
    assert (now - kept, kept - now, list(korean.obsolete)) == (set(), set(), []), UPDATE


def test_everything_is_translated(korean: Catalog) -> None:
    assert [english for english, translated in _pairs(korean) if not translated] == [], UPDATE
    assert [message.id for message in korean if message.id and message.fuzzy] == []


def test_what_is_filled_in_is_filled_in_everywhere(korean: Catalog) -> None:
    differ = {
        english: translated
        for english, translated in _translated(korean)
        if placeholders(translated) != placeholders(english) - DROPPED.get(english, set())
    }
    assert differ == {}


def test_translations_are_korean(korean: Catalog) -> None:
    latin = {
        english: translated
        for english, translated in _translated(korean)
        if not re.search("[가-힣]", translated) and not SAME.fullmatch(translated.strip())
    }
    assert latin == {}


def test_the_space_around_a_text_stays(korean: Catalog) -> None:
    moved = [(one, other) for one, other in _translated(korean) if _ends(one) != _ends(other)]
    assert moved == []


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def test_every_marked_text_is_a_literal() -> None:
    """A text that is put together at run time cannot be found, and stays English."""
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "assessment" / "report").rglob("*.py"), ROOT / "streamlit_app.py"]
    wrong = [
        f"{file.name}:{call.lineno}"
        for file in files
        if file != ROOT / "app" / "language.py"
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS and call.args
        if not all(isinstance(form, ast.Constant) for form in call.args[: MARKS[call.func.id]])
    ]
    assert wrong == []


def test_a_language_fills_in_counts_and_leaves_alone() -> None:
    english, korean = texts("en"), texts("ko")
    assert english("{age} years", age=72) == "72 years"
    assert korean("{age} years", age=72) == "72세"
    assert [korean.plural("{n} visit", "{n} visits", n) for n in (1, 2)] == ["방문 1회", "방문 2회"]
    assert english.plural("{n} visit", "{n} visits", 2) == "2 visits"
    assert korean("") == korean.result("") == ""
    assert korean("Nobody translated this.") == korean.result("Nobody translated this.") == "Nobody translated this."
    assert english.result("Grip strength") == "Grip strength"


def test_messages_inside_f_strings_are_found(tmp_path: Path) -> None:
    """Readers of tokens do not see them before Python 3.12."""
    code = """print(f"{x}: {_('at {time}', time=t)}", _.plural("{n} run", "{n} runs", 2), _(x))"""
    (tmp_path / "streamlit_app.py").write_text(code)
    found = [message for message, _ in marked(tmp_path)]
    assert set(found) == {"at {time}", ("{n} run", "{n} runs")}


def test_korean_never_diagnoses(korean: Catalog) -> None:
    diagnosing = re.compile("근감소증(입니다|이 있습니다|으로 진단|이 의심됩니다)|진단(되었|됩니다|합니다)|환자입니다")
    assert [translated for _, translated in _translated(korean) if diagnosing.search(translated)] == []
