"""The search of many real people at once, whose recordings differ in length; each is answered as if alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.markers import ScalingMarkers
from models.skeleton.kinematics import SkeletonTree
from models.subject import Subject
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment, Start
from rl_scaling.search.networks import Actor
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.search.scaling_checks import check_count
from rl_scaling.search.search import search, walk
from rl_scaling.search.uncertainty import N_REPLICAS, REPLICA_STEPS, replicas
from rl_scaling.tasks.scaling_frames import ScalingFrames, choose_frames, poses_of_frames
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """A person, what was recorded, and the frames of it that are searched on."""

    markers: ScalingMarkers
    subject: Subject
    frames: ScalingFrames

    @classmethod
    def of(cls, tree: SkeletonTree, markers: ScalingMarkers, subject: Subject, n_frames: int) -> Given:
        """Choose the frames.

        Raises
        ------
        ScalingError
            Fewer than six markers, or never three of the root body.
        """
        frames = choose_frames(tree, markers, n_frames)
        check_count(tree, frames)
        return cls(markers, subject, frames)


@dataclass(frozen=True)
class Found:
    """One search of one person: what it was given, where it ended, and how it went.

    Attributes
    ----------
    given : Given
    tasks : ScalingTasks
        Of this person; frames beyond the recording's show nothing.
    expected : Tensor, shape (n_bodies, 3)
        Log scales expected of the person.
    log_factors : Tensor, shape (n_params,)
    values : Tensor, shape (n_coordinates, n_frames)
    rms_m : float
        Of marker errors.
    path_log_factors, path_objective, path_rms_m : ndarray
        See `PolicyScaling`.
    """

    given: Given
    tasks: ScalingTasks
    expected: Tensor
    log_factors: Tensor
    values: Tensor
    rms_m: float
    path_log_factors: Array
    path_objective: Array
    path_rms_m: Array


@dataclass(frozen=True)
class PeopleSearch:
    """A policy's search on one skeleton.

    Attributes
    ----------
    tree : SkeletonTree
        Gives precision and device.
    actor : Actor or None
        On the tree's device; None: the least-squares step.
    settings : EnvironmentSettings
    """

    tree: SkeletonTree
    actor: Actor | None
    settings: EnvironmentSettings

    @cached_property
    def environment(self) -> ScalingEnvironment:
        """Of one search after the other; training may reward the truth, which nobody knows here."""
        return ScalingEnvironment(self.tree, replace(self.settings, reward="objective"))

    @property
    def layout(self) -> SegmentLayout:
        """How bodies, markers and parameters belong to segments."""
        return self.environment.layout

    def find(self, people: Sequence[Given]) -> list[Found]:
        """Search for the factors of all people."""
        environment = self.environment
        frames = [one.frames for one in people]
        most = max(len(one.markers_m) for one in frames)
        markers_m = np.full((len(people), most, len(self.tree.markers), 3), np.nan)
        for rows, one in zip(markers_m, frames, strict=True):
            rows[: len(one.markers_m)] = one.markers_m
        tasks = tasks_of(self.tree, tuple(one.subject for one in people), torch.as_tensor(markers_m))
        expected = (tasks.prior_mean @ environment.layout.tie.T).unflatten(1, (-1, 3))
        near = [self._lengthened(poses, most) for poses in poses_of_frames(self.tree, frames, expected)]
        start = Start(tasks.prior_mean, torch.cat(near, dim=1))
        result = search(environment, tasks, self.actor, self.settings.n_steps, start)
        state = result.last if last_counts(self.actor, self.settings) else result.best
        values = state.values.split(most, dim=1)
        paths = [as_array(path) for path in (result.path_log_factors, result.path_objective, result.path_rms_m)]
        return [
            Found(
                people[place],
                tasks.chosen(slice(place, place + 1)),
                expected[place],
                state.log_factors[place],
                values[place],
                float(state.fit.rms_m[place]),
                *(path[place, : n_steps + 1] for path in paths),
            )
            for place, n_steps in enumerate(result.n_steps.tolist())
        ]

    def standard_errors(self, people: Sequence[Found]) -> list[Array]:
        """Of the log factors of each person, shape (n_params,); see `rl_scaling.search.uncertainty`."""
        environment = self.environment
        most = max(one.values.shape[1] for one in people)
        tasks = ScalingTasks.joined([one.tasks for one in people])
        values = torch.cat([self._lengthened(one.values, most) for one in people], dim=1)
        factors = torch.stack([one.log_factors for one in people])
        disturbed, begin = replicas(self.tree, environment.layout, tasks, factors, values)
        path = walk(environment, disturbed, self.actor, REPLICA_STEPS, begin, together=N_REPLICAS)
        again = path.last.log_factors if last_counts(self.actor, self.settings) else environment.best_log_factors
        return list(as_array(again.unflatten(0, (-1, N_REPLICAS)).std(dim=1)))

    def _lengthened(self, poses: Tensor, n_frames: int) -> Tensor:
        """Poses, and the default pose in frames that show nothing."""
        return torch.cat([poses, self.tree.default.unsqueeze(1).expand(-1, n_frames - poses.shape[1])], dim=1)


def last_counts(actor: Actor | None, settings: EnvironmentSettings) -> bool:
    """Whether the last state is the answer, not that of lowest J: where truth was rewarded, which J does not know."""
    return actor is not None and settings.rewards_truth


def as_array(tensor: Tensor) -> Array:
    """Numbers in double precision, on the CPU."""
    return tensor.double().cpu().numpy()
