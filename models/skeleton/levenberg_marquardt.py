"""Levenberg-Marquardt for many frames at once: each has its own damping, converged ones leave the batch.

Ranges are kept by projection: a coordinate at its limit that the gradient would push outwards is left out of the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.normal_equations import NormalEquations, PoseProblem

# Damping relative to the Hessian's diagonal: far from the solution, and where a good start is known.
COLD, WARM = 1e-2, 1e-7
# A longer step leaves the region where the model is nearly linear [rad or m].
_LONGEST = 0.5
_AT_LIMIT = 1e-9
# Frames solved together: enough to hide the cost of each torch call, few enough for a CPU's cache; a GPU has no such.
_CHUNK, _CHUNK_ON_GPU = 800, 20_000


@dataclass(frozen=True)
class Minimum:
    """What was found for each frame.

    Attributes
    ----------
    values : Tensor, shape (n_coordinates, n_frames)
    cost : Tensor, shape (n_frames,)
    converged : Tensor of bool, shape (n_frames,)
    stiffness : Tensor, shape (n_coordinates, n_frames)
        Diagonal of the Hessian: how firmly the markers hold each coordinate; zero where it was not to be found.
    """

    values: Tensor
    cost: Tensor
    converged: Tensor
    stiffness: Tensor

    def frames(self, chosen: slice) -> Minimum:
        """The minimum of some of the frames."""
        return Minimum(self.values[:, chosen], self.cost[chosen], self.converged[chosen], self.stiffness[:, chosen])


def minimise_in_chunks(problem: PoseProblem, start: Tensor, *, damping: float, tolerance: float) -> Minimum:
    """`minimise`, so many frames at a time as are solved fastest."""
    length = _CHUNK if start.device.type == "cpu" else _CHUNK_ON_GPU
    chunks = [slice(begin, begin + length) for begin in range(0, start.shape[1], length)]
    parts = [minimise(problem.frames(one), start[:, one], damping=damping, tolerance=tolerance) for one in chunks]
    return joined(parts)


def joined(parts: Sequence[Minimum]) -> Minimum:
    """Minima of frames after those of others."""
    return Minimum(
        values=torch.cat([part.values for part in parts], dim=1),
        cost=torch.cat([part.cost for part in parts]),
        converged=torch.cat([part.converged for part in parts]),
        stiffness=torch.cat([part.stiffness for part in parts], dim=1),
    )


def minimise(
    problem: PoseProblem, start: Tensor, *, damping: float, tolerance: float, max_iterations: int = 40
) -> Minimum:
    """Find the nearest minimum of each frame's cost.

    Parameters
    ----------
    problem : PoseProblem
    start : Tensor, shape (n_coordinates, n_frames)
    damping : float
        `COLD` or `WARM`.
    tolerance : float
        Converged when no coordinate moves by more than this in a step [rad or m].
    """
    active = problem.active
    values = start.clone()
    values[active] = within(problem, start[active].T).T
    cost = values.new_zeros(values.shape[1])
    stiffness = torch.zeros_like(values)
    converged = torch.zeros(values.shape[1], dtype=torch.bool, device=values.device)
    left = torch.arange(values.shape[1], device=values.device)
    rest, current, poses = problem, problem.at(values), values
    lambdas = torch.full_like(cost, damping)
    for _ in range(max_iterations):
        trial = stepped(rest, poses, current, lambdas, rest.floor.unsqueeze(1))
        moved = (trial - poses)[active].abs().amax(dim=0)
        attempt = rest.at(trial)
        better = is_better(attempt.cost, current.cost)
        lambdas = damping_after(better, lambdas)
        current = NormalEquations(
            *(
                torch.where(better.reshape(-1, *(1,) * (new.dim() - 1)), new, old)
                for new, old in zip(attempt, current, strict=True)
            )
        )
        poses = torch.where(better, trial, poses)
        done = moved < tolerance
        if done.any():
            finished = left[done]
            values[:, finished], cost[finished], converged[finished] = poses[:, done], current.cost[done], True
            stiffness[active[:, None], finished] = current.hessian[done].diagonal(dim1=1, dim2=2).T
            keep = (~done).nonzero().flatten()
            left, poses, lambdas = left[keep], poses[:, keep], lambdas[keep]
            rest, current = rest.frames(keep), NormalEquations(*(one[keep] for one in current))
        if not len(left):
            break
    values[:, left], cost[left] = poses, current.cost
    stiffness[active[:, None], left] = current.hessian.diagonal(dim1=1, dim2=2).T
    return Minimum(values, cost, converged, stiffness)


def blocked(problem: PoseProblem, here: Tensor, gradient: Tensor) -> Tensor:
    """Which coordinates are at a limit that the cost pushes them against, shape (n_frames, n_active)."""
    at_low = (here <= problem.low + _AT_LIMIT) & (gradient > 0)
    at_high = (here >= problem.high - _AT_LIMIT) & (gradient < 0)
    return at_low | at_high


def damped_hessian(equations: NormalEquations, free: Tensor, lambdas: Tensor, floor: Tensor) -> Tensor:
    """The Hessian, damped by its own diagonal, without rows and columns of coordinates that are not free."""
    damped = equations.hessian * free.unsqueeze(2)
    damped *= free.unsqueeze(1)
    diagonal = equations.hessian.diagonal(dim1=1, dim2=2)
    damped.diagonal(dim1=1, dim2=2).add_(lambdas.unsqueeze(1) * diagonal + floor + (1 - free))
    return damped


def stepped(problem: PoseProblem, values: Tensor, equations: NormalEquations, lambdas: Tensor, floor: Tensor) -> Tensor:
    """Values after a damped step within the ranges, shape (n_coordinates, n_frames)."""
    here = values[problem.active].T
    free = (~blocked(problem, here, equations.gradient)).to(here.dtype)
    factor, _ = torch.linalg.cholesky_ex(damped_hessian(equations, free, lambdas, floor))
    step = -torch.cholesky_solve((equations.gradient * free).unsqueeze(2), factor).squeeze(2)
    there = within(problem, here + torch.nan_to_num(step).clamp(-_LONGEST, _LONGEST))
    return values.index_copy(0, problem.active, there.T)


def is_better(attempted: Tensor, cost: Tensor) -> Tensor:
    """Whether a step is taken: rounding may make an unchanged cost look higher."""
    return attempted <= cost * (1 + 10 * torch.finfo(cost.dtype).eps)


def damping_after(better: Tensor, lambdas: Tensor) -> Tensor:
    """Less damping after a step that was taken, more after one that was not."""
    return torch.where(better, lambdas * 0.1, (lambdas * 10).clamp(min=1e-3)).clamp(1e-9, 1e6)


def within(problem: PoseProblem, values: Tensor) -> Tensor:
    """Active coordinates brought into their ranges, shape (n_frames, n_active)."""
    return torch.minimum(torch.maximum(values, problem.low), problem.high)
