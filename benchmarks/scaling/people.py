"""Synthetic older adults with the full error model of video markers: what scalers are given, and what is kept back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.markers import MarkerTrajectories
from models.skeleton.kinematics import SkeletonTree
from models.subject import Subject
from rl_scaling.judging.evaluate import HELD_OUT
from rl_scaling.people.movements import MovementName
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator, SyntheticPeople
from rl_scaling.tasks.scaling_tasks import STATIC, ScalingTasks, tasks_of_synthetic

GIVEN: dict[MovementName, int] = {STATIC: 30, "squat": 120, "sit_to_stand": 120, "gait": 80}
UNSEEN: dict[MovementName, int] = {"step": 120, "reach": 120}
FRAMES_GIVEN, FRAMES_UNSEEN = 3, 4
"""Frames drawn of each movement."""

# No training draws (HELD_OUT, ...), and no other benchmark these.
TEST_SEED, TUNING_SEED = 500, 501


@dataclass(frozen=True)
class TestPeople:
    """People to be scaled, with the truth.

    Attributes
    ----------
    subjects : tuple of Subject
    static : tuple of MarkerTrajectories
        The whole recording of standing of each.
    given : ScalingTasks
        Mean of standing and frames of the movements that scalers are given.
    unseen_m : Tensor, shape (n_people, n_frames, n_markers, 3)
        Frames of movements that no scaler is given; of none in people who have no such recordings.
    log_scales : Tensor, shape (n_people, n_bodies, 3)
        True log factors of each body, left and right apart.
    """

    __test__ = False

    subjects: tuple[Subject, ...]
    static: tuple[MarkerTrajectories, ...]
    given: ScalingTasks
    unseen_m: Tensor
    log_scales: Tensor

    def __len__(self) -> int:
        return len(self.subjects)

    def chosen(self, places: NDArray[np.int_]) -> TestPeople:
        """Some of the people."""
        rows = torch.as_tensor(places)
        return TestPeople(
            tuple(self.subjects[place] for place in places),
            tuple(self.static[place] for place in places),
            self.given.chosen(rows),
            self.unseen_m[rows],
            self.log_scales[rows],
        )


def draw_people(tree: SkeletonTree, n_people: int, seed: int) -> TestPeople:
    """Draw older adults whom no training draws; the same seed gives the same people."""
    numbers = np.random.default_rng((HELD_OUT, seed))
    people = SubjectGenerator(tree, OLDER_ADULTS).sample(n_people, {**GIVEN, **UNSEEN}, int(numbers.integers(2**31)))
    given = tasks_of_synthetic(tree, _of(people, GIVEN), FRAMES_GIVEN, numbers)
    kept_back = tasks_of_synthetic(tree, _of(people, {STATIC: 0, **UNSEEN}), FRAMES_UNSEEN, numbers)
    return people_of(tree, people, given, kept_back.markers_m[:, 1:])


def people_of(
    tree: SkeletonTree, people: SyntheticPeople, given: ScalingTasks, unseen_m: Tensor | None = None
) -> TestPeople:
    """Put together what is known of people."""
    standing = people.recordings[STATIC].measured_m.double().cpu().numpy()
    time_s = np.arange(standing.shape[1]) / people.rate_hz
    return TestPeople(
        tuple(person.subject for person in people.people),
        tuple(MarkerTrajectories(tree.markers, positions_m, time_s) for positions_m in standing),
        given,
        given.markers_m[:, :0] if unseen_m is None else unseen_m,
        people.log_scales,
    )


def _of(people: SyntheticPeople, movements: dict[MovementName, int]) -> SyntheticPeople:
    return replace(people, recordings={name: people.recordings[name] for name in movements})
