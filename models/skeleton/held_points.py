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

from models.skeleton.body_points import BodyPoints
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import blocked, is_better
from models.skeleton.normal_equations import NormalEquations, PoseProblem
from models.skeleton.pose_fit import observed_coordinates

Array = NDArray[np.float64]

THIRD_DIFFERENCE = (-1.0, 3.0, -3.0, 1.0)
# Four steps bring the cost within 0.2 % of twelve (feasibility study); the rest is for limits of joints.
MAX_STEPS = 6
MAX_HALVINGS = 4
# Converged when a step takes less than this share off the cost.
LEAST_GAIN = 1e-3
# Relative to the Hessian's diagonal: against rounding only.
_DAMPING = 1e-9


@dataclass(frozen=True)
class HeldPoints:
    """Points that rest, and how firmly, in units of the marker weights (reciprocal variances [1/m^2]).

    Attributes
    ----------
    points : BodyPoints
    stillness : Tensor, shape (n_points, n_frames - 1)
        Weight on the squared displacement from one frame to the next.
    levelness : Tensor, shape (n_points, n_frames)
        Weight on the squared distance from the height.
    heights_m : Tensor, shape (n_points, n_frames)
    """

    points: BodyPoints
    stillness: Tensor
    levelness: Tensor
    heights_m: Tensor

    def cost(self, places_m: Tensor) -> Tensor:
        """Cost of points at these places, shape (n_points, 3, n_frames)."""
        slips = places_m.diff(dim=2).square().sum(dim=1)
        return (self.stillness * slips).sum() + (self.levelness * (places_m[:, 1] - self.heights_m).square()).sum()

    def add_to(self, equations: NormalEquations, jacobian: Tensor, places_m: Tensor) -> tuple[NormalEquations, Tensor]:
        """Add to the normal equations of the markers.

        Parameters
        ----------
        equations : NormalEquations
        jacobian : Tensor, shape (n_active, n_points, 3, n_frames)
        places_m : Tensor, shape (n_points, 3, n_frames)

        Returns
        -------
        tuple
            The equations, and the block that couples each frame (rows: the next frame), shape
            (n_frames - 1, n_active, n_active).
        """
        pad = torch.nn.functional.pad
        pushes = places_m.diff(dim=2) * self.stillness.unsqueeze(1)
        pulls = pad(pushes, (1, 0)) - pad(pushes, (0, 1))
        pulls[:, 1] += self.levelness * (places_m[:, 1] - self.heights_m)
        between = self.stillness.unsqueeze(1).repeat(1, 3, 1)
        firmness = pad(between, (1, 0)) + pad(between, (0, 1))
        firmness[:, 1] += self.levelness
        between, firmness, pulls = (part.flatten(0, 1).T for part in (between, firmness, pulls))
        by_frame = jacobian.permute(3, 0, 1, 2).flatten(2)
        coupling = -torch.bmm(by_frame[1:] * between.unsqueeze(1), by_frame[:-1].mT)
        added = NormalEquations(
            cost=equations.cost,
            gradient=equations.gradient + torch.bmm(by_frame, pulls.unsqueeze(2)).squeeze(2),
            hessian=equations.hessian + torch.bmm(by_frame * firmness.unsqueeze(1), by_frame.mT),
        )
        return added, coupling


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
            trial = correction.within(values, step)
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


@dataclass(frozen=True)
class _Correction:
    problem: PoseProblem
    given: Tensor
    held: HeldPoints
    # Weight of the third differences, shape (n_active,); products of third differences of each frame with itself and
    # the three that follow, shape (4, n_frames).
    smoothness: Tensor
    band: Tensor
    # Ranges, widened to what is given, shape (n_active, n_frames).
    low: Tensor
    high: Tensor

    @classmethod
    def of(cls, problem: PoseProblem, given: Tensor, held: HeldPoints, cutoff_share: float) -> _Correction:
        stiffness = problem.at(given).hessian.diagonal(dim1=1, dim2=2).median(dim=0).values
        # The gain of 1 + lambda/H (2 sin(pi f))^6 is a half where lambda = H / (2 sin(pi f))^6.
        roll_off = (2.0 * np.sin(np.pi * min(cutoff_share, 0.5))) ** (2 * (len(THIRD_DIFFERENCE) - 1))
        n_rows = given.shape[1] - len(THIRD_DIFFERENCE) + 1
        band = given.new_zeros(len(THIRD_DIFFERENCE), given.shape[1])
        for row, factor in enumerate(THIRD_DIFFERENCE):
            for ahead, other in enumerate(THIRD_DIFFERENCE[row:]):
                band[ahead, row : row + n_rows] += factor * other
        here = given[problem.active]
        return cls(
            problem=problem,
            given=given,
            held=held,
            smoothness=stiffness / roll_off,
            band=band,
            low=torch.minimum(problem.low.unsqueeze(1), here),
            high=torch.maximum(problem.high.unsqueeze(1), here),
        )

    def cost(self, values: Tensor) -> Tensor:
        pose = self.problem.tree.kinematics(values, self.problem.offsets, twists=False)
        rough = self._correction(values).diff(n=len(THIRD_DIFFERENCE) - 1, dim=1).square().sum(dim=1)
        held = self.held.cost(self.held.points.positions_m(pose))
        return self.problem.cost_at(values, pose.markers).sum() + (self.smoothness * rough).sum() + held

    def within(self, values: Tensor, step: Tensor) -> Tensor:
        there = values[self.problem.active] + step
        return values.index_copy(0, self.problem.active, torch.minimum(torch.maximum(there, self.low), self.high))

    def step(self, values: Tensor) -> Tensor:
        """Gauss-Newton step of the active coordinates, shape (n_active, n_frames)."""
        problem, points = self.problem, self.held.points
        pose = problem.tree.kinematics(values, problem.offsets)
        equations, coupling = self.held.add_to(
            problem.at_pose(values, pose), points.jacobian(values, pose)[problem.active], points.positions_m(pose)
        )
        gradient = equations.gradient + (self.smoothness.unsqueeze(1) * self._smoothing(values)).T
        bounded = replace(problem, low=self.low.T, high=self.high.T)
        free = (~blocked(bounded, values[problem.active].T, gradient)).to(gradient.dtype)
        hessian = equations.hessian * free.unsqueeze(2) * free.unsqueeze(1)
        diagonal = equations.hessian.diagonal(dim1=1, dim2=2)
        hessian.diagonal(dim1=1, dim2=2).add_(_DAMPING * diagonal + (1 - free) * diagonal.mean())
        matrix = self._banded(hessian, coupling * free[1:].unsqueeze(2) * free[:-1].unsqueeze(1), free)
        solved = solveh_banded(
            matrix, -(gradient * free).flatten().numpy(), overwrite_ab=True, lower=True, check_finite=False
        )
        return torch.from_numpy(solved.reshape(free.shape)).T

    def _correction(self, values: Tensor) -> Tensor:
        return (values - self.given)[self.problem.active]

    def _smoothing(self, values: Tensor) -> Tensor:
        """D3' D3 times the correction, shape (n_active, n_frames)."""
        rough = self._correction(values).diff(n=len(THIRD_DIFFERENCE) - 1, dim=1)
        total = torch.zeros_like(self.given[self.problem.active])
        for place, factor in enumerate(THIRD_DIFFERENCE):
            total[:, place : place + rough.shape[1]] += factor * rough
        return total

    def _banded(self, hessian: Tensor, coupling: Tensor, free: Tensor) -> Array:
        """The whole matrix in LAPACK's lower banded form: row k holds the k-th diagonal below the main one."""
        n_frames, n = free.shape
        banded = np.zeros((self.band.shape[0] * n - n + 1, n_frames, n))
        rows, columns = np.tril_indices(n)
        banded[rows - columns, :, columns] = hessian.numpy()[:, rows, columns].T
        rows, columns = (places.ravel() for places in np.indices((n, n)))
        banded[n + rows - columns, :-1, columns] += coupling.numpy()[:, rows, columns].T
        for ahead, products in enumerate(self.band):
            together = products[: n_frames - ahead, None] * self.smoothness * free[: n_frames - ahead] * free[ahead:]
            banded[ahead * n, : n_frames - ahead] += together.numpy()
        return banded.reshape(len(banded), -1)
