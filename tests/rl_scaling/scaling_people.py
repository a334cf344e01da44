"""People to be scaled, for tests."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of_synthetic


@cache
def skeleton() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


def older_adults(n: int, *, tree: SkeletonTree | None = None, seed: int = 3) -> ScalingTasks:
    """People standing, and two frames each of a squat and a walk."""
    tree = tree or skeleton()
    frames = {"standing": 20, "squat": 40, "gait": 40}
    people = SubjectGenerator(tree, OLDER_ADULTS).sample(n, frames, seed)  # type: ignore[arg-type]
    return tasks_of_synthetic(tree, people, 2, np.random.default_rng(seed))


def random_actions(n: int, steps: int) -> torch.Tensor:
    return torch.rand(steps, n, 7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1
