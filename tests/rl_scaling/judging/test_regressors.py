"""Regressors: peers that answer in one go."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.errors import ScalingError
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from rl_scaling.judging.regressors import (
    PENALTIES,
    Examples,
    RidgeRegressor,
    TransformerRegressor,
    examples_of,
    fit_ridge,
    fit_transformer,
    joined_examples,
    regressed,
)
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.networks import NetworkSettings
from rl_scaling.search.observation import CONTEXT, FEATURES
from tests.rl_scaling.scaling_people import older_adults, skeleton


def made_up(n: int, noise: float, seed: int) -> Examples:
    """People whose answer is a straight line in one number of each token, and noise."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(n, 7, len(FEATURES), generator=generator)
    context = torch.randn(n, len(CONTEXT), generator=generator)
    wanted = tokens[..., [3, 4, 5]].flatten(1) * 0.5 + 0.3
    return Examples(tokens, context, wanted + noise * torch.randn(n, 21, generator=generator))


def test_ridge_finds_a_straight_line_and_its_constant() -> None:
    regressor, penalty = fit_ridge(made_up(600, 0.0, 0), made_up(100, 0.0, 1))
    others = made_up(50, 0.0, 2)
    assert penalty == PENALTIES[0]
    torch.testing.assert_close(regressor(others.tokens, others.context), others.wanted, atol=5e-3, rtol=0.0)


def test_few_people_and_much_noise_are_answered_with_a_heavier_penalty() -> None:
    few = made_up(120, 1.0, 0)
    regressor, penalty = fit_ridge(few, made_up(300, 1.0, 1))
    assert penalty > 10 * PENALTIES[0]
    others = made_up(300, 0.0, 2)
    unpenalised, _ = fit_ridge(few, few)
    error, overfitted = (
        (one(others.tokens, others.context) - others.wanted).square().mean() for one in (regressor, unpenalised)
    )
    assert error < overfitted


def test_the_transformer_learns_what_it_is_shown() -> None:
    learnt_on, others = made_up(512, 0.0, 0), made_up(64, 0.0, 1)
    settings = NetworkSettings(width=16, depth=1, heads=2)
    regressor = fit_transformer(learnt_on, settings, n_epochs=15, batch_size=64, learning_rate=5e-3)
    error = (regressor(others.tokens, others.context) - others.wanted).square().mean()
    assert error < 0.25 * others.wanted.var()


def test_who_has_learnt_nothing_answers_the_prior() -> None:
    tree = skeleton().to(torch.float32, "cpu")
    environment, tasks = ScalingEnvironment(tree, EnvironmentSettings()), older_adults(2, tree=tree)
    for untrained in (RidgeRegressor(7), TransformerRegressor(7, NetworkSettings())):
        torch.testing.assert_close(regressed(untrained, environment, tasks), tasks.prior_mean)


def test_answers_are_in_log_factors_and_never_wild() -> None:
    tree = skeleton().to(torch.float32, "cpu")
    environment, tasks = ScalingEnvironment(tree, EnvironmentSettings()), older_adults(2, tree=tree)
    examples = examples_of(environment, tasks)
    assert tasks.truth is not None
    both = joined_examples([examples, examples])
    assert len(both) == 4
    regressor = RidgeRegressor(7)
    regressor.weights[-1] = examples.wanted[1]
    torch.testing.assert_close(
        regressed(regressor, environment, tasks)[1], tasks.truth.log_factors[1], atol=1e-5, rtol=0.0
    )
    regressor.weights[-1] = 100.0
    assert regressed(regressor, environment, tasks).exp().max() == pytest.approx(PLAUSIBLE_FACTORS[1])


def test_real_people_have_no_answer_to_learn_from() -> None:
    tree = skeleton().to(torch.float32, "cpu")
    tasks = replace(older_adults(1, tree=tree), truth=None)
    with pytest.raises(ScalingError, match="truth of these people is not known"):
        examples_of(ScalingEnvironment(tree, EnvironmentSettings()), tasks)
