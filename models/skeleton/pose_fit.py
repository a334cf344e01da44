"""Inverse kinematics of whole recordings at once: the poses that bring a skeleton's markers closest to measured ones.

Start: the pelvis laid onto its markers in every sixteenth frame, so that any heading will do; these keyframes are
solved, interpolated, and all frames solved from there by Levenberg-Marquardt. Where neighbouring frames then lie in
different local minima (raised arms), each is solved again from its neighbours, see `models.skeleton.pose_branches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import InverseKinematicsError
from models.skeleton.alike_skeletons import joined_problems, offsets_on
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import WARM, Minimum, minimise_in_chunks
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_branches import join_branches
from models.skeleton.pose_keyframes import starts
from models.skeleton.pose_start import Root, without_jumps

Array = NDArray[np.float64]

# Converged when no coordinate moves by more than this in a step [rad or m]: 0.0006 degrees.
TOLERANCE = 1e-5
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


@dataclass(frozen=True)
class Recording:
    """Markers of one person over time, and what they are fitted with.

    Attributes
    ----------
    tree : SkeletonTree
        Float64 on the CPU for results; see docs/inverse-kinematics.md.
    markers_m : array, shape (n_frames, n_markers, 3)
        Measured positions of the tree's markers, in its order; NaN where not seen.
    weights : array, shape (n_markers,)
        Zero for markers that are not tracked.
    log_scales : array, shape (n_bodies, 3), or None
        Log-scale factors; None: the tree as it is.
    start : array, shape (n_frames, n_coordinates), or None
        Poses to begin with, in place of a start from the markers.
    """

    tree: SkeletonTree
    markers_m: Array | Tensor
    weights: Array | Tensor
    log_scales: Array | Tensor | None = None
    start: Array | Tensor | None = None


def fit_poses(
    tree: SkeletonTree,
    markers_m: Array | Tensor,
    weights: Array | Tensor,
    *,
    log_scales: Array | Tensor | None = None,
    start: Array | Tensor | None = None,
    tolerance: float = TOLERANCE,
) -> PoseFit:
    """Find the poses of all frames of one recording; parameters as of `Recording` and `fit_recordings`.

    Raises
    ------
    InverseKinematicsError
        No marker has a weight, the tree has no free root body, fewer than three of its markers have a weight, or they
        are never seen together.
    """
    (fit,) = fit_recordings([Recording(tree, markers_m, weights, log_scales, start)], tolerance=tolerance)
    if isinstance(fit, InverseKinematicsError):
        raise fit
    return fit


def fit_recordings(
    recordings: Sequence[Recording], *, tolerance: float = TOLERANCE
) -> list[PoseFit | InverseKinematicsError]:
    """Find the poses of many recordings, of one person or of several, together.

    Recordings whose skeletons differ in lengths alone, and that show the same coordinates, share every call of torch.
    What is found for one does not depend on the others, but for the rounding of sums.

    Parameters
    ----------
    recordings : sequence of Recording
        All trees on one device.
    tolerance : float
        Converged when no coordinate moves by more than this in a step [rad or m].

    Returns
    -------
    list of PoseFit or InverseKinematicsError
        In the order given; an error where `fit_poses` would raise it.
    """
    fits: list[PoseFit | InverseKinematicsError | None] = [None] * len(recordings)
    stated: dict[int, _Stated] = {}
    for place, recording in enumerate(recordings):
        try:
            stated[place] = _Stated.of(recording)
        except InverseKinematicsError as error:
            fits[place] = error
    while stated:
        first = next(iter(stated.values()))
        alike = {place: fitting for place, one in stated.items() if (fitting := one.like(first)) is not None}
        for place, fit in zip(alike, _fit_together(list(alike.values()), tolerance), strict=True):
            fits[place] = fit
            del stated[place]
    return [fit for fit in fits if fit is not None]


@dataclass(frozen=True)
class _Stated:
    """The problem of one recording from the first frame on that shows its root body.

    Attributes
    ----------
    problem : PoseProblem
    root : Root
    seen : Tensor of bool, shape (n_frames,)
        Frames in which the root body can be laid onto its markers.
    start : Tensor, shape (n_coordinates, n_frames), or None
    n_before : int
        Frames that were left out.
    """

    problem: PoseProblem
    root: Root
    seen: Tensor
    start: Tensor | None
    n_before: int

    @classmethod
    def of(cls, recording: Recording) -> _Stated:
        tree = recording.tree
        problem = pose_problem(tree, recording.markers_m, recording.weights, recording.log_scales)
        root = Root.of(tree, _as(tree, recording.weights))
        seen = root.seen(problem.weights)
        if not seen.any():
            raise InverseKinematicsError(
                f"No frame shows three markers of the {tree.bodies[root.body]} together.",
                hint="Cut the trial to where the pelvis is seen.",
            )
        first = int(seen.nonzero()[0])
        start = None if recording.start is None else _as(tree, recording.start).T[:, first:]
        return cls(problem.frames(slice(first, None)), root, seen[first:], start, first)

    def like(self, other: _Stated) -> _Stated | None:
        """Stated on the other's tree; None where the two cannot be solved together."""
        mine, theirs = self.problem, other.problem
        together = (
            torch.equal(mine.active, theirs.active)
            and torch.equal(mine.pulls, theirs.pulls)
            and self.root.markers == other.root.markers
        )
        offsets = offsets_on(theirs.tree, mine.tree, mine.offsets) if together else None
        return None if offsets is None else replace(self, problem=replace(mine, tree=theirs.tree, offsets=offsets))


def _fit_together(parts: Sequence[_Stated], tolerance: float) -> list[PoseFit]:
    problem = joined_problems([part.problem for part in parts])
    ends = np.cumsum([len(part.seen) for part in parts]).tolist()
    frames = [slice(end - len(part.seen), end) for part, end in zip(parts, ends, strict=True)]
    asked = [(part.seen, own) for part, own in zip(parts, frames, strict=True) if part.start is None]
    found = iter(starts(problem, parts[0].root, asked) if asked else ())
    begin = torch.cat([next(found) if part.start is None else part.start for part in parts], dim=1)
    solved = minimise_in_chunks(problem, begin, damping=WARM, tolerance=tolerance)
    solved = join_branches(problem, solved, tolerance, [len(part.seen) for part in parts])
    return [_fit(part, solved.frames(own)) for part, own in zip(parts, frames, strict=True)]


def _fit(stated: _Stated, solved: Minimum) -> PoseFit:
    problem, tree = stated.problem, stated.problem.tree
    values = without_jumps(tree, _held_where_unseen(solved, problem).cpu().numpy().astype(float))
    residuals = problem.residuals_m(_as(tree, values))
    distances = residuals.square().sum(dim=1).sqrt().masked_fill(problem.weights == 0, torch.nan)
    first, n_frames = stated.n_before, stated.n_before + len(stated.seen)
    active = problem.active.tolist()
    return PoseFit(
        values=_after(first, n_frames, values.T),
        marker_errors_m=_after(first, n_frames, distances.T.cpu().numpy().astype(float)),
        cost=_after(first, n_frames, solved.cost.cpu().numpy().astype(float)),
        converged=np.concatenate([np.zeros(first, dtype=bool), solved.converged.cpu().numpy()]),
        started=np.arange(n_frames) >= first,
        unobserved=tuple(name for index, name in enumerate(tree.coordinates) if index not in active),
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
