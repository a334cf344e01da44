"""Where a text can be taken apart: between sentences, at the joints of a list, at brackets, after a label."""

from __future__ import annotations

import re
from itertools import accumulate

SEMICOLON = "; "
JOINTS = (SEMICOLON, ", ", " and ", " or ")

_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=\S)")
_CLAUSE_END = re.compile(r"(?<=[.!?;]) +(?=\S)")
# "grip strength 25.0 kg": a label and what is said of it; "9 points": a number and what it counts.
_LABEL_AND_VALUE = re.compile(r"(?P<label>.*?[^\W\d_]\)?)(?P<value> [-+−–<>≤≥±\[]? ?\d.*)", re.DOTALL)
_COUNTED = re.compile(r"(?P<number>[^A-Za-z]*\d\S* )(?P<counted>[a-z ]+)")
_BRACKET = re.compile(r"[()]")
_WORD = re.compile(r"[^\W\d_]\w*")
_UNITS = frozenset({"deg", "Nms", "min"})
_SHORT_WORDS = frozenset({"as", "at", "by", "if", "in", "is", "it", "no", "of", "on", "or", "to"})


def sentences(text: str) -> list[str]:
    """Sentence by sentence."""
    return _SENTENCE_END.split(text)


def is_one_clause(text: str) -> bool:
    """Whether no sentence or clause ends inside."""
    return _CLAUSE_END.search(text) is None


def listed(text: str, joint: str) -> list[str]:
    """What a joint joins, outside of brackets."""
    parts = [""]
    for piece in text.split(joint):
        parts[-1:] = [parts[-1], piece] if is_balanced(parts[-1]) else [parts[-1] + joint + piece]
    return parts[1:]


def bracketed(text: str) -> tuple[str, str, str] | None:
    """What is before, in and after the last outer brackets; None where there are none, or they do not fit."""
    closing = text.rfind(")")
    opening = next((at for at in range(closing, -1, -1) if text[at] == "(" and is_balanced(text[at : closing + 1])), -1)
    return None if opening < 0 else (text[:opening], text[opening + 1 : closing], text[closing + 1 :])


def is_balanced(text: str) -> bool:
    """Whether every bracket is closed, and none that was not opened."""
    depths = list(accumulate(1 if bracket == "(" else -1 for bracket in _BRACKET.findall(text)))
    return not depths or (depths[-1] == 0 and min(depths) == 0)


def label_and_value(text: str) -> tuple[str, str] | None:
    """``grip strength`` and `` 25.0 kg``."""
    found = _LABEL_AND_VALUE.fullmatch(text)
    return None if found is None else (found["label"], found["value"])


def number_and_counted(text: str) -> tuple[str, str] | None:
    """``9 `` and ``points``."""
    found = _COUNTED.fullmatch(text)
    return None if found is None else (found["number"], found["counted"])


def is_neutral(text: str) -> bool:
    """Numbers, units, signs, and names written as such: nothing to be translated."""
    return all(
        word in _UNITS
        or (len(word) <= 2 and word not in _SHORT_WORDS)
        or word.isupper()
        or any(letter.isdigit() or letter == "_" for letter in word)
        for word in _WORD.findall(text)
    )
