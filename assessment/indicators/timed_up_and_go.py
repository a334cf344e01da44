"""Timed up and go: the whole time and its phases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.starts import of_start
from assessment.motion import Motion, describe_motion
from assessment.repetitions import Repetition
from assessment.repetitions.timed_up_and_go import distance_from_seat_m
from assessment.turns import yaw_rate_rad_s
from pipeline.quality import Quality

# The line is 3 m from the chair's front legs. The pelvis starts 0.2 to 0.4 m behind them and turns about at the line.
SHORTEST_WAY_M, LONGEST_WAY_M = 2.5, 3.6
TOTAL = "timed_up_and_go_time"
# Phase -> first and last event.
PHASES = {
    "tug_rise_time": ("start", "stand"),
    "tug_walk_out_time": ("walk_start", "turn_start"),
    "tug_turn_time": ("turn_start", "turn_stop"),
    "tug_walk_back_time": ("turn_stop", "turn2_start"),
    "tug_turn_to_sit_time": ("turn2_start", "sit"),
}


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Time from the trunk's start to the seat again, its phases, and the speed of the turn at the far end."""
    if results.activity.name != "timed-up-and-go":
        return
    passage = results.repetitions[0] if results.repetitions else None
    motion = describe_motion(results.kinematics)
    start = Quality() if passage is None else of_start(motion, passage)
    way = Quality() if passage is None else _way(motion, passage)
    yield _total(results, passage, way & start)
    for name, (first, last) in PHASES.items():
        yield _phase(results, name, passage, first, last, start if first == "start" else Quality())
    if passage is None or "turn_stop" not in passage.events:
        yield results.indicator(
            "tug_peak_turn_velocity", None, Quality.withheld("The turn at the far end is not seen.")
        )
        return
    turning = slice(*np.searchsorted(motion.time_s, [passage.events["turn_start"], passage.events["turn_stop"]]))
    fastest_deg_s = float(np.degrees(np.max(np.abs(yaw_rate_rad_s(motion)[turning]))))
    yield results.indicator("tug_peak_turn_velocity", fastest_deg_s)


def _total(results: TrialResults, passage: Repetition | None, quality: Quality) -> Indicator:
    if passage is None:
        return results.indicator(TOTAL, None, Quality.withheld("No rise from a seat is seen in this trial."))
    if not passage.complete:
        return results.indicator(TOTAL, None, Quality.withheld(passage.note))
    supports = () if results.forces is None else results.forces.hand_supports
    helped = [support.text for support in supports if support.start_s < passage.stop_s]
    # Armrests may be used in this test, so hands are told but not held against it.
    quality &= Quality.caution("Hands may have helped; this test allows it.", *helped) if helped else Quality()
    return results.indicator(TOTAL, passage.events["sit"] - passage.events["start"], quality)


def _phase(
    results: TrialResults, name: str, passage: Repetition | None, first: str, last: str, quality: Quality
) -> Indicator:
    events = {} if passage is None else passage.events
    missing = [event for event in (first, last) if event not in events]
    if missing or events[last] < events[first]:
        why = f"{', '.join(missing)} not seen" if missing else f"{last} comes before {first}: the phases overlap"
        return results.indicator(name, None, Quality.withheld(f"This phase cannot be timed: {why}."))
    return results.indicator(name, events[last] - events[first], quality)


def _way(motion: Motion, passage: Repetition) -> Quality:
    """Caution where the pelvis did not go about 3 m away from the seat."""
    way_m = float(np.max(distance_from_seat_m(motion, passage.start_s)))
    if SHORTEST_WAY_M <= way_m <= LONGEST_WAY_M:
        return Quality()
    return Quality.caution(f"The pelvis goes {way_m:.1f} m away from the seat; the test asks for 3 m.")
