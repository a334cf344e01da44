"""Where a walk is straight and steady, and where it turns: from the pelvis alone, whatever the heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.motion import CLOCK_HZ, describe_motion, low_passed
from assessment.turns import Turn, facing_rad, find_turns
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array, Kinematics

# Below the step frequency of slow walkers (about 1.2 Hz) and above the changes of speed of a whole walk.
PATH_CUTOFF_HZ = 0.8
# What the filter mirrors at the ends.
EDGE_S = 2.0
# Walking at less than this share of the trial's usual speed is setting off, stopping or turning.
STEADY_SHARE = 0.8
# A pelvis that within this time never gets farther than this speed would take it (the slowest walk that activities are
# recognised by), and in all stays within the length of a belt, is on a treadmill or on the spot.
TRAVEL_WINDOW_S = 2.0
SLOWEST_TRAVEL_M_S = 0.25
BELT_LENGTH_M = 2.0
# A shorter stretch holds no stride.
SHORTEST_PASS_S = 0.8
# Walking forward the pelvis faces where it goes, within this; beyond, somebody walks sideways or backwards.
FORWARD_WITHIN_RAD = np.radians(60.0)


@dataclass(frozen=True)
class Pass:
    """One straight, steady stretch of walking.

    Attributes
    ----------
    start_s, stop_s : float
        On the trial's clock [s].
    forward : ndarray, shape (2,)
        Unit vector of progression in the ground's X-Z plane: where the pelvis goes; on a treadmill, where it faces.
    travel_m, speed_m_s : float
        Way of the pelvis along its path, low-passed so that sway does not lengthen it; zero on a treadmill [m], [m/s].
    """

    start_s: float
    stop_s: float
    forward: Array
    travel_m: float
    speed_m_s: float


@dataclass(frozen=True)
class Route:
    """A walk in its straight passes and its turns.

    Attributes
    ----------
    passes : tuple of Pass
        Forward walking only.
    turns : tuple of Turn
    over_ground : bool
        False where the pelvis does not leave its place: a treadmill, or the spot.
    span_m : float
        Greatest distance that the pelvis covers along one horizontal axis [m].
    not_forward_s : float
        Straight walking that was left out because the pelvis did not face where it went [s].
    """

    passes: tuple[Pass, ...]
    turns: tuple[Turn, ...]
    over_ground: bool
    span_m: float
    not_forward_s: float

    @property
    def travel_m(self) -> float:
        """Way over all passes [m]."""
        return float(sum(one.travel_m for one in self.passes))

    @property
    def speed_m_s(self) -> float:
        """Way over time, all passes together; zero where there is none [m/s]."""
        return self.travel_m / max(sum(one.stop_s - one.start_s for one in self.passes), 1e-9)


def find_route(kinematics: Kinematics) -> Route:
    """Split a walk into straight passes, in which speed is at least 80 % of the trial's usual, and turns.

    Raises
    ------
    ModelError, InverseKinematicsError
        See `assessment.motion.describe_motion`.
    """
    motion = describe_motion(kinematics)
    facing, turns = facing_rad(motion), find_turns(motion)
    straight = np.ones(len(motion.time_s), dtype=bool)
    for turn in turns:
        straight &= (motion.time_s < turn.start_s) | (motion.time_s > turn.stop_s)
    horizontal_m = motion.horizontal_m
    span_m = float(np.linalg.norm(np.ptp(horizontal_m, axis=0)))
    over_ground = span_m > BELT_LENGTH_M or _travels(horizontal_m)
    path_m = low_passed(horizontal_m, PATH_CUTOFF_HZ, EDGE_S)
    if over_ground:
        speed = np.linalg.norm(np.gradient(path_m, 1.0 / CLOCK_HZ, axis=0), axis=1)
        usual = float(np.median(speed[straight & (speed >= 0.5 * np.max(speed[straight]))]))
        straight &= speed >= STEADY_SHARE * usual
    passes, not_forward_s = [], 0.0
    for start, stop in runs(straight):
        if (stop - start) < SHORTEST_PASS_S * CLOCK_HZ:
            continue
        ahead = np.array([np.cos(facing[start:stop]).mean(), -np.sin(facing[start:stop]).mean()])
        way_m = path_m[stop - 1] - path_m[start] if over_ground else ahead
        forward = way_m / np.linalg.norm(way_m)
        seconds = (stop - 1 - start) / CLOCK_HZ
        if forward @ ahead < np.cos(FORWARD_WITHIN_RAD) * np.linalg.norm(ahead):
            not_forward_s += seconds
            continue
        steps_m = np.linalg.norm(np.diff(path_m[start:stop], axis=0), axis=1)
        travel_m = float(steps_m.sum()) if over_ground else 0.0
        times = float(motion.time_s[start]), float(motion.time_s[stop - 1])
        passes.append(Pass(*times, forward, travel_m, travel_m / seconds))
    return Route(tuple(passes), turns, over_ground, span_m, not_forward_s)


def _travels(horizontal_m: Array) -> bool:
    window = min(len(horizontal_m) - 1, round(TRAVEL_WINDOW_S * CLOCK_HZ))
    moved_m = np.linalg.norm(horizontal_m[window:] - horizontal_m[:-window], axis=1) if window else np.zeros(1)
    return bool(np.max(moved_m) > SLOWEST_TRAVEL_M_S * window / CLOCK_HZ)
