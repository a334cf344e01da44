"""Scale factors by search over a standing pose and frames of movement: with a learned policy, or by least squares.

The search is loaded when a model is scaled: torch takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.errors import SarcoscopeError, ScalingError
from models.markers import ScalingMarkers
from models.outcomes import for_each_left, result_of
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.scale_factors import FactorEstimate, ScaleFactors, SearchStep
from models.subject import Subject
from pipeline.scaling.generic import generic_model

if TYPE_CHECKING:
    from models.skeleton.kinematics import SkeletonTree
    from rl_scaling.policy import PolicyScaling, ScalingPolicy

ADULTS, OLDER_ADULTS = "adults", "older_adults"

# Joint centres of the same skeleton lie this near to each other: OpenCap's file is written to fewer digits.
_SAME_SKELETON_M = 1e-3


@dataclass(frozen=True)
class OptimiserScaler:
    """The search with its least-squares step alone.

    Attributes
    ----------
    model_file : Path
        The model to be scaled; its markers as of `load_generic`.
    marker_set : {'study', 'optical'}
    """

    model_file: Path = GENERIC_MODEL
    marker_set: MarkerSetName = "study"
    name: str = field(default="optimiser", init=False)
    uses_movements: bool = field(default=True, init=False)

    def scale(self, markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
        """Search for the factors that the markers and the person's build agree on.

        Raises
        ------
        ScalingError
            The markers do not show a person, or not this one.
        """
        (outcome,) = self.scale_many([(markers, subject)])
        return result_of(outcome)

    def scale_many(
        self, people: Sequence[tuple[ScalingMarkers, Subject]], device: str = "cpu"
    ) -> list[ScaleFactors | SarcoscopeError]:
        """Search for all in one; why somebody cannot be scaled is in the place of their factors."""
        from rl_scaling.policy import ScalingPolicy

        return _search(ScalingPolicy.optimiser, self, people, device)

    def check(self) -> None:
        """Raise what everybody's search would end in.

        Raises
        ------
        ModelError, ScalingError
            The model cannot be used, or has another skeleton.
        """
        _skeleton_of(self)


@dataclass(frozen=True)
class LearnedScaler:
    """The search with a trained policy.

    Attributes
    ----------
    model_file : Path
        The model to be scaled; its markers as of `load_generic`.
    marker_set : {'study', 'optical'}
    policy : str or None
        Name or file of the policy; None takes the one of older adults from 65 years on, else that of adults.
    """

    model_file: Path = GENERIC_MODEL
    marker_set: MarkerSetName = "study"
    policy: str | None = None
    name: str = field(default="rl", init=False)
    uses_movements: bool = field(default=True, init=False)

    def scale(self, markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
        """Search for the factors as the policy has learnt to.

        Raises
        ------
        SettingsError
            There is no such policy, or its file cannot be used.
        ScalingError
            The markers do not show a person, or not this one.
        """
        (outcome,) = self.scale_many([(markers, subject)])
        return result_of(outcome)

    def scale_many(
        self, people: Sequence[tuple[ScalingMarkers, Subject]], device: str = "cpu"
    ) -> list[ScaleFactors | SarcoscopeError]:
        """Search for all whose policy is the same in one; errors are in the place of factors."""
        from rl_scaling.policy import ScalingPolicy

        chosen = [(self.policy, ()) if self.policy is not None else policy_by_age(subject) for _, subject in people]
        outcomes: dict[int, ScaleFactors | SarcoscopeError] = {}
        for name in dict.fromkeys(name for name, _ in chosen):
            places = [place for place, (its, _) in enumerate(chosen) if its == name]
            some = [people[place] for place in places]
            outcomes |= zip(places, _search(partial(ScalingPolicy.load, name), self, some, device), strict=True)
        return [_noted(outcomes[place], notes) for place, (_, notes) in enumerate(chosen)]

    def check(self) -> None:
        """Raise what everybody's search would end in.

        Raises
        ------
        ModelError, ScalingError
            The model cannot be used, or has another skeleton.
        SettingsError
            There is no such policy, or its file cannot be used.
        """
        from rl_scaling.policy import ScalingPolicy

        if self.policy is not None:
            ScalingPolicy.load(self.policy)
        _skeleton_of(self)


def _search(
    load: Callable[[], ScalingPolicy],
    scaler: OptimiserScaler | LearnedScaler,
    people: Sequence[tuple[ScalingMarkers, Subject]],
    device: str,
) -> list[ScaleFactors | SarcoscopeError]:
    """Search on the generic skeleton with the sessions' markers, patellae left out, which carry none."""
    try:
        policy = load()
        found = policy.scale_many(people, _skeleton_of(scaler), device)
    except SarcoscopeError as error:
        # Of the policy or the model, so everyone's: copies, since each will be told its own whereabouts.
        return [copy(error) for _ in people]
    name = "" if policy.actor is None else f"{policy.name} {policy.version}"
    return for_each_left(lambda one: replace(_described(one, scaler.name), policy=name), found)


def _skeleton_of(scaler: OptimiserScaler | LearnedScaler) -> SkeletonTree:
    """The skeleton to search on; the build of people is known for one only, relative to which factors are."""
    from models.skeleton.trees_of_files import tree_without_patellae

    tree = generic_model(scaler.model_file, scaler.marker_set).tree
    known = tree_without_patellae(GENERIC_MODEL)
    if tree.bodies == known.bodies:
        apart = tree.body_frames(tree.default)[1] - known.body_frames(known.default)[1]
        if float(apart.norm(dim=-1).max()) < _SAME_SKELETON_M:
            return tree
    raise ScalingError(
        "What people's build leads to expect is known for the unscaled LaiUhlrich2022 only, and this model has other "
        "joint centres.",
        hint="Scale it by distances between markers (form field 'How the model is scaled', or --scaler measurement), "
        "or use the model LaiUhlrich2022.",
        file=scaler.model_file.name,
        stage="scaling",
    )


def policy_by_age(subject: Subject) -> tuple[str, tuple[str, ...]]:
    """Name of the policy for a person, and a note that says why."""
    from rl_scaling.people.subjects import OLDER_FROM_YEARS

    if subject.age_years is None:
        return ADULTS, (
            f"The age is not known: scaled by the policy {ADULTS!r}. Give the age: from {OLDER_FROM_YEARS:g} years on "
            f"{OLDER_ADULTS!r} is taken.",
        )
    name, side = (OLDER_ADULTS, "from") if subject.age_years >= OLDER_FROM_YEARS else (ADULTS, "below")
    return name, (f"Scaled by the policy {name!r}, which is taken {side} {OLDER_FROM_YEARS:g} years of age.",)


def _noted(outcome: ScaleFactors | SarcoscopeError, notes: tuple[str, ...]) -> ScaleFactors | SarcoscopeError:
    return outcome if isinstance(outcome, SarcoscopeError) else replace(outcome, notes=(*notes, *outcome.notes))


def _described(found: PolicyScaling, scaler: str) -> ScaleFactors:
    """The factors, with how sure each of them is."""
    values = (found.parameters, np.exp(found.log_factors), found.standard_errors_log, found.verdicts)
    estimates = tuple(
        FactorEstimate(name, float(factor), float(error), verdict.kind, verdict.text)
        for name, factor, error, verdict in zip(*values, strict=True)
    )
    path = zip(found.path_objective.tolist(), found.path_rms_m.tolist(), strict=True)
    return replace(found.factors, scaler=scaler, estimates=estimates, search=tuple(SearchStep(*step) for step in path))
