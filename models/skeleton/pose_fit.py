"""Inverse kinematics of whole recordings at once: the poses that bring a skeleton's markers closest to measured ones.

Start: the pelvis laid onto its markers in every sixteenth frame, so that any heading will do; these keyframes are
solved, interpolated, and all frames solved from there by Levenberg-Marquardt. Where neighbouring frames then lie in
different local minima (raised arms), each is solved again from its neighbours, see `models.skeleton.pose_branches`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import InverseKinematicsError
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import COLD, WARM, Minimum, minimise
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_branches import join_branches
from models.skeleton.pose_start import Root, without_jumps

Array = NDArray[np.float64]

# Converged when no coordinate moves by more than this in a step [rad or m]: 0.0006 degrees.
TOLERANCE = 1e-5
_KEYFRAME_TOLERANCE = 1e-3
_KEYFRAME_STRIDE = 16
# Frames solved together: enough to hide the cost of each torch call, few enough for the cache.
_CHUNK = 800
# Joints are drawn to their default values this strongly, relative to the mean marker weight [m^2/rad^2]: decides where
# markers do not. Markers hold the least observed coordinate (forearm rotation) a hundred thousand times more firmly.
_PULL = 1e-8
# A coordinate is observed if some marker moves by more than this with it [m/rad or m/m].
_OBSERVED = 1e-3


@dataclass(frozen=True)
class PoseFit:
    """Poses found for a recording.

    Attributes
    ----------
    values : ndarray, shape (n_frames, n_coordinates)
        Radians, metres for translations; in the order of the tree's coordinates.
    marker_errors_m : ndarray, shape (n_frames, n_markers)
        Distance measured - modelled [m]; NaN where a marker is not seen or has no weight.
    cost : ndarray, shape (n_frames,)
        ``sum(weight * distance^2)`` of each frame [m^2], plus the weak pull to default values.
    converged : ndarray of bool, shape (n_frames,)
        False also where nothing could be solved: before the root body is first seen.
    started : ndarray of bool, shape (n_frames,)
        Frames from the first in which three markers of the root body are seen.
    unobserved : tuple of str
        Coordinates that no marker shows, or that are locked: at their default value throughout.
    """

    values: Array
    marker_errors_m: Array
    cost: Array
    converged: NDArray[np.bool_]
    started: NDArray[np.bool_]
    unobserved: tuple[str, ...]


def fit_poses(
    tree: SkeletonTree,
    markers_m: Array | Tensor,
    weights: Array | Tensor,
    *,
    log_scales: Array | Tensor | None = None,
    start: Array | Tensor | None = None,
    tolerance: float = TOLERANCE,
) -> PoseFit:
    """Find the poses of all frames.

    Parameters
    ----------
    tree : SkeletonTree
        Float64 on the CPU for results; see docs/inverse-kinematics.md.
    markers_m : array, shape (n_frames, n_markers, 3)
        Measured positions of the tree's markers, in its order; NaN where not seen.
    weights : array, shape (n_markers,)
        Zero for markers that are not tracked.
    log_scales : array, shape (n_bodies, 3), optional
        Log-scale factors; the tree as it is without.
    start : array, shape (n_frames, n_coordinates), optional
        Poses to begin with, in place of a start from the markers.
    tolerance : float
        Converged when no coordinate moves by more than this in a step [rad or m].

    Raises
    ------
    InverseKinematicsError
        No marker has a weight, the tree has no free root body, fewer than three of its markers have a weight, or they
        are never seen together.
    """
    problem = pose_problem(tree, markers_m, weights, log_scales)
    root = Root.of(tree, _as(tree, weights))
    unobserved = tuple(name for index, name in enumerate(tree.coordinates) if index not in problem.active.tolist())
    seen = root.seen(problem.weights)
    if not seen.any():
        raise InverseKinematicsError(
            f"No frame shows three markers of the {tree.bodies[root.body]} together.",
            hint="Cut the trial to where the pelvis is seen.",
        )
    n_frames, first = len(seen), int(seen.nonzero()[0])
    later = problem.frames(slice(first, None))
    begin = _start(later, root, seen[first:]) if start is None else _as(tree, start).T[:, first:]
    solved = _solve(later, begin, tolerance)
    solved = join_branches(later, solved, tolerance)
    values = without_jumps(tree, _held_where_unseen(solved, later).cpu().numpy().astype(float))
    residuals = later.residuals_m(torch.as_tensor(values, dtype=tree.default.dtype, device=tree.default.device))
    distances = residuals.square().sum(dim=1).sqrt().masked_fill(later.weights == 0, torch.nan)
    return PoseFit(
        values=_after(first, n_frames, values.T),
        marker_errors_m=_after(first, n_frames, distances.T.cpu().numpy().astype(float)),
        cost=_after(first, n_frames, solved.cost.cpu().numpy().astype(float)),
        converged=np.concatenate([np.zeros(first, dtype=bool), solved.converged.cpu().numpy()]),
        started=np.arange(n_frames) >= first,
        unobserved=unobserved,
    )


def pose_problem(
    tree: SkeletonTree, markers_m: Array | Tensor, weights: Array | Tensor, log_scales: Array | Tensor | None = None
) -> PoseProblem:
    """State the problem of a recording: what is measured, which coordinates are to be found.

    ``log_scales`` has shape (n_bodies, 3), or (n_frames, n_bodies, 3) where frames are of different people.

    Raises
    ------
    InverseKinematicsError
        No marker has a weight.
    """
    measured, weights = _as(tree, markers_m), _as(tree, weights)
    if not (weights > 0).any():
        raise InverseKinematicsError(
            "The model has none of the trial's markers.",
            hint=f"Markers of the model: {', '.join(tree.markers)}. Check the marker names or the marker set.",
        )
    seen = measured.isfinite().all(dim=2)
    if log_scales is not None:
        log_scales = _as(tree, log_scales).reshape(-1, len(tree.bodies), 3).permute(1, 2, 0)
    active = observed_coordinates(tree, weights)
    moving_root = torch.tensor([tree.parents[tree.joint_of[place]] < 0 for place in active.tolist()])
    pull = _PULL * weights[weights > 0].mean()
    return PoseProblem.of(
        tree,
        tree.offsets(log_scales),
        torch.where(seen.unsqueeze(2), measured, 0.0).permute(1, 2, 0).contiguous(),
        (seen * weights).T.contiguous(),
        active,
        torch.where(moving_root.to(pull.device), 0.0, pull).unsqueeze(1),
        tree.default[active].unsqueeze(1),
    )


def observed_coordinates(tree: SkeletonTree, weights: Tensor) -> Tensor:
    """Places of the free coordinates that move some marker with a weight, and are not locked."""
    # A little away from the default pose, in which an axis may run through its marker.
    moves = tree.pose_jacobian(tree.default + 0.1).norm(dim=1)[weights > 0].amax(dim=0)
    return ((moves > _OBSERVED) & ~torch.tensor(tree.locked, device=moves.device)).nonzero().flatten()


def _start(problem: PoseProblem, root: Root, seen: Tensor) -> Tensor:
    """Start of all frames: keyframes solved from scratch, interpolated."""
    able = seen.nonzero().flatten()
    chosen = torch.unique(torch.cat([able[::_KEYFRAME_STRIDE], able[-1:]]))
    some = problem.frames(chosen)
    cold = root.lay_onto(some.tree, some.offsets, some.measured_m, some.weights)
    keys = _solve(some, cold, _KEYFRAME_TOLERANCE, damping=COLD).values
    at_keys = without_jumps(problem.tree, keys.cpu().numpy().astype(float))
    for place in root.angles:
        at_keys[place] = np.unwrap(at_keys[place])
    frames = np.arange(len(seen))
    between = np.array([np.interp(frames, chosen.cpu().numpy(), row) for row in at_keys])
    return torch.as_tensor(between, dtype=keys.dtype, device=keys.device)


def _solve(problem: PoseProblem, start: Tensor, tolerance: float, *, damping: float = WARM) -> Minimum:
    """`minimise` in chunks of frames."""
    parts = [
        minimise(problem.frames(chunk), start[:, chunk], damping=damping, tolerance=tolerance)
        for begin in range(0, start.shape[1], _CHUNK)
        for chunk in [slice(begin, begin + _CHUNK)]
    ]
    return Minimum(
        values=torch.cat([part.values for part in parts], dim=1),
        cost=torch.cat([part.cost for part in parts]),
        converged=torch.cat([part.converged for part in parts]),
        stiffness=torch.cat([part.stiffness for part in parts], dim=1),
    )


def _held_where_unseen(solved: Minimum, problem: PoseProblem) -> Tensor:
    """Values, interpolated over the frames in which too few markers are seen to hold a coordinate."""
    held = solved.stiffness[problem.active] > 10 * problem.pulls + 1e-12
    if held.all():
        return solved.values
    values, frames = solved.values.clone(), np.arange(held.shape[1])
    for place, known in zip(problem.active.tolist(), held.cpu().numpy(), strict=True):
        if known.any() and not known.all():
            row = np.interp(frames, frames[known], values[place].cpu().numpy()[known])
            values[place] = torch.as_tensor(row, dtype=values.dtype, device=values.device)
    return values


def _after(first: int, n_frames: int, rows: Array) -> Array:
    """Rows of the frames from ``first`` on, NaN before."""
    filled = np.full((n_frames, *rows.shape[1:]), np.nan)
    filled[first:] = rows
    return filled


def _as(tree: SkeletonTree, values: Array | Tensor) -> Tensor:
    return torch.as_tensor(values, dtype=tree.default.dtype, device=tree.default.device)
