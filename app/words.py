"""Words for the codes that tables and results carry."""

from __future__ import annotations

from datetime import date

import pandas as pd

from app.language import _, _result
from assessment.presentation import SIDE_NAMES, with_interval

NOTHING = "–"


def sex_word(sex: str | None) -> str:
    """Sex in the user's language; a dash where it is not known."""
    return {"f": _("female"), "m": _("male"), "unspecified": _("sex unspecified")}.get(sex or "", NOTHING)


def movement_word(activity: str) -> str:
    """A movement as the store names it, ``sit-to-stand/five-times``, in words."""
    return _result(activity.replace("/", ", ")) if activity else _("whole visit")


def indicator_word(label: str, activity: str, side: str) -> str:
    """An indicator with its movement and side."""
    parts = [_result(label), movement_word(activity), _result(SIDE_NAMES[side]) if side else ""]
    return " · ".join(part for part in parts if part)


def verdict_word(verdict: str) -> str:
    """What can be said about published criteria."""
    return {
        "meets": _("meets a criterion"),
        "does_not_meet": _("does not meet the criteria"),
        "indeterminate": _("indeterminate"),
        "not_assessable": _("not assessable"),
    }[verdict]


def mark_word(mark: str) -> str:
    """A quality mark."""
    return {
        "reported": _("reported"),
        "with caution": _("with caution"),
        "withheld": _("withheld"),
    }[mark]


def value_word(indicator: str, unit: str, value: float | None, standard_error: float | None) -> str:
    """Value with its 95 % interval and unit; says so where it is withheld."""
    if value is None or pd.isna(value):
        return _("withheld")
    error = None if standard_error is None or pd.isna(standard_error) else standard_error
    return f"{with_interval(indicator, unit, value, error)} {'' if unit in ('1', 'ratio') else unit}".strip()


def date_word(day: date | None) -> str:
    """A date; a dash where there is none."""
    return NOTHING if day is None else day.isoformat()
