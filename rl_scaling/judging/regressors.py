"""Peers of the policies: regressors that see what a policy sees before its first step, and answer in one go.

They are supervised on the truth of synthetic people, and serve comparison only. Both say how far the true log factors
are from the prior's mean, in the prior's standard deviations, so that one that has learnt nothing answers the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.search.networks import LARGEST_INPUT, Encoder, NetworkSettings
from rl_scaling.search.observation import CONTEXT, FEATURES, Observation
from rl_scaling.tasks.scaling_tasks import ScalingTasks

PENALTIES = tuple(float(one) for one in np.logspace(-1.0, 5.0, 13))
"""Of the squared weights of standardised features, summed over people."""


@dataclass(frozen=True)
class Examples:
    """What is seen of people at the start of an episode, and the answer.

    Attributes
    ----------
    tokens : Tensor, shape (n, n_segments, len(FEATURES))
    context : Tensor, shape (n, len(CONTEXT))
    wanted : Tensor, shape (n, n_params)
        True log factors less the prior's mean, in its standard deviations.
    """

    tokens: Tensor
    context: Tensor
    wanted: Tensor

    def __len__(self) -> int:
        return len(self.tokens)

    def rows(self, chosen: slice | Tensor) -> Examples:
        """Some of the people."""
        return Examples(self.tokens[chosen], self.context[chosen], self.wanted[chosen])


def examples_of(environment: ScalingEnvironment, tasks: ScalingTasks) -> Examples:
    """Observe people at the start of an episode, with the answer beside.

    Raises
    ------
    ScalingError
        The truth of these people is not known.
    """
    truth = tasks.known_truth
    seen = environment.reset(tasks)
    return Examples(seen.tokens, seen.context, (truth.log_factors - tasks.prior_mean) / _spread(tasks))


def joined_examples(parts: Sequence[Examples]) -> Examples:
    """People of several draws."""
    return Examples(*(torch.cat([getattr(one, name) for one in parts]) for name in ("tokens", "context", "wanted")))


class RidgeRegressor(nn.Module):
    """Ridge regression from all numbers of tokens and context; see `fit_ridge`."""

    mean: Tensor
    sd: Tensor
    weights: Tensor

    def __init__(self, n_segments: int) -> None:
        super().__init__()
        n_inputs = n_segments * len(FEATURES) + len(CONTEXT)
        self.register_buffer("mean", torch.zeros(n_inputs))
        self.register_buffer("sd", torch.ones(n_inputs))
        self.register_buffer("weights", torch.zeros(n_inputs + 1, 3 * n_segments))

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """Distance from the prior's mean in its standard deviations, shape (n, n_params)."""
        return _with_one((_flat(tokens, context) - self.mean) / self.sd) @ self.weights


def fit_ridge(learnt_on: Examples, chosen_on: Examples) -> tuple[RidgeRegressor, float]:
    """Solve the regression for each of `PENALTIES`; keep the one with the least squared error on other people.

    Parameters
    ----------
    learnt_on, chosen_on : Examples
        Of different people.

    Returns
    -------
    regressor : RidgeRegressor
    penalty : float
    """
    regressor = RidgeRegressor(learnt_on.tokens.shape[1])
    inputs = _flat(learnt_on.tokens, learnt_on.context)
    regressor.mean, sd = inputs.mean(dim=0), inputs.std(dim=0)
    # An input that never changes says nothing.
    regressor.sd = torch.where(sd > 1e-6, sd, torch.ones_like(sd))
    x = _with_one((inputs - regressor.mean) / regressor.sd).double()
    products, answers = x.T @ x, x.T @ learnt_on.wanted.double()
    # The constant is not drawn to zero.
    penalised = torch.eye(len(products), dtype=torch.float64)
    penalised[-1, -1] = 0.0
    best, least, penalty = regressor.weights, np.inf, np.nan
    for candidate in PENALTIES:
        regressor.weights = torch.linalg.solve(products + candidate * penalised, answers).to(inputs.dtype)
        error = float((regressor(chosen_on.tokens, chosen_on.context) - chosen_on.wanted).square().mean())
        if error < least:
            best, least, penalty = regressor.weights, error, candidate
    regressor.weights = best
    return regressor, penalty


class TransformerRegressor(nn.Module):
    """The encoder of a policy's actor, and a head for the answer; see `fit_transformer`."""

    def __init__(self, n_segments: int, settings: NetworkSettings) -> None:
        super().__init__()
        self.encoder = Encoder(n_segments, len(FEATURES), len(CONTEXT), settings)
        self.head = nn.Linear(settings.width, 3)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """Distance from the prior's mean in its standard deviations, shape (n, n_params)."""
        return self.head(self.encoder(tokens, context)).flatten(1)


def fit_transformer(
    learnt_on: Examples,
    settings: NetworkSettings,
    *,
    n_epochs: int,
    batch_size: int = 256,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> TransformerRegressor:
    """Supervise the network on the truth: squared error, Adam with decay, the rate annealed along half a cosine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        regressor = TransformerRegressor(learnt_on.tokens.shape[1], settings)
    optimiser = torch.optim.AdamW(regressor.parameters(), lr=learning_rate, weight_decay=1e-2)
    annealed = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, n_epochs)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(learnt_on), generator=generator).split(batch_size):
            batch = learnt_on.rows(rows)
            error = (regressor(batch.tokens, batch.context) - batch.wanted).square().mean()
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
        annealed.step()
    return regressor.eval()


@torch.no_grad()
def regressed(regressor: nn.Module, environment: ScalingEnvironment, tasks: ScalingTasks) -> Tensor:
    """Log factors that a regressor answers, within `PLAUSIBLE_FACTORS`, shape (n_subjects, n_params)."""
    seen: Observation = environment.reset(tasks)
    answer = tasks.prior_mean + _spread(tasks) * regressor(seen.tokens, seen.context)
    low, high = np.log(PLAUSIBLE_FACTORS)
    return answer.clamp(low, high)


def _spread(tasks: ScalingTasks) -> Tensor:
    return tasks.prior_covariance.diagonal(dim1=1, dim2=2).sqrt()


def _flat(tokens: Tensor, context: Tensor) -> Tensor:
    return torch.cat([tokens.flatten(1), context], dim=1).clamp(-LARGEST_INPUT, LARGEST_INPUT)


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)
