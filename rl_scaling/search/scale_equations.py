"""Least squares for the scale factors of many people at once, the poses of all their frames eliminated.

Frames of a person share only the factors: each frame's pose is eliminated (Schur complement), and a small system
remains for each person.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.levenberg_marquardt import blocked, damped_hessian
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_refit import Posed
from rl_scaling.search.tied_scales import TiedScales

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
    """

    step: Tensor
    observed: Tensor
    pose_by_parameter: Tensor


def scale_step(
    problem: PoseProblem,
    posed: Posed,
    log_factors: Tensor,
    scales: TiedScales,
    shares: Tensor,
    prior_mean: Tensor,
    prior_precision: Tensor,
) -> ScaleStep:
    """Work out the step that minimises ``sum of share * squared marker distances + (p - mean)' precision (p - mean)``.

    Parameters
    ----------
    problem : PoseProblem
        Frames of one person after those of another.
    posed : Posed
        Where its poses are; batch n_subjects * n_frames.
    log_factors : Tensor, shape (n_subjects, n_params)
        Parameters are segment after segment, x, y, z.
    scales : TiedScales
    shares : Tensor, shape (n_subjects, n_frames)
        Weight of each frame; zero where it is not used.
    prior_mean : Tensor, shape (n_subjects, n_params)
    prior_precision : Tensor, shape (n_subjects, n_params, n_params)
        In the unit of the marker cost [m^2].
    """
    n_subjects, n_frames = shares.shape
    equations, roots = posed.equations, problem.weights.sqrt()
    by_factor = scales.by_factor(posed.pose, roots)
    residuals = ((posed.pose.markers - problem.measured_m) * roots.unsqueeze(1)).permute(2, 1, 0).flatten(1)
    # By the log of a factor: times the factor, for which the small products are the place.
    factors = log_factors.exp().repeat_interleave(n_frames, dim=0)
    crossed = torch.bmm(problem.jacobian(posed.values, posed.pose), by_factor) * factors.unsqueeze(1)
    straight = torch.bmm(by_factor.mT, by_factor) * (factors.unsqueeze(1) * factors.unsqueeze(2))
    slopes = torch.bmm(by_factor.mT, residuals.unsqueeze(2)).squeeze(2) * factors

    here = posed.values[problem.active].T
    free = (~blocked(problem, here, equations.gradient)).to(here.dtype)
    right = torch.cat([crossed, equations.gradient.unsqueeze(2)], dim=2) * free.unsqueeze(2)
    damping = torch.full_like(equations.cost, _POSE_DAMPING)
    factor, _ = torch.linalg.cholesky_ex(damped_hessian(equations, free, damping, damping.unsqueeze(1)))
    solved = torch.nan_to_num(torch.cholesky_solve(right, factor))
    eliminated = torch.bmm(right.mT, solved)[:, :-1]

    share = shares.flatten()
    reduced = share[:, None, None] * (straight - eliminated[..., :-1])
    information = reduced.unflatten(0, (n_subjects, n_frames)).sum(dim=1)
    slope = (share[:, None] * (slopes - eliminated[..., -1])).unflatten(0, (n_subjects, n_frames)).sum(dim=1)
    slope = slope + (prior_precision @ (log_factors - prior_mean).unsqueeze(2)).squeeze(2)
    left = information + prior_precision
    left = left + _SCALE_DAMPING * torch.diag_embed(left.diagonal(dim1=1, dim2=2))
    own, of_prior = (one.diagonal(dim1=1, dim2=2) for one in (information, prior_precision))
    own = own.clamp(min=0.0)
    return ScaleStep(
        # The prior's precision keeps it regular; the check of `solve` would wait for the device.
        step=-torch.linalg.solve_ex(left, slope)[0],
        observed=own / (own + of_prior),
        pose_by_parameter=-solved[..., :-1].unflatten(0, (n_subjects, n_frames)),
    )
