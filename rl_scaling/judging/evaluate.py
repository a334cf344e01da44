"""A policy against the least-squares step in the same environment, on people whom training never drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch

from rl_scaling.learning.drawing import draw_tasks, generic_tree
from rl_scaling.learning.experiment import Experiment
from rl_scaling.people.anthropometry import parameters
from rl_scaling.search.environment import ScalingEnvironment, State
from rl_scaling.search.networks import Actor
from rl_scaling.search.search import search
from rl_scaling.tasks.scaling_tasks import Truth

LONG_AXES = ("femur_y", "tibia_y", "foot_x", "torso_y", "humerus_y", "forearm_y")

# Seeds of training are (seed, round); no experiment uses this seed.
HELD_OUT = 2**31
"""First number of the seeds of people whom training never draws."""


@dataclass(frozen=True)
class Score:
    """Means over people; errors against the truth of simulation.

    Attributes
    ----------
    method : str
    objective : float
    rms_mm, max_mm : float
        Marker errors.
    joints_mm, lengths_mm : float
        Of joint centres and segment lengths.
    long_axes_percent : float
        Median error of the factors along the segments.
    """

    method: str
    objective: float
    rms_mm: float
    max_mm: float
    joints_mm: float
    lengths_mm: float
    long_axes_percent: float


@torch.no_grad()
def evaluate(experiment: Experiment, actor: Actor | None, n_people: int, seed: int, device: str = "cpu") -> list[Score]:
    """Score the prior's mean, the least-squares step, and a policy after as many steps: last state and best by J.

    Parameters
    ----------
    experiment : Experiment
        Whose people and environment.
    actor : Actor or None
    n_people, seed : int
    device : str
    """
    tree = generic_tree(device)
    tasks = draw_tasks(tree, experiment, n_people, HELD_OUT, seed)
    environment = ScalingEnvironment(tree, experiment.environment)
    environment.reset(tasks)
    scores = [_score(environment, environment.state, "prior mean")]
    for name, policy in (("least squares", None), ("policy", actor)):
        if name == "policy" and actor is None:
            continue
        found = search(environment, tasks, policy, experiment.environment.n_steps, settled=0.0)
        scores += [_score(environment, found.last, name)]
        scores += [_score(environment, found.best, f"{name}, lowest J")]
    return scores


def _score(environment: ScalingEnvironment, state: State, method: str) -> Score:
    # Of synthetic people it is known; for others `errors_m` raises.
    truth = cast("Truth", environment.tasks.truth)
    joints, lengths = environment.errors_m(state.log_factors, state.values)
    long = [parameters().index(name) for name in LONG_AXES]
    apart = (state.log_factors - truth.log_factors)[:, long].abs()
    return Score(
        method=method,
        objective=float(state.objective.mean()),
        rms_mm=1000.0 * float(state.fit.rms_m.mean()),
        max_mm=1000.0 * float(state.fit.max_m.mean()),
        joints_mm=1000.0 * float(joints.mean()),
        lengths_mm=1000.0 * float(lengths.mean()),
        long_axes_percent=100.0 * float(apart.median()),
    )
