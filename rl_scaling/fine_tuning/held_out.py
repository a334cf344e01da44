"""Which filmed people a policy is judged on: never trained on, and on movements that the scaler is not given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import MarkerDataError, ScalingError, SettingsError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton.kinematics import SkeletonTree
from models.subject import Subject
from rl_scaling.tasks.clip_tasks import FilmedPerson
from rl_scaling.tasks.clips import MarkerClip
from rl_scaling.tasks.scaling_frames import choose_frames
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of

Array = NDArray[np.float64]

FEWEST = 5
"""People to be held out, and people to train on, at least: of fewer an interval says nothing."""


@dataclass(frozen=True)
class Judged:
    """One person's frames: what a scaler is given, as in an assessment, and what is kept back.

    Attributes
    ----------
    subject : Subject
    given_m, unseen_m : ndarray, shape (n_frames, n_markers, 3)
        The standing pose first in what is given; NaN where not seen.
    """

    subject: Subject
    given_m: Array
    unseen_m: Array


def split_people(
    tree: SkeletonTree, people: Sequence[FilmedPerson], clips: Sequence[MarkerClip], share: float
) -> tuple[tuple[FilmedPerson, ...], tuple[Judged, ...]]:
    """Split people, not clips, into those to train on and those held out.

    People are put in the order of the SHA-256 of their random name, and the first of those who have a movement to keep
    back are held out: the share that is asked for, and at least `FEWEST`.

    Raises
    ------
    SettingsError
        There are too few people.
    """
    judged: dict[str, Judged] = {}
    wanted = max(FEWEST, round(share * len(people)))
    if len(people) < 2 * FEWEST:
        raise SettingsError(
            f"{_counted(len(people))} can be used, and {2 * FEWEST} are needed: {FEWEST} to train on, {FEWEST} to be "
            "held out.",
            hint="Export more participants with `python -m assessment export-markers`.",
        )
    for one in sorted(people, key=lambda one: _hash(one.person)):
        if len(judged) < wanted:
            found = _judged(tree, one, [clip for clip in clips if clip.person == one.person])
            judged |= {} if found is None else {one.person: found}
    if len(judged) < wanted or len(people) - wanted < FEWEST:
        raise SettingsError(
            f"{wanted} of {_counted(len(people))} cannot be held out: {len(judged)} have a movement to be judged on, "
            f"and {FEWEST} must be left to train on.",
            hint="Export movements beside the neutral trials, of more participants, or give another --hold-out.",
        )
    return tuple(one for one in people if one.person not in judged), tuple(judged.values())


def given_tasks(tree: SkeletonTree, people: Sequence[Judged]) -> ScalingTasks:
    """What a scaler is given of the people."""
    return _tasks(tree, people, [one.given_m for one in people])


def standing_tasks(tree: SkeletonTree, people: Sequence[Judged]) -> ScalingTasks:
    """Their standing poses alone."""
    return _tasks(tree, people, [one.given_m[:1] for one in people])


def unseen_tasks(tree: SkeletonTree, people: Sequence[Judged]) -> ScalingTasks:
    """Frames of the movement that the scaler is not given."""
    return _tasks(tree, people, [one.unseen_m for one in people])


def _judged(tree: SkeletonTree, person: FilmedPerson, clips: Sequence[MarkerClip]) -> Judged | None:
    """Keep one movement back, any of them alike; the second half where there is only one. None: nobody moves."""
    static = next(clip for clip in clips if clip.static)
    movements = [_trajectories(clip) for clip in clips if not clip.static]
    if len(movements) == 1:
        half = movements[0].n_frames // 2
        movements = [movements[0].frames(0, half), movements[0].frames(half, movements[0].n_frames)]
        unseen = 1
    else:
        unseen = int(_hash(person.person), 16) % max(len(movements), 1)
    given = ScalingMarkers(_trajectories(static), tuple(movements[:unseen] + movements[unseen + 1 :]))
    try:
        unseen_m = choose_frames(tree, ScalingMarkers(None, tuple(movements[unseen : unseen + 1]))).markers_m
    except (MarkerDataError, ScalingError):
        # Nothing that moves, or no pelvis in it.
        return None
    return Judged(person.subject, choose_frames(tree, given).markers_m, unseen_m)


def _trajectories(clip: MarkerClip) -> MarkerTrajectories:
    return MarkerTrajectories(clip.names, clip.positions_m, np.arange(len(clip.positions_m)) / clip.rate_hz)


def _tasks(tree: SkeletonTree, people: Sequence[Judged], frames_m: Sequence[Array]) -> ScalingTasks:
    """Everybody with as many frames as the one who has most: who has fewer shows nothing in the others."""
    markers_m = np.full((len(people), max(map(len, frames_m)), len(tree.markers), 3), np.nan)
    for row, own_m in zip(markers_m, frames_m, strict=True):
        row[: len(own_m)] = own_m
    return tasks_of(tree, tuple(one.subject for one in people), torch.as_tensor(markers_m))


def _hash(person: str) -> str:
    return hashlib.sha256(person.encode()).hexdigest()


def _counted(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"
