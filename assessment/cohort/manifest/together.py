"""What rows of a manifest must be beside each other: no visit, no recording twice; one person, one sex, one group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pandas as pd
import pandera.pandas as pa

from assessment.cohort.manifest.schema import broken_rules

_ROWS_NAMED = 5
_SPELLED = ("participant", "visit", "group")


def contradictions(known: pd.DataFrame, row_called: str = "row") -> Iterator[tuple[int, str, str, str]]:
    """Every contradiction between rows: row, column, reason, hint.

    Parameters
    ----------
    known : DataFrame
        Accepted values: ``participant``, ``visit``, ``group``, ``sex`` (also from the session's files) and
        ``recordings``, the same text for the same recordings; absent where not known. A visit without a group beside
        one with a group contradicts it as well: its group is the empty text.
    row_called : str
    """
    person = known["participant"].str.casefold()
    visit = person + "/" + known["visit"].str.casefold()
    keys = {"visit": visit, "session": known["recordings"], "group": person, "sex": person}
    counts = {
        "visit": _transformed(visit, visit, "size"),
        "session": _transformed(known["recordings"], known["recordings"], "size"),
        "group": _transformed(known["group"], person, "nunique"),
        "sex": _transformed(known["sex"], person, "nunique"),
    }
    usual = {name: _usual(known[name]) for name in _SPELLED}
    spelled = {f"{name} spelling": (known[name] == usual[name]) | known[name].isna() for name in _SPELLED}
    keys = {name: key.astype(object) for name, key in keys.items()}
    rows_of = _rows_by_key()
    for row, tested, _, _ in broken_rules(_SCHEMA, pd.DataFrame(counts | spelled)):
        column, _, spelling = tested.partition(" ")
        if spelling:
            # The cell may hold a name: a row with the usual spelling is told instead of it.
            beside = (known[column] == usual[column].loc[row]).idxmax()
            yield row, column, f"{column} differs from that of {row_called} {beside} only in case.", _ONE_SPELLING
        else:
            reason, hint = _IN_WORDS[column]
            yield row, column, f"{reason} ({row_called}s {rows_of(column, keys[column], row)}).", hint


_ONE_SPELLING = "Write it in the same way everywhere: on some systems both are the same folder."
_IN_WORDS = {
    "visit": ("The same visit of the participant is there more than once", "Give each visit a code of its own."),
    "session": ("The same recordings are given more than once", "Give each visit its own session."),
    "group": ("The participant's visits are not all in one group", "A participant has one group at all visits."),
    "sex": ("The participant's visits differ in sex", "Check whose visits they are, and give all the same sex."),
}
_SCHEMA = pa.DataFrameSchema(
    {name: pa.Column(checks=pa.Check.le(1, error=name), nullable=True) for name in _IN_WORDS}
    | {f"{name} spelling": pa.Column(checks=pa.Check.eq(True, error=name)) for name in _SPELLED}
)


def _transformed(values: pd.Series, key: pd.Series, how: Literal["size", "nunique"]) -> pd.Series:
    return values.groupby(key, dropna=True).transform(how)


def _usual(text: pd.Series) -> pd.Series:
    """Of texts that differ only in case the most frequent one; of two as frequent ones the first."""
    counts = text.groupby(text).transform("size")
    order = counts.sort_values(ascending=False, kind="stable").index
    folded = text.str.casefold()
    return folded.map(text.loc[order].groupby(folded.loc[order]).first())


def _rows_by_key() -> Callable[[str, pd.Series, int], str]:
    """The rows that share a row's key, in words; each key is looked up once."""
    grouped: dict[str, dict[str, str]] = {}

    def rows(column: str, key: pd.Series, row: int) -> str:
        if column not in grouped:
            grouped[column] = {str(name): _named(list(at)) for name, at in key.groupby(key).groups.items()}
        return grouped[column][key.loc[row]]

    return rows


def _named(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:_ROWS_NAMED]))
    more = len(rows) - _ROWS_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
