"""Rows of a manifest that were not accepted, and the file that lists them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from assessment.visit import FORMULA_SIGNS
from models.errors import SettingsError


@dataclass(frozen=True)
class BadRow:
    """One reason why a row is not accepted; a row may have several.

    Attributes
    ----------
    row : int
        As a spreadsheet counts: the header is row 1. Of a folder: the place among its entries by name, from 1.
    participant, visit : str
        Empty where they are not accepted themselves, or may be a name or a date of birth all the same.
    column : str
        Empty where the row as a whole is meant.
    reason, hint : str
        Never hold the text of a path, a name or a date.
    """

    row: int
    participant: str
    visit: str
    column: str
    reason: str
    hint: str


def write_bad_rows(rows: Sequence[BadRow], path: Path) -> None:
    """Write all reasons as CSV, whole or not at all; where there is none, a file of an earlier run goes.

    Raises
    ------
    SettingsError
        The file cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if not rows:
            path.unlink(missing_ok=True)
            return
        names = [field.name for field in fields(BadRow)]
        # With the mark by which spreadsheets know UTF-8.
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(names)
            table.writerows([_plain(getattr(row, name)) for name in names] for row in rows)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SettingsError(
            f"{path.name} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Give a folder that can be written.",
        ) from None


def _plain(value: str | int) -> str | int:
    """A text that no spreadsheet takes for a formula: reasons quote what somebody typed."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple(FORMULA_SIGNS) else value
