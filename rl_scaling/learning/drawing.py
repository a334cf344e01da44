"""Who is scaled in a round of training or in a test: people of an experiment's populations, and filmed ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from models.errors import SettingsError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.learning.experiment import Experiment
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.tasks.clip_tasks import FilmedPerson, joined, tasks_of_clips
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of_synthetic


def generic_tree(device: torch.device | str = "cpu") -> SkeletonTree:
    """The generic skeleton in single precision."""
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL))).to(torch.float32, device)


def draw_tasks(tree: SkeletonTree, experiment: Experiment, n: int, *seed: int) -> ScalingTasks:
    """Draw people of the experiment's populations; the same seed gives the same people."""
    numbers = np.random.default_rng(seed)
    people = SubjectGenerator(tree, experiment.populations).sample(n, experiment.frames, int(numbers.integers(2**31)))
    tasks = tasks_of_synthetic(tree, people, experiment.frames_per_movement, numbers)
    return tasks if experiment.withheld == 0.0 else _withholding(tasks, experiment, numbers)


def _withholding(tasks: ScalingTasks, experiment: Experiment, numbers: np.random.Generator) -> ScalingTasks:
    """Hide each movement of each person by chance, so that a policy learns to do with what a session has."""
    n_frames, n_movements = tasks.markers_m.shape[1] - 1, len(experiment.frames) - 1
    hidden = numbers.random((len(tasks), n_movements)) < experiment.withheld
    of_frame = torch.as_tensor(np.repeat(hidden, n_frames // n_movements, axis=1), device=tasks.markers_m.device)
    of_frame = torch.cat([torch.zeros_like(of_frame[:, :1]), of_frame], dim=1)
    return replace(tasks, markers_m=tasks.markers_m.masked_fill(of_frame[:, :, None, None], torch.nan))


def check_clips(experiment: Experiment, filmed: tuple[FilmedPerson, ...]) -> None:
    """Refuse filmed people where the experiment has no use for them, and their absence where it has.

    Raises
    ------
    SettingsError
    """
    if experiment.clip_share > 0.0 and experiment.environment.reward == "truth":
        raise SettingsError(
            "The reward 'truth' is not known of filmed people.",
            hint='Give the experiment reward = "objective" or "truth_or_objective", or clip_share = 0.',
        )
    n_filmed = int(experiment.clip_share * experiment.n_subjects)
    if (n_filmed > 0) != bool(filmed):
        raise SettingsError(
            f"clip_share makes {n_filmed} of a round's people filmed ones, and {len(filmed)} are given.",
            hint="Give --clips and a clip_share that is at least one person a round, or neither.",
        )


def draw_round(
    tree: SkeletonTree, experiment: Experiment, filmed: tuple[FilmedPerson, ...], *seed: int
) -> ScalingTasks:
    """Draw the people of a round: synthetic ones, and the experiment's share of filmed ones."""
    n_filmed = int(experiment.clip_share * experiment.n_subjects)
    synthetic = draw_tasks(tree, experiment, experiment.n_subjects - n_filmed, *seed)
    if not n_filmed:
        return synthetic
    numbers = np.random.default_rng((*seed, n_filmed))
    chosen = [filmed[place] for place in numbers.integers(len(filmed), size=n_filmed)]
    return joined(synthetic, tasks_of_clips(tree, chosen, synthetic.markers_m.shape[1], numbers))
