"""TD3 and its replay: arithmetic by hand, frequencies, and a task whose answer is known."""

from __future__ import annotations

import pytest
import torch

from rl_scaling.learning.replay import Experience, PrioritisedReplay
from rl_scaling.learning.td3 import TD3, TD3Settings, bellman_target, experience, follow, smoothed
from rl_scaling.search.networks import Actor, Critic, NetworkSettings
from rl_scaling.search.observation import CONTEXT, FEATURES, Observation

SMALL = NetworkSettings(kind="feed_forward", width=8, depth=1)
ONE_AXIS = torch.tensor([[True, False, False]])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def learner(**settings: float) -> TD3:
    torch.manual_seed(0)
    critics = (Critic(1, 1, SMALL), Critic(1, 1, SMALL))
    return TD3(Actor(ONE_AXIS, SMALL), critics, TD3Settings(**settings), seeded())  # type: ignore[arg-type]


def rows(n: int, generator: torch.Generator, wanted: float = 0.4) -> Experience:
    """A task of one step: reward is how near the action is to what is wanted."""
    observation = Observation(torch.zeros(n, 1, len(FEATURES)), torch.zeros(n, len(CONTEXT)), torch.zeros(n, 1))
    action = (torch.rand(n, 1, 3, generator=generator) * 2 - 1) * ONE_AXIS
    reward = -((action[:, 0, 0] - wanted) ** 2)
    return experience(observation, action, reward, observation, torch.ones(n, dtype=torch.bool))


def test_nothing_follows_an_end_but_truncation_is_none() -> None:
    reward, value = torch.tensor([1.0, 1.0]), torch.tensor([10.0, 10.0])
    target = bellman_target(reward, torch.tensor([0.0, 1.0]), value, discount=0.9)
    torch.testing.assert_close(target, torch.tensor([10.0, 1.0]))


def test_target_noise_is_clipped_and_so_is_the_action() -> None:
    action = torch.zeros(20000)
    noisy = smoothed(action, 0.2, 0.5, seeded())
    assert noisy.std().item() == pytest.approx(0.2, abs=0.01)
    assert smoothed(action, 5.0, 0.5, seeded()).abs().max() == 0.5
    assert smoothed(action + 0.9, 5.0, 0.5, seeded()).max() == 1.0


def test_targets_follow_slowly() -> None:
    slow, fast = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.constant_(slow.weight, 1.0)
    torch.nn.init.constant_(fast.weight, 3.0)
    follow(slow, fast, 0.25)
    assert slow.weight.item() == pytest.approx(1.5)


def test_the_target_takes_the_lower_critic() -> None:
    td3 = learner(target_noise=0.0, discount=0.5)
    for critic, value in zip(td3.critics_target, (2.0, 6.0), strict=True):
        torch.nn.init.zeros_(critic.head.weight)  # type: ignore[arg-type, union-attr]
        torch.nn.init.constant_(critic.head.bias, value)  # type: ignore[arg-type, union-attr]
    batch = rows(3, seeded()) | {"reward": torch.full((3,), 1.0), "end": torch.zeros(3)}
    torch.testing.assert_close(td3.target(batch), torch.full((3,), 1.0 + 0.5 * 2.0))


def test_policy_and_targets_move_every_second_update_only() -> None:
    td3 = learner(policy_delay=2)
    batch, weights = rows(32, seeded()), torch.ones(32)
    start = [one.detach().clone() for one in td3.actor.parameters()]
    slow = [one.detach().clone() for one in td3.critics_target.parameters()]
    td3.update(batch, weights)
    assert all(torch.equal(one, other) for one, other in zip(td3.actor.parameters(), start, strict=True))
    assert all(torch.equal(one, other) for one, other in zip(td3.critics_target.parameters(), slow, strict=True))
    td3.update(batch, weights)
    assert not all(torch.equal(one, other) for one, other in zip(td3.actor.parameters(), start, strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(td3.critics_target.parameters(), slow, strict=True))


def chosen_action(td3: TD3) -> float:
    return float(td3.actor(torch.zeros(1, 1, len(FEATURES)), torch.zeros(1, len(CONTEXT)))[0, 0, 0].detach())


def test_it_learns_a_quadratic() -> None:
    td3, generator = learner(learning_rate=3e-3), seeded(1)
    for _ in range(500):
        td3.update(rows(64, generator), torch.ones(64))
    assert chosen_action(td3) == pytest.approx(0.4, abs=0.08)


def test_an_anchor_holds_the_policy() -> None:
    td3, generator = learner(learning_rate=3e-3, anchor=1000.0), seeded(1)
    for _ in range(300):
        td3.update(rows(64, generator), torch.ones(64))
    assert abs(chosen_action(td3)) < 0.05


def test_replay_draws_by_priority_and_weights_undo_it() -> None:
    replay = PrioritisedReplay(4, exponent=1.0)
    replay.add({"value": torch.arange(4.0)})
    replay.update(torch.arange(4), torch.tensor([1.0, 2.0, 3.0, 4.0]) - PrioritisedReplay.LEAST_PRIORITY)
    sample = replay.sample(40000, 1.0, seeded())
    shares = torch.bincount(sample.places, minlength=4) / 40000
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.2, 0.3, 0.4]), atol=0.01, rtol=0)
    mean = (sample.weights * sample.experience["value"]).sum() / sample.weights.sum()
    assert mean.item() == pytest.approx(1.5, abs=0.03)
    assert sample.weights.max() == 1.0


def test_without_exponent_all_are_alike() -> None:
    replay = PrioritisedReplay(2, exponent=0.0)
    replay.add({"value": torch.arange(2.0)})
    replay.update(torch.arange(2), torch.tensor([0.0, 9.0]))
    sample = replay.sample(10000, 0.4, seeded())
    assert sample.experience["value"].mean().item() == pytest.approx(0.5, abs=0.02)
    assert (sample.weights == 1.0).all()


def test_the_oldest_are_overwritten_and_new_ones_come_first() -> None:
    replay = PrioritisedReplay(3, exponent=1.0)
    replay.add({"value": torch.tensor([0.0, 1.0])})
    replay.update(torch.tensor([0, 1]), torch.tensor([5.0, 0.0]))
    replay.add({"value": torch.tensor([2.0, 3.0])})
    assert len(replay) == 3
    assert replay.stored["value"].tolist() == [3.0, 1.0, 2.0]
    assert replay.priorities[2] == replay.priorities[0] == pytest.approx(5.001)


def test_the_policy_waits_for_its_critics() -> None:
    td3 = learner(policy_delay=2, critics_first=4)
    batch, weights = rows(32, seeded()), torch.ones(32)
    start = [one.detach().clone() for one in td3.actor.parameters()]
    for _ in range(4):
        td3.update(batch, weights)
    assert all(torch.equal(one, other) for one, other in zip(td3.actor.parameters(), start, strict=True))
    td3.update(batch, weights)
    td3.update(batch, weights)
    assert not all(torch.equal(one, other) for one, other in zip(td3.actor.parameters(), start, strict=True))
