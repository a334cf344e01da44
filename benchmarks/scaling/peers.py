"""What of the peers is learnt from people of their own: the regressors, and the prior's weight that is best for them.

Regressors see people like those of the test, and adults, from draws that no other training and no test uses; they are
kept in a folder, since drawing their people takes minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from benchmarks.scaling.measures import Judge
from benchmarks.scaling.methods import RIDGE, TRANSFORMER, Methods
from benchmarks.scaling.people import FRAMES_GIVEN, GIVEN, TUNING_SEED, draw_people
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.judging.regressors import (
    Examples,
    RidgeRegressor,
    TransformerRegressor,
    examples_of,
    fit_ridge,
    fit_transformer,
    joined_examples,
)
from rl_scaling.people.population import ADULTS, OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.networks import NetworkSettings
from rl_scaling.search.objective import ObjectiveWeights
from rl_scaling.search.observation import CONTEXT, FEATURES
from rl_scaling.tasks.scaling_tasks import tasks_of_synthetic

# Experiments count their seeds from 0, tests draw with HELD_OUT; this is neither.
_SEED = 2**30
_AT_ONCE = 250

Numbers = dict[str, float]


@dataclass(frozen=True)
class Budget:
    """How much the peers may learn from.

    Attributes
    ----------
    ridge_people, ridge_choosing : int
        For the weights, and for the penalty.
    transformer_people, transformer_epochs : int
    tuning_people : int
    prior_weights : tuple of float
        Tried; `ObjectiveWeights.prior` is the default.
    """

    ridge_people: int = 2000
    ridge_choosing: int = 500
    transformer_people: int = 10_000
    transformer_epochs: int = 60
    tuning_people: int = 200
    prior_weights: tuple[float, ...] = (0.0036, 0.0072, 0.0144, 0.03, 0.045, 0.07, 0.12)


QUICK = Budget(24, 8, 32, 2, 8, (0.0072, 0.045))
"""For a smoke run: nothing is learnt of so few."""


def regressors(tree: SkeletonTree, budget: Budget, folder: Path) -> dict[str, nn.Module]:
    """Both regressors, from the folder where they are there and were made like this; else learnt, and put there."""
    seen = [FEATURES, CONTEXT, GIVEN, FRAMES_GIVEN]
    of_network = [budget.transformer_people, budget.transformer_epochs, asdict(NetworkSettings())]
    made = {
        RIDGE: json.dumps([*seen, budget.ridge_people, budget.ridge_choosing]),
        TRANSFORMER: json.dumps([*seen, *of_network]),
    }
    n_segments = ScalingEnvironment(tree, EnvironmentSettings()).action_shape[0]
    empty: dict[str, nn.Module] = {
        RIDGE: RidgeRegressor(n_segments),
        TRANSFORMER: TransformerRegressor(n_segments, NetworkSettings()).eval(),
    }
    files = {RIDGE: folder / "ridge.safetensors", TRANSFORMER: folder / "transformer.safetensors"}
    missing = [name for name, module in empty.items() if not _read(files[name], made[name], module)]
    if not missing:
        return empty
    folder.mkdir(parents=True, exist_ok=True)
    n_ridge = budget.ridge_people + budget.ridge_choosing
    n_needed = max(n_ridge if RIDGE in missing else 0, budget.transformer_people if TRANSFORMER in missing else 0)
    examples = joined_examples(list(_examples(tree, n_needed)))
    if RIDGE in missing:
        learnt_on = examples.rows(slice(budget.ridge_people))
        chosen_on = examples.rows(slice(budget.ridge_people, n_ridge))
        empty[RIDGE] = fit_ridge(learnt_on, chosen_on)[0]
    if TRANSFORMER in missing:
        learnt_on = examples.rows(slice(budget.transformer_people))
        empty[TRANSFORMER] = fit_transformer(learnt_on, NetworkSettings(), n_epochs=budget.transformer_epochs)
    for name in missing:
        tensors = {key: value.contiguous() for key, value in empty[name].state_dict().items()}
        save_file(tensors, files[name], {"made": made[name]})
    return empty


def tuned_prior(tree: SkeletonTree, budget: Budget) -> tuple[ScalingPolicy, dict[str, Numbers]]:
    """Return the direct optimiser with the prior's weight that brings it nearest to the truth of people of its own.

    Returns
    -------
    optimiser : ScalingPolicy
        With the least sum of the mean errors of segment lengths and joint centres.
    tried : dict of str to dict
        Weight -> mean ``lengths_mm`` and ``joints_mm``.
    """
    people = draw_people(tree, budget.tuning_people, TUNING_SEED)
    people = replace(people, unseen_m=people.unseen_m[:, :0])
    judge = Judge(tree, people)
    tried: dict[str, Numbers] = {}
    for weight in budget.prior_weights:
        found = Methods({"": with_prior(weight)}, {}).on_synthetic(tree)[""](people)
        errors = judge.measured(found)
        tried[str(weight)] = {name: float(errors[name].mean()) for name in ("lengths_mm", "joints_mm")}
    best = min(tried, key=lambda weight: sum(tried[weight].values()))
    return with_prior(float(best)), tried


def with_prior(weight: float) -> ScalingPolicy:
    """Return the direct optimiser with another weight of the prior."""
    optimiser = ScalingPolicy.optimiser()
    return replace(optimiser, settings=replace(optimiser.settings, objective=ObjectiveWeights(prior=weight)))


def _examples(tree: SkeletonTree, n_people: int) -> Iterator[Examples]:
    environment = ScalingEnvironment(tree, EnvironmentSettings())
    generator = SubjectGenerator(tree, (*ADULTS, *OLDER_ADULTS))
    for round_, first in enumerate(range(0, n_people, _AT_ONCE)):
        numbers = np.random.default_rng((_SEED, round_))
        people = generator.sample(min(_AT_ONCE, n_people - first), GIVEN, int(numbers.integers(2**31)))
        yield examples_of(environment, tasks_of_synthetic(tree, people, FRAMES_GIVEN, numbers))


def _read(path: Path, made: str, module: nn.Module) -> bool:
    """Fill a module from a file made like this; false where there is none."""
    if not path.exists():
        return False
    with safe_open(path, framework="pt") as file:
        if (file.metadata() or {}).get("made") != made:
            return False
        module.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    return True
