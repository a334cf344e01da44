"""Scale factors and all poses together: damped Gauss-Newton on the marker cost plus a Gaussian prior on the scales.

Frames share nothing but the scales, so their poses are eliminated one by one (Schur complement): with H the Hessian of
a frame in blocks of pose q and scale parameters s, what remains for the scales is the sum over frames of
``H_ss - H_sq H_qq^-1 H_qs``. The system to solve is as large as the number of parameters, however long the recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import ScalingError
from models.skeleton.kinematics import Offsets, SkeletonTree
from models.skeleton.levenberg_marquardt import blocked, damped_hessian
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_fit import PoseFit, fit_poses, pose_problem
from models.skeleton.scale_derivatives import by_scale

Array = NDArray[np.float64]

# Converged when no parameter changes by more than this in a step: 0.01 % of a length.
TOLERANCE = 1e-4
MAX_ITERATIONS = 40
# A longer step in a log-scale leaves the region where the model is nearly linear.
_LONGEST = 0.1
_LONGEST_IN_POSE = 0.5
_DAMPING, _DAMPING_END = 1e-4, 1e8
_POSE_TOLERANCE = 1e-3
# Frames whose derivatives are held in memory together (60 kB a frame).
_CHUNK = 256


@dataclass(frozen=True)
class ScalingClip:
    """A recording that scales are found from.

    Attributes
    ----------
    markers_m : ndarray, shape (n_frames, n_markers, 3)
        Of the tree's markers, in its order; NaN where not seen.
    weights : ndarray, shape (n_markers,)
        In the cost as they are: divide by the number of frames for clips to count alike, by the variance of the
        markers' error [m^2] to set them against the prior.
    """

    markers_m: Array
    weights: Array


@dataclass(frozen=True)
class ScaleFit:
    """Scale factors and poses that explain the clips.

    Attributes
    ----------
    parameters : ndarray, shape (n_parameters,)
    log_scales : ndarray, shape (n_bodies, 3)
    information : ndarray, shape (n_parameters, n_parameters)
        What the markers say about the parameters, poses unknown, without the prior; with weights of one over the
        variance, its inverse is their covariance.
    cost : float
        Markers and prior.
    poses : tuple of PoseFit
        One a clip.
    iterations : int
    converged : bool
    """

    parameters: Array
    log_scales: Array
    information: Array
    cost: float
    poses: tuple[PoseFit, ...]
    iterations: int
    converged: bool


def fit_poses_and_scales(
    tree: SkeletonTree,
    clips: Sequence[ScalingClip],
    *,
    tie: Array,
    prior_mean: Array,
    prior_precision: Array,
    max_iterations: int = MAX_ITERATIONS,
) -> ScaleFit:
    """Find scale parameters and the poses of all frames.

    Minimises ``sum over clips, frames and markers of weight * distance^2 + (p - mean)' precision (p - mean)``.

    Parameters
    ----------
    tree : SkeletonTree
        The generic skeleton, float64.
    clips : sequence of ScalingClip
    tie : ndarray, shape (n_bodies * 3, n_parameters)
        ``log_scales = tie @ parameters``: couples sides, bodies and axes, and leaves out what shall stay.
    prior_mean : ndarray, shape (n_parameters,)
        Also the start.
    prior_precision : ndarray, shape (n_parameters, n_parameters)

    Raises
    ------
    ScalingError
        There is no clip, or shapes disagree.
    InverseKinematicsError
        The poses of a clip cannot be found; see `fit_poses`.
    """
    _check(tree, clips, tie, prior_mean, prior_precision)
    dtype = tree.default.dtype
    matrix, mean, precision = (torch.as_tensor(one, dtype=dtype) for one in (tie, prior_mean, prior_precision))
    parameters = mean.clone()
    states = [state for clip in clips for state in _start(tree, clip, matrix @ parameters)]
    damping, iterations, converged = _DAMPING, 0, False
    cost = _total(states, parameters, mean, precision)
    system = _System.of(states, matrix, parameters, damping)
    while iterations < max_iterations and damping < _DAMPING_END:
        iterations += 1
        step = system.step(precision, precision @ (parameters - mean), damping)
        moved = parameters + step
        attempt = system.moved(states, step, tree.offsets((matrix @ moved).reshape(-1, 3, 1)))
        attempted = _total(attempt, moved, mean, precision)
        small = bool(step.abs().max() < TOLERANCE)
        if attempted <= cost:
            gained = cost - attempted
            parameters, states, cost, damping = moved, attempt, attempted, max(damping / 10, 1e-9)
            converged = small and bool(gained <= 1e-6 * cost)
        else:
            damping *= 10
            converged = small
        if converged:
            break
        system = _System.of(states, matrix, parameters, damping)
    log_scales = (matrix @ parameters).reshape(-1, 3).numpy()
    poses = tuple(fit_poses(tree, clip.markers_m, clip.weights, log_scales=log_scales) for clip in clips)
    return ScaleFit(
        parameters=parameters.numpy(),
        log_scales=log_scales,
        information=_System.of(states, matrix, parameters, 0.0).reduced.numpy(),
        cost=float(cost),
        poses=poses,
        iterations=iterations,
        converged=converged,
    )


@dataclass(frozen=True)
class _State:
    """A stretch of frames: its problem with the present scales, and its poses (n_coordinates, n_frames)."""

    problem: PoseProblem
    values: Tensor


@dataclass(frozen=True)
class _System:
    """Normal equations of the scale parameters, poses eliminated, and what leads back to the poses."""

    reduced: Tensor
    gradient: Tensor
    own: Tensor
    back: tuple[Tensor, ...]

    @classmethod
    def of(cls, states: list[_State], tie: Tensor, parameters: Tensor, damping: float) -> _System:
        n = len(parameters)
        reduced, gradient, own = (parameters.new_zeros(shape) for shape in ((n, n), (n,), (n,)))
        back = []
        scales = (tie @ parameters).exp()
        for state in states:
            problem, values = state.problem, state.values
            equations = problem.at(values)
            pose = problem.tree.kinematics(values, problem.offsets)
            by_pose = problem.tree.marker_velocities(pose, values)[problem.active].flatten(1, 2).permute(2, 1, 0)
            by_factor = by_scale(problem.tree, pose).flatten(2, 3).flatten(0, 1)
            by_parameter = torch.einsum("rst,sp->trp", by_factor, scales[:, None] * tie)
            weights = problem.weights.T.repeat_interleave(3, dim=1)
            residuals = (pose.markers - problem.measured_m).flatten(0, 1).T
            weighted = weights.unsqueeze(2) * by_parameter
            here = values[problem.active].T
            free = (~blocked(problem, here, equations.gradient)).to(values.dtype)
            crossed = (by_pose.mT @ weighted) * free.unsqueeze(2)
            right = torch.cat([crossed, (equations.gradient * free).unsqueeze(2)], dim=2)
            floor = 1e-8 * problem.weights.sum(dim=0).mean()
            lambdas = torch.full_like(equations.cost, damping)
            factor = torch.linalg.cholesky(damped_hessian(equations, free, lambdas, floor))
            solved = torch.cholesky_solve(right, factor)
            back.append(solved)
            straight = torch.einsum("trp,trq->pq", by_parameter, weighted)
            own += straight.diagonal()
            eliminated = torch.einsum("tnp,tnq->pq", crossed, solved)
            reduced += straight - eliminated[:, :n]
            gradient += torch.einsum("trp,tr->p", weighted, residuals) - eliminated[:, n]
        return cls(reduced, gradient, own, tuple(back))

    def step(self, precision: Tensor, prior_gradient: Tensor, damping: float) -> Tensor:
        """Step of the parameters."""
        left = self.reduced + precision + damping * torch.diag(self.own)
        # A parameter that neither markers nor prior hold stays where it is.
        held = left.diagonal() > 0
        step = torch.zeros_like(self.gradient)
        step[held] = torch.linalg.solve(left[held][:, held], -(self.gradient + prior_gradient)[held])
        return step.clamp(-_LONGEST, _LONGEST)

    def moved(self, states: list[_State], step: Tensor, offsets: Offsets) -> list[_State]:
        """The states after a step of the parameters and the steps of the poses that go with it."""
        after = []
        for state, solved in zip(states, self.back, strict=True):
            problem = replace(state.problem, offsets=offsets)
            of_pose = -(solved[..., -1] + solved[..., :-1] @ step).clamp(-_LONGEST_IN_POSE, _LONGEST_IN_POSE)
            here = state.values[problem.active].T + of_pose
            within = torch.minimum(torch.maximum(here, problem.low), problem.high)
            after.append(_State(problem, state.values.index_copy(0, problem.active, within.T)))
        return after


def _start(tree: SkeletonTree, clip: ScalingClip, log_scales: Tensor) -> list[_State]:
    by_body = log_scales.reshape(-1, 3)
    fit = fit_poses(tree, clip.markers_m, clip.weights, log_scales=by_body, tolerance=_POSE_TOLERANCE)
    markers_m = clip.markers_m[fit.started]
    values = torch.as_tensor(fit.values[fit.started].T, dtype=tree.default.dtype)
    problem = pose_problem(tree, markers_m, clip.weights, by_body)
    chunks = [slice(begin, begin + _CHUNK) for begin in range(0, values.shape[1], _CHUNK)]
    return [_State(problem.frames(chunk), values[:, chunk]) for chunk in chunks]


def _total(states: list[_State], parameters: Tensor, mean: Tensor, precision: Tensor) -> Tensor:
    of_markers = torch.stack([state.problem.cost(state.values).sum() for state in states]).sum()
    apart = parameters - mean
    return of_markers + apart @ precision @ apart


def _check(tree: SkeletonTree, clips: Sequence[ScalingClip], tie: Array, mean: Array, precision: Array) -> None:
    n_parameters = len(mean)
    expected = {"tie": (3 * len(tree.bodies), n_parameters), "prior precision": (n_parameters, n_parameters)}
    for (name, shape), found in zip(expected.items(), (tie.shape, precision.shape), strict=True):
        if found != shape:
            raise ScalingError(
                f"The {name} has shape {found}, expected {shape}.",
                hint="One row of the tie matrix for every body and axis, one column for every parameter.",
            )
    if not clips:
        raise ScalingError("There is no clip to find scale factors from.", hint="Give at least one recording.")
