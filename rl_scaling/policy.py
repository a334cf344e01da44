"""Scale a person with a learned policy, or with the least-squares step alone: factors, how sure they are, and why."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import SettingsError
from models.markers import ScalingMarkers
from models.policy_folders import ABOUT_FILE, POLICY_FILE, folder_of, policy_names
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS, ScaleFactors
from models.skeleton.tables import read_skeleton
from models.subject import Subject
from rl_scaling.anthropometry import parameters, ties
from rl_scaling.checkpoint import load_policy, not_accepted
from rl_scaling.environment import EnvironmentSettings, ScalingEnvironment, Start, State
from rl_scaling.experiment import Experiment
from rl_scaling.networks import Actor
from rl_scaling.scaling_checks import (
    POOR_FIT_M,
    RUINED_FIT_M,
    check_count,
    check_fit,
    check_height,
    check_person,
    check_sides,
)
from rl_scaling.scaling_frames import N_FRAMES, ScalingFrames, choose_frames, poses_of_frames
from rl_scaling.scaling_tasks import ScalingTasks, tasks_of
from rl_scaling.search import MOST_STEPS, SearchResult, search
from rl_scaling.uncertainty import REPLICA_STEPS, replicas
from rl_scaling.verdicts import Verdict, notes_on, verdict

Array = NDArray[np.float64]

OPTIMISER = "optimiser"

# Of the name of a policy in a message, which is not drowned by a name that is no name.
_MOST_SHOWN = 200


@dataclass(frozen=True)
class PolicyScaling:
    """A person's scale factors, and all that is to be said of them.

    Attributes
    ----------
    factors : ScaleFactors
        Of every body; never outside `PLAUSIBLE_FACTORS`.
    parameters : tuple of str
        ``segment_axis``; left and right share one.
    log_factors : ndarray, shape (n_params,)
    standard_errors_log : ndarray, shape (n_params,)
        See `rl_scaling.uncertainty`.
    path_log_factors : ndarray, shape (n_steps + 1, n_params)
        How the search went.
    path_objective, path_rms_m : ndarray, shape (n_steps + 1,)
        What the search lowers, and the marker errors on its way.
    verdicts : tuple of Verdict
        One a parameter.
    """

    factors: ScaleFactors
    parameters: tuple[str, ...]
    log_factors: Array
    standard_errors_log: Array
    path_log_factors: Array
    path_objective: Array
    path_rms_m: Array
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class _Found:
    """One search: what it was given, where it ended, and the log scales (n_bodies, 3) expected of the person."""

    frames: ScalingFrames
    environment: ScalingEnvironment
    tasks: ScalingTasks
    expected: torch.Tensor
    result: SearchResult
    state: State

    @property
    def rms_m(self) -> float:
        return float(self.state.fit.rms_m)


@dataclass(frozen=True)
class ScalingPolicy:
    """A search for scale factors; see `load` and `optimiser`.

    Attributes
    ----------
    name : str
    version : str
        Beginning of the SHA-256 of the policy's file; ``1`` of the optimiser.
    actor : Actor or None
        None: the least-squares step.
    settings : EnvironmentSettings
        Those that the policy was trained in.
    n_frames : int
        Frames of movement that it is given.
    """

    name: str
    version: str
    actor: Actor | None
    settings: EnvironmentSettings
    n_frames: int = N_FRAMES

    @classmethod
    def optimiser(cls) -> ScalingPolicy:
        """Return the search that takes the least-squares step itself."""
        return cls(OPTIMISER, "1", None, EnvironmentSettings(n_steps=MOST_STEPS))

    @classmethod
    def load(cls, policy: str | Path) -> ScalingPolicy:
        """Read a policy.

        Parameters
        ----------
        policy : str or Path
            Name of a shipped or registered one, or a policy.safetensors with its policy.json beside it, or their
            folder.

        Raises
        ------
        SettingsError
            There is none, or its files are not those of a policy.
        """
        path, about = files_of(policy)
        n_segments = len(parameters()) // 3
        actor, _ = load_policy(path, torch.ones(n_segments, 3, dtype=torch.bool))
        try:
            experiment = Experiment.model_validate(json.loads(about.read_text("utf-8"))["experiment"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as reason:
            raise SettingsError(
                f"The file does not say how the policy was trained{not_accepted(reason)}.",
                hint=f"It must be the one that training wrote beside {POLICY_FILE}.",
                file=about.name,
            ) from reason
        version = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        # Resolved: a path from within its own folder does not tell the folder's name.
        return cls(path.resolve().parent.name, version, actor.eval(), experiment.environment)

    @torch.no_grad()
    def scale(self, markers: ScalingMarkers, subject: Subject, skeleton: SkeletonTree) -> PolicyScaling:
        """Find a person's scale factors.

        Parameters
        ----------
        markers : ScalingMarkers
            Of any marker set; markers that the skeleton does not have are left out.
        subject : Subject
        skeleton : SkeletonTree
            The generic skeleton, unscaled, with markers of the recordings' names.

        Raises
        ------
        ScalingError
            Fewer than six markers or never three of the pelvis; left and right exchanged; height or mass not those
            of a person or not of this one; a body that belongs to no segment.
        """
        check_person(subject)
        tree = skeleton.to(torch.float32, "cpu")
        found = self._found(tree, choose_frames(tree, markers, self.n_frames), subject)
        notes: list[str] = []
        if found.rms_m > POOR_FIT_M:
            check_sides(tree, found.environment.layout, found.frames, found.expected)
            notes.append(
                f"The scaled skeleton fits its markers badly ({1e3 * found.rms_m:.0f} mm): check the recording."
            )
        if found.rms_m > RUINED_FIT_M and markers.static is not None and markers.movements:
            # One ruined movement must not bend the model of a person who was seen standing.
            ruined_mm = 1e3 * found.rms_m
            found = self._found(tree, choose_frames(tree, ScalingMarkers(markers.static, ()), self.n_frames), subject)
            notes = [
                f"Movements and standing pose do not fit one skeleton ({ruined_mm:.0f} mm): the model is scaled on the "
                "standing pose alone. Check the movements' markers, above all left and right."
            ]
        check_fit(found.rms_m)
        environment, tasks, state = found.environment, found.tasks, found.state
        tie = environment.layout.tie
        check_height(tree, subject, (state.log_factors[0] @ tie.T).unflatten(0, (-1, 3)), found.expected)

        shown = torch.as_tensor(np.isfinite(found.frames.markers_m).all(axis=2).any(axis=0)).to(tie)
        n_markers = (environment.layout.members @ shown).int().repeat_interleave(3).tolist()
        disturbed, begin = replicas(tree, environment.layout, tasks, state.log_factors, state.values)
        again = self.answer(search(environment, disturbed, self.actor, REPLICA_STEPS, begin))
        errors = again.log_factors.std(dim=0).double().numpy()
        names, log_factors = parameters(), state.log_factors[0].double().numpy()
        spread = tasks.prior_covariance[0].diagonal().sqrt().double().numpy()
        notes += found.frames.notes
        notes += notes_on(names, log_factors, tasks.prior_mean[0].double().numpy(), spread)
        return PolicyScaling(
            self._factors(tree, log_factors, tuple(notes)),
            names,
            log_factors,
            errors,
            found.result.path_log_factors[0].double().numpy(),
            found.result.path_objective[0].double().numpy(),
            found.result.path_rms_m[0].double().numpy(),
            tuple(verdict(*one) for one in zip(names, errors.tolist(), spread.tolist(), n_markers, strict=True)),
        )

    def _found(self, tree: SkeletonTree, frames: ScalingFrames, subject: Subject) -> _Found:
        """Search on these frames."""
        check_count(tree, frames)
        # Training may reward the truth, which nobody knows here.
        environment = ScalingEnvironment(tree, replace(self.settings, reward="objective"))
        tasks = tasks_of(tree, (subject,), torch.as_tensor(frames.markers_m)[None])
        expected = (tasks.prior_mean[0] @ environment.layout.tie.T).unflatten(0, (-1, 3))
        (near,) = poses_of_frames(tree, [frames], expected[None])
        result = search(environment, tasks, self.actor, self.settings.n_steps, Start(tasks.prior_mean, near))
        return _Found(frames, environment, tasks, expected, result, self.answer(result))

    def answer(self, result: SearchResult) -> State:
        """What counts as found: lowest J; the last state of a policy rewarded with the truth, unknown to J."""
        return result.last if self.actor is not None and self.settings.rewards_truth else result.best

    def _factors(self, tree: SkeletonTree, log_factors: Array, notes: tuple[str, ...]) -> ScaleFactors:
        """Factors of every body, also of those that the tree leaves out, the patellae."""
        bodies = tuple(dict.fromkeys([*tree.bodies, *(body.name for body in read_skeleton().bodies)]))
        factors = np.exp((ties(bodies) @ log_factors).reshape(-1, 3)).clip(*PLAUSIBLE_FACTORS)
        return ScaleFactors(bodies, factors, self.name, notes)


def files_of(policy: str | Path) -> tuple[Path, Path]:
    """Return the files of a policy: its weights, and how it was trained.

    Raises
    ------
    SettingsError
        There is no such policy.
    """
    path = folder_of(str(policy)) or Path(policy)
    try:
        path = path / POLICY_FILE if path.is_dir() else path
        about = path.with_suffix(".json")
        there = path.is_file() and about.is_file()
    except (OSError, ValueError):
        # A name that no file can have: too long, or with a null character.
        there = False
    if not there:
        shown = str(policy) if len(str(policy)) <= _MOST_SHOWN else f"{str(policy)[:_MOST_SHOWN]}..."
        raise SettingsError(
            f"There is no policy {shown!r}.",
            hint=f"There are: {', '.join(policy_names())}; or give a {POLICY_FILE} with its {ABOUT_FILE} beside it.",
        )
    return path, about
