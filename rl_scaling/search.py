"""The one search for scale factors: an environment driven by its own least-squares action, or by a policy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rl_scaling.environment import ScalingEnvironment, Start, State
from rl_scaling.networks import Actor
from rl_scaling.scaling_tasks import ScalingTasks

SETTLED = 1e-3
"""Relative change of J in a step below which the search stops."""
MOST_STEPS = 40


@dataclass(frozen=True)
class SearchResult:
    """What a search found and how it came there.

    Attributes
    ----------
    best : State
        Of each person the state with the lowest J.
    last : State
        Where the search ended.
    path_log_factors : Tensor, shape (n_subjects, n_steps + 1, n_params)
    path_objective : Tensor, shape (n_subjects, n_steps + 1)
    path_rms_m : Tensor, shape (n_subjects, n_steps + 1)
        Of marker errors.
    """

    best: State
    last: State
    path_log_factors: Tensor
    path_objective: Tensor
    path_rms_m: Tensor


@torch.no_grad()
def search(
    environment: ScalingEnvironment,
    tasks: ScalingTasks,
    actor: Actor | None,
    n_steps: int = MOST_STEPS,
    start: Start | None = None,
    settled: float = SETTLED,
) -> SearchResult:
    """Scale people, all at once; stops when nobody's J changes by as much as ``settled`` in a step.

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
    """
    observation = environment.reset(tasks, start)
    states = [environment.state]
    for _ in range(n_steps):
        action = environment.least_squares_action() if actor is None else actor(observation.tokens, observation.context)
        observation = environment.step(action).observation
        states.append(environment.state)
        before, after = states[-2].objective, states[-1].objective
        if bool(((after - before).abs() < settled * before).all()):
            break
    return SearchResult(
        best=environment.best_state(),
        last=environment.state,
        path_log_factors=torch.stack([state.log_factors for state in states], 1),
        path_objective=torch.stack([state.objective for state in states], 1),
        path_rms_m=torch.stack([state.fit.rms_m for state in states], 1),
    )
