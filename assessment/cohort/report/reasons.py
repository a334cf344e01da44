"""Reasons that differ in their numbers only are one reason; codes, names of trials and sessions are taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from assessment.cohort.reasons import cause_of

GAP = "…"
_MASK = "\0"
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?![\w])")
# A path can hold somebody's name, and a blank within it: an absolute one ends where the clause does.
_PATH = re.compile(rf"(?<![\w{GAP}])(?:/|\\\\|[A-Za-z]:[/\\])(?:(?! *[,;:()\"']|\. |\.$).)*|\S+[/\\]\S+[/\\]\S*")
_OWN_NAMES = ("participant", "visit", "session", "trial")


def without_names(failures: pd.DataFrame, column: str = "reason") -> pd.Series:
    """Texts of failures, without the codes and names of the row they stand in, nor paths.

    Parameters
    ----------
    failures : DataFrame
        With whatever names its rows have.
    column : str
    """
    names = [name for name in _OWN_NAMES if name in failures]
    return pd.Series(
        [
            _nameless(str(row[column]), [str(row[name]) for name in names])
            for row in failures[[column, *names]].fillna("").to_dict("records")
        ],
        index=failures.index,
        dtype=object,
    )


def causes(failures: pd.DataFrame) -> pd.Series:
    """Reasons of failures without names, and without the numbers and words that differ between those of one cause.

    Parameters
    ----------
    failures : DataFrame
    """
    said = without_names(failures)
    found = [cause_of(kind, reason)[1] for kind, reason in zip(failures["kind"], said, strict=True)]
    return pd.Series(found, index=failures.index, dtype=object)


def counted(reasons: Mapping[str, int] | Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """How often there is each reason, the most frequent first; a number that varies becomes `GAP`, others stay.

    Parameters
    ----------
    reasons : mapping, or pairs
        Reason and how often.
    """
    totals: Counter[str] = Counter()
    for reason, n in reasons.items() if isinstance(reasons, Mapping) else reasons:
        totals[reason] += n
    groups: dict[str, list[tuple[str, int]]] = {}
    for reason, n in totals.items():
        groups.setdefault(_NUMBER.sub(_MASK, reason), []).append((reason, n))
    found = [(_shared(mask, [reason for reason, _ in same]), sum(n for _, n in same)) for mask, same in groups.items()]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _shared(mask: str, reasons: list[str]) -> str:
    """The text with those numbers that all have in common."""
    columns = zip(*(_NUMBER.findall(reason) for reason in reasons), strict=True)
    kept = iter([numbers[0] if len(set(numbers)) == 1 else GAP for numbers in columns])
    return "".join(part + next(kept, "") for part in mask.split(_MASK))


def _nameless(reason: str, names: list[str]) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", GAP, reason)
    return _PATH.sub(GAP, reason)
