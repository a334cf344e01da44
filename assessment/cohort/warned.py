"""Visits that were assessed although something of their recordings is odd: a trial that is missing, a damaged file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assessment.cohort.reasons import causes
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
    lines = lines.assign(text=causes(lines)).drop_duplicates(["participant", "visit", "text"])
    found = [
        Warned(str(text), len(same), f"{same['participant'].iloc[0]}/{same['visit'].iloc[0]}")
        for text, same in lines.groupby("text", sort=False)
    ]
    return sorted(found, key=lambda one: -one.visits)
