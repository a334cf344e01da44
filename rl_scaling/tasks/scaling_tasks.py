"""What a scaler is given: markers of a standing pose and of frames of movement, and what is known of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from models.errors import ScalingError
from models.skeleton.kinematics import SkeletonTree
from models.subject import Subject
from rl_scaling.people.anthropometry import prior
from rl_scaling.people.movements import MovementName
from rl_scaling.people.subjects import SyntheticPeople, in_room

STATIC: MovementName = "standing"

# What the numbers of a person are centred on and divided by, so that a network sees values near one: the generic
# skeleton's height and mass, about the spread of adults, and ages of adults.
_HEIGHT_M, _LOG_HEIGHT_SD = 1.70, 0.06
_MASS_KG, _LOG_MASS_SD = 75.0, 0.2
_AGE_YEARS, _AGE_SD_YEARS = 55.0, 20.0
PERSON = ("log_height", "log_mass", "sex", "age", "age_known")
"""Columns of `ScalingTasks.person`."""


@dataclass(frozen=True)
class Truth:
    """What only simulation knows; NaN of filmed people.

    Attributes
    ----------
    log_factors : Tensor, shape (n_subjects, n_params)
    joints_m : Tensor, shape (n_subjects, n_frames, n_joints, 3)
        Joint centres in the recording's ground, see `joint_bodies`.
    lengths_m : Tensor, shape (n_subjects, n_joints)
        See `segment_lengths_m`.
    """

    log_factors: Tensor
    joints_m: Tensor
    lengths_m: Tensor

    @property
    def known(self) -> Tensor:
        """Of whom it is known, bool, shape (n_subjects,)."""
        return self.lengths_m.isfinite().all(dim=1)


@dataclass(frozen=True)
class ScalingTasks:
    """Many people to be scaled at once.

    Attributes
    ----------
    markers_m : Tensor, shape (n_subjects, n_frames, n_markers, 3)
        Of the tree's markers, in its order; the first frame is the standing pose; NaN where not seen.
    person : Tensor, shape (n_subjects, 5)
        Standardised, columns `PERSON`; age 0 where it is not known.
    prior_mean : Tensor, shape (n_subjects, n_params)
    prior_covariance : Tensor, shape (n_subjects, n_params, n_params)
        Of the log factors, see `rl_scaling.people.anthropometry`.
    truth : Truth or None
    """

    markers_m: Tensor
    person: Tensor
    prior_mean: Tensor
    prior_covariance: Tensor
    truth: Truth | None = None

    @classmethod
    def joined(cls, people: Sequence[ScalingTasks]) -> ScalingTasks:
        """People side by side, of whom nobody's truth is known; frames that some do not have show nothing there."""
        most = max(one.markers_m.shape[1] for one in people)
        missing = [most - one.markers_m.shape[1] for one in people]
        return cls(
            torch.cat(
                [
                    pad(one.markers_m, (0, 0, 0, 0, 0, n), value=torch.nan)
                    for one, n in zip(people, missing, strict=True)
                ]
            ),
            torch.cat([one.person for one in people]),
            torch.cat([one.prior_mean for one in people]),
            torch.cat([one.prior_covariance for one in people]),
        )

    def __len__(self) -> int:
        return len(self.markers_m)

    @property
    def known_truth(self) -> Truth:
        """The truth, for work that is of no use without.

        Raises
        ------
        ScalingError
            It is not known.
        """
        if self.truth is None:
            raise ScalingError("The truth of these people is not known.", hint="Use synthetic people.")
        return self.truth

    def chosen(self, places: Tensor | slice) -> ScalingTasks:
        """Some of the people."""
        truth = self.truth and Truth(*(one[places] for one in vars(self.truth).values()))
        return ScalingTasks(
            self.markers_m[places],
            self.person[places],
            self.prior_mean[places],
            self.prior_covariance[places],
            truth,
        )


def tasks_of(tree: SkeletonTree, subjects: tuple[Subject, ...], markers_m: Tensor) -> ScalingTasks:
    """State the tasks of real people.

    Parameters
    ----------
    tree : SkeletonTree
        Gives dtype and device.
    subjects : tuple of Subject
    markers_m : Tensor, shape (n_subjects, n_frames, n_markers, 3)

    Raises
    ------
    ScalingError
        The markers are not those of the tree, or not of as many people.
    """
    expected = (len(subjects), markers_m.shape[1], len(tree.markers), 3)
    if markers_m.shape != expected:
        raise ScalingError(
            f"Markers have shape {tuple(markers_m.shape)}, expected {expected}.",
            hint="One row for every person, frame and marker of the skeleton; NaN where a marker is not seen.",
        )
    known = [prior(subject) for subject in subjects]
    return ScalingTasks(
        markers_m.to(tree.default),
        _like(tree, np.array([_numbers(subject) for subject in subjects])),
        _like(tree, np.array([one.mean_log for one in known])),
        _like(tree, np.array([one.covariance for one in known])),
    )


def tasks_of_synthetic(
    tree: SkeletonTree, people: SyntheticPeople, frames_per_movement: int, generator: np.random.Generator
) -> ScalingTasks:
    """Turn synthetic recordings into tasks with known truth.

    The standing pose is the mean over its recording; of every other movement as many frames as asked are drawn, each
    person their own.

    Raises
    ------
    ScalingError
        There is no recording of standing, or a recording is too short.
    """
    recordings = people.recordings
    if STATIC not in recordings:
        raise ScalingError("The people were not recorded standing.", hint=f"Recorded: {', '.join(recordings)}.")
    standing = recordings[STATIC]
    markers_m, values = [standing.measured_m.nanmean(dim=1, keepdim=True)], [standing.values.mean(dim=1, keepdim=True)]
    n = len(people.people)
    for name, recording in recordings.items():
        if name == STATIC:
            continue
        n_frames = recording.values.shape[1]
        if n_frames < frames_per_movement:
            raise ScalingError(
                f"A recording of {n_frames} frames is too short.", hint=f"{frames_per_movement} frames are drawn of it."
            )
        drawn = np.array([generator.permutation(n_frames)[:frames_per_movement] for _ in range(n)])
        rows, columns = torch.arange(n)[:, None], torch.as_tensor(np.sort(drawn, axis=1))
        markers_m.append(recording.measured_m[rows, columns])
        values.append(recording.values[rows, columns])
    joints_m = in_room(
        joint_centres_m(tree, torch.cat(values, 1), people.log_scales[:, None]),
        people.heading_rad,
        people.floor_m,
    )
    tasks = tasks_of(tree, tuple(person.subject for person in people.people), torch.cat(markers_m, 1))
    truth = Truth(people.log_factors, joints_m, segment_lengths_m(tree, people.log_scales))
    return ScalingTasks(tasks.markers_m, tasks.person, tasks.prior_mean, tasks.prior_covariance, truth)


def joint_bodies(tree: SkeletonTree) -> tuple[int, ...]:
    """Bodies whose origin counts as a joint centre: all but the one that moves freely in ground."""
    return tuple(body for body, parent in enumerate(tree.parents) if parent >= 0)


def joint_centres_m(tree: SkeletonTree, values: Tensor, log_scales: Tensor) -> Tensor:
    """Joint centres in ground, shape (*batch, n_joints, 3): the origins of `joint_bodies`."""
    return tree.body_frames(values, log_scales)[1][..., list(joint_bodies(tree)), :]


def segment_lengths_m(tree: SkeletonTree, log_scales: Tensor) -> Tensor:
    """Distance of each joint centre from that of its body's parent in the default pose, shape (*batch, n_joints)."""
    values = tree.default.expand(*log_scales.shape[:-2], -1)
    origins = tree.body_frames(values, log_scales)[1]
    bodies = joint_bodies(tree)
    above = [tree.parents[body] for body in bodies]
    return (origins[..., list(bodies), :] - origins[..., above, :]).norm(dim=-1)


def _numbers(subject: Subject) -> NDArray[np.float64]:
    known = subject.age_years is not None
    return np.array(
        [
            np.log(subject.height_m / _HEIGHT_M) / _LOG_HEIGHT_SD,
            np.log(subject.mass_kg / _MASS_KG) / _LOG_MASS_SD,
            {"f": 1.0, "m": -1.0, "unspecified": 0.0}[subject.sex],
            0.0 if subject.age_years is None else (subject.age_years - _AGE_YEARS) / _AGE_SD_YEARS,
            float(known),
        ]
    )


def _like(tree: SkeletonTree, numbers: NDArray[np.float64]) -> Tensor:
    return torch.as_tensor(numbers).to(tree.default)
