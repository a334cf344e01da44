"""Feet that are lifted from one place and set down on another, at the same height or not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assessment.motion import CLOCK_HZ, SIDES, Side, crossing_s, on_clock, uniform_clock_s
from pipeline.motion.landmarks import Landmarks
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array

# A foot set on a step in half a second has little above this; higher, only noise is left.
CUTOFF_HZ = 6.0
# A resting toe stays slower than this under OpenCap's noise (about 1 cm); swung, it passes 1 m/s [m/s]. Own.
RESTING_M_S = 0.25
RESTING_S = 0.20
# The toe has left, or reached, a place when it is this far from where it rests there [m]. Own.
AWAY_M = 0.01
# The lowest exercise steps are 10 cm high; the floor under tracked feet is even to 3 cm [m].
LOWEST_STEP_M = 0.06


@dataclass(frozen=True)
class FootMove:
    """One foot from one place to the next.

    Attributes
    ----------
    side : {'r', 'l'}
    off_s, on_s : float
        The toe leaves its place, and reaches the next one [s].
    rise_m : float
        The next place over the last one [m].
    """

    side: Side
    off_s: float
    on_s: float
    rise_m: float

    @property
    def up(self) -> bool:
        """Whether the foot comes to rest on something higher."""
        return self.rise_m > LOWEST_STEP_M

    @property
    def down(self) -> bool:
        """Whether the foot comes to rest on something lower."""
        return self.rise_m < -LOWEST_STEP_M


def foot_moves(landmarks: Landmarks) -> tuple[FootMove, ...]:
    """Every move of either foot that begins and ends at rest, in the order in which they begin."""
    moves = [move for side in SIDES for move in _moves(landmarks, side)]
    return tuple(sorted(moves, key=lambda move: move.off_s))


def _moves(landmarks: Landmarks, side: Side) -> list[FootMove]:
    time = uniform_clock_s(landmarks.time_s)
    toe = on_clock(landmarks.time_s, landmarks[f"toe_{side}"], time, CUTOFF_HZ)
    speed = np.linalg.norm(np.gradient(toe, 1.0 / CLOCK_HZ, axis=0), axis=1)
    fewest = round(RESTING_S * CLOCK_HZ)
    rests = [(start, stop) for start, stop in runs(speed < RESTING_M_S) if stop - start >= fewest]
    found = []
    for (first, left), (reached, last) in pairwise(rests):
        here = _place(toe[max(first, left - 2 * fewest) : left])
        there = _place(toe[reached : min(last, reached + 2 * fewest)])
        fastest = left + int(np.argmax(speed[left:reached]))
        found.append(
            FootMove(
                side,
                crossing_s(time, _distance_m(toe, here), AWAY_M, first, fastest, last=True),
                crossing_s(time, _distance_m(toe, there), AWAY_M, fastest, last - 1),
                float(there[1] - here[1]),
            )
        )
    return found


def _place(rest_m: Array) -> Array:
    return np.asarray(np.median(rest_m, axis=0))


def _distance_m(points_m: Array, place_m: Array) -> Array:
    return np.asarray(np.linalg.norm(points_m - place_m, axis=1))
