"""Failures that have the same cause, counted together: what differs between them goes, and with it all names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from assessment.cohort.schemas import WHOLE_VISIT

GAP = "…"
# What differs between two messages of one cause: what is quoted, and words with a digit, an underscore or a capital
# within (numbers, names of files, trials, markers and participants), alone or in a list.
_QUOTED = r"'[^']*'|\"[^\"]*\""
_WORD = r"\S*(?:[\d_]|[a-z][A-Z]|[A-Z]{2})\S*"
_DIFFERS = re.compile(rf"(?:{_QUOTED}|{_WORD})(?:(?:,? and|,)?\s+(?:{_QUOTED}|{_WORD}))*")
_MASK = "\0"
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?![\w])")
# A path can hold somebody's name, and a blank within it: an absolute one ends where the clause does.
# Addresses of pages and a stroke that stands alone are no paths.
_PATH = re.compile(
    rf"(?<![\w{GAP}:/])(?:/(?=\S)|\\\\|[A-Za-z]:[/\\](?!/))(?:(?! *[,;:()\"']|\. |\.$).)*"
    r"|(?<!\S)(?!\w+://)\S+[/\\]\S+[/\\]\S*"
)
_OWN_NAMES = ("participant", "visit", "session", "trial")


@dataclass(frozen=True)
class Reason:
    """Why visits or trials have no results.

    Attributes
    ----------
    visits, trials : int
        How many it stopped: whole visits, and trials of others.
    stage : str
    text, hint : str
        What differs between its failures is a `GAP`; codes, names of trials and paths always are.
    cause : str
        The text with a gap for every number and name, also where there is one failure only: what a report may say.
    example : str
        Key of the first visit.
    """

    visits: int
    trials: int
    stage: str
    text: str
    hint: str
    cause: str
    example: str


def frequent_reasons(failures: pd.DataFrame) -> list[Reason]:
    """Every reason once, the most frequent first.

    Parameters
    ----------
    failures : DataFrame
        As `assessment.cohort.reading.CohortResults.failures` has them.
    """
    said = without_names(failures)
    table = failures.assign(said=said, cause=said.map(cause_of), hint=without_names(failures, "hint"))
    found = [
        _reason(str(stage), str(cause), str(hint), same)
        for (_, stage, cause, hint), same in table.groupby(["kind", "stage", "cause", "hint"], sort=False)
    ]
    return sorted(found, key=lambda reason: (-reason.visits, -reason.trials))


def _reason(stage: str, cause: str, hint: str, same: pd.DataFrame) -> Reason:
    visits = int((same["trial"] == WHOLE_VISIT).sum())
    return Reason(visits, len(same) - visits, stage, text_of(same, cause), hint, cause, first_visit(same))


def text_of(same: pd.DataFrame, cause: str) -> str:
    """What rows of one cause say (column ``said``): the text itself where all say the same."""
    said = same["said"].unique()
    return str(said[0]) if len(said) == 1 else cause


def first_visit(same: pd.DataFrame) -> str:
    """Key of the first visit of a table."""
    return f"{same['participant'].iloc[0]}/{same['visit'].iloc[0]}"


def cause_of(message: str) -> str:
    """What messages of one cause share: the text without numbers and names."""
    return _DIFFERS.sub(GAP, message)


def causes(failures: pd.DataFrame) -> pd.Series:
    """Reasons of failures without names, and without the numbers and words that differ between those of one cause."""
    return without_names(failures).map(cause_of)


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
    # A visit may be called 1, as many numbers in a text are.
    for name in sorted((name for name in names if re.search(r"[^\d\s]", name)), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", GAP, reason)
    return _PATH.sub(GAP, reason)
