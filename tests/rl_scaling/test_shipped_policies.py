"""The policies that come with Sarcoscope: they load, say how they were made, and are worth having."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch

from models.policy_folders import POLICIES, SHIPPED
from rl_scaling.learning.drawing import draw_tasks, generic_tree
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.search.search import search

EXPERIMENTS = Path(__file__).resolve().parents[2] / "rl_scaling" / "experiments"
# People of no training, no validation and no benchmark: those have other second numbers.
SEED = (2**31, 41)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_policy_says_how_it_was_made(name: str) -> None:
    folder = POLICIES / name
    about = json.loads((folder / "policy.json").read_text("utf-8"))
    # The experiment that made it is the one that can be run again.
    assert about["experiment"] == read_experiment(EXPERIMENTS / f"residual_{name}.toml").model_dump(mode="json")
    with (folder / "curve.csv").open(newline="", encoding="utf-8") as file:
        scores = {int(row["round"]): float(row["validation"]) for row in csv.DictReader(file)}
    known = {place: score for place, score in scores.items() if score == score}
    assert about["trained"]["round"] == min(known, key=lambda place: known[place])
    card = (folder / "README.md").read_text("utf-8")
    for said in ("Data", "Training", "Limits", "Synthetic", "python -m benchmarks.scaling"):
        assert said in card, said


@pytest.mark.parametrize("name", SHIPPED)
def test_a_policy_finds_bones_that_the_optimiser_gets_wrong(name: str) -> None:
    experiment = read_experiment(EXPERIMENTS / f"residual_{name}.toml").model_copy(update={"withheld": 0.0})
    tree = generic_tree()
    tasks = draw_tasks(tree, experiment, 48, *SEED)
    errors_m = []
    for policy in (ScalingPolicy.load(name), ScalingPolicy.optimiser()):
        environment = ScalingEnvironment(tree, policy.settings)
        found = policy.answer(search(environment, tasks, policy.actor, policy.settings.n_steps))
        errors_m.append(environment.errors_m(found.log_factors, found.values)[1])
    nearer = errors_m[1] - errors_m[0]
    # Beyond what chance could do among 48 people: three standard errors of the paired difference.
    assert nearer.mean() > 3 * nearer.std() / torch.tensor(48.0).sqrt()
