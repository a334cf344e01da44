"""Turns of the whole body, while standing or walking: the same in a walk and in a timed up and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.motion import Motion, low_passed
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array

# Each stride turns the pelvis 5 to 10 deg to and fro, 0.7 to 1 times a second; a turn takes one to four seconds. At
# 0.5 Hz a half turn of 1 s comes out 0.9 s too long; at 0.8 Hz slow strides shift its ends by 0.25 s (SD). Made turns
# with strides over them (docs/gait.md).
CUTOFF_HZ = 0.6
# What the filter mirrors at the ends.
EDGE_S = 2.0
# The pelvis turns faster than this throughout a turn (older adults take 2 to 4 s for 180 deg,
# doi:10.1007/s40520-020-01715-9) and slower while walking straight on, once the strides are filtered out: walking at
# 1 m/s on a circle of less than 3.8 m radius is turning. Own.
TURNING_RAD_S = np.radians(15.0)
# Parts in one direction with less time between them are one turn (as Rehman 2020, doi:10.3390/s20185377).
SAME_TURN_S = 0.5
# A change of heading by less is steering (the angle of El-Gohary 2014, Sensors 14:356-369).
SMALLEST_RAD = np.radians(45.0)


@dataclass(frozen=True)
class Turn:
    """One turn.

    Attributes
    ----------
    start_s, stop_s : float
        While the pelvis, strides filtered out, turns faster than 15 deg/s [s].
    angle_rad : float
        Positive to the left [rad].
    """

    start_s: float
    stop_s: float
    angle_rad: float

    @property
    def duration_s(self) -> float:
        """How long it takes [s]."""
        return self.stop_s - self.start_s


def find_turns(motion: Motion) -> tuple[Turn, ...]:
    """Turns of the pelvis about the vertical by 45 degrees and more, in time."""
    time, yaw, rate = motion.time_s, facing_rad(motion), yaw_rate_rad_s(motion)
    found = []
    for sign in (1.0, -1.0):
        parts: list[tuple[int, int]] = []
        for start, stop in runs(sign * rate > TURNING_RAD_S):
            if parts and time[start] - time[parts[-1][1] - 1] < SAME_TURN_S:
                start = parts.pop()[0]
            parts.append((start, stop))
        turns = [Turn(float(time[a]), float(time[b - 1]), float(yaw[b - 1] - yaw[a])) for a, b in parts]
        found += [turn for turn in turns if abs(turn.angle_rad) > SMALLEST_RAD]
    return tuple(sorted(found, key=lambda turn: turn.start_s))


def facing_rad(motion: Motion) -> Array:
    """Where the pelvis faces, strides filtered out: zero along X, to the left positive, shape (n,) [rad]."""
    return low_passed(motion.yaw_rad, CUTOFF_HZ, EDGE_S)


def yaw_rate_rad_s(motion: Motion) -> Array:
    """How fast the pelvis turns about the vertical, strides filtered out, shape (n,) [rad/s]."""
    return np.asarray(np.gradient(facing_rad(motion), motion.time_s))
