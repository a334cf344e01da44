"""Stepping up: the push-off of the leg that follows, and what knee and hip of the leading one do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.moments import peak_moment
from assessment.indicators.stretch import Quantity, taken, told
from assessment.indicators.work import greatest_power, with_caution_of_forces
from assessment.motion import SIDES
from assessment.repetitions import Repetition
from pipeline.quality import Quality

# Of the leg that stays below: from the other foot's contact with the step until it leaves the floor.
PUSH_OFF = ("foot_on_step", "lag_foot_off")
# Of the leg on the step: from its contact until the body stands on it.
LIFTING = ("foot_on_step", "stand")
LEAD_PEAKS = (("lead_knee_extension_moment", "knee_angle"), ("lead_hip_extension_moment", "hip_flexion"))
UNSEEN = Quantity(Quality.withheld("When the feet left the floor and met the step is not known."))


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Lead and lag leg of every complete step up."""
    if results.activity.name != "step-up":
        return
    for repetition in results.complete_repetitions:
        lead = repetition.lead_side
        if lead is None:
            continue
        lag = next(side for side in SIDES if side != lead)
        pushing, lifting = _window(repetition, PUSH_OFF), _window(repetition, LIFTING)
        name = "lag_ankle_push_off_moment"
        found = UNSEEN if pushing is None else peak_moment(results, pushing, name, "ankle_angle", lag)
        yield from told(results, repetition, lag, name, found)
        found = UNSEEN if pushing is None else taken(results, pushing, f"ankle_angle_{lag}", greatest_power)
        yield from told(results, repetition, lag, "lag_ankle_push_off_power", with_caution_of_forces(results, found))
        for name, coordinate in LEAD_PEAKS:
            found = UNSEEN if lifting is None else peak_moment(results, lifting, name, coordinate, lead)
            yield from told(results, repetition, lead, name, found)


def _window(repetition: Repetition, events: tuple[str, str]) -> Repetition | None:
    """The part of a repetition between two events; None where they are not known."""
    if not set(events) <= set(repetition.events):
        return None
    start_s, stop_s = (repetition.events[event] for event in events)
    return replace(repetition, start_s=start_s, stop_s=stop_s)
