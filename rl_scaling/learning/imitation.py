"""Before reinforcement: a teacher who knows the truth shows what it would do in every state the policy gets into.

The teacher's action leads straight to the true factors, which only simulation knows; the policy sees none of them, so
what it learns is the step expected of people who look like that (DAgger, Ross et al. 2011, 1011.0686, with an
asymmetric teacher). Axes that move no joint centre (widths and depths of limbs) only carry markers: there the teacher
takes the least-squares step. New people in every round: nothing is stored from one round to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.skeleton.kinematics import SkeletonTree
from rl_scaling.learning.td3 import TD3
from rl_scaling.search.environment import MAX_INCREMENT, ScalingEnvironment
from rl_scaling.tasks.scaling_tasks import ScalingTasks, segment_lengths_m

# What counts as moving: all segment lengths together, by the longest action [m].
_MOVES_M = 1e-3


@dataclass(frozen=True)
class ImitationSettings:
    """How long and how fast the policy imitates.

    Attributes
    ----------
    n_rounds : int
        Rounds of one episode each, before those of reinforcement.
    n_subjects : int
        People in a round.
    epochs : int
        How often each round's states are gone through.
    batch_size : int
    learning_rate_start, learning_rate_end : float
        Adam's, annealed along half a cosine.
    noise : float
        Standard deviation of what is added to the policy's actions on the way: states that it would not get into.
    truth_share : float
        How much of the teacher's action leads to the true joints; the rest is the least-squares step. The true factors
        fit biased markers worse than least squares does, so this is what trades joints against marker errors.
    """

    n_rounds: int
    n_subjects: int = 256
    epochs: int = 2
    batch_size: int = 256
    learning_rate_start: float = 1e-3
    learning_rate_end: float = 5e-5
    noise: float = 0.2
    truth_share: float = 0.75

    def learning_rate(self, n_done: int) -> float:
        """Rate after so many rounds."""
        falling = 0.5 * (1.0 + np.cos(np.pi * min(n_done / self.n_rounds, 1.0)))
        return float(self.learning_rate_end + (self.learning_rate_start - self.learning_rate_end) * falling)


def moves_joints(tree: SkeletonTree, tie: Tensor) -> Tensor:
    """Which parameters move joint centres, bool, shape (n_params,): segment lengths change by a millimetre a step."""

    def lengths_m(parameters: Tensor) -> Tensor:
        return segment_lengths_m(tree, (tie @ parameters).unflatten(0, (-1, 3)))

    by_parameter: Tensor = torch.autograd.functional.jacobian(lengths_m, tie.new_zeros(tie.shape[1]))
    return by_parameter.abs().sum(dim=0) * np.log1p(MAX_INCREMENT) > _MOVES_M


def teacher_action(environment: ScalingEnvironment, moving: Tensor, truth_share: float) -> Tensor:
    """Return the action that leads towards the true joint centres, shape (n_subjects, n_segments, 3).

    Parameters
    ----------
    environment : ScalingEnvironment
    moving : Tensor of bool, shape (n_params,)
        See `moves_joints`.
    truth_share : float
        See `ImitationSettings`.

    Raises
    ------
    ScalingError
        The truth is not known.
    """
    truth = environment.tasks.known_truth
    to_truth = (truth.log_factors - environment.state.log_factors) / np.log1p(MAX_INCREMENT)
    to_markers = environment.state.step / np.log1p(MAX_INCREMENT)
    to_truth = truth_share * to_truth + (1.0 - truth_share) * to_markers
    action = torch.where(moving, to_truth, to_markers).clamp(-1.0, 1.0)
    return action.unflatten(1, environment.action_shape)


def imitation_round(
    environment: ScalingEnvironment,
    learner: TD3,
    tasks: ScalingTasks,
    settings: ImitationSettings,
    n_done: int,
    generator: torch.Generator,
) -> float:
    """One episode of the policy, and updates towards what the teacher would have done in its states.

    Returns
    -------
    float
        Mean squared difference from the teacher's actions.
    """
    moving = moves_joints(environment.tree, environment.layout.tie)
    observation = environment.reset(tasks)
    seen: list[tuple[Tensor, Tensor, Tensor]] = []
    truncated = False
    while not truncated:
        wanted = teacher_action(environment, moving, settings.truth_share) * learner.actor.exists
        seen.append((observation.tokens, observation.context, wanted))
        with torch.no_grad():
            action = learner.actor(observation.tokens, observation.context)
        drawn = torch.randn(action.shape, generator=generator, device=action.device, dtype=action.dtype)
        result = environment.step(action + settings.noise * drawn * learner.actor.exists)
        observation, truncated = result.observation, result.truncated
    tokens, context, wanted = (torch.cat(parts) for parts in zip(*seen, strict=True))
    rate, losses = settings.learning_rate(n_done), []
    for _ in range(settings.epochs):
        order = torch.randperm(len(tokens), generator=generator, device=tokens.device)
        batches = order.split(settings.batch_size)
        losses += [learner.imitate(tokens[rows], context[rows], wanted[rows], rate) for rows in batches]
    return float(torch.stack(losses).mean())
