"""The environment of the scaler: many people at once, each step changes their scale factors and refits their poses.

An action is an increment of every segment's three log factors, at most 2.5 % a step as published. Time running out is
no end of the task: a step says ``truncated``, and learners look beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from models.errors import ScalingError
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import COLD, WARM, minimise
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_fit import pose_problem
from models.skeleton.pose_start import Root
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS
from rl_scaling.objective import MarkerFit, ObjectiveWeights, TruthWeights, marker_fit, objective
from rl_scaling.observation import Fitted, Observation, SegmentLayout, context_numbers, segment_tokens
from rl_scaling.scale_equations import scale_step
from rl_scaling.scaling_tasks import ScalingTasks, joint_centres_m, segment_lengths_m

RewardName = Literal["objective", "truth"]

MAX_INCREMENT = 0.025
"""Most a factor changes in a step (published)."""

_COLD_ITERATIONS, _COLD_TOLERANCE, _START_TOLERANCE = 40, 1e-3, 1e-5
# The predicted change of a pose is followed as far as the model is nearly linear [rad or m].
_LONGEST_IN_POSE = 0.3
# Errors of the true log factors that critics see, in units of the usual spread.
_LOG_FACTOR_SD = 0.05


@dataclass(frozen=True)
class EnvironmentSettings:
    """Rules of the environment.

    Attributes
    ----------
    n_steps : int
        Length of an episode.
    refit_iterations : int
        Levenberg-Marquardt iterations of the poses in each step; one that raises the error is not taken.
    reward : {'objective', 'truth'}
        Decrease of J, as published; or decrease of the distance from the truth, which simulation knows.
    objective : ObjectiveWeights
    truth : TruthWeights
    """

    n_steps: int = 12
    refit_iterations: int = 1
    reward: RewardName = "objective"
    objective: ObjectiveWeights = field(default_factory=ObjectiveWeights)
    truth: TruthWeights = field(default_factory=TruthWeights)


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
    """

    log_factors: Tensor
    values: Tensor


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
        self._root = Root.of(tree, torch.ones_like(tree.marker_lever[:, 0, 0]))
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
        if self.settings.reward == "truth" and tasks.truth is None:
            raise ScalingError(
                "The truth of these people is not known, so it cannot be rewarded.",
                hint="Use synthetic people, or the reward 'objective'.",
            )
        self.tasks, self.n_done = tasks, 0
        self._precision = torch.linalg.inv(tasks.prior_covariance)
        self._seen = self._usable(tasks.markers_m)
        used = self._seen.any(dim=2).to(self.tree.default)
        if not bool((used.sum(dim=1) > 0).all()):
            raise ScalingError(
                "No frame shows three markers of the pelvis together.",
                hint="Check the marker names; the pose of a person is found from the pelvis outwards.",
            )
        self._shares = used / used.sum(dim=1, keepdim=True)
        markers_m = tasks.markers_m.masked_fill(~self._seen.unsqueeze(-1), torch.nan).flatten(0, 1)
        self._problem = pose_problem(self.tree, markers_m, self.tree.default.new_ones(len(self.tree.markers)))
        self._measured_m = markers_m.nan_to_num().unflatten(0, self._seen.shape[:2])
        log_factors = tasks.prior_mean if start is None else start.log_factors
        problem = self._at_factors(log_factors)
        values = self._cold_poses(problem) if start is None else start.values
        values = minimise(problem, values, damping=WARM, tolerance=_START_TOLERANCE).values
        self._initial: Tensor | None = None
        self.state = self._measured(log_factors, values, problem)
        self.best_log_factors, self.best_objective = self.state.log_factors, self.state.objective
        self.best_values = values
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
        problem = self._at_factors(log_factors)
        start = self._followed(before, log_factors - before.log_factors)
        values = minimise(
            problem, start, damping=WARM, tolerance=0.0, max_iterations=self.settings.refit_iterations
        ).values
        self.n_done += 1
        self.state = self._measured(log_factors, values, problem)
        better = self.state.objective < self.best_objective
        self.best_log_factors = torch.where(better.unsqueeze(1), log_factors, self.best_log_factors)
        self.best_objective = torch.where(better, self.state.objective, self.best_objective)
        of_frames = better.repeat_interleave(self._seen.shape[1])
        self.best_values = torch.where(of_frames, values, self.best_values)
        of_truth = self.settings.reward == "truth"
        old, new = (one.distance if of_truth else one.objective for one in (before, self.state))
        return Transition(
            self.state.observation,
            old - new,
            torch.zeros_like(better),
            self.n_done >= self.settings.n_steps,
        )

    @torch.no_grad()
    def best_state(self) -> State:
        """What a scaler returns: the state with the lowest J since the reset, each person's own."""
        return self._measured(self.best_log_factors, self.best_values, self._at_factors(self.best_log_factors))

    def least_squares_action(self) -> Tensor:
        """The damped least-squares step as an action, shape (n_subjects, n_segments, 3)."""
        return (self.state.step / np.log1p(MAX_INCREMENT)).clamp(-1.0, 1.0).unflatten(1, self.action_shape)

    def _cold_poses(self, problem: PoseProblem) -> Tensor:
        """Poses found from the markers alone, frame by frame."""
        laid = self._root.lay_onto(self.tree, problem.offsets, problem.measured_m, problem.weights)
        return minimise(
            problem,
            torch.nan_to_num(laid),
            damping=COLD,
            tolerance=_COLD_TOLERANCE,
            max_iterations=_COLD_ITERATIONS,
        ).values

    def _usable(self, markers_m: Tensor) -> Tensor:
        """Markers that are seen, in frames that show the root body."""
        seen = markers_m.isfinite().all(dim=-1)
        rooted = self._root.seen(seen.flatten(0, 1).T.to(self.tree.default)).unflatten(0, seen.shape[:2])
        return seen & rooted.unsqueeze(2)

    def _at_factors(self, log_factors: Tensor) -> PoseProblem:
        """The pose problem of all frames with these factors."""
        scales = (log_factors @ self.layout.tie.T).unflatten(1, (-1, 3))
        of_frames = scales.repeat_interleave(self._seen.shape[1], dim=0)
        return replace(self._problem, offsets=self.tree.offsets(of_frames.permute(1, 2, 0)))

    def _followed(self, before: State, change: Tensor) -> Tensor:
        """Poses that follow a change of the factors to first order."""
        of_pose = torch.einsum("nfcp,np->nfc", before.pose_by_parameter, change).flatten(0, 1).T
        of_pose = of_pose.clamp(-_LONGEST_IN_POSE, _LONGEST_IN_POSE)
        active = self._problem.active
        return before.values.index_copy(0, active, before.values[active] + of_pose)

    def _measured(self, log_factors: Tensor, values: Tensor, problem: PoseProblem) -> State:
        """Errors, step and observation at these factors and poses."""
        tasks, weights = self.tasks, self.settings.objective
        in_m2 = weights.prior / weights.total_per_m2
        found = scale_step(
            problem, values, log_factors, self.layout.tie, self._shares, tasks.prior_mean, in_m2 * self._precision
        )
        sd = tasks.prior_covariance.diagonal(dim1=1, dim2=2).sqrt()
        fitted = Fitted(
            found.pose,
            self._measured_m,
            self._seen,
            log_factors,
            (log_factors - tasks.prior_mean) / sd,
            found.observed,
            found.step / np.log1p(MAX_INCREMENT),
        )
        fit = marker_fit(fitted.residuals_m, self._seen)
        value = objective(fit, log_factors, tasks.prior_mean, self._precision, weights)
        self._initial = value if self._initial is None else self._initial
        distance = self._distance(log_factors, values, fit)
        privileged = [self._initial.unsqueeze(1)]
        if tasks.truth is not None and self.settings.reward == "truth":
            privileged += [(log_factors - tasks.truth.log_factors) / _LOG_FACTOR_SD, distance.unsqueeze(1)]
        over = torch.full_like(value, self.n_done / self.settings.n_steps)
        seen_by_policy = Observation(
            segment_tokens(self.tree, self.layout, fitted),
            context_numbers(tasks.person, over, value, fit),
            torch.cat(privileged, dim=1),
        )
        return State(log_factors, values, fit, value, distance, found.step, found.pose_by_parameter, seen_by_policy)

    def _distance(self, log_factors: Tensor, values: Tensor, fit: MarkerFit) -> Tensor:
        """Distance from the truth, shape (n_subjects,)."""
        truth, weights = self.tasks.truth, self.settings.truth
        if truth is None:
            return torch.full_like(fit.max_m, torch.nan)
        joints, lengths = self.errors_m(log_factors, values)
        return weights.joints_per_m * joints + weights.lengths_per_m * lengths + weights.max_per_m * fit.max_m

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
        truth = self.tasks.truth
        if truth is None:
            raise ScalingError("The truth of these people is not known.", hint="Use synthetic people.")
        scales = (log_factors @ self.layout.tie.T).unflatten(1, (-1, 3))
        poses = values.T.unflatten(0, self._seen.shape[:2])
        apart = (joint_centres_m(self.tree, poses, scales[:, None]) - truth.joints_m).norm(dim=-1).mean(dim=2)
        lengths = (segment_lengths_m(self.tree, scales) - truth.lengths_m).abs().mean(dim=1)
        return (self._shares * apart).sum(dim=1), lengths
