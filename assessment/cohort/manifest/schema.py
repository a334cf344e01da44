"""What every cell of a manifest must be, as a schema of pandera, and each broken rule in words."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from assessment.cohort.manifest.columns import NUMBERS, Number
from assessment.cohort.manifest.telling import in_kind, is_of_time, quoted
from assessment.visit import FORMULA_SIGNS, LONGEST_CODE
from models.subject import ACCEPTED_SEXES
from pipeline.session.metadata import SEX_OF
from pipeline.session.names import WINDOWS_DEVICES

ASM_METHODS = ("bia", "dxa")

_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_OF_A_CODE = frozenset(string.ascii_letters + string.digits + "._-")
_GIVE_CODE = (
    f"Accepted: a code of at most {LONGEST_CODE} letters, digits and . _ - (no accents, no blanks), beginning with a "
    "letter or digit and not ending in a point, such as P001 or V1; it becomes the name of a folder."
)
_GIVE_AGE = "Give the age at the visit in years, and keep dates of birth out."
_SHIFTED = "If cells of the row have slipped into the next column, put them back."


def numbers(text: pd.Series) -> pd.Series:
    """Texts as numbers, with point or decimal comma; not a number where they are none."""
    return pd.to_numeric(text.str.replace(",", ".", regex=False), errors="coerce").astype(float)


def _rule(name: str, test: Callable[[pd.Series], pd.Series]) -> pa.Check:
    return pa.Check(test, error=name)


def _code(*, needs_digit: bool) -> pa.Column:
    rules = [
        _rule("code", lambda text: text.str.fullmatch(_CODE)),
        _rule("long", lambda text: text.str.len() <= LONGEST_CODE),
        _rule("device", lambda text: ~text.str.replace(r"\..*", "", regex=True).str.casefold().isin(WINDOWS_DEVICES)),
    ]
    if needs_digit:
        rules.append(_rule("digit", lambda text: text.str.contains(r"\d")))
    return pa.Column(checks=rules)


def _number(number: Number) -> pa.Column:
    def is_accepted(text: pd.Series) -> pd.Series:
        value = numbers(text)
        above = value > number.lowest if number.from_above else value >= number.lowest
        return (above & (value <= number.highest)) | value.isna()

    def is_whole(text: pd.Series) -> pd.Series:
        value = numbers(text)
        return (value % 1 == 0) | value.isna() | ~is_accepted(text)

    rules = [_rule("number", lambda text: numbers(text).notna()), _rule("range", is_accepted)]
    return pa.Column(checks=[*rules, _rule("whole", is_whole)] if number.whole else rules, nullable=True)


def _word(accepted: tuple[str, ...]) -> pa.Column:
    return pa.Column(checks=_rule("word", lambda text: text.str.casefold().isin(accepted)), nullable=True)


def _text(*, nullable: bool, longest: int | None = None) -> pa.Column:
    rules = [_rule("formula", lambda text: ~text.str.startswith(tuple(FORMULA_SIGNS)))]
    if longest is not None:
        rules.append(_rule("label", lambda text: (text.str.len() <= longest) & text.map(str.isprintable)))
    return pa.Column(checks=rules, nullable=nullable)


CELLS = pa.DataFrameSchema(
    {
        "participant": _code(needs_digit=True),
        "visit": _code(needs_digit=False),
        "session": _text(nullable=False),
        "sex": _word(tuple(SEX_OF)),
        "group": _text(nullable=True, longest=LONGEST_CODE),
        "asm_method": _word(ASM_METHODS),
        **{name: _number(number) for name, number in NUMBERS.items()},
    },
    strict=True,
)
"""Every cell by itself; the cells are text."""


def participant_codes(texts: Sequence[str]) -> list[bool]:
    """Which texts are accepted as codes of participants."""
    table = pd.DataFrame({"participant": texts}, dtype="str")
    refused = {row for row, *_ in broken_rules(CELLS.select_columns(["participant"]), table)}
    return [row not in refused for row in table.index]


def broken_rules(schema: pa.DataFrameSchema, table: pd.DataFrame) -> Iterator[tuple[int, str, str, str]]:
    """Every rule of the schema that a row breaks: row, column, rule, and the cell (empty where it is)."""
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        found = errors.failure_cases
        cells = found["failure_case"].astype("str").fillna("")
        yield from zip(found["index"].astype(int), found["column"], found["check"], cells, strict=True)


# The same slip is in many rows.
@lru_cache(maxsize=10_000)
def in_words(column: str, rule: str, cell: str) -> tuple[str, str]:
    """A broken rule of `CELLS` as reason and hint.

    Cells are repeated only where they cannot be a person's name or date of birth (`telling.quoted`).
    """
    if rule == "not_nullable":
        return f"{column} is empty.", _GIVE_CODE if column != "session" else "Give a path or the UUID at OpenCap."
    if rule in ("code", "long", "device", "digit"):
        return _about_code(column, rule, cell)
    if rule == "formula":
        return f"{column} begins with {cell[0]!r}, as a formula does.", "Write it so that no spreadsheet computes it."
    if rule == "label":
        return f"{column} is too long or cannot be printed.", f"Give at most {LONGEST_CODE} ordinary characters."
    if rule == "word":
        return _about_word(column, cell)
    number = NUMBERS[column]
    if rule == "number":
        return _about_no_number(column, number, cell)
    if rule == "whole":
        return f"{column} {_said(cell, 'not a whole number')}.", f"Accepted: {number.accepted}."
    return f"{column} {_said(cell, 'out of range')}.", _about_range(column, number, cell)


def _about_code(column: str, rule: str, cell: str) -> tuple[str, str]:
    if rule == "long":
        return f"{column} has {len(cell)} characters.", _GIVE_CODE
    if rule == "device":
        return f"{column} is a name that Windows keeps for a device.", "Give another code, such as P001 or V1."
    if rule == "digit":
        return f"{column} has no digit: it may be a name, or initials.", "Give study codes with a number, such as P001."
    odd = set(cell) - _OF_A_CODE
    signs = [repr(one) for one in sorted(odd) if not one.isalnum()]
    # Of a short name in another alphabet they would be the whole.
    letters = ["letters or digits other than a to z, A to Z and 0 to 9"] if len(signs) < len(odd) else []
    if odd:
        return f"{column} holds {' and '.join([', '.join(signs[:5])] * bool(signs) + letters)}.", _GIVE_CODE
    return f"{column} begins or ends with {cell[-1] if cell[0].isalnum() else cell[0]!r}.", _GIVE_CODE


def _about_word(column: str, cell: str) -> tuple[str, str]:
    accepted = ACCEPTED_SEXES if column == "sex" else ASM_METHODS
    coded = " Codes such as 1 and 2 mean different things in different studies." if cell.isdecimal() else ""
    shifted = "" if quoted(cell) else f" {_SHIFTED}"
    return (
        f"{column} {_said(cell, 'not a word that is accepted')}.",
        f"Accepted: {', '.join(accepted)}.{coded}{shifted}",
    )


def _about_no_number(column: str, number: Number, cell: str) -> tuple[str, str]:
    hint = _GIVE_AGE if column == "age_years" and is_of_time(cell) else f"Give {number.accepted}, without the unit."
    return f"{column} {_said(cell, 'not a number')}.", hint if quoted(cell) else f"{hint} {_SHIFTED}"


def _about_range(column: str, number: Number, cell: str) -> str:
    if is_of_time(cell):
        return _GIVE_AGE if column == "age_years" else f"Accepted: {number.accepted}. {_SHIFTED}"
    value = float(cell.replace(",", "."))
    for unit, factor in number.slips.items():
        if number.lowest < value * factor <= number.highest:
            return f"Accepted: {number.accepted}. It looks like {unit}: then write {value * factor:.4g}."
    return f"Accepted: {number.accepted}. Check the unit."


def _said(cell: str, what: str) -> str:
    shown = quoted(cell)
    return f"{in_kind(cell)}, {what}" if shown is None else f"is {shown}, {what}"
