"""Least squares for the scale factors of many people at once, the poses of all their frames eliminated.

The batched counterpart of `models.skeleton.scale_fit`: there one person and any number of frames, here one step for
each of many people with a few frames each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.kinematics import Kinematic
from models.skeleton.levenberg_marquardt import blocked, damped_hessian
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.scale_derivatives import by_scale

# Relative to the diagonals; keeps both systems solvable in single precision.
_POSE_DAMPING, _SCALE_DAMPING = 1e-6, 1e-4


@dataclass(frozen=True)
class ScaleStep:
    """One damped Gauss-Newton step.

    Attributes
    ----------
    step : Tensor, shape (n_subjects, n_params)
        Change of the log factors.
    observed : Tensor, shape (n_subjects, n_params)
        How much of what is known of each parameter the markers say: their information over theirs and the prior's,
        0 to 1.
    pose_by_parameter : Tensor, shape (n_subjects, n_frames, n_active, n_params)
        How the fitted poses move with the parameters.
    pose : Kinematic
        The skeleton in the present poses; batch n_subjects * n_frames.
    """

    step: Tensor
    observed: Tensor
    pose_by_parameter: Tensor
    pose: Kinematic


def scale_step(
    problem: PoseProblem,
    values: Tensor,
    log_factors: Tensor,
    tie: Tensor,
    shares: Tensor,
    prior_mean: Tensor,
    prior_precision: Tensor,
) -> ScaleStep:
    """Work out the step that minimises ``sum of share * squared marker distances + (p - mean)' precision (p - mean)``.

    Parameters
    ----------
    problem : PoseProblem
        Frames of one person after those of another.
    values : Tensor, shape (n_coordinates, n_subjects * n_frames)
    log_factors : Tensor, shape (n_subjects, n_params)
    tie : Tensor, shape (n_bodies * 3, n_params)
    shares : Tensor, shape (n_subjects, n_frames)
        Weight of each frame; zero where it is not used.
    prior_mean : Tensor, shape (n_subjects, n_params)
    prior_precision : Tensor, shape (n_subjects, n_params, n_params)
        In the unit of the marker cost [m^2].
    """
    n_subjects, n_frames = shares.shape
    tree = problem.tree
    pose = tree.kinematics(values, problem.offsets)
    equations = problem.at(values)
    by_pose = tree.marker_velocities(pose, values)[problem.active].flatten(1, 2).permute(2, 1, 0)
    factors = (log_factors @ tie.T).exp().repeat_interleave(n_frames, dim=0)
    by_factor = by_scale(tree, pose).flatten(2, 3).permute(3, 0, 1, 2).flatten(1, 2)
    by_parameter = (by_factor * factors.unsqueeze(1)) @ tie
    weights = problem.weights.T.repeat_interleave(3, dim=1)
    residuals = (pose.markers - problem.measured_m).flatten(0, 1).T
    weighted = weights.unsqueeze(2) * by_parameter

    here = values[problem.active].T
    free = (~blocked(problem, here, equations.gradient)).to(values.dtype)
    crossed = (by_pose.mT @ weighted) * free.unsqueeze(2)
    right = torch.cat([crossed, (equations.gradient * free).unsqueeze(2)], dim=2)
    damping = torch.full_like(equations.cost, _POSE_DAMPING)
    floor = _POSE_DAMPING * torch.ones_like(equations.cost[0])
    factor, _ = torch.linalg.cholesky_ex(damped_hessian(equations, free, damping, floor))
    solved = torch.nan_to_num(torch.cholesky_solve(right, factor))
    eliminated = crossed.mT @ solved
    reduced = by_parameter.mT @ weighted - eliminated[..., :-1]
    gradient = (weighted.mT @ residuals.unsqueeze(2)).squeeze(2) - eliminated[..., -1]

    share = shares.flatten()
    information = (share[:, None, None] * reduced).unflatten(0, (n_subjects, n_frames)).sum(dim=1)
    slope = (share[:, None] * gradient).unflatten(0, (n_subjects, n_frames)).sum(dim=1)
    slope = slope + (prior_precision @ (log_factors - prior_mean).unsqueeze(2)).squeeze(2)
    left = information + prior_precision
    left = left + _SCALE_DAMPING * torch.diag_embed(left.diagonal(dim1=1, dim2=2))
    own, of_prior = (one.diagonal(dim1=1, dim2=2) for one in (information, prior_precision))
    own = own.clamp(min=0.0)
    return ScaleStep(
        step=-torch.linalg.solve(left, slope),
        observed=own / (own + of_prior),
        pose_by_parameter=-solved[..., :-1].unflatten(0, (n_subjects, n_frames)),
        pose=pose,
    )
