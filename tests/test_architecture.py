"""What holds the code base together: imports go one way, files stay small, modules say what they are for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Lowest first: a package may import itself and what stands before it. The parts outside the road import anything.
ROAD = ("models", "rl_scaling", "pipeline", "assessment", "app")
# The same within `rl_scaling`; `rl_scaling.policy` is what all of it is for.
LEARNING = ("people", "tasks", "search", "learning", "judging", "fine_tuning")
ASIDE = ("benchmarks", "examples")
MAX_LINES = 400


def python_files(*places: str) -> list[Path]:
    return sorted(path for place in places for path in (ROOT / place).rglob("*.py"))


CODE = [*python_files(*ROAD, *ASIDE), *ROOT.glob("*.py")]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(source: str) -> set[str]:
    """Top-level names of everything imported, wherever in the file; relative imports stay within their package."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def upward(package: str, source: str) -> set[str]:
    """Imports of the source that a module of the package must not make."""
    above = {*ROAD[ROAD.index(package) + 1 :], *ASIDE, "tests", "streamlit_app"}
    return imported(source) & above


def test_the_checks_see_what_they_look_for() -> None:
    assert upward("models", "def f():\n    from pipeline.session import Session") == {"pipeline"}
    assert upward("pipeline", "import models.errors, assessment.cli as cli") == {"assessment"}
    assert upward("app", "from assessment import assess\nfrom . import pages") == set()
    assert len(CODE) > 20


@pytest.mark.parametrize("package", ROAD)
def test_imports_never_go_up_the_road(package: str) -> None:
    found = {name_of(path): upward(package, path.read_text("utf-8")) for path in python_files(package)}
    assert {name: names for name, names in found.items() if names} == {}


def test_learning_to_scale_goes_one_way_too() -> None:
    used = re.compile(r"^ *(?:from|import) rl_scaling\.(\w+)", re.MULTILINE)
    found = [
        (name_of(path), later)
        for number, package in enumerate(LEARNING)
        for path in python_files(f"rl_scaling/{package}")
        for later in set(used.findall(path.read_text("utf-8"))) & {*LEARNING[number + 1 :], "policy"}
        if (package, later) != ("fine_tuning", "policy")
    ]
    assert found == []
    assert {path.parent.name for path in python_files("rl_scaling")} == {"rl_scaling", *LEARNING}


def test_streamlit_stays_in_the_app() -> None:
    outside = [path for path in CODE if name_of(path).split("/")[0] not in ("app", "streamlit_app.py")]
    assert [name_of(path) for path in outside if "streamlit" in imported(path.read_text("utf-8"))] == []


def test_every_module_says_what_it_is_for() -> None:
    empty = {path for path in CODE if not path.read_text("utf-8").strip()}
    silent = [path for path in CODE if path not in empty and not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert [name_of(path) for path in silent] == []
    assert [name_of(path) for path in empty if path.parent.name in ROAD] == []


def test_no_file_grows_too_large() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in CODE}
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_no_path_of_a_developers_machine_is_in_the_code() -> None:
    own = Path(__file__)
    marks = ("/home/", "/Users/", "/root/")
    texts = {name_of(path): path.read_text("utf-8") for path in [*CODE, *python_files("tests")] if path != own}
    assert [(name, mark) for name, text in texts.items() for mark in marks if mark in text] == []


def test_no_document_holds_a_placeholder() -> None:
    # Figures are filled in from benchmark results: a word in capitals where a number belongs was forgotten.
    marks = re.compile(r"\b(COVERAGE|COVER|TBD|XXX|FIXME|TODO)\b")
    texts = {path.name: path.read_text("utf-8") for path in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]}
    assert [name for name, text in texts.items() if marks.search(text)] == []
