"""An earlier value and the change since, in the few words that a table's cell holds."""

from __future__ import annotations

from assessment.report.context import Context, signs
from assessment.report.structure import Cell
from assessment.uncertainty import decimals, fixed
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


def change_cells(of: Context, change: Change | None) -> tuple[Cell, Cell]:
    """Previous value; difference with what it is worth."""
    _ = of.words
    if change is None or change.before is None:
        return Cell(text=_("none"), style="soft"), Cell(text="–", style="soft")
    factor = of.moment_factor if change.unit == MOMENT else 1.0
    places = _places(of, change)
    before = Cell(text=signs(fixed(factor * change.before, places)))
    if change.difference is None:
        return before, Cell(text=_("cannot be told"), style="soft")
    sign = "+" if change.difference > 0 else ""
    difference = signs(f"{sign}{fixed(factor * change.difference, places)}")
    return before, Cell(text=difference, below=_verdict(of, change, factor))


def comparison_note(of: Context) -> str:
    """How to read the changes, or why there are none; empty without an earlier visit."""
    _ = of.words
    if of.comparison is None or of.previous is None:
        return _("No earlier visit was given: change is not assessed.")
    if isinstance(of.comparison, SettingsError):
        return _("The earlier visit is not compared: {why}", why=_.result(of.comparison.message))
    sentences = [
        _(
            "Previous: results of {session}, assessed {date}.",
            session=of.previous.session,
            date=of.previous.provenance.created[:10],
        ),
        _(
            "A difference is called a change only beyond the smallest detectable change (MDC, 95 %) between sessions; "
            "detectable is not the same as meaningful."
        ),
    ]
    return " ".join([*sentences, *map(_.result, of.comparison.warnings)])


def _places(of: Context, change: Change) -> int:
    if change.unit == "1":
        return 0
    return decimals(of.preferences.moment_unit if change.unit == MOMENT else change.unit, None)


def _verdict(of: Context, change: Change, factor: float) -> str:
    _ = of.words
    words = [_.result(change.verdict)]
    if change.direction:
        words.append(_.result(change.direction))
    text = ", ".join(words)
    if change.mdc95 is not None:
        limit = fixed(factor * change.mdc95, _places(of, change))
        published = change.mdc95_source != OWN_ERRORS_ONLY
        text += _(" (MDC {limit})", limit=limit) if published else _(" (recordings' error {limit})", limit=limit)
    if change.meaningful is not None and change.meaningful.reached is not None:
        from_here = f"{change.meaningful.small:g}"
        reached = _.result(change.meaningful.reached)
        text += _("; meaningful from {from_here}: {reached}", from_here=from_here, reached=reached)
    return text
