"""The reference engine: OpenSim's solver, each frame started from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.errors import InverseKinematicsError
from models.markers import MarkerTrajectories
from models.skeleton import load_model, without_patellae
from pipeline.kinematics.engine import Frames, Solution
from pipeline.kinematics.pose_solver import PoseSolver


class OpenSimEngine:
    """`PoseSolver` over the frames of a trial; see `pipeline.kinematics.engine.Engine`.

    Parameters
    ----------
    model_path : Path
    markers : MarkerTrajectories
    weights : dict of str to float

    Raises
    ------
    InverseKinematicsError
        None of the markers is in the model, or fewer than three sit on the pelvis.
    ModelError
        See `load_model` and `without_patellae`.
    """

    def __init__(self, model_path: Path, markers: MarkerTrajectories, weights: dict[str, float]) -> None:
        self._solver = PoseSolver(without_patellae(load_model(model_path)), markers, weights)
        self.coordinates = self._solver.coordinates
        self.unobserved = self._solver.unobserved
        self.tracked = self._solver.tracked

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""
        return self._solver.root_angles

    @staticmethod
    def solve_together(jobs: Sequence[tuple[OpenSimEngine, Frames]]) -> list[Solution | InverseKinematicsError]:
        """Solve frames of several trials, one trial after the other."""
        return [engine.solve(frames) for engine, frames in jobs]

    def solve(self, frames: Frames) -> Solution:
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
        return Solution(values, errors_m)

    def _start(self, frame: int) -> bool:
        try:
            self._solver.solve_first(frame)
        except InverseKinematicsError:
            return False
        return True
