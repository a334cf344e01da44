"""The feet, the pelvis and the joints of a walk on one uniform clock, smoothed, seen along the way that is walked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from assessment.motion import CLOCK_HZ, low_passed, uniform_clock_s
from pipeline.motion.landmarks import Landmarks
from pipeline.trajectories import Array, Kinematics

# Of 5, 7, 10 Hz and none, 7 Hz gave the smallest greatest error of both events, on plates and with OpenCap's errors.
CUTOFF_HZ = 7.0
# What the filter mirrors of a recording at its ends.
EDGE_S = 0.5


@dataclass(frozen=True)
class Track:
    """Points of the body over time.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Uniform, 100 Hz, on the trial's clock [s].
    points_m, velocities_m_s : dict of str to ndarray, shape (n, 3)
        Names as in `pipeline.motion.landmarks.Landmarks`; ground frame, or that of the belt [m], [m/s].
    """

    time_s: Array
    points_m: dict[str, Array]
    velocities_m_s: dict[str, Array]

    def at(self, name: str, time_s: float) -> Array:
        """Place of a point at any moment, shape (3,) [m]."""
        place = self.points_m[name]
        return np.array([np.interp(time_s, self.time_s, place[:, axis]) for axis in range(3)])

    def between(self, start_s: float, stop_s: float) -> slice:
        """Frames from one moment to another, both included."""
        first, last = np.searchsorted(self.time_s, (start_s - 1e-9, stop_s + 1e-9))
        return slice(int(first), int(last))

    def ahead_m(self, name: str, forward: Array) -> Array:
        """How far a point is in front of the sacrum, shape (n,) [m]."""
        return np.asarray((self.points_m[name] - self.points_m["sacrum"])[:, [0, 2]] @ forward)

    def forward_m_s(self, name: str, forward: Array) -> Array:
        """Forward speed of a point, shape (n,) [m/s]."""
        return np.asarray(self.velocities_m_s[name][:, [0, 2]] @ forward)

    def on_belt(self, velocity_m_s: Array) -> Track:
        """The same walk seen from a belt that moves backwards: everything gains the belt's speed.

        Parameters
        ----------
        velocity_m_s : ndarray, shape (2,)
            What is added, in the ground's X-Z plane [m/s].
        """
        gained = np.array([velocity_m_s[0], 0.0, velocity_m_s[1]])
        way_m = (self.time_s - self.time_s[0])[:, None] * gained
        return replace(
            self,
            points_m={name: place + way_m for name, place in self.points_m.items()},
            velocities_m_s={name: velocity + gained for name, velocity in self.velocities_m_s.items()},
        )


def track(landmarks: Landmarks) -> Track:
    """Put landmarks on the uniform clock, low-passed at 7 Hz without delay."""
    time_s, smooth = smoother(landmarks.time_s)
    names = list(landmarks.points_m)
    places = smooth(np.stack([landmarks.points_m[name] for name in names], axis=1))
    points_m = {name: places[:, index] for index, name in enumerate(names)}
    return Track(
        time_s, points_m, {name: np.gradient(place, 1.0 / CLOCK_HZ, axis=0) for name, place in points_m.items()}
    )


def angles_rad(kinematics: Kinematics, names: tuple[str, ...]) -> dict[str, Array]:
    """Coordinates on the clock of `track`, low-passed as the points are; names the model lacks are left out."""
    _, smooth = smoother(kinematics.time_s)
    known = [name for name in names if name in kinematics.coordinates]
    if not known:
        return {}
    return dict(zip(known, smooth(np.stack([kinematics.coordinate(name) for name in known], axis=1)).T, strict=True))


def smoother(time_s: Array) -> tuple[Array, Callable[[Array], Array]]:
    """The uniform clock of a recording, and what resamples a signal of it, shape (n_frames, ...), and smooths it."""
    clock_s = uniform_clock_s(time_s)

    def smooth(values: Array) -> Array:
        known = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
        if known.sum() < 4:
            return np.zeros((len(clock_s), *values.shape[1:]))
        # Outside the known frames a cubic runs away: there the nearest one holds.
        inside_s = np.clip(clock_s, time_s[known][0], time_s[known][-1])
        return low_passed(CubicSpline(time_s[known], values[known])(inside_s), CUTOFF_HZ, EDGE_S)

    return clock_s, smooth
