"""The search: where it begins and ends, and that a policy takes the same road."""

from __future__ import annotations

from functools import cache

import torch

from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment, Start
from rl_scaling.search.networks import Actor, NetworkSettings
from rl_scaling.search.search import SearchResult, search, walk
from rl_scaling.tasks.scaling_tasks import ScalingTasks
from tests.rl_scaling.scaling_people import older_adults, skeleton


@cache
def tasks() -> ScalingTasks:
    return older_adults(3)


def environment() -> ScalingEnvironment:
    return ScalingEnvironment(skeleton(), EnvironmentSettings(n_steps=40))


@cache
def found() -> SearchResult:
    return search(environment(), tasks(), None)


def test_the_search_begins_at_the_prior_and_stops_where_nothing_is_gained() -> None:
    result = found()
    torch.testing.assert_close(result.path_log_factors[:, 0], tasks().prior_mean)
    assert result.path_log_factors.shape[1] == result.path_objective.shape[1] < 41
    assert result.path_rms_m.shape == result.path_objective.shape
    assert bool((result.path_rms_m[:, -1] < result.path_rms_m[:, 0]).all())
    *_, before, last = result.path_objective.unbind(1)
    assert bool(((before - last).abs() < 1e-3 * before).all())
    torch.testing.assert_close(result.best.objective, result.path_objective.amin(dim=1), atol=1e-6, rtol=0)


def test_no_step_beyond_the_end_would_have_gained_much() -> None:
    here = environment()
    here.reset(tasks())
    for _ in range(40):
        here.step(here.least_squares_action())
    torch.testing.assert_close(found().best.objective, here.best_objective, rtol=2e-3, atol=0)


def test_everyone_is_searched_for_as_if_alone() -> None:
    assert len(set(found().n_steps.tolist())) > 1
    for place, n_steps in enumerate(found().n_steps.tolist()):
        alone = search(environment(), tasks().chosen(torch.tensor([place])), None)
        path = found().path_log_factors[place]
        assert alone.n_steps.tolist() == [n_steps]
        torch.testing.assert_close(alone.path_log_factors[0], path[: n_steps + 1], atol=1e-7, rtol=0)
        torch.testing.assert_close(alone.best.log_factors[0], found().best.log_factors[place], atol=1e-7, rtol=0)
        torch.testing.assert_close(path[n_steps:], path[n_steps].expand(len(path) - n_steps, -1), atol=0, rtol=0)


def test_those_who_belong_together_rest_when_all_of_them_have_settled() -> None:
    path = walk(environment(), tasks(), None, together=3)
    assert path.n_steps.tolist() == [max(found().n_steps.tolist())] * 3


def test_it_ends_where_it_ends_whence_it_begins() -> None:
    result = found()
    away = Start(result.best.log_factors + 0.05, result.best.values)
    again = search(environment(), tasks(), None, start=away)
    torch.testing.assert_close(again.path_log_factors[:, 0], away.log_factors)
    torch.testing.assert_close(again.best.objective, result.best.objective, rtol=5e-3, atol=0)


def test_no_more_steps_than_allowed() -> None:
    assert search(environment(), tasks(), None, n_steps=2).path_objective.shape == (3, 3)


def test_a_policy_that_adds_nothing_takes_the_least_squares_road() -> None:
    actor = Actor(environment().layout.exists, NetworkSettings(width=16, depth=1, heads=2, residual_reach=0.5))
    result = search(environment(), tasks(), actor.double())
    torch.testing.assert_close(result.path_log_factors, found().path_log_factors, atol=1e-6, rtol=0)
