"""What one check of the pre-flight list says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["stop", "warn", "ok"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""The worst first."""


@dataclass(frozen=True)
class Check:
    """One line of the list.

    Attributes
    ----------
    level : {'stop', 'warn', 'ok'}
        The run cannot start; it can, and something is worth knowing; all is well.
    subject : str
        Whom it concerns: ``session``, ``participant``, ``settings``, ``clinical values``, or the name of a trial.
    text : str
        What was found, in a sentence.
    hint : str
        What to do; empty where nothing is to be done.
    """

    level: Level
    subject: str
    text: str
    hint: str = ""


def may_run(checks: Iterable[Check]) -> bool:
    """Whether nothing stands in the way."""
    return all(check.level != "stop" for check in checks)
