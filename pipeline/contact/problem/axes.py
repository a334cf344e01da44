"""Heading axes: forward, up, to the right, seen from the body's centre of mass.

Everything about contact that has a direction (standard deviations, force lines) is stated in them, so that neither the
place nor the heading of a recording matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.contact.ground.soles import Sole, heading
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class HeadingAxes:
    """Rotation and origin of the axes over time.

    Attributes
    ----------
    ground_to_heading : ndarray, shape (n_frames, 3, 3)
    origin_m : ndarray, shape (n_frames, 3)
        Centre of mass in ground [m].
    """

    ground_to_heading: Array
    origin_m: Array

    @classmethod
    def of(cls, motion: BodyMotion, soles: dict[str, Sole]) -> HeadingAxes:
        """Axes of a movement: forward is where the feet point together."""
        forward, right = heading(soles.values())
        up = np.broadcast_to(UP, forward.shape)
        return cls(np.stack([forward, up, right], axis=1), motion.centre_of_mass_m)

    def turn(self, vectors: Array) -> Array:
        """Directions in ground as directions in heading axes, shape (n_frames, ..., 3)."""
        return np.asarray(np.einsum("tij,t...j->t...i", self.ground_to_heading, vectors))

    def place(self, points_m: Array) -> Array:
        """Points in ground as points in heading axes, shape (n_frames, ..., 3) [m]."""
        extra = (1,) * (points_m.ndim - 2)
        return self.turn(points_m - self.origin_m.reshape(len(self.origin_m), *extra, 3))

    def turn_back(self, vectors: Array) -> Array:
        """Directions in heading axes as directions in ground, shape (n_frames, 3)."""
        return np.asarray(np.einsum("tji,tj->ti", self.ground_to_heading, vectors))
