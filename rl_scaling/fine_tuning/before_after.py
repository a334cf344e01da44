"""A policy before and after fine-tuning, on the same people: paired differences with intervals, and whether to keep it.

Nobody knows the bones of filmed people, so they are judged by a movement that the scaler was not given. A lower marker
error can be bought with wrong bones (docs/scaling-compared.md); simulated people, whose truth is known, show that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import bootstrap, norm, t
from torch import Tensor

from models.skeleton.kinematics import SkeletonTree
from rl_scaling.fine_tuning.held_out import Judged, given_tasks, standing_tasks, unseen_tasks
from rl_scaling.judging.evaluate import HELD_OUT
from rl_scaling.learning.drawing import draw_tasks
from rl_scaling.learning.experiment import Experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment, Start, State
from rl_scaling.search.scaling_checks import height_ratio
from rl_scaling.search.search import search
from rl_scaling.tasks.scaling_tasks import ScalingTasks

Array = NDArray[np.float64]

N_SIMULATED = 128
"""People whom training never draws, as `evaluate` takes."""
GAIN, LOSS = 0.01, 0.02
"""Marker errors must fall by this share to be better, errors against the truth may rise by that: by chance alone, three
seeds of one training lie 0.7 % and 1 % apart in them (benchmarks/results/scaling.json)."""
DECIDES, TRUTHS = "unseen_rms_mm", ("lengths_mm", "joints_mm")
LABELS = {
    DECIDES: "Markers of a movement not given, RMS [mm]",
    "standing_rms_mm": "Markers while standing, before placement, RMS [mm]",
    "height_percent": "Legs and trunk off the height given [%]",
    "objective": "J of what was given",
    "lengths_mm": "Segment lengths off the truth [mm]",
    "joints_mm": "Joint centres off the truth [mm]",
}
"""What is measured; less is better in all. The first decides, the last two are of simulated people."""

# No training and no benchmark draws (HELD_OUT, this).
_PEOPLE_SEED = 700
_CONFIDENCE, _RESAMPLES, _BATCH = 0.95, 9999, 256


@dataclass(frozen=True)
class Paired:
    """One measure of the same people before and after.

    Attributes
    ----------
    measure : str
        Of `LABELS`.
    n : int
        People.
    before, after, difference : float
        Means over people; the difference is after less before.
    low, high : float
        95 % interval of the difference: people drawn again, in pairs. Percentiles of a bootstrap, put further apart
        for few people, of whom they would be too near (expanded percentile interval, Hesterberg 2015, 1411.5279).
    """

    measure: str
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float

    @classmethod
    def of(cls, measure: str, before: Array, after: Array) -> Paired:
        """Compare person by person."""
        n = len(before)
        tail = norm.cdf(np.sqrt(n / (n - 1)) * t.ppf(0.5 - 0.5 * _CONFIDENCE, n - 1))
        found = bootstrap(
            (after - before,), np.mean, confidence_level=1.0 - 2.0 * tail, n_resamples=_RESAMPLES, batch=_BATCH,
            method="percentile", rng=np.random.default_rng(0),
        ).confidence_interval  # fmt: skip
        return cls(
            measure, n, float(before.mean()), float(after.mean()), float((after - before).mean()),
            float(found.low), float(found.high),
        )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """What fine-tuning changed.

    Attributes
    ----------
    rows : tuple of Paired
        One a measure, in the order of `LABELS`.
    """

    rows: tuple[Paired, ...]

    def of(self, measure: str) -> Paired:
        """One row."""
        return next(row for row in self.rows if row.measure == measure)

    @property
    def is_better(self) -> bool:
        """Whether held-out people's unseen markers are met better: by `GAIN`, the whole interval below zero."""
        row = self.of(DECIDES)
        return row.high < 0.0 and -row.difference >= GAIN * row.before

    @property
    def lost(self) -> tuple[str, ...]:
        """Errors against the truth that may have risen by more than `LOSS`."""
        return tuple(name for name in TRUTHS if self.of(name).high > LOSS * self.of(name).before)

    @property
    def is_kept(self) -> bool:
        """Whether the policy is worth registering."""
        return self.is_better and not self.lost


@torch.no_grad()
def compare(
    tree: SkeletonTree,
    before: ScalingPolicy,
    after: ScalingPolicy,
    people: Sequence[Judged],
    experiment: Experiment,
    n_simulated: int = N_SIMULATED,
) -> Comparison:
    """Scale the same people with both policies, as each is used, and judge both alike.

    Parameters
    ----------
    tree : SkeletonTree
    before, after : ScalingPolicy
    people : sequence of Judged
        Held-out ones.
    experiment : Experiment
        Says whom simulated people are drawn from, and how they move.
    n_simulated : int
    """
    judge = ScalingEnvironment(tree, EnvironmentSettings())
    shown = {"given": given_tasks(tree, people), "standing": standing_tasks(tree, people)}
    shown["unseen"] = unseen_tasks(tree, people)
    # Both are judged from the same poses, so that no difference is one of local minima.
    near = {name: _poses(judge, tasks) for name, tasks in shown.items()}
    simulated = draw_tasks(tree, experiment, n_simulated, HELD_OUT, _PEOPLE_SEED)
    found = []
    for policy in (before, after):
        of_filmed, environment = _scaled(tree, policy, shown["given"])
        fits = {name: _judged(judge, tasks, Start(of_filmed.log_factors, near[name])) for name, tasks in shown.items()}
        height = height_ratio(
            tree, *(_scales(environment, one) for one in (of_filmed.log_factors, shown["given"].prior_mean))
        )
        of_simulated, environment = _scaled(tree, policy, simulated)
        joints_m, lengths_m = environment.errors_m(of_simulated.log_factors, of_simulated.values)
        found.append(
            {
                DECIDES: 1e3 * fits["unseen"].fit.rms_m,
                "standing_rms_mm": 1e3 * fits["standing"].fit.rms_m,
                "height_percent": 100.0 * (height - 1.0).abs(),
                "objective": fits["given"].objective,
                "lengths_mm": 1e3 * lengths_m,
                "joints_mm": 1e3 * joints_m,
            }
        )
    return Comparison(tuple(Paired.of(name, *(_array(one[name]) for one in found)) for name in LABELS))


def _scaled(tree: SkeletonTree, policy: ScalingPolicy, tasks: ScalingTasks) -> tuple[State, ScalingEnvironment]:
    """Where a policy's search ends, and the environment that it ended in."""
    environment = ScalingEnvironment(tree, replace(policy.settings, reward="objective"))
    actor = None if policy.actor is None else policy.actor.to(tree.default.device)
    return policy.answer(search(environment, tasks, actor, policy.settings.n_steps)), environment


def _poses(judge: ScalingEnvironment, tasks: ScalingTasks) -> Tensor:
    """Poses of the people one would expect, from the markers alone."""
    judge.reset(tasks)
    return judge.state.values


def _judged(judge: ScalingEnvironment, tasks: ScalingTasks, start: Start) -> State:
    """Poses fitted with the factors, and what they leave."""
    judge.reset(tasks, start)
    return judge.state


def _scales(environment: ScalingEnvironment, log_factors: Tensor) -> Tensor:
    return (log_factors @ environment.layout.tie.T).unflatten(1, (-1, 3))


def _array(values: Tensor) -> Array:
    return values.double().cpu().numpy()
