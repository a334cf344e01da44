"""Verdicts and how they combine: Kleene's logic with two kinds of not knowing.

*Indeterminate* is a value too near its cut-off for its standard error; *not assessable* is a value that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Verdict(StrEnum):
    """What can be said about a criterion or a framework."""

    MEETS = "meets"
    DOES_NOT_MEET = "does_not_meet"
    INDETERMINATE = "indeterminate"
    NOT_ASSESSABLE = "not_assessable"

    @property
    def decided(self) -> bool:
        """Whether it is a yes or a no."""
        return self in (Verdict.MEETS, Verdict.DOES_NOT_MEET)


def _first_of(order: Sequence[Verdict], verdicts: Sequence[Verdict]) -> Verdict:
    return next(verdict for verdict in order if verdict in verdicts)


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Every part is needed; one that is not met decides, whatever the others are."""
    order = (Verdict.DOES_NOT_MEET, Verdict.NOT_ASSESSABLE, Verdict.INDETERMINATE, Verdict.MEETS)
    return _first_of(order, verdicts)


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """One part is enough, but only all parts together can say no: each looks at something of its own."""
    order = (Verdict.MEETS, Verdict.INDETERMINATE, Verdict.NOT_ASSESSABLE, Verdict.DOES_NOT_MEET)
    return _first_of(order, verdicts)


def any_done(verdicts: Sequence[Verdict]) -> Verdict:
    """Tests of one and the same ability: one low result is enough, and the tests that were done can say no."""
    return any_of([verdict for verdict in verdicts if verdict is not Verdict.NOT_ASSESSABLE] or verdicts)


def first_done(verdicts: Sequence[Verdict]) -> Verdict:
    """In order of preference: the first that could be assessed speaks alone."""
    return next((verdict for verdict in verdicts if verdict is not Verdict.NOT_ASSESSABLE), Verdict.NOT_ASSESSABLE)


COMBINE: Final[Mapping[str, Callable[[Sequence[Verdict]], Verdict]]] = MappingProxyType(
    {"all_of": all_of, "any_of": any_of, "any_done": any_done, "first_done": first_done}
)
