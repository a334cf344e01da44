"""Networks: what they must and must not depend on."""

from __future__ import annotations

import pytest
import torch

from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.networks import Actor, Critic, NetworkSettings
from rl_scaling.search.observation import CONTEXT, FEATURES
from tests.rl_scaling.scaling_people import older_adults, skeleton

EXISTS = torch.ones(7, 3, dtype=torch.bool)


def inputs(n: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(n, 7, len(FEATURES), generator=generator), torch.randn(n, len(CONTEXT), generator=generator)


def trained(actor: Actor) -> Actor:
    """Away from its start."""
    torch.nn.init.normal_(actor.head.weight, std=0.1)
    return actor


@pytest.mark.parametrize("kind", ["transformer", "feed_forward"])
def test_the_residual_policy_begins_as_the_least_squares_step(kind: str) -> None:
    environment = ScalingEnvironment(skeleton().to(torch.float32), EnvironmentSettings())
    observation = environment.reset(older_adults(3, tree=environment.tree))
    actor = Actor(environment.layout.exists, NetworkSettings(kind=kind, residual_reach=0.3))  # type: ignore[arg-type]
    action = actor(observation.tokens, observation.context)
    torch.testing.assert_close(action, environment.least_squares_action(), atol=1e-6, rtol=0)
    # Also where the step is at its limit, the correction can be learnt.
    action.sum().backward()
    assert actor.head.bias.grad is not None
    assert (actor.head.bias.grad.abs() > 0).all()


@pytest.mark.parametrize("kind", ["transformer", "feed_forward"])
def test_actions_are_bounded_and_zero_where_there_is_no_axis(kind: str) -> None:
    exists = EXISTS.clone()
    exists[3, 1] = False
    tokens, context = inputs()
    for reach in (None, 0.5):
        actor = trained(Actor(exists, NetworkSettings(kind=kind, residual_reach=reach)))  # type: ignore[arg-type]
        action = actor(100 * tokens, 100 * context)
        assert action.abs().max() <= 1.0
        assert (action[:, 3, 1] == 0).all()
        assert (action[:, exists] != 0).any()


def test_a_correction_stays_within_its_reach() -> None:
    tokens, context = inputs()
    actor = Actor(EXISTS, NetworkSettings(residual_reach=0.2))
    torch.nn.init.normal_(actor.head.weight, std=10.0)
    step = tokens[..., [FEATURES.index(f"step_{axis}") for axis in "xyz"]].clamp(-1, 1)
    assert (actor(tokens, context) - step).abs().max() <= 0.2 + 1e-6


def test_the_transformer_knows_segments_by_their_embedding_only() -> None:
    tokens, context = inputs()
    actor = trained(Actor(EXISTS, NetworkSettings()))
    order = torch.tensor([3, 1, 0, 2, 6, 5, 4])
    before = actor(tokens, context)
    assert not torch.allclose(actor(tokens[:, order], context), before[:, order], atol=1e-4)
    with torch.no_grad():
        actor.encoder.segment.copy_(actor.encoder.segment[order].clone())
    torch.testing.assert_close(actor(tokens[:, order], context), before[:, order], atol=1e-5, rtol=0)


def test_segments_see_each_other_through_self_attention_and_all_see_the_context() -> None:
    tokens, context = inputs()
    other = tokens.clone()
    other[:, 0] += 1.0
    for self_attention in (True, False):
        actor = trained(Actor(EXISTS, NetworkSettings(self_attention=self_attention)))
        changed = (actor(other, context) - actor(tokens, context))[:, 1:].abs().max()
        assert (changed > 0) == self_attention
        assert (actor(tokens, context + 0.5) - actor(tokens, context)).abs().amin(dim=(0, 2)).max() > 0


def test_a_critic_sees_the_action_and_what_is_privileged() -> None:
    tokens, context = inputs()
    for kind in ("transformer", "feed_forward"):
        critic = Critic(7, 2, NetworkSettings(kind=kind))  # type: ignore[arg-type]
        action, privileged = torch.zeros(5, 7, 3), torch.zeros(5, 2)
        value = critic(tokens, context, privileged, action)
        assert value.shape == (5,)
        assert not torch.allclose(critic(tokens, context, privileged, action + 0.5), value)
        assert not torch.allclose(critic(tokens, context, privileged + 1.0, action), value)
