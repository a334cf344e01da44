"""An earlier value and the change since, in the few words that a table's cell holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import floor, log10

from assessment.catalogue import catalogue
from assessment.report.context import Context, signs
from assessment.report.structure import Cell
from assessment.uncertainty import decimals, fixed, signed
from assessment.uncertainty.change import OWN_ERRORS_ONLY, Change
from assessment.uncertainty.visits import Comparison
from models.errors import SettingsError

# Units of moments that the report may show in place of this one.
MOMENT = "Nm/kg"


def change_of(of: Context, indicator: str, activity: str, side: str) -> Change | None:
    """The comparison of one indicator of a movement; side ``r``, ``l`` or empty; None without an earlier visit."""
    if not isinstance(of.comparison, Comparison):
        return None
    key = (indicator, activity, side)
    return next((one for one in of.comparison.changes if (one.indicator, one.activity, one.side or "") == key), None)


def change_cells(of: Context, changes: Sequence[Change | None], *, briefly: bool) -> tuple[Cell, Cell]:
    """Previous values of one indicator, one a side; differences with what they are worth.

    Parameters
    ----------
    of : Context
    changes : sequence of Change or None
        None: it was not measured at either visit in this way.
    briefly : bool
        In the fewest words, for tables of many rows.
    """
    _ = of.words
    known = [one for one in changes if one is not None and one.before is not None]
    if not known:
        return Cell(text=_("none"), style="soft"), Cell(text="–", style="soft")
    before = Cell(text=_joined(_number(of, one, one.before) for one in known))
    if all(one.difference is None for one in known):
        return before, Cell(text=_("cannot be told"), style="soft")
    differences = _joined(_number(of, one, one.difference, signed) for one in known)
    if briefly:
        alike: dict[tuple[str, str | None, str], list[Change]] = {}
        for one in known:
            alike.setdefault((one.verdict, one.direction, one.mdc95_source), []).append(one)
        words = [_briefly(of, ones) for ones in alike.values()]
    else:
        words = [_verdict(of, one) for one in known]
    return before, Cell(text=differences, aside=_joined(dict.fromkeys(words)))


def comparison_note(of: Context) -> str:
    """How to read the changes, or why there are none; empty without an earlier visit."""
    _ = of.words
    if of.comparison is None or of.previous is None:
        return _("No earlier visit was given: change is not assessed.")
    if isinstance(of.comparison, SettingsError):
        return _("The earlier visit is not compared: {why}", why=_.result(of.comparison.message))
    if of.previous_date is None:
        which = _("Previous: results of {session}, date of the visit not given.", session=of.previous.session)
    else:
        which = _("Previous: visit of {date}.", date=of.previous_date.isoformat())
    if of.comparison.setting == "within session":
        limit = _(
            "Both are of one day: a difference is called a change only beyond the smallest detectable change (MDC, "
            "95 %) within a session; detectable is not the same as meaningful."
        )
    else:
        limit = _(
            "A difference is called a change only beyond the smallest detectable change (MDC, 95 %) between sessions; "
            "detectable is not the same as meaningful."
        )
    otherwise = _(
        "Where none is published, the error of the two recordings alone is given: how much a person varies from day to "
        "day is not in it."
    )
    return " ".join([which, limit, otherwise, *map(_.result, of.comparison.warnings)])


def _joined(numbers: Iterable[str]) -> str:
    return " | ".join(numbers)


def _number(of: Context, change: Change, value: float | None, as_text: Callable[[float, int], str] = fixed) -> str:
    if value is None:
        return "–"
    factor = of.moment_factor if change.unit == MOMENT else 1.0
    return signs(as_text(factor * value, _places(of, change)))


def _briefly(of: Context, changes: Sequence[Change]) -> str:
    """What differences of one verdict are worth, within or beyond which limits."""
    _, change = of.words, changes[0]
    limit = _joined(dict.fromkeys(_number(of, one, one.mdc95) for one in changes))
    published = change.mdc95_source != OWN_ERRORS_ONLY
    if change.verdict == "no change beyond measurement error":
        return _("within MDC {limit}", limit=limit) if published else _("within error {limit}", limit=limit)
    if change.verdict == "more than the recordings' error":
        return _("beyond error {limit}", limit=limit)
    words = ", ".join(_.result(word) for word in (change.verdict, change.direction) if word)
    return words if change.mdc95 is None else _("{words} (MDC {limit})", words=words, limit=limit)


def _places(of: Context, change: Change) -> int:
    """As many decimals as the indicator is shown with, more where the limit would round to nothing."""
    if change.unit == "1":
        return 0
    factor = of.moment_factor if change.unit == MOMENT else 1.0
    declared = catalogue().get(change.indicator)
    unit = of.preferences.moment_unit if change.unit == MOMENT else change.unit
    places = decimals(unit, None, declared.decimals if declared else None)
    limit = factor * (change.mdc95 or 0.0)
    return places if limit == 0.0 else max(places, -floor(log10(limit)))


def _verdict(of: Context, change: Change) -> str:
    _ = of.words
    words = [_.result(change.verdict)]
    if change.direction:
        words.append(_.result(change.direction))
    text = ", ".join(words)
    if change.mdc95 is not None:
        limit = _number(of, change, change.mdc95)
        if change.mdc95_source != OWN_ERRORS_ONLY:
            limit = _("MDC {limit}", limit=limit)
        elif change.verdict == "no change beyond measurement error":
            limit = _("recordings' error {limit}", limit=limit)
        text = f"{text} ({limit})"
    if change.meaningful is not None and change.meaningful.reached is not None:
        from_here = f"{change.meaningful.small:g}"
        reached = _.result(change.meaningful.reached)
        matters = _("difference that matters (from {from_here}): {reached}", from_here=from_here, reached=reached)
        text = f"{text}; {matters}"
    return text
