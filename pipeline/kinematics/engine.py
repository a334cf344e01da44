"""What an inverse kinematics engine is: it finds the poses of the frames it is given; all else is the same for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import InverseKinematicsError
from models.markers import MarkerTrajectories

Frames = NDArray[np.int_]


class Solution(NamedTuple):
    """Poses of the frames that an engine was given.

    Attributes
    ----------
    values : ndarray, shape (n_frames, n_coordinates)
        Radians or metres; NaN where there is no solution.
    marker_errors_m : ndarray, shape (n_frames, n_tracked)
        Distance measured - modelled [m]; NaN where not seen or not solved.
    """

    values: NDArray[np.float64]
    marker_errors_m: NDArray[np.float64]


class Engine(Protocol):
    """Solves the frames of one trial on one model.

    Attributes
    ----------
    coordinates : tuple of str
        All coordinates, in the model's order.
    unobserved : tuple of str
        Those that no marker shows, held at their default value.
    tracked : tuple of str
        Markers that influence the pose.
    root_angles : tuple of int
        Places of the pelvis angles among the coordinates.
    """

    coordinates: tuple[str, ...]
    unobserved: tuple[str, ...]
    tracked: tuple[str, ...]

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""

    @staticmethod
    def solve_together(jobs: Sequence[tuple[Any, Frames]]) -> list[Solution | InverseKinematicsError]:
        """Solve frames of several trials, each with the engine made for it."""


def tracked_markers(
    in_model: Collection[str], markers: MarkerTrajectories, weights: dict[str, float]
) -> tuple[str, ...]:
    """Markers of a trial that the model has and that carry weight.

    Raises
    ------
    InverseKinematicsError
        There is none.
    """
    tracked = tuple(name for name in markers.names if weights.get(name, 0.0) > 0 and name in in_model)
    if not tracked:
        raise InverseKinematicsError(
            "The model has none of the trial's markers.",
            hint=f"Markers of the trial: {', '.join(markers.names)}. Check the marker names or the marker set.",
        )
    return tracked
