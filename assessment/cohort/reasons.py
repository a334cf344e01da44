"""Failures that have the same cause, counted together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assessment.cohort.failures import SessionFailure

# What differs between two messages of one cause: what is quoted, and words with a digit, an underscore or a capital
# within (numbers, names of files, trials, markers and participants), alone or in a list.
_QUOTED = r"'[^']*'|\"[^\"]*\""
_WORD = r"\S*(?:[\d_]|[a-z][A-Z]|[A-Z]{2})\S*"
_DIFFERS = re.compile(rf"(?:{_QUOTED}|{_WORD})(?:(?:,? and|,)?\s+(?:{_QUOTED}|{_WORD}))*")


@dataclass(frozen=True)
class Reason:
    """Why visits failed.

    Attributes
    ----------
    count : int
        How many visits.
    kind, message, hint : str
        Of the first of them.
    example : str
        Its key, such as ``P001/V1``.
    """

    count: int
    kind: str
    message: str
    hint: str
    example: str


def cause_of(kind: str, message: str) -> tuple[str, str]:
    """What messages of one cause share: the kind of the error and its text without numbers and names."""
    return kind, _DIFFERS.sub("…", message)


def frequent_reasons(failures: Iterable[SessionFailure]) -> list[Reason]:
    """Every cause once, the most frequent first."""
    by_cause: dict[tuple[str, str], list[SessionFailure]] = {}
    for failure in failures:
        by_cause.setdefault(cause_of(failure.error.kind, failure.error.message), []).append(failure)
    reasons = [
        Reason(len(same), kind, same[0].error.message, same[0].error.hint, f"{same[0].participant}/{same[0].visit}")
        for (kind, _), same in by_cause.items()
    ]
    return sorted(reasons, key=lambda reason: -reason.count)
