"""The one search for scale factors: an environment driven by its own least-squares action, or by a policy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rl_scaling.search.environment import ScalingEnvironment, Start, State
from rl_scaling.search.networks import Actor
from rl_scaling.tasks.scaling_tasks import ScalingTasks

SETTLED = 1e-3
"""Relative change of J in a step below which a person's search stops."""
MOST_STEPS = 40


@dataclass(frozen=True)
class SearchPath:
    """How a search went.

    Attributes
    ----------
    last : State
        Where it ended.
    n_steps : Tensor of int, shape (n_subjects,)
        After how many each person rested; the path goes on with where they are.
    path_log_factors : Tensor, shape (n_subjects, n_steps + 1, n_params)
    path_objective : Tensor, shape (n_subjects, n_steps + 1)
    path_rms_m : Tensor, shape (n_subjects, n_steps + 1)
        Of marker errors.
    """

    last: State
    n_steps: Tensor
    path_log_factors: Tensor
    path_objective: Tensor
    path_rms_m: Tensor


@dataclass(frozen=True)
class SearchResult(SearchPath):
    """What a search found and how it came there.

    Attributes
    ----------
    best : State
        Of each person the state with the lowest J.
    """

    best: State


def search(
    environment: ScalingEnvironment,
    tasks: ScalingTasks,
    actor: Actor | None,
    n_steps: int = MOST_STEPS,
    start: Start | None = None,
    settled: float = SETTLED,
) -> SearchResult:
    """Scale people, all at once; see `walk`."""
    path = walk(environment, tasks, actor, n_steps, start, settled)
    return SearchResult(**vars(path), best=environment.best_state())


@torch.no_grad()
def walk(
    environment: ScalingEnvironment,
    tasks: ScalingTasks,
    actor: Actor | None,
    n_steps: int = MOST_STEPS,
    start: Start | None = None,
    settled: float = SETTLED,
    together: int = 1,
) -> SearchPath:
    """Search, all people at once, each as if alone: whose J changes by less than ``settled`` in a step, rests.

    What was best on the way is left in the environment.

    Parameters
    ----------
    environment : ScalingEnvironment
    tasks : ScalingTasks
    actor : Actor or None
        None: the least-squares step itself.
    n_steps : int
        Most steps.
    start : Start, optional
        Where to begin; at the prior's mean without.
    settled : float
        Relative; 0: a whole episode, as training has it.
    together : int
        So many side by side rest together, when all of them have settled: the replicas of one person.
    """
    observation = environment.reset(tasks, start)
    states = [environment.state]
    resting = torch.zeros(len(tasks), dtype=torch.bool, device=tasks.person.device)
    n_taken = torch.zeros_like(resting, dtype=torch.int64)
    for _ in range(n_steps):
        action = environment.least_squares_action() if actor is None else actor(observation.tokens, observation.context)
        observation = environment.step(action).observation
        states.append(environment.state)
        n_taken += ~resting
        before, after = states[-2].objective, states[-1].objective
        calm = ((after - before).abs() < settled * before).unflatten(0, (-1, together))
        rested = resting | calm.all(dim=1).repeat_interleave(together)
        if bool(rested.all()):
            break
        if bool((rested != resting).any()):
            environment.rest(rested)
        resting = rested
    return SearchPath(
        last=environment.state,
        n_steps=n_taken,
        path_log_factors=torch.stack([state.log_factors for state in states], 1),
        path_objective=torch.stack([state.objective for state in states], 1),
        path_rms_m=torch.stack([state.fit.rms_m for state in states], 1),
    )
