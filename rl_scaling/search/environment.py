"""The environment of the scaler: many people at once, each step changes their scale factors and refits their poses.

An action is an increment of every segment's three log factors, at most 2.5 % a step as published. Time running out is
no end of the task: a step says ``truncated``, and learners look beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from models.errors import ScalingError
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from rl_scaling.search.measuring import Chunk, Measured, chunks_of_people, joint_errors_m, measured_in_chunks
from rl_scaling.search.objective import MarkerFit, ObjectiveWeights, TruthWeights, objective
from rl_scaling.search.observation import Observation, SegmentLayout, context_numbers
from rl_scaling.search.people_frames import START_TOLERANCE, PeopleFrames
from rl_scaling.tasks.scaling_tasks import ScalingTasks, Truth, joint_bodies, joint_centres_m, segment_lengths_m

RewardName = Literal["objective", "truth", "truth_or_objective"]

MAX_INCREMENT = 0.025
"""Most a factor changes in a step (published)."""

# Errors of the true log factors that critics see, in units of the usual spread.
_LOG_FACTOR_SD = 0.05


@dataclass(frozen=True)
class EnvironmentSettings:
    """Rules of the environment; bounds hold for what is read from files.

    Attributes
    ----------
    n_steps : int
        Length of an episode.
    refit_iterations : int
        Levenberg-Marquardt iterations of the poses in each step; one that raises the error is not taken.
    reward : {'objective', 'truth', 'truth_or_objective'}
        Decrease of J, as published; or decrease of the distance from the truth, which simulation knows; or that where
        it is known, and of J for filmed people. Ten millimetres count as about one in both.
    objective : ObjectiveWeights
    truth : TruthWeights
    """

    n_steps: Annotated[int, Field(gt=0, le=100)] = 12
    refit_iterations: Annotated[int, Field(gt=0, le=20)] = 1
    reward: RewardName = "objective"
    objective: ObjectiveWeights = field(default_factory=ObjectiveWeights)
    truth: TruthWeights = field(default_factory=TruthWeights)

    @property
    def rewards_truth(self) -> bool:
        """Whether the truth is rewarded where it is known."""
        return self.reward != "objective"


@dataclass(frozen=True)
class Transition:
    """What a step led to.

    Attributes
    ----------
    observation : Observation
    reward : Tensor, shape (n_subjects,)
    terminated : Tensor of bool, shape (n_subjects,)
        Never: scaling has no end but the time's.
    truncated : bool
    """

    observation: Observation
    reward: Tensor
    terminated: Tensor
    truncated: bool


@dataclass(frozen=True)
class Start:
    """Where an episode begins instead of at the prior's mean.

    Attributes
    ----------
    log_factors : Tensor, shape (n_subjects, n_params)
    values : Tensor, shape (n_coordinates, n_subjects * n_frames)
        Poses near those that belong to these factors; they are fitted.
    tolerance : float
        Until no coordinate of theirs moves by more than this [rad or m].
    """

    log_factors: Tensor
    values: Tensor
    tolerance: float = START_TOLERANCE


@dataclass(frozen=True)
class State:
    """Where the people of an environment stand.

    Attributes
    ----------
    log_factors : Tensor, shape (n_subjects, n_params)
    values : Tensor, shape (n_coordinates, n_subjects * n_frames)
        Fitted poses.
    fit : MarkerFit
    objective : Tensor, shape (n_subjects,)
    distance : Tensor, shape (n_subjects,)
        From the truth, see `TruthWeights`; NaN where it is not known.
    step : Tensor, shape (n_subjects, n_params)
        Least-squares step of the log factors.
    pose_by_parameter : Tensor
        See `ScaleStep`.
    observation : Observation
    """

    log_factors: Tensor
    values: Tensor
    fit: MarkerFit
    objective: Tensor
    distance: Tensor
    step: Tensor
    pose_by_parameter: Tensor
    observation: Observation


class ScalingEnvironment:
    """Scaling of many people as a decision process; `reset` first.

    Parameters
    ----------
    tree : SkeletonTree
        The generic skeleton; gives dtype and device.
    settings : EnvironmentSettings

    Attributes
    ----------
    layout : SegmentLayout
    frames : PeopleFrames
        What is seen of the people.
    state : State
    best_log_factors : Tensor, shape (n_subjects, n_params)
        Those with the lowest J since the reset.
    best_objective : Tensor, shape (n_subjects,)
    best_values : Tensor, shape (n_coordinates, n_subjects * n_frames)
        Their poses.
    """

    def __init__(self, tree: SkeletonTree, settings: EnvironmentSettings) -> None:
        if settings.objective.total_per_m2 <= 0.0 or settings.objective.prior <= 0.0:
            raise ScalingError(
                "The least-squares step needs a weight of the squared error and of the prior.",
                hint="Give total_per_m2 and prior above zero.",
            )
        self.tree, self.settings = tree, settings
        self.layout = SegmentLayout.of(tree)
        self._low, self._high = np.log(PLAUSIBLE_FACTORS)

    @property
    def action_shape(self) -> tuple[int, int]:
        """Segments and axes of one person's action."""
        return len(self.layout.segments), 3

    @torch.no_grad()
    def reset(self, tasks: ScalingTasks, start: Start | None = None) -> Observation:
        """Begin with people at the mean of their prior, their poses found from the markers alone; or at ``start``.

        Raises
        ------
        ScalingError
            Someone shows three markers of the root body in no frame, or truth is rewarded and not known.
        """
        if self.settings.reward == "truth" and (tasks.truth is None or not tasks.truth.known.all()):
            raise ScalingError(
                "The truth of these people is not known, so it cannot be rewarded.",
                hint="Use synthetic people, or the reward 'objective'.",
            )
        self.tasks, self.n_done = tasks, 0
        self.frames = PeopleFrames.of(self.tree, self.layout, tasks.markers_m)
        self._precision = torch.linalg.inv(tasks.prior_covariance)
        self._chunks = self._split()
        self._moving: Tensor | None = None
        self._moving_chunks = self._chunks
        log_factors = tasks.prior_mean if start is None else start.log_factors
        # Not in chunks: the last iterations are of few frames, whose cost is that of the calls.
        values = (
            self.frames.start(log_factors)
            if start is None
            else self.frames.start(log_factors, start.values, start.tolerance)
        )
        found = self._measured(log_factors, values)
        self._initial: Tensor | None = None
        self._found = found
        self.state = self._state(log_factors, found)
        self.best_log_factors, self.best_objective = self.state.log_factors, self.state.objective
        self.best_values = self.state.values
        return self.state.observation

    @torch.no_grad()
    def step(self, action: Tensor) -> Transition:
        """Change the factors and refit the poses.

        Parameters
        ----------
        action : Tensor, shape (n_subjects, n_segments, 3)
            Between -1 and 1 (cut there): share of the longest increment, `MAX_INCREMENT`.
        """
        before = self.state
        wanted = before.log_factors + np.log1p(MAX_INCREMENT) * action.clamp(-1.0, 1.0).flatten(1)
        log_factors = wanted.clamp(self._low, self._high)
        if self._moving is not None:
            log_factors = before.log_factors.index_copy(0, self._moving, log_factors[self._moving])
        change = log_factors - before.log_factors

        def follow(one: Chunk) -> Measured:
            values = before.values[:, self.frames.places(one.people)]
            start = one.frames.followed(values, before.pose_by_parameter[one.people], change[one.people])
            return one.measured(log_factors[one.people], start, self.settings.refit_iterations)

        found = measured_in_chunks(self._moving_chunks, follow)
        self._found = found if self._moving is None else self._found.with_news(self._moving, found)
        self.n_done += 1
        self.state = self._state(log_factors, self._found)
        better = self.state.objective < self.best_objective
        self.best_log_factors = torch.where(better.unsqueeze(1), log_factors, self.best_log_factors)
        self.best_objective = torch.where(better, self.state.objective, self.best_objective)
        of_frames = better.repeat_interleave(self.frames.n_frames)
        self.best_values = torch.where(of_frames, self.state.values, self.best_values)
        gained = before.objective - self.state.objective
        if self.settings.rewards_truth:
            gained = torch.where(self.state.distance.isnan(), gained, before.distance - self.state.distance)
        return Transition(
            self.state.observation,
            gained,
            torch.zeros_like(better),
            self.n_done >= self.settings.n_steps,
        )

    def rest(self, people: Tensor) -> None:
        """Leave people where they are, whatever the action, until the next reset; shape (n_subjects,) of bool."""
        self._moving = (~people).nonzero().flatten()
        self._moving_chunks = self._split(self._moving)

    @torch.no_grad()
    def best_state(self) -> State:
        """What a scaler returns: the state with the lowest J since the reset, each person's own."""
        return self._state(self.best_log_factors, self._measured(self.best_log_factors, self.best_values))

    def least_squares_action(self) -> Tensor:
        """The damped least-squares step as an action, shape (n_subjects, n_segments, 3)."""
        return (self.state.step / np.log1p(MAX_INCREMENT)).clamp(-1.0, 1.0).unflatten(1, self.action_shape)

    def errors_m(self, log_factors: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Mean error of joint centres and of segment lengths [m], each shape (n_subjects,).

        Parameters
        ----------
        log_factors : Tensor, shape (n_subjects, n_params)
        values : Tensor, shape (n_coordinates, n_subjects * n_frames)

        Raises
        ------
        ScalingError
            The truth is not known.
        """
        truth = self.tasks.known_truth
        scales = (log_factors @ self.layout.tie.T).unflatten(1, (-1, 3))
        poses = values.T.unflatten(0, self.frames.shares.shape)
        centres_m = joint_centres_m(self.tree, poses, scales[:, None])
        return joint_errors_m(centres_m, truth, self.frames.shares), self._length_errors_m(log_factors, truth)

    def _split(self, moving: Tensor | None = None) -> list[Chunk]:
        """The people in chunks, or some of them."""
        weights = self.settings.objective
        precision = weights.prior / weights.total_per_m2 * self._precision
        joints = torch.tensor(joint_bodies(self.tree), device=self.tree.default.device) + 1
        longest = float(np.log1p(MAX_INCREMENT))
        n_people = len(self.tasks) if moving is None else len(moving)
        some = [
            chunk if moving is None else moving[chunk]
            for chunk in chunks_of_people(n_people, self.frames.n_frames, joints.device)
        ]
        return [
            Chunk(people, self.frames.chosen(people), self.tasks.chosen(people), precision[people], longest, joints)
            for people in some
        ]

    def _measured(self, log_factors: Tensor, values: Tensor) -> Measured:
        """Measure in these poses."""
        return measured_in_chunks(
            self._chunks,
            lambda one: one.measured(log_factors[one.people], values[:, self.frames.places(one.people)], 0),
        )

    def _state(self, log_factors: Tensor, found: Measured) -> State:
        """What was measured, as a state: with what it is worth, and what policies and critics see."""
        tasks = self.tasks
        value = objective(found.fit, log_factors, tasks.prior_mean, self._precision, self.settings.objective)
        self._initial = value if self._initial is None else self._initial
        distance = self._distance(log_factors, found)
        privileged = [self._initial.unsqueeze(1)]
        if self.settings.rewards_truth:
            # Where the truth is not known critics see zeros: nobody who is simulated is that near to it.
            true = torch.full_like(log_factors, torch.nan) if tasks.truth is None else tasks.truth.log_factors
            privileged += [((log_factors - true) / _LOG_FACTOR_SD).nan_to_num(), distance.nan_to_num().unsqueeze(1)]
        over = torch.full_like(value, self.n_done / self.settings.n_steps)
        observation = Observation(
            found.tokens, context_numbers(tasks.person, over, value, found.fit), torch.cat(privileged, dim=1)
        )
        return State(
            log_factors, found.values.T, found.fit, value, distance, found.step, found.pose_by_parameter, observation
        )

    def _distance(self, log_factors: Tensor, found: Measured) -> Tensor:
        """Distance from the truth, shape (n_subjects,)."""
        truth, weights = self.tasks.truth, self.settings.truth
        if truth is None:
            return torch.full_like(found.max_m, torch.nan)
        lengths_m = self._length_errors_m(log_factors, truth)
        return (
            weights.joints_per_m * found.joints_m + weights.lengths_per_m * lengths_m + weights.max_per_m * found.max_m
        )

    def _length_errors_m(self, log_factors: Tensor, truth: Truth) -> Tensor:
        scales = (log_factors @ self.layout.tie.T).unflatten(1, (-1, 3))
        return (segment_lengths_m(self.tree, scales) - truth.lengths_m).abs().mean(dim=1)
