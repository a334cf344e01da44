"""TD3 as published (Fujimoto et al. 2018, 1802.09477): twin critics, target smoothing, delayed policy, slow targets.

Departures are named switches of `TD3Settings`, off by default.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rl_scaling.learning.distributed import average_gradients
from rl_scaling.learning.replay import Experience
from rl_scaling.search.networks import Actor, Critic
from rl_scaling.search.observation import Observation


@dataclass(frozen=True)
class TD3Settings:
    """Hyper-parameters; the values of the paper where no other is given.

    Attributes
    ----------
    discount : float
        0.9: an episode is a dozen steps, and what is gained is gained early (the paper: 0.99).
    polyak : float
        Share of the new weights in the targets at each policy update.
    policy_delay : int
        Critic updates for each update of policy and targets.
    target_noise, target_noise_clip : float
        Standard deviation and limit of the noise on the target's action.
    learning_rate, max_gradient : float
        Adam; the gradient's norm is cut there.
    anchor : float
        Weight of staying near a given policy, with values scaled to one (TD3+BC, 2106.06860); 0: none.
    critics_first : int
        Critic updates before the policy's first: a policy that is good already is spoilt by critics that know nothing.
    """

    discount: float = 0.9
    polyak: float = 0.005
    policy_delay: int = 2
    target_noise: float = 0.2
    target_noise_clip: float = 0.5
    learning_rate: float = 3e-4
    max_gradient: float = 1.0
    anchor: float = 0.0
    critics_first: int = 0


def experience(before: Observation, action: Tensor, reward: Tensor, after: Observation, end: Tensor) -> Experience:
    """Rows for a replay; ``end`` is termination only, never truncation."""
    rows = dict(vars(before))
    rows |= {f"next_{name}": value for name, value in vars(after).items()}
    return rows | {"action": action, "reward": reward, "end": end.to(reward.dtype)}


def bellman_target(reward: Tensor, end: Tensor, next_value: Tensor, discount: float) -> Tensor:
    """``reward + discount * value of what follows``, nothing following an end."""
    return reward + discount * (1.0 - end) * next_value


def smoothed(action: Tensor, sd: float, limit: float, generator: torch.Generator) -> Tensor:
    """Action with clipped noise, kept between -1 and 1."""
    noise = torch.randn(action.shape, generator=generator, device=action.device, dtype=action.dtype) * sd
    return (action + noise.clamp(-limit, limit)).clamp(-1.0, 1.0)


@torch.no_grad()
def follow(target: nn.Module, source: nn.Module, share: float) -> None:
    """Move the target's weights by ``share`` of the way to the source's."""
    for slow, fast in zip(target.parameters(), source.parameters(), strict=True):
        slow.lerp_(fast, share)


class TD3:
    """The learner.

    Parameters
    ----------
    actor : Actor
    critics : pair of Critic
    settings : TD3Settings
    generator : torch.Generator
        Of the target noise.

    Attributes
    ----------
    anchor : Actor
        The policy to stay near, where ``settings.anchor`` asks for it: the actor as given, or as `settle` found it.
    """

    def __init__(
        self,
        actor: Actor,
        critics: tuple[Critic, Critic],
        settings: TD3Settings,
        generator: torch.Generator,
    ) -> None:
        self.settings, self.generator = settings, generator
        self.actor, self.critics = actor, nn.ModuleList(critics)
        self.actor_target, self.critics_target = copy.deepcopy(actor), copy.deepcopy(self.critics)
        self.anchor = copy.deepcopy(actor)
        self.actor_optimiser = torch.optim.Adam(actor.parameters(), settings.learning_rate)
        self.critics_optimiser = torch.optim.Adam(self.critics.parameters(), settings.learning_rate)
        self.n_updates = 0

    def target(self, rows: Experience) -> Tensor:
        """What the critics should say, shape (n,)."""
        with torch.no_grad():
            after = (rows["next_tokens"], rows["next_context"])
            settings = self.settings
            action = smoothed(
                self.actor_target(*after), settings.target_noise, settings.target_noise_clip, self.generator
            )
            values = [critic(*after, rows["next_privileged"], action) for critic in self.critics_target]
            return bellman_target(rows["reward"], rows["end"], torch.minimum(*values), settings.discount)

    def update(self, rows: Experience, weights: Tensor) -> Tensor:
        """One update of the critics, and every ``policy_delay`` of them of policy and targets.

        Parameters
        ----------
        rows : dict of Tensor
        weights : Tensor, shape (n,)
            Of each row in the critics' loss.

        Returns
        -------
        Tensor, shape (n,)
            Mean error of the critics, for the replay.
        """
        target = self.target(rows)
        state = (rows["tokens"], rows["context"], rows["privileged"])
        errors = torch.stack([critic(*state, rows["action"]) - target for critic in self.critics])
        self._descend(self.critics_optimiser, self.critics, (weights * errors.square()).mean(dim=1).sum())
        self.n_updates += 1
        if self.n_updates % self.settings.policy_delay == 0:
            if self.n_updates > self.settings.critics_first:
                self._descend(self.actor_optimiser, self.actor, self._policy_loss(rows))
                follow(self.actor_target, self.actor, self.settings.polyak)
            follow(self.critics_target, self.critics, self.settings.polyak)
        return errors.detach().mean(dim=0)

    def imitate(self, tokens: Tensor, context: Tensor, wanted: Tensor, learning_rate: float) -> Tensor:
        """One update of the policy towards a teacher's actions; mean squared difference before it.

        Parameters
        ----------
        tokens, context : Tensor
            See `Observation`.
        wanted : Tensor, shape (n, n_segments, 3)
        learning_rate : float
        """
        _set_rate(self.actor_optimiser, learning_rate)
        loss = (self.actor(tokens, context) - wanted).square().mean()
        self._descend(self.actor_optimiser, self.actor, loss)
        return loss.detach()

    def settle(self) -> None:
        """Take the policy as it is now for what targets follow and the anchor holds to, and forget its momentum."""
        self.actor_target.load_state_dict(self.actor.state_dict())
        self.anchor.load_state_dict(self.actor.state_dict())
        self.actor_optimiser = torch.optim.Adam(self.actor.parameters(), self.settings.learning_rate)

    def _policy_loss(self, rows: Experience) -> Tensor:
        action = self.actor(rows["tokens"], rows["context"])
        value = self.critics[0](rows["tokens"], rows["context"], rows["privileged"], action)
        if self.settings.anchor == 0.0:
            return -value.mean()
        with torch.no_grad():
            near = self.anchor(rows["tokens"], rows["context"])
        return -value.mean() / value.detach().abs().mean() + self.settings.anchor * (action - near).square().mean()

    def _descend(self, optimiser: torch.optim.Optimizer, module: nn.Module, loss: Tensor) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(module)
        nn.utils.clip_grad_norm_(module.parameters(), self.settings.max_gradient)
        optimiser.step()


def _set_rate(optimiser: torch.optim.Optimizer, learning_rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
