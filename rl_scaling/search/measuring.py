"""What is known of people in given poses: errors, least-squares step, tokens. Worked out for a chunk of people at once.

A chunk's numbers stay in the processor's cache; on a GPU one chunk holds as many frames as its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from models.skeleton.kinematics import Kinematic
from models.skeleton.pose_refit import refit
from rl_scaling.search.objective import MarkerFit, marker_fit
from rl_scaling.search.observation import Fitted, segment_tokens
from rl_scaling.search.people_frames import PeopleFrames
from rl_scaling.search.scale_equations import scale_step
from rl_scaling.tasks.scaling_tasks import ScalingTasks, Truth

# Frames of a chunk.
_FRAMES_ON_CPU, _FRAMES_ON_GPU = 256, 2**17


class Measured(NamedTuple):
    """What is known of people in their poses.

    Attributes
    ----------
    values : Tensor, shape (n_subjects * n_frames, n_coordinates)
    total_m2, rms_m, max_m : Tensor, shape (n_subjects,)
        See `MarkerFit`.
    joints_m : Tensor, shape (n_subjects,)
        Mean error of joint centres; NaN where the truth is not known.
    step : Tensor, shape (n_subjects, n_params)
        Least-squares step of the log factors.
    pose_by_parameter : Tensor, shape (n_subjects, n_frames, n_active, n_params)
        See `ScaleStep`.
    tokens : Tensor, shape (n_subjects, n_segments, n_features)
    """

    values: Tensor
    total_m2: Tensor
    rms_m: Tensor
    max_m: Tensor
    joints_m: Tensor
    step: Tensor
    pose_by_parameter: Tensor
    tokens: Tensor

    @property
    def fit(self) -> MarkerFit:
        """Marker errors."""
        return MarkerFit(self.total_m2, self.rms_m, self.max_m)

    @classmethod
    def joined(cls, parts: list[Measured]) -> Measured:
        """Chunk after chunk."""
        return parts[0] if len(parts) == 1 else cls(*(torch.cat(column) for column in zip(*parts, strict=True)))

    def with_news(self, people: Tensor, news: Measured) -> Measured:
        """The same, but for some people, of whom there are news; shape (n_people,), their places among all."""
        n_subjects = len(self.rms_m)
        parts = []
        for old, new in zip(self, news, strict=True):
            by_person = old.unflatten(0, (n_subjects, -1))
            parts.append(by_person.index_copy(0, people, new.unflatten(0, (len(people), -1))).flatten(0, 1))
        return Measured(*parts)


@dataclass(frozen=True)
class Chunk:
    """Some of the people, side by side.

    Attributes
    ----------
    people : slice or Tensor of int
        Their places among all.
    frames : PeopleFrames
    tasks : ScalingTasks
    precision : Tensor, shape (n_subjects, n_params, n_params)
        Of the prior, in the unit of the marker cost [m^2].
    longest : float
        The longest action as a change of log factors; the unit of the step in tokens.
    joints : Tensor of int, shape (n_joints,)
        Frames of the bodies whose origins are joint centres.
    """

    people: slice | Tensor
    frames: PeopleFrames
    tasks: ScalingTasks
    precision: Tensor
    longest: float
    joints: Tensor

    def measured(self, log_factors: Tensor, start: Tensor, n_iterations: int) -> Measured:
        """Refit poses at these factors, and measure.

        Parameters
        ----------
        log_factors : Tensor, shape (n_subjects, n_params)
        start : Tensor, shape (n_coordinates, n_subjects * n_frames)
        n_iterations : int
        """
        frames, tasks = self.frames, self.tasks
        problem = frames.at_factors(log_factors)
        posed = refit(problem, start, n_iterations)
        apart = log_factors - tasks.prior_mean
        found = scale_step(problem, posed, log_factors, frames.scales, frames.shares, tasks.prior_mean, self.precision)
        fitted = Fitted(
            posed.pose,
            problem.measured_m,
            problem.weights,
            log_factors,
            apart / tasks.prior_covariance.diagonal(dim1=1, dim2=2).sqrt(),
            found.observed,
            found.step / self.longest,
        )
        by_person = (len(frames), frames.n_frames)
        residuals_m = fitted.residuals_m.permute(2, 0, 1).unflatten(0, by_person)
        fit = marker_fit(residuals_m, problem.weights.T.unflatten(0, by_person) > 0)
        return Measured(
            posed.values.T,
            fit.total_m2,
            fit.rms_m,
            fit.max_m,
            self._joint_errors_m(posed.pose, tasks.truth),
            found.step,
            found.pose_by_parameter,
            segment_tokens(problem.tree, frames.layout, fitted),
        )

    def _joint_errors_m(self, pose: Kinematic, truth: Truth | None) -> Tensor:
        shares = self.frames.shares
        if truth is None:
            return torch.full_like(shares[:, 0], torch.nan)
        centres_m = pose.origins[self.joints].permute(2, 0, 1).unflatten(0, shares.shape)
        return joint_errors_m(centres_m, truth, shares)


def measured_in_chunks(chunks: list[Chunk], work: Callable[[Chunk], Measured]) -> Measured:
    """Do a work on each chunk, as many at once as torch has threads; the result does not depend on their number.

    A chunk is too small to be worth sharing among threads operation by operation.
    """
    n_threads = min(torch.get_num_threads(), len(chunks))
    if n_threads == 1 or chunks[0].precision.device.type != "cpu":
        return Measured.joined([work(chunk) for chunk in chunks])
    before = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(n_threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            # Whether gradients are kept is each thread's own.
            return Measured.joined(list(pool.map(torch.no_grad()(work), chunks)))
    finally:
        # Part of torch's setting is the whole process's.
        torch.set_num_threads(before)


def joint_errors_m(centres_m: Tensor, truth: Truth, shares: Tensor) -> Tensor:
    """Mean error of joint centres, (n_subjects, n_frames, n_joints, 3), over joints and frames: (n_subjects,) [m]."""
    return (shares * (centres_m - truth.joints_m).norm(dim=-1).mean(dim=2)).sum(dim=1)


def chunks_of_people(n_people: int, n_frames: int, device: torch.device) -> list[slice]:
    """Chunks of people of so many frames each."""
    most = _FRAMES_ON_CPU if device.type == "cpu" else _FRAMES_ON_GPU
    size = max(1, most // n_frames)
    return [slice(start, min(start + size, n_people)) for start in range(0, n_people, size)]
