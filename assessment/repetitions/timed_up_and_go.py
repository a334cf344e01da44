"""Timed up and go: rise, walk out, turn, walk back, turn, sit."""

from __future__ import annotations

import numpy as np

from assessment.motion import Motion
from assessment.repetitions.base import STARTS_LEANING, Repetition
from assessment.repetitions.rises import find_rises
from assessment.turns import Turn, find_turns
from pipeline.trajectories import Array

# Thighs this far apart have made a step; standing feet are not (more than half of a slow step of 30 cm). Own [rad].
STEP_RAD = np.radians(12.0)
# They begin to part here. Own [rad].
PARTING_RAD = np.radians(4.0)
# Turns farther from the seat than this share of the whole way are the one at the far end; nearer, the one at the seat.
FAR_SHARE = 0.6


def find_timed_up_and_go(motion: Motion) -> tuple[Repetition, ...]:
    """The one passage from seat to seat that a trial holds, with its phases; nothing where nobody rises."""
    rises = find_rises(motion)
    if not rises:
        return ()
    rise = rises[0]
    events = {"start": rise.events["rise_start"]} | {name: rise.events[name] for name in ("seat_off", "stand")}
    sits = [one.events["sit"] for one in rises if "sit" in one.events]
    if sits:
        events["sit"] = sits[-1]
    events |= _walk_start(motion, events["seat_off"]) | _turning(motion, events)
    failure = "" if rise.complete or rise.falls_short else rise.note
    missing = [
        text
        for name, text in (
            ("turn_start", "No turn far from the seat is seen."),
            ("turn2_start", "No turn in front of the seat is seen."),
            ("sit", "Sitting down again is not seen."),
        )
        if name not in events
    ]
    failures = " ".join([failure, *missing]).strip()
    leaning = STARTS_LEANING if rise.starts_before_recording and not failure else ""
    ordered = dict(sorted(events.items(), key=lambda event: event[1]))
    return (
        Repetition(
            1,
            events["start"],
            max(events.values()),
            ordered,
            complete=not failures,
            note=" ".join([failures, leaning]).strip(),
            starts_before_recording=rise.starts_before_recording,
        ),
    )


def distance_from_seat_m(motion: Motion, start_s: float) -> Array:
    """How far the pelvis is over ground from where it sat when it started, shape (n,) [m]."""
    seat = motion.horizontal_m[int(np.searchsorted(motion.time_s, start_s))]
    return np.asarray(np.linalg.norm(motion.horizontal_m - seat, axis=1))


def _walk_start(motion: Motion, seat_off_s: float) -> dict[str, float]:
    """When the thighs begin to part for the first step."""
    first = min(int(np.searchsorted(motion.time_s, seat_off_s)), len(motion.time_s) - 1)
    apart = np.abs((motion.hip_rad["r"] - motion.hip_rad["l"])[first:])
    apart = np.abs(apart - apart[0])
    steps = np.flatnonzero(apart > STEP_RAD)
    if not len(steps):
        return {}
    together = np.flatnonzero(apart[: steps[0]] < PARTING_RAD)
    return {"walk_start": float(motion.time_s[first + (together[-1] if len(together) else 0)])}


def _turning(motion: Motion, events: dict[str, float]) -> dict[str, float]:
    away_m = distance_from_seat_m(motion, events["start"])
    far_m = FAR_SHARE * float(np.max(away_m))

    def is_far(turn: Turn) -> bool:
        return float(np.interp((turn.start_s + turn.stop_s) / 2.0, motion.time_s, away_m)) > far_m

    turns = [turn for turn in find_turns(motion) if turn.start_s > events["seat_off"]]
    far = [turn for turn in turns if is_far(turn)]
    if not far:
        return {}
    found = {"turn_start": far[0].start_s, "turn_stop": far[-1].stop_s}
    near = [turn for turn in turns if turn.start_s > far[-1].stop_s]
    return found | ({"turn2_start": near[0].start_s, "turn2_stop": near[-1].stop_s} if near else {})
