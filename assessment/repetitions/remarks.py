"""What a reader should know of a rise that counts all the same: pauses, failed attempts, no seat in between."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from assessment.motion import Motion
from assessment.repetitions.base import Repetition
from assessment.repetitions.seat import Seat
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array

if TYPE_CHECKING:
    from assessment.repetitions.rises import Rise

# A rest between two rises longer than this is a pause: the tests ask for rises as fast as possible. Own.
PAUSE_S = 2.0
# Time on the seat shorter than this is a touch: weight is hardly given to the seat; people as
# fast as they can stay for 0.6 to 1.4 s in the recordings of the tests. Own.
TOUCH_S = 0.30
# The sitting bones come so far above the surface in an attempt that fails, else it is shifting on the seat [m].
ATTEMPT_M = 0.02
# A rise that sinks back by more than this on its way up has faltered; tracking noise is below 1 cm [m].
FALTER_M = 0.03


def remarks(motion: Motion, rise: Rise, seat: Seat, events: dict[str, float], previous: Repetition | None) -> list[str]:
    """Sentences for the note of a rise, in the order of what happened; empty where nothing is remarkable."""
    return [
        *_before(motion, rise, seat, events, previous),
        *_on_the_way(motion, events),
        *_standing(events),
    ]


def _before(motion: Motion, rise: Rise, seat: Seat, events: dict[str, float], previous: Repetition | None) -> list[str]:
    time = motion.time_s
    start, stop = rise.before, int(np.searchsorted(time, events["seat_off"]))
    ischium = motion.ischium_height_m[start : stop + 1]
    lowest_m = float(np.min(ischium))
    if previous is not None and not seat.reached(lowest_m):
        return [f"Did not come down to the seat before this rise: {_cm(seat.above_m(lowest_m))} above it."]
    found = []
    seated = runs(ischium < seat.off_m(lowest_m))
    if previous is not None and "sit" in previous.events:
        rested_s = events["rise_start"] - previous.events["sit"]
        if rested_s > PAUSE_S:
            found.append(f"A pause of {rested_s:.1f} s on the seat before this rise.")
        on_seat_s = events["seat_off"] - previous.events["sit"]
        if on_seat_s < TOUCH_S:
            found.append(f"Only touched the seat before this rise, for {on_seat_s:.2f} s.")
    for (_, left), (back, _) in pairwise(seated):
        height_m = float(np.max(ischium[left:back])) - seat.off_m(lowest_m)
        if height_m > ATTEMPT_M:
            found.append(f"An attempt {time[start + left] - time[0]:.1f} s into the trial fell back on the seat.")
    return found


def _on_the_way(motion: Motion, events: dict[str, float]) -> list[str]:
    """Sinking back between seat-off and the full stand."""
    frames = slice(*np.searchsorted(motion.time_s, [events["seat_off"], events["stand"]]))
    height: Array = motion.middle_height_m[frames]
    if not len(height):
        return []
    back_m = float(np.max(np.maximum.accumulate(height) - height))
    return [f"Sinks back by {_cm(back_m)} on the way up: a stumble, or a second attempt."] if back_m > FALTER_M else []


def _standing(events: dict[str, float]) -> list[str]:
    stood_s = events.get("descent_start", events["stand"]) - events["stand"]
    return [f"Stands for {stood_s:.1f} s before sitting down."] if stood_s > PAUSE_S else []


def _cm(length_m: float) -> str:
    return f"{100.0 * length_m:.0f} cm"
