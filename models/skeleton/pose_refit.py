"""A few Levenberg-Marquardt iterations of many poses: their number is fixed and no frame leaves the batch.

So nothing waits for the device, and every frame's result is its own whoever else is in the batch. `minimise` finds the
minimum; this follows one that moves, and hands on what it has worked out in the last pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.kinematics import Kinematic
from models.skeleton.levenberg_marquardt import WARM, damping_after, is_better, stepped, within
from models.skeleton.normal_equations import LEAST, NormalEquations, PoseProblem


@dataclass(frozen=True)
class Posed:
    """Poses of all frames of a problem, with what is known there.

    Attributes
    ----------
    values : Tensor, shape (n_coordinates, n_frames)
    pose : Kinematic
    equations : NormalEquations
    """

    values: Tensor
    pose: Kinematic
    equations: NormalEquations


def refit(problem: PoseProblem, start: Tensor, n_iterations: int) -> Posed:
    """Bring poses nearer to the minimum of each frame's cost; a step that raises it is not taken.

    Parameters
    ----------
    problem : PoseProblem
        With weights near one.
    start : Tensor, shape (n_coordinates, n_frames)
    n_iterations : int
        None: the start, brought into the joints' ranges.
    """
    values = start.index_copy(0, problem.active, within(problem, start[problem.active].T).T)
    pose = problem.tree.kinematics(values, problem.offsets)
    equations = problem.at_pose(values, pose)
    lambdas = torch.full_like(equations.cost, WARM)
    # Of as many markers as the skeleton has: a mean over frames would tie each to the others.
    floor = torch.full_like(lambdas, LEAST * len(problem.weights)).unsqueeze(1)
    for _ in range(n_iterations):
        trial = stepped(problem, values, equations, lambdas, floor)
        moved = problem.tree.kinematics(trial, problem.offsets)
        better = is_better(problem.cost_at(trial, moved.markers), equations.cost)
        lambdas = damping_after(better, lambdas)
        values = torch.where(better, trial, values)
        pose = Kinematic(*(torch.where(better, new, vars(pose)[name]) for name, new in vars(moved).items()))
        equations = problem.at_pose(values, pose)
    return Posed(values, pose, equations)
