"""Scale a person with a learned policy, or with the least-squares step alone: factors, how sure they are, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import SarcoscopeError, SettingsError
from models.markers import ScalingMarkers
from models.outcomes import attempt, for_each_left, for_those_left, result_of
from models.policy_folders import ABOUT_FILE, POLICY_FILE, folder_of, policy_names
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS, ScaleFactors
from models.skeleton.tables import read_skeleton
from models.subject import Subject
from rl_scaling.learning.checkpoint import load_policy, not_accepted
from rl_scaling.learning.experiment import Experiment
from rl_scaling.people.anthropometry import parameters, ties
from rl_scaling.search.environment import EnvironmentSettings, State
from rl_scaling.search.networks import Actor
from rl_scaling.search.people_search import Found, Given, PeopleSearch, as_array, last_counts
from rl_scaling.search.scaling_checks import (
    POOR_FIT_M,
    RUINED_FIT_M,
    check_fit,
    check_height,
    check_person,
    check_sides,
)
from rl_scaling.search.search import MOST_STEPS, SearchResult
from rl_scaling.tasks.scaling_frames import N_FRAMES
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
        See `rl_scaling.search.uncertainty`.
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
class _Judged:
    """What was found of a person, what is to be said of it, and what to search on instead, if anything."""

    found: Found
    notes: tuple[str, ...] = ()
    instead: Given | None = None


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

    def scale(self, markers: ScalingMarkers, subject: Subject, skeleton: SkeletonTree) -> PolicyScaling:
        """Find a person's scale factors: `scale_many` of one.

        Raises
        ------
        ScalingError
            Fewer than six markers or never three of the pelvis; left and right exchanged; height or mass not those
            of a person or not of this one; a body that belongs to no segment.
        """
        (outcome,) = self.scale_many([(markers, subject)], skeleton)
        return result_of(outcome)

    @torch.no_grad()
    def scale_many(
        self, people: Sequence[tuple[ScalingMarkers, Subject]], skeleton: SkeletonTree, device: str = "cpu"
    ) -> list[PolicyScaling | SarcoscopeError]:
        """Find the scale factors of many people in one search; each person's are those found alone, but for rounding.

        Parameters
        ----------
        people : sequence of (ScalingMarkers, Subject)
            Markers of any marker set; those that the skeleton does not have are left out.
        skeleton : SkeletonTree
            The generic skeleton, unscaled, with markers of the recordings' names.
        device : str
            Torch's name of where to compute.

        Returns
        -------
        list of PolicyScaling or SarcoscopeError
            In the order of the people; why somebody cannot be scaled is in the place of their factors.

        Raises
        ------
        ScalingError
            A body of the skeleton belongs to no segment.
        """
        tree = skeleton.to(torch.float32, device)
        search = PeopleSearch(tree, None if self.actor is None else self.actor.to(device), self.settings)
        given = [attempt(self._given, tree, markers, subject) for markers, subject in people]
        judged = for_each_left(partial(self._judged, search), for_those_left(search.find, given))
        again = [one.instead for one in judged if isinstance(one, _Judged) and one.instead is not None]
        found_again = iter(search.find(again) if again else ())
        judged = [
            replace(one, found=next(found_again)) if isinstance(one, _Judged) and one.instead is not None else one
            for one in judged
        ]
        return for_those_left(partial(self._described, search), for_each_left(partial(_checked, search), judged))

    def _given(self, tree: SkeletonTree, markers: ScalingMarkers, subject: Subject) -> Given:
        check_person(subject)
        return Given.of(tree, markers, subject, self.n_frames)

    def _judged(self, search: PeopleSearch, found: Found) -> _Judged:
        """Refuse exchanged sides, and say where markers and skeleton do not fit."""
        if found.rms_m <= POOR_FIT_M:
            return _Judged(found)
        check_sides(search.tree, search.layout, found.given.frames, found.expected)
        markers, rms_mm = found.given.markers, 1e3 * found.rms_m
        if found.rms_m <= RUINED_FIT_M or markers.static is None or not markers.movements:
            note = f"The scaled skeleton fits its markers badly ({rms_mm:.0f} mm): check the recording."
            return _Judged(found, (note,))
        # One ruined movement must not bend the model of a person who was seen standing.
        alone = Given.of(search.tree, ScalingMarkers(markers.static, ()), found.given.subject, self.n_frames)
        note = (
            f"Movements and standing pose do not fit one skeleton ({rms_mm:.0f} mm): the model is scaled on the "
            "standing pose alone. Check the movements' markers, above all left and right."
        )
        return _Judged(found, (note,), instead=alone)

    def _described(self, search: PeopleSearch, people: list[_Judged]) -> list[PolicyScaling | SarcoscopeError]:
        """Each person's factors, with all that is to be said of them."""
        errors = search.standard_errors([one.found for one in people])
        return [self._scaling(search, *one) for one in zip(people, errors, strict=True)]

    def _scaling(self, search: PeopleSearch, judged: _Judged, errors: Array) -> PolicyScaling:
        found, layout = judged.found, search.layout
        frames, names = found.given.frames, parameters()
        shown = torch.as_tensor(np.isfinite(frames.markers_m).all(axis=2).any(axis=0)).to(layout.members)
        n_markers = (layout.members @ shown).int().repeat_interleave(3).tolist()
        log_factors, mean = as_array(found.log_factors), as_array(found.tasks.prior_mean[0])
        spread = as_array(found.tasks.prior_covariance[0].diagonal().sqrt())
        notes = (*judged.notes, *frames.notes, *notes_on(names, log_factors, mean, spread))
        return PolicyScaling(
            self._factors(search.tree, log_factors, notes),
            names,
            log_factors,
            errors,
            found.path_log_factors,
            found.path_objective,
            found.path_rms_m,
            tuple(verdict(*one) for one in zip(names, errors.tolist(), spread.tolist(), n_markers, strict=True)),
        )

    def answer(self, result: SearchResult) -> State:
        """What counts as found: lowest J; the last state of a policy rewarded with the truth, unknown to J."""
        return result.last if last_counts(self.actor, self.settings) else result.best

    def _factors(self, tree: SkeletonTree, log_factors: Array, notes: tuple[str, ...]) -> ScaleFactors:
        """Factors of every body, also of those that the tree leaves out, the patellae."""
        bodies = tuple(dict.fromkeys([*tree.bodies, *(body.name for body in read_skeleton().bodies)]))
        factors = np.exp((ties(bodies) @ log_factors).reshape(-1, 3)).clip(*PLAUSIBLE_FACTORS)
        return ScaleFactors(bodies, factors, self.name, notes)


def _checked(search: PeopleSearch, judged: _Judged) -> _Judged:
    """Refuse what no skeleton fits, and lengths that are not the person's."""
    found = judged.found
    check_fit(found.rms_m)
    scales = (search.layout.tie @ found.log_factors).unflatten(0, (-1, 3))
    check_height(search.tree, found.given.subject, scales, found.expected)
    return judged


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
