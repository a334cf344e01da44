"""The numbers that come first, each with what is said of it: change, criteria, definition."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.catalogue import catalogue
from assessment.criteria import CriterionResult, FrameworkResult
from assessment.headline import Headline, headlines
from assessment.presentation import SIDE_NAMES, places
from assessment.summary import Summary
from assessment.uncertainty import fixed, interval
from assessment.uncertainty.change import Change
from assessment.uncertainty.measured import Measured
from pipeline.quality import Mark

# What published criteria call an indicator.
QUANTITIES = {
    "five_times_sit_to_stand_time": "chair_stand_s",
    "gait_speed": "gait_speed_m_s",
    "timed_up_and_go_time": "tug_s",
    "sit_to_stand_power_field_per_kg": "sit_to_stand_power_w_per_kg",
    "sppb_score": "sppb",
}


@dataclass(frozen=True)
class Value:
    """One number of a tile; ``side`` is empty where the whole body is meant, ``interval`` where no error is known."""

    side: str
    text: str
    interval: tuple[str, str] | None


@dataclass(frozen=True)
class Tile:
    """One of the main numbers, or why it is not given.

    Attributes
    ----------
    criteria : tuple of (str, CriterionResult)
        Title of a framework, and what it says of this number.
    changes : tuple of Change
        One a side; empty without an earlier visit.
    n_trials : int
        Whose mean it is.
    trial_values : tuple of (str, str)
        See `Headline.trial_values`.
    by_hand : bool
        Typed in, not taken from a recording.
    """

    indicator: str
    label: str
    unit: str
    activity: str
    values: tuple[Value, ...]
    mark: Mark
    reasons: tuple[str, ...]
    definition: str
    protocol: str
    source: str
    criteria: tuple[tuple[str, CriterionResult], ...]
    changes: tuple[Change, ...]
    n_trials: int = 1
    trial_values: tuple[tuple[str, str], ...] = ()
    by_hand: bool = False


def choose_tiles(summary: Summary, changes: list[Change], frameworks: tuple[str, ...] = ()) -> list[Tile]:
    """Choose what a clinician sees first.

    Parameters
    ----------
    summary : Summary
    changes : list of Change
        Against the visit before; empty without one.
    frameworks : tuple of str
        Editions of criteria to quote, in this order; empty: all.
    """
    tiles = [_tile(one, summary, changes, frameworks) for one in headlines(summary)]
    return [*_by_hand(summary, frameworks), *tiles]


def _by_hand(summary: Summary, frameworks: tuple[str, ...]) -> list[Tile]:
    """Grip strength, which most criteria begin with; exact, because nobody said how sure it is."""
    grip_kg = summary.clinical.grip_kg
    if grip_kg is None:
        return []
    return [
        Tile(
            indicator="grip_kg",
            label="Grip strength",
            unit="kg",
            activity="",
            values=(Value("", fixed(grip_kg, 1), None),),
            mark=Mark.REPORTED,
            reasons=(),
            definition="Best value of the hand dynamometer, as typed in.",
            protocol="",
            source="",
            criteria=_said_of("grip_kg", summary, frameworks),
            changes=(),
            by_hand=True,
        )
    ]


def _tile(found: Headline, summary: Summary, changes: list[Change], frameworks: tuple[str, ...]) -> Tile:
    first = found.sides[0]
    declared = catalogue()[first.indicator]
    return Tile(
        indicator=first.indicator,
        label=first.label,
        unit="" if first.unit == "1" else first.unit,
        activity=first.activity,
        values=tuple(_value(one) for one in found.given),
        mark=found.mark,
        reasons=found.reasons,
        definition=declared.definition,
        protocol=declared.protocol,
        source=declared.source,
        criteria=_said_of(QUANTITIES.get(first.indicator, ""), summary, frameworks),
        changes=tuple(
            change for change in changes if (change.indicator, change.activity) == (first.indicator, first.activity)
        ),
        n_trials=len(found.trials),
        trial_values=found.trial_values(first.unit),
    )


def _value(one: Measured) -> Value:
    assert one.value is not None  # noqa: S101 - only usable ones are shown
    digits = places(one.indicator, one.unit, one.standard_error)
    ends = None
    if one.standard_error:
        low, high = interval(one.value, one.standard_error)
        ends = fixed(low, digits), fixed(high, digits)
    return Value(SIDE_NAMES[one.side] if one.side else "", fixed(one.value, digits), ends)


def _said_of(quantity: str, summary: Summary, frameworks: tuple[str, ...]) -> tuple[tuple[str, CriterionResult], ...]:
    """What the published criteria that are shown say of one quantity."""
    return tuple(
        (framework.title, criterion)
        for framework in in_order(summary, frameworks)
        for criterion in framework.criteria
        if criterion.quantity == quantity and criterion.value is not None and criterion.cut_off is not None
    )


def in_order(summary: Summary, frameworks: tuple[str, ...]) -> list[FrameworkResult]:
    """Results of the frameworks that the user wants to see, in the user's order; all of them where none is named."""
    known = {result.framework: result for result in summary.criteria}
    return [known[name] for name in frameworks or known if name in known]
