"""Stepping up: the push-off of the leg that follows, and what knee and hip of the leading one do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.moments import greatest_moment
from assessment.indicators.stretch import Quantity, Stretch, estimated, taken, told
from assessment.indicators.work import ESTIMATED_FORCES, greatest_power
from assessment.motion import SIDES, Side
from assessment.repetitions import Repetition
from pipeline.quality import Quality

Quantify = Callable[[Stretch, str], Quantity]

# Of the leg that stays below: from the other foot's contact with the step until it leaves the floor.
PUSH_OFF: tuple[tuple[str, Quantify], ...] = (
    ("lag_ankle_push_off_moment", greatest_moment),
    ("lag_ankle_push_off_power", greatest_power),
)
# Of the leg on the step: from its contact until the body stands on it.
LIFTING = (("lead_knee_extension_moment", "knee_angle"), ("lead_hip_extension_moment", "hip_flexion"))
FEET_NOT_SEEN = Quality.withheld("When the feet left the floor and met the step is not known.")


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Lead and lag leg of every complete step up."""
    if results.activity.name != "step-up":
        return
    for repetition in results.complete_repetitions:
        lead = repetition.lead_side
        if lead is None:
            continue
        lag = next(side for side in SIDES if side != lead)
        for name, quantity in PUSH_OFF:
            found = _within(results, repetition, ("foot_on_step", "lag_foot_off"), f"ankle_angle_{lag}", quantity)
            yield from _told(results, repetition, lag, name, found)
        for name, coordinate in LIFTING:
            found = _within(results, repetition, ("foot_on_step", "stand"), f"{coordinate}_{lead}", greatest_moment)
            yield from _told(results, repetition, lead, name, found)


def _within(
    results: TrialResults, repetition: Repetition, events: tuple[str, str], coordinate: str, quantity: Quantify
) -> Quantity:
    if not set(events) <= set(repetition.events):
        return Quantity(FEET_NOT_SEEN)
    start_s, stop_s = (repetition.events[event] for event in events)
    return taken(results, replace(repetition, start_s=start_s, stop_s=stop_s), coordinate, quantity)


def _told(results: TrialResults, repetition: Repetition, side: Side, name: str, found: Quantity) -> Iterator[Indicator]:
    quality = found.quality & (ESTIMATED_FORCES if estimated(results) else Quality())
    yield from told(results, repetition, side, name, replace(found, quality=quality))
