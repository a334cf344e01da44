"""Correct the poses of a whole recording so that points rest where they stand, and little else changes.

One least-squares problem over all frames: with q the poses looked for and p the given ones,

    sum W |x(q) - x(p)|^2 + sum lambda |D3 (q - p)|^2 + sum stillness |z(q)' - z(q)|^2 + sum levelness (z_y(q) - h)^2

x are the markers, z the points to be held, a dash the next frame, D3 third differences. The first term anchors every
frame, the second makes the correction as slow as the movement, the last two hold the points. Frames couple to three
neighbours at most, so that each Gauss-Newton step is one banded Cholesky factorisation. Where no point is to be held
the correction is zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from torch import Tensor

from models.skeleton.held_points import HeldPoints
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import blocked, is_better, within
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_fit import observed_coordinates
from models.skeleton.third_differences import ORDER, ThirdDifferences

Array = NDArray[np.float64]

# Four steps bring the cost within 0.2 % of twelve (feasibility study); the rest is for limits of joints.
MAX_STEPS = 6
MAX_HALVINGS = 4
# Converged when a step takes less than this share off the cost.
LEAST_GAIN = 1e-3
# Relative to the Hessian's diagonal: against rounding only.
_DAMPING = 1e-9


def anchored(tree: SkeletonTree, given: Tensor, precisions: Tensor, movable: Tensor) -> PoseProblem:
    """The problem of staying where the markers of the given poses are.

    To first order this is the problem of the recorded markers from which the poses were found: at its solution the
    residuals pull nowhere.

    Parameters
    ----------
    tree : SkeletonTree
    given : Tensor, shape (n_coordinates, n_frames)
    precisions : Tensor, shape (n_markers,)
        Reciprocal variances [1/m^2]; zero for markers that do not count.
    movable : Tensor of int
        Places of the coordinates that may change; those that no marker shows stay as they are.
    """
    observed = observed_coordinates(tree, precisions)
    active = movable[torch.isin(movable, observed)]
    offsets = tree.offsets()
    nothing = given.new_zeros(len(active), 1)
    markers = tree.kinematics(given, offsets, twists=False).markers
    weights = precisions.unsqueeze(1).expand(-1, given.shape[1])
    return PoseProblem.of(tree, offsets, markers, weights, active, pulls=nothing, targets=nothing)


def hold_points(problem: PoseProblem, given: Tensor, held: HeldPoints, cutoff_share: float) -> Tensor:
    """Poses in which the points are held.

    Parameters
    ----------
    problem : PoseProblem
        Its weights are reciprocal variances of the markers [1/m^2]; what is measured are the markers in the given
        poses (`anchored`).
    given : Tensor, shape (n_coordinates, n_frames)
        Radians, metres for translations.
    held : HeldPoints
    cutoff_share : float
        Half-power frequency of the correction of each coordinate taken alone, as a share of the frame rate.

    Returns
    -------
    Tensor, shape (n_coordinates, n_frames)
        Within the joints' ranges as far as the given poses are.
    """
    correction = _Correction.of(problem, given, held, cutoff_share)
    values, cost = given, correction.cost(given)
    for _ in range(MAX_STEPS):
        step = correction.step(values)
        for _ in range(MAX_HALVINGS):
            trial = correction.moved(values, step)
            attempted = correction.cost(trial)
            if is_better(attempted, cost):
                break
            step = 0.5 * step
        else:
            break
        gained = cost - attempted
        values, cost = trial, attempted
        if gained <= LEAST_GAIN * cost:
            break
    return values


@dataclass(frozen=True)
class _Correction:
    problem: PoseProblem
    given: Tensor
    held: HeldPoints
    roughness: ThirdDifferences

    @classmethod
    def of(cls, problem: PoseProblem, given: Tensor, held: HeldPoints, cutoff_share: float) -> _Correction:
        """State the problem; where the given poses are beyond a joint's range, they are its range."""
        stiffness = problem.at(given).hessian.diagonal(dim1=1, dim2=2).median(dim=0).values
        here = given[problem.active].T
        widened = replace(problem, low=torch.minimum(problem.low, here), high=torch.maximum(problem.high, here))
        return cls(widened, given, held, ThirdDifferences.with_roll_off(stiffness, cutoff_share))

    def cost(self, values: Tensor) -> Tensor:
        pose = self.problem.tree.kinematics(values, self.problem.offsets, twists=False)
        held = self.held.cost(self.held.points.positions_m(pose))
        return self.problem.cost_at(values, pose.markers).sum() + self.roughness.cost(self._change(values)) + held

    def moved(self, values: Tensor, step: Tensor) -> Tensor:
        """Values after a step, within the ranges."""
        there = values[self.problem.active].T + step
        return values.index_copy(0, self.problem.active, within(self.problem, there).T)

    def step(self, values: Tensor) -> Tensor:
        """Gauss-Newton step of the active coordinates, shape (n_frames, n_active)."""
        problem, points = self.problem, self.held.points
        pose = problem.tree.kinematics(values, problem.offsets)
        equations, coupling = self.held.add_to(
            problem.at_pose(values, pose), points.jacobian(values, pose, problem.active), points.positions_m(pose)
        )
        gradient = equations.gradient + self.roughness.gradient(self._change(values)).T
        free = (~blocked(problem, values[problem.active].T, gradient)).to(gradient.dtype)
        diagonal = equations.hessian.diagonal(dim1=1, dim2=2)
        hessian = equations.hessian * free.unsqueeze(2) * free.unsqueeze(1)
        hessian.diagonal(dim1=1, dim2=2).add_(_DAMPING * diagonal + (1 - free) * diagonal.mean())
        matrix = _banded(hessian, coupling * free[1:].unsqueeze(2) * free[:-1].unsqueeze(1))
        n_frames, n_active = free.shape
        for ahead, together in enumerate(self.roughness.diagonals(n_frames)):
            both_free = free[: n_frames - ahead] * free[ahead:]
            matrix[ahead * n_active, : n_frames - ahead] += (together * both_free).numpy()
        solved = solveh_banded(
            matrix.reshape(len(matrix), -1),
            -(gradient * free).flatten().numpy(),
            overwrite_ab=True,
            lower=True,
            check_finite=False,
        )
        return torch.from_numpy(solved.reshape(free.shape))

    def _change(self, values: Tensor) -> Tensor:
        return (values - self.given)[self.problem.active]


def _banded(own: Tensor, following: Tensor) -> Array:
    """Blocks of frames in LAPACK's lower banded form, wide enough for frames three apart.

    Parameters
    ----------
    own : Tensor, shape (n_frames, n, n)
        Diagonal blocks.
    following : Tensor, shape (n_frames - 1, n, n)
        Blocks below them.

    Returns
    -------
    ndarray, shape (3 n + 1, n_frames, n)
        Row k holds the k-th diagonal below the main one.
    """
    n_frames, n, _ = own.shape
    banded = np.zeros((ORDER * n + 1, n_frames, n))
    rows, columns = np.tril_indices(n)
    banded[rows - columns, :, columns] = own.numpy()[:, rows, columns].T
    rows, columns = (places.ravel() for places in np.indices((n, n)))
    banded[n + rows - columns, :-1, columns] += following.numpy()[:, rows, columns].T
    return banded
