"""What is measured of scale factors, person by person: marker errors, and errors against the truth of simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.scaling.people import TestPeople
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import COLD, WARM, minimise
from models.skeleton.pose_fit import pose_problem
from models.skeleton.pose_start import Root
from rl_scaling.judging.evaluate import LONG_AXES
from rl_scaling.people.anthropometry import parameters, ties
from rl_scaling.search.objective import MarkerFit, marker_fit
from rl_scaling.tasks.scaling_tasks import joint_centres_m, segment_lengths_m

Array = NDArray[np.float64]

MEASURES = (
    "static_rms_mm", "static_max_mm", "given_rms_mm", "given_max_mm", "unseen_rms_mm", "unseen_max_mm",
    "long_axes_percent", "lengths_mm", "joints_mm", "joints_less_offset_mm", "prior_distance",
)  # fmt: skip
"""Names of what `Judge.measured` tells."""

# People whose frames are solved together: few enough for the cache.
_CHUNK = 64
_COLD_TOLERANCE, _TOLERANCE = 1e-3, 1e-5
# The body that stands for a segment of several, whose factors not every scaler holds equal.
_STANDS_FOR = {"foot": "calcn", "forearm": "radius"}


class Judge:
    """Measures any scaler's factors of the same people in the same way.

    Poses of every frame are fitted with the factors, every marker counting alike, in single precision as in the
    environment; all scalers' fits begin with the same poses, found from the markers alone at the prior's mean.

    Parameters
    ----------
    tree : SkeletonTree
        The generic skeleton.
    people : TestPeople
    """

    def __init__(self, tree: SkeletonTree, people: TestPeople) -> None:
        self.tree, self.people = tree, people
        self._markers_m = torch.cat([people.given.markers_m, people.unseen_m], 1)
        self._precision = torch.linalg.inv(people.given.prior_covariance.double())

    @cached_property
    def _start(self) -> Tensor:
        tie = torch.as_tensor(ties(self.tree.bodies)).to(self.tree.default)
        expected = (self.people.given.prior_mean @ tie.T).unflatten(1, (-1, 3))
        return self._poses(expected, None)

    @torch.no_grad()
    def measured(self, log_scales: Tensor) -> dict[str, Array]:
        """`MEASURES` of every person, each shape (n_people,), ``long_axes_percent`` (n_people, n_axes).

        Parameters
        ----------
        log_scales : Tensor, shape (n_people, n_bodies, 3)

        Returns
        -------
        dict
            Marker errors as OpenSim's scale tool reports them, means over frames: of the standing pose, of standing
            pose and given frames together, and of frames kept back (absent where there are none). Errors of the factors
            along the segments [% of log factors], of segment lengths and joint centres; the latter as they stand in
            ground, and less what all of a frame's joint centres are off by together. Squared Mahalanobis distance
            from the prior over the number of parameters.
        """
        tree, given = self.tree, self.people.given
        truth = given.truth
        if truth is None:
            raise ValueError("people without truth")
        poses = self._poses(log_scales, self._start)
        n_given = given.markers_m.shape[1]
        of_frames = poses.unflatten(1, self._markers_m.shape[:2]).permute(1, 2, 0)
        seen = self._markers_m.isfinite().all(dim=-1)
        modelled_m = tree.forward(of_frames, log_scales[:, None])
        residuals_m = (self._markers_m - modelled_m).nan_to_num() * seen.unsqueeze(-1)
        parts = {"static": slice(0, 1), "given": slice(0, n_given), "unseen": slice(n_given, None)}
        found: dict[str, Array] = {}
        for name, frames in parts.items():
            if seen[:, frames].shape[1]:
                found |= _errors_mm(name, marker_fit(residuals_m[:, frames], seen[:, frames]))
        apart_m = joint_centres_m(tree, of_frames[:, :n_given], log_scales[:, None]) - truth.joints_m
        alone_m = apart_m - apart_m.mean(dim=2, keepdim=True)
        lengths_m = segment_lengths_m(tree, log_scales) - segment_lengths_m(tree, self.people.log_scales)
        chosen = self.parameters_of(log_scales)
        long = [parameters().index(name) for name in LONG_AXES]
        z = (chosen - given.prior_mean).double()
        distance = torch.einsum("np,npq,nq->n", z, self._precision, z) / z.shape[1]
        return found | {
            "long_axes_percent": _array(100.0 * (chosen - truth.log_factors)[:, long].abs()),
            "lengths_mm": _array(1000.0 * lengths_m.abs().mean(dim=1)),
            "joints_mm": _array(1000.0 * apart_m.norm(dim=-1).mean(dim=(1, 2))),
            "joints_less_offset_mm": _array(1000.0 * alone_m.norm(dim=-1).mean(dim=(1, 2))),
            "prior_distance": _array(distance),
        }

    def parameters_of(self, log_scales: Tensor) -> Tensor:
        """Parameters of factors that need not be tied: mean of both sides' main body, shape (n_people, n_params)."""
        rows = []
        for segment in dict.fromkeys(name.rpartition("_")[0] for name in parameters()):
            body = _STANDS_FOR.get(segment, segment)
            sides = [place for place, name in enumerate(self.tree.bodies) if name in (body, f"{body}_r", f"{body}_l")]
            rows.append(log_scales[:, sides].mean(dim=1))
        return torch.cat(rows, 1)

    def _poses(self, log_scales: Tensor, start: Tensor | None) -> Tensor:
        """Poses fitted with the factors, shape (n_coordinates, n_people * n_frames)."""
        n_frames = self._markers_m.shape[1]
        weights = self.tree.default.new_ones(len(self.tree.markers))
        root, parts = Root.of(self.tree, weights), []
        for first in range(0, len(self.people), _CHUNK):
            some = slice(first, first + _CHUNK)
            scales = log_scales[some].repeat_interleave(n_frames, dim=0).permute(1, 2, 0)
            problem = pose_problem(self.tree, self._markers_m[some].flatten(0, 1), weights)
            problem = replace(problem, offsets=self.tree.offsets(scales))
            if start is None:
                laid = root.lay_onto(self.tree, problem.offsets, problem.measured_m, problem.weights)
                begin = minimise(problem, laid, damping=COLD, tolerance=_COLD_TOLERANCE).values
            else:
                begin = start[:, first * n_frames : (first + _CHUNK) * n_frames]
            parts.append(minimise(problem, begin, damping=WARM, tolerance=_TOLERANCE).values)
        return torch.cat(parts, 1)


def _errors_mm(name: str, fit: MarkerFit) -> dict[str, Array]:
    return {f"{name}_rms_mm": _array(1000.0 * fit.rms_m), f"{name}_max_mm": _array(1000.0 * fit.max_m)}


def _array(values: Tensor) -> Array:
    return values.double().cpu().numpy()
