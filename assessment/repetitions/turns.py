"""Turns of the whole body while standing or walking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfiltfilt

from assessment.motion import CLOCK_HZ, Motion
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array

# Each stride turns the pelvis 5 to 10 deg to and fro, about once a second; a turn takes one to four seconds.
CUTOFF_HZ = 0.8
# The pelvis turns faster than this throughout a turn (older adults take 2 to 4 s for 180 deg,
# doi:10.1007/s40520-020-01715-9) and slower while walking straight on, once the strides are filtered out. Own.
TURNING_RAD_S = np.radians(15.0)
# Parts in one direction with less time between them are one turn (as Rehman 2020, doi:10.3390/s20185377).
SAME_TURN_S = 0.5
# A change of heading by less is steering. Own.
SMALLEST_RAD = np.radians(45.0)


@dataclass(frozen=True)
class Turn:
    """One turn.

    Attributes
    ----------
    start_s, stop_s : float
    angle_rad : float
        Positive to the left.
    """

    start_s: float
    stop_s: float
    angle_rad: float


def find_turns(motion: Motion) -> tuple[Turn, ...]:
    """Turns of the pelvis about the vertical by 45 degrees and more, in time."""
    time, yaw = motion.time_s, _without_strides(motion)
    rate = np.gradient(yaw, time)
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


def yaw_rate_rad_s(motion: Motion) -> Array:
    """How fast the pelvis turns about the vertical, strides filtered out, shape (n,) [rad/s]."""
    return np.asarray(np.gradient(_without_strides(motion), motion.time_s))


def _without_strides(motion: Motion) -> Array:
    sections = butter(2, CUTOFF_HZ, fs=CLOCK_HZ, output="sos")
    padding = min(len(motion.time_s) - 1, int(2 * CLOCK_HZ))
    return np.asarray(sosfiltfilt(sections, motion.yaw_rad, padlen=padding))
