"""Texts of the tables (.toml) that results quote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Sources, citations and DOIs stay as they are.
FIELDS = {
    "assessment/indicators/catalogue/*.toml": ("label", "definition", "protocol"),
    "assessment/criteria/*.toml": ("title", "population", "region", "note", "label", "requires", "protocol", "accepts"),
    "assessment/profile/domains.toml": ("name", "text", "label"),
    "assessment/profile/references/*.toml": ("name", "protocol", "caveats", "statement"),
    "assessment/uncertainty/reliability.toml": ("population", "note"),
}
# Names of indicators, and abbreviations have no translation.
_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def sentences_in_tables(root: Path) -> Iterator[tuple[str, str]]:
    """Message and the file it is in."""
    for pattern, fields in FIELDS.items():
        for file in sorted(root.glob(pattern)):
            name = file.relative_to(root).as_posix()
            for text in _texts(tomllib.loads(file.read_text(encoding="utf-8")), fields):
                if any(letter.islower() for letter in text) and not _KEY.fullmatch(text):
                    yield text.replace("{", "{{").replace("}", "}}"), name


def _texts(table: Any, fields: tuple[str, ...]) -> Iterator[str]:
    """Texts of the fields, at any depth; ``per_body_mass`` entries are made from the others by the code."""
    if isinstance(table, list):
        for entry in table:
            yield from _texts(entry, fields)
    elif isinstance(table, dict):
        for key, value in table.items():
            if key in fields and isinstance(value, str):
                yield value
            elif key in fields and isinstance(value, list) and all(isinstance(one, str) for one in value):
                yield from value
            else:
                yield from _texts(value, fields)
