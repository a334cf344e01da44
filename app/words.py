"""Words for the codes that tables and results carry."""

from __future__ import annotations

from datetime import date

from app.language import _, _result
from assessment.presentation import SAY_THEIR_MOVEMENT, SIDE_NAMES, with_interval
from assessment.store.runs import RunState

NOTHING = "–"


def sex_word(sex: str | None) -> str:
    """Sex in the user's language; a dash where it is not known."""
    return {"f": _("female"), "m": _("male"), "unspecified": _("sex unspecified")}.get(sex or "", NOTHING)


def movement_word(activity: str) -> str:
    """A movement as the store names it, ``sit-to-stand/five-times``, in words."""
    return _result(activity.replace("/", ", ")) if activity else _("whole visit")


def indicator_word(name: str, label: str, activity: str, side: str = "") -> str:
    """An indicator with its movement, where it is not a test with one movement only, and its side."""
    movement = "" if name in SAY_THEIR_MOVEMENT else movement_word(activity)
    return " · ".join(part for part in (_result(label), movement, _result(SIDE_NAMES[side]) if side else "") if part)


def value_word(indicator: str, unit: str, value: float | None, standard_error: float | None) -> str:
    """Value with its 95 % interval and unit; says so where it is withheld."""
    if value is None:
        return _("withheld")
    return f"{with_interval(indicator, unit, value, standard_error)} {'' if unit in ('1', 'ratio') else unit}".strip()


def state_word(state: RunState) -> str:
    """How far a run is."""
    return {
        "queued": _("waiting"),
        "running": _("running"),
        "cancelling": _("being stopped"),
        "cancelled": _("stopped"),
        "failed": _("failed"),
        "done": _("done"),
    }[state]


def date_word(day: date | None) -> str:
    """A date; a dash where there is none."""
    return NOTHING if day is None else day.isoformat()
