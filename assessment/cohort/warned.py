"""Visits that were assessed although something of their recordings is odd: a trial that is missing, a damaged file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assessment.cohort.reasons import cause_of, first_visit, text_of, without_names
from assessment.cohort.rows import REASONS_APART

WARNED_COLUMNS = ("participant", "visit", "session", "warnings")
"""What is needed of the wide table."""


@dataclass(frozen=True)
class Warned:
    """Visits with the same warning.

    Attributes
    ----------
    text : str
        What differs between them is a `assessment.cohort.reasons.GAP`.
    visits : int
    example : str
        Key of the first visit.
    """

    text: str
    visits: int
    example: str


def frequent_warnings(visits: pd.DataFrame) -> list[Warned]:
    """Every warning once, that of most visits first.

    Parameters
    ----------
    visits : DataFrame
        `WARNED_COLUMNS`, one row a visit.
    """
    lines = visits.assign(reason=visits["warnings"].fillna("").str.split(REASONS_APART)).explode("reason")
    lines = lines[lines["reason"] != ""]
    said = without_names(lines)
    lines = lines.assign(said=said, cause=said.map(cause_of))
    found = [
        Warned(text_of(same, str(cause)), len(same.drop_duplicates(["participant", "visit"])), first_visit(same))
        for cause, same in lines.groupby("cause", sort=False)
    ]
    return sorted(found, key=lambda one: -one.visits)
