"""Messages marked in code: ``_("...")`` and ``plural("...", "...", n)``.

From the syntax tree, because Babel's extractor reads tokens: before Python 3.12 it sees nothing inside f-strings.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PLACES = (
    "streamlit_app.py", "app", "assessment/cohort/report", "assessment/report", "assessment/settings_words.py",
)  # fmt: skip
# How many of the first arguments are forms of the message.
MARKS = {"_": 1, "plural": 2}


def marked(root: Path) -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Message, or its singular and plural, and the file it is in."""
    for place in PLACES:
        path = root / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for forms in _forms(ast.parse(file.read_text(encoding="utf-8"))):
                yield forms[0] if len(forms) == 1 else forms, file.relative_to(root).as_posix()


def _forms(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        wanted = MARKS.get(_name(node.func)) if isinstance(node, ast.Call) else None
        if wanted is None or not isinstance(node, ast.Call):
            continue
        given = [
            one.value for one in node.args[:wanted] if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if len(given) == wanted:
            yield tuple(given)


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
