"""When a foot meets the ground and when it leaves it, from its forward motion.

Relative to the pelvis a foot is farthest in front shortly before heel strike and farthest behind about toe-off (Zeni,
Richards, Higginson 2008, Gait Posture 27:710-714): these turning points are hard to miss, also in a shuffle, but the
first is 40 ms early. Between two of them the foot comes to rest on the ground, and leaves it again: heel strike is when
the heel's forward speed falls below a share of the walking speed, toe-off when the toe's rises above one.
``benchmarks/gait_events.py`` compares with force plates; docs/gait.md says how the shares were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assessment.gait.track import Track
from assessment.motion import SIDES, Side, turning_points
from pipeline.trajectories import Array

# Of the walking speed.
HEEL_STRIKE_SHARE = 0.25
TOE_OFF_SHARE = 0.3
# Foot and pelvis pass each other by at least this in the shortest shuffle, and by this share of the pass's usual.
SMALLEST_SWING_M = 0.05
SWING_SHARE = 0.3
# A foot lies flat between these shares of the time from heel strike (as seen from the pelvis) to toe-off.
FLAT_FROM, FLAT_TO = 0.2, 0.6


@dataclass(frozen=True)
class FootEvents:
    """Events of both feet in one straight pass, each in time [s]."""

    heel_strikes_s: dict[Side, Array]
    toe_offs_s: dict[Side, Array]


def find_events(track: Track, forward: Array, start_s: float, stop_s: float, speed_m_s: float) -> FootEvents:
    """Heel strikes and toe-offs of one pass.

    Parameters
    ----------
    track : Track
        Seen from the belt where there is one.
    forward : ndarray, shape (2,)
        Direction of progression in the ground's X-Z plane.
    start_s, stop_s : float
        The pass [s]; events outside are dropped.
    speed_m_s : float
        Walking speed, over ground or on the belt [m/s].
    """
    frames = track.between(start_s, stop_s)
    strikes: dict[Side, Array] = {}
    offs: dict[Side, Array] = {}
    for side in SIDES:
        strikes[side] = _heel_strikes(track, f"heel_{side}", forward, frames, HEEL_STRIKE_SHARE * speed_m_s)
        offs[side] = _toe_offs(track, f"toe_{side}", forward, frames, TOE_OFF_SHARE * speed_m_s)
    return FootEvents(strikes, offs)


def standing_foot_speeds(track: Track, forward: Array, start_s: float, stop_s: float) -> Array:
    """Forward speed of the heel in the middle of every stance, both feet, shape (n_stances,) [m/s].

    Zero over ground; on a treadmill that of the belt, backwards. Stances are told from the foot's place relative to the
    pelvis, so that no speed needs to be known.
    """
    frames = track.between(start_s, stop_s)
    speeds = []
    for side in SIDES:
        speed = track.forward_m_s(f"heel_{side}", forward)[frames]
        for (front, is_front), (back, _) in _pairs(track.ahead_m(f"heel_{side}", forward)[frames]):
            if is_front:
                flat = speed[front + round(FLAT_FROM * (back - front)) : front + round(FLAT_TO * (back - front)) + 1]
                speeds.append(float(np.median(flat)))
    return np.array(speeds)


def _heel_strikes(track: Track, heel: str, forward: Array, frames: slice, level: float) -> Array:
    """First time after the foremost place that the heel's speed falls through the level."""
    time_s, speed = track.time_s[frames], track.forward_m_s(heel, forward)[frames]
    found = []
    for (front, is_front), (back, _) in _pairs(track.ahead_m(heel, forward)[frames]):
        if is_front:
            falls = np.flatnonzero((speed[front:back] >= level) & (speed[front + 1 : back + 1] < level))
            found += [_crossing_s(time_s, speed, front + int(falls[0]), level)] if len(falls) else []
    return np.array(found)


def _toe_offs(track: Track, toe: str, forward: Array, frames: slice, level: float) -> Array:
    """Last time before the hindmost place that the toe's speed rises through the level."""
    time_s, speed = track.time_s[frames], track.forward_m_s(toe, forward)[frames]
    found = []
    for (front, is_front), (back, _) in _pairs(track.ahead_m(toe, forward)[frames]):
        if is_front:
            rises = np.flatnonzero((speed[front:back] < level) & (speed[front + 1 : back + 1] >= level))
            found += [_crossing_s(time_s, speed, front + int(rises[-1]), level)] if len(rises) else []
    return np.array(found)


def _pairs(ahead_m: Array) -> list[tuple[tuple[int, bool], tuple[int, bool]]]:
    """Turning points of a foot relative to the pelvis, each with the next; the pass's ends count as such."""
    if not len(ahead_m):
        return []
    usual_m = float(np.percentile(ahead_m, 95) - np.percentile(ahead_m, 5))
    points = turning_points(ahead_m, max(SMALLEST_SWING_M, SWING_SHARE * usual_m))
    if points and points[0][0] > 0:
        points.insert(0, (0, not points[0][1]))
    if points and points[-1][0] < len(ahead_m) - 1:
        points.append((len(ahead_m) - 1, not points[-1][1]))
    return list(pairwise(points))


def _crossing_s(time_s: Array, signal: Array, index: int, level: float) -> float:
    fraction = (level - signal[index]) / (signal[index + 1] - signal[index])
    return float(time_s[index] + fraction * (time_s[index + 1] - time_s[index]))
