"""What may be repeated of a cell that is not accepted: cells shifted by a column hold names and dates of birth."""

from __future__ import annotations

import re

# Numbers with more digits are dates, telephone numbers and the like.
_NUMBER = re.compile(
    r"[<>~]?\s?[-+]?\d{1,5}(?:[.,]\d{1,4})?\s?"
    r"(?:mm|cm|m|metres?|meters?|in|inch(?:es)?|ft|feet|g|grams?|kg|kgs|lbs?|pounds|st|years?|yrs?|y|%)?\.?",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{1,4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,4}\.?(?:[T ].*)?"  # 1940-05-06, 6.5.40
    r"|\d{1,2}[-./](?:19|20)\d\d|(?:19|20)\d\d[-./]\d{1,2}"  # 05/1940
    r"|\d{6}|\d{8}|\d{6}-\d{7}"  # 400506, 19400506, and what begins with the date of birth
    r"|.*\d\D*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d.*"  # 6 May 1940
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b\D*\d{1,2}\D+\d{2,4}"
    r"|\d{2,4}\s?년.*",
    re.IGNORECASE,
)
_LONGEST_DATE = 40
_LONG_NUMBER = re.compile(r"[\d._-]{7,}")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[.,]0*)?")
# What people write for sex and for how muscle mass was measured.
_WORDS = frozenset(
    {
        "male", "female", "man", "men", "woman", "women", "w", "boy", "girl", "mann", "frau", "männlich", "weiblich",
        "남", "여", "남자", "여자", "남성", "여성", "other", "diverse", "d", "x", "u", "unknown", "none", "no", "yes",
        "dexa", "dxa", "bia", "bis", "inbody", "bioimpedance", "impedance", "ct", "mri", "scale", "scales",
    }
)  # fmt: skip
_WORDS_OF_VISITS = frozenset(
    {
        "baseline", "base", "screening", "pre", "post", "first", "second", "third", "final", "end", "follow-up",
        "followup", "follow_up",
    }
)  # fmt: skip


def is_of_time(cell: str) -> bool:
    """Whether a cell may be a date or a year, such as that of a birth."""
    return _is_date(cell) or _YEAR.fullmatch(cell) is not None


def quoted(cell: str) -> str | None:
    """A cell between quotation marks where it says nothing of who somebody is; None where it may."""
    harmless = _NUMBER.fullmatch(cell) is not None or cell.casefold() in _WORDS
    return repr(cell) if harmless and not is_of_time(cell) else None


def in_kind(cell: str) -> str:
    """What a cell is, in words that do not repeat it."""
    if is_of_time(cell):
        return "looks like a date" if _is_date(cell) else "looks like a year"
    if any(map(str.isalpha, cell)):
        return "is text"
    return "holds digits and signs" if any(map(str.isdigit, cell)) else "holds signs"


def told_code(code: str) -> str:
    """A code as it may stand beside what is wrong with its row: empty where it may be a name, a date or a telephone."""
    plain = any(map(str.isdigit, code)) or code.casefold() in _WORDS_OF_VISITS
    return code if plain and not is_of_time(code) and not _LONG_NUMBER.fullmatch(code) else ""


def _is_date(cell: str) -> bool:
    # Longer ones are text; asking the pattern of them would take long.
    return len(cell) <= _LONGEST_DATE and _DATE.fullmatch(cell) is not None
