"""The default engine: all frames of a trial at once, on the torch skeleton (docs/inverse-kinematics.md)."""

from __future__ import annotations

import numpy as np
import opensim as osim
import torch
from numpy.typing import NDArray

from models.markers import MarkerTrajectories
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_fit import fit_poses, observed_coordinates
from models.skeleton.pose_start import Root
from pipeline.kinematics.engine import tracked_markers


class BatchedEngine:
    """`fit_poses` for a trial; see `pipeline.kinematics.engine.Engine`.

    Parameters
    ----------
    model : opensim.Model
    markers : MarkerTrajectories
    weights : dict of str to float

    Raises
    ------
    InverseKinematicsError
        None of the markers is in the model, or fewer than three sit on the pelvis.
    ModelError
        The model has joints, functions or constraints that the batched skeleton does not know.
    """

    def __init__(self, model: osim.Model, markers: MarkerTrajectories, weights: dict[str, float]) -> None:
        self.tracked = tracked_markers(model, markers, weights)
        self._markers = markers.select(self.tracked)
        self._tree = tree = SkeletonTree.from_model(model)
        self._weights = np.array([weights[name] if name in self.tracked else 0.0 for name in tree.markers])
        self._places = [tree.markers.index(name) for name in self.tracked]
        in_model = [model.getCoordinateSet().get(index).getName() for index in range(model.getNumCoordinates())]
        self.coordinates = tuple(in_model)
        self._in_tree = [tree.driven.index(name) for name in in_model]
        carried = torch.from_numpy(self._weights)
        self._root = Root.of(tree, carried)
        observed = observed_coordinates(tree, carried).tolist()
        self.unobserved = tuple(name for place, name in enumerate(tree.coordinates) if place not in observed)

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""
        return tuple(self.coordinates.index(self._tree.driven[place]) for place in self._root.angles)

    def solve(self, frames: NDArray[np.int_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Solve frames of the trial; those before the pelvis is first seen stay open."""
        measured_m = np.full((len(frames), len(self._tree.markers), 3), np.nan)
        measured_m[:, self._places] = self._markers.positions_m[frames]
        fit = fit_poses(self._tree, measured_m, self._weights)
        values = self._tree.with_couplers(torch.from_numpy(fit.values.T))[self._in_tree].T.numpy()
        return values, fit.marker_errors_m[:, self._places]
