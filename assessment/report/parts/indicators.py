"""Tables of indicators: value with its 95 % interval, quality mark, earlier value and change, reasons as notes."""

from __future__ import annotations

from collections.abc import Iterable

from assessment.catalogue import catalogue
from assessment.presentation import Row
from assessment.report.context import Context, mark_symbol, signs
from assessment.report.parts.change import change_cells, change_of
from assessment.report.structure import Cell
from pipeline.quality import Mark

SIDE_KEYS = {"right": "r", "left": "l"}


class Notes:
    """Numbered notes of one table: a reason that several rows share is written once.

    Parameters
    ----------
    said : iterable of str
        Translated reasons that stand elsewhere already.
    """

    def __init__(self, said: Iterable[str] = ()) -> None:
        self.said = set(said)
        self.texts: list[str] = []

    def numbers(self, reasons: Iterable[str]) -> tuple[int, ...]:
        """Numbers of these reasons, new ones added."""
        found = []
        for reason in dict.fromkeys(reasons):
            if reason in self.said:
                continue
            if reason not in self.texts:
                self.texts.append(reason)
            found.append(self.texts.index(reason) + 1)
        return tuple(sorted(found))


def value_text(of: Context, row: Row, side: str) -> str:
    """Mean and interval of a side with its unit, or that it is withheld."""
    _, mean = of.words, row.means[side]
    if mean == "–":
        return _("withheld")
    return signs(f"{mean} {unit_text(of, row)}".rstrip())


def unit_text(of: Context, row: Row) -> str:
    """Unit as it stands behind a number; nothing behind ratios."""
    unit = "" if row.unit == "ratio" else of.words.result(row.unit)
    return unit.replace("deg/s", "°/s").replace("deg", "°").replace("*", "·")


def quality_cell(of: Context, row: Row, notes: Notes) -> Cell:
    """Mark of a row and the notes that say why."""
    reasons = [signs(of.words.result(reason)) for reason in row.reasons] if row.mark is not Mark.REPORTED else []
    return Cell(text=of.mark(row.mark), symbol=mark_symbol(row.mark), notes=notes.numbers(reasons))


def change_columns(of: Context, activity: str, row: Row, *, briefly: bool) -> tuple[Cell, ...]:
    """Earlier value and change of a row of a movement; nothing without an earlier visit."""
    if not of.has_changes:
        return ()
    changes = [change_of(of, row.name, activity, SIDE_KEYS.get(side, "")) for side in row.means]
    return change_cells(of, changes, briefly=briefly)


def needs_forces(row: Row) -> bool:
    """Whether a number rests on contact forces, and with them on where these came from."""
    declared = catalogue().get(row.name)
    return declared is not None and declared.needs == "moments"
