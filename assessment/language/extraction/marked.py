"""Messages marked in code: ``_("...")`` and ``_.plural("...", "...", n)``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

PLACES = ("streamlit_app.py", "app", "assessment/report")
# The second argument of `plural` is its second form.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "plural": (1, 2)}


def marked(root: Path) -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Message, or its singular and plural, and the file it is in."""
    for place in PLACES:
        path = root / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for _, message, _, _ in extract_from_file("python", file, keywords=KEYWORDS):
                yield message, file.relative_to(root).as_posix()
