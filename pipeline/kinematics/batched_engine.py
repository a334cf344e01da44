"""The default engine: all frames of all trials at once, on the torch skeleton (docs/inverse-kinematics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models.errors import InverseKinematicsError
from models.markers import MarkerTrajectories
from models.skeleton.pose_fit import PoseFit, Recording, fit_recordings, observed_coordinates
from models.skeleton.pose_start import Root
from models.skeleton.trees_of_files import tree_without_patellae
from pipeline.kinematics.engine import Frames, Solution, tracked_markers


class BatchedEngine:
    """`fit_recordings` for trials; see `pipeline.kinematics.engine.Engine`.

    Parameters
    ----------
    model_path : Path
    markers : MarkerTrajectories
    weights : dict of str to float
    device : str
        Where torch computes.

    Raises
    ------
    InverseKinematicsError
        None of the markers is in the model, or fewer than three sit on the pelvis.
    ModelError
        The model cannot be read, or has joints, functions or constraints that the batched skeleton does not know.
    """

    def __init__(
        self, model_path: Path, markers: MarkerTrajectories, weights: dict[str, float], device: str = "cpu"
    ) -> None:
        self._tree = tree = tree_without_patellae(model_path)
        self._device = device
        self.tracked = tracked_markers(tree.markers, markers, weights)
        self._markers = markers.select(self.tracked)
        self._weights = np.array([weights[name] if name in self.tracked else 0.0 for name in tree.markers])
        self._places = [tree.markers.index(name) for name in self.tracked]
        self.coordinates = tree.order
        self._in_tree = [tree.driven.index(name) for name in tree.order]
        carried = torch.from_numpy(self._weights)
        self._root = Root.of(tree, carried)
        observed = observed_coordinates(tree, carried).tolist()
        self.unobserved = tuple(name for place, name in enumerate(tree.coordinates) if place not in observed)

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""
        return tuple(self.coordinates.index(self._tree.driven[place]) for place in self._root.angles)

    @staticmethod
    def solve_together(jobs: Sequence[tuple[BatchedEngine, Frames]]) -> list[Solution | InverseKinematicsError]:
        """Solve frames of several trials; those before the pelvis is first seen stay open."""
        fits = fit_recordings([engine._recording(frames) for engine, frames in jobs])
        return [
            fit if isinstance(fit, InverseKinematicsError) else engine._solution(fit)
            for (engine, _), fit in zip(jobs, fits, strict=True)
        ]

    def _recording(self, frames: Frames) -> Recording:
        measured_m = np.full((len(frames), len(self._tree.markers), 3), np.nan)
        measured_m[:, self._places] = self._markers.positions_m[frames]
        tree = self._tree if self._device == "cpu" else self._tree.to(device=self._device)
        return Recording(tree, measured_m, self._weights)

    def _solution(self, fit: PoseFit) -> Solution:
        values = self._tree.with_couplers(torch.from_numpy(fit.values.T))[self._in_tree].T.numpy()
        return Solution(values, fit.marker_errors_m[:, self._places])
