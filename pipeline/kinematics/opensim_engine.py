"""The reference engine: OpenSim's solver, each frame started from the one before."""

from __future__ import annotations

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.errors import InverseKinematicsError
from models.markers import MarkerTrajectories
from pipeline.kinematics.pose_solver import PoseSolver


class OpenSimEngine:
    """`PoseSolver` over the frames of a trial; see `pipeline.kinematics.engine.Engine`.

    Parameters
    ----------
    model : opensim.Model
        Taken over and changed.
    markers : MarkerTrajectories
    weights : dict of str to float

    Raises
    ------
    InverseKinematicsError
        None of the markers is in the model, or fewer than three sit on the pelvis.
    """

    def __init__(self, model: osim.Model, markers: MarkerTrajectories, weights: dict[str, float]) -> None:
        self._solver = PoseSolver(model, markers, weights)
        self.coordinates = self._solver.coordinates
        self.unobserved = self._solver.unobserved
        self.tracked = self._solver.tracked

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""
        return self._solver.root_angles

    def solve(self, frames: NDArray[np.int_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Solve frames of the trial, in order; the first one that can be is solved from scratch."""
        values = np.full((len(frames), len(self.coordinates)), np.nan)
        errors_m = np.full((len(frames), len(self.tracked)), np.nan)
        started = False
        for row, frame in enumerate(map(int, frames)):
            solved = self._solver.solve_next(frame) if started else self._start(frame)
            started = started or solved
            if solved:
                values[row] = self._solver.values
                errors_m[row] = self._solver.distances_m(frame)
        return values, errors_m

    def _start(self, frame: int) -> bool:
        try:
            self._solver.solve_first(frame)
        except InverseKinematicsError:
            return False
        return True
