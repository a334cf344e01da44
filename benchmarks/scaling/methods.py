"""Every scaler of the table: on synthetic people all at once, and on the recordings of a real person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.scaling.people import TestPeople
from models.markers import ScalingMarkers
from models.skeleton import GENERIC_MODEL, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling import MeasurementScaler, load_generic
from rl_scaling.judging.regressors import regressed
from rl_scaling.people.anthropometry import ties
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.search import search
from rl_scaling.tasks.scaling_frames import choose_frames
from rl_scaling.tasks.scaling_tasks import tasks_of

Batch = Callable[[TestPeople], Tensor]
"""Log factors of people, shape (n_people, n_bodies, 3)."""
OnRecordings = Callable[[ScalingMarkers, Subject], ScaleFactors]

GENERIC, PRIOR, MEASUREMENT, TRUTH = "generic", "build alone (prior mean)", "measurement", "true factors"
RIDGE, TRANSFORMER = "ridge regression", "Transformer regressor"
OPTIMISER, TUNED = "direct optimiser", "direct optimiser, tuned prior"
PUBLISHED_FORWARD, PUBLISHED_TRANSFORMER = "published policy, feed-forward", "published policy, Transformer"
RESIDUAL = "residual policy"
ADDBIOMECHANICS, ADDBIOMECHANICS_GUESSED = "AddBiomechanics' engine", "AddBiomechanics' engine, clusters not named"


@dataclass(frozen=True)
class Methods:
    """What is compared, beside the methods that need nothing learnt.

    Attributes
    ----------
    searches : dict of str to ScalingPolicy
        Row -> policy or optimiser.
    regressors : dict of str to nn.Module
    """

    searches: dict[str, ScalingPolicy]
    regressors: dict[str, nn.Module]

    def on_synthetic(self, tree: SkeletonTree) -> dict[str, Batch]:
        """All of them as functions of synthetic people; rows in the table's order."""
        tie = torch.as_tensor(ties(tree.bodies)).to(tree.default)

        def of_bodies(log_factors: Tensor) -> Tensor:
            return (log_factors @ tie.T).unflatten(1, (-1, 3))

        def searched(policy: ScalingPolicy) -> Batch:
            environment = ScalingEnvironment(tree, replace(policy.settings, reward="objective"))

            def find(people: TestPeople) -> Tensor:
                found = search(environment, people.given, policy.actor, policy.settings.n_steps)
                return of_bodies(policy.answer(found).log_factors)

            return find

        def answered(regressor: nn.Module) -> Batch:
            environment = ScalingEnvironment(tree, EnvironmentSettings())
            return lambda people: of_bodies(regressed(regressor, environment, people.given))

        return {
            GENERIC: lambda people: torch.zeros_like(people.log_scales),
            PRIOR: lambda people: of_bodies(people.given.prior_mean),
            MEASUREMENT: lambda people: _measured(tree, people),
            **{name: answered(regressor) for name, regressor in self.regressors.items()},
            **{name: searched(policy) for name, policy in self.searches.items()},
            TRUTH: lambda people: people.log_scales,
        }

    def on_recordings(self, names: MarkerSetName) -> dict[str, OnRecordings]:
        """The same as functions of a real person's recordings; searches are what users get, `ScalingPolicy.scale`.

        The skeleton with this set's markers is read here, so that the functions can be timed without; only
        `MeasurementScaler` reads its model itself.
        """
        skeleton = skeleton_of(names)
        tree = skeleton.to(torch.float32, "cpu")

        def searched(policy: ScalingPolicy) -> OnRecordings:
            return lambda markers, subject: policy.scale(markers, subject, skeleton).factors

        def answered(regressor: nn.Module) -> OnRecordings:
            def find(markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
                frames = choose_frames(tree, markers)
                tasks = tasks_of(tree, (subject,), torch.as_tensor(frames.markers_m)[None])
                log_factors = regressed(regressor, ScalingEnvironment(tree, EnvironmentSettings()), tasks)
                return _factors(tree, log_factors)

            return find

        def expected(_: ScalingMarkers, subject: Subject) -> ScaleFactors:
            return _factors(tree, tasks_of(tree, (subject,), torch.zeros(1, 1, len(tree.markers), 3)).prior_mean)

        def measured(markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
            return MeasurementScaler(marker_set=names).scale(markers, subject)

        return {
            GENERIC: lambda *_: ScaleFactors((), np.zeros((0, 3)), GENERIC),
            PRIOR: expected,
            MEASUREMENT: measured,
            **{name: answered(regressor) for name, regressor in self.regressors.items()},
            **{name: searched(policy) for name, policy in self.searches.items()},
        }


def skeleton_of(names: MarkerSetName) -> SkeletonTree:
    """The generic skeleton with the markers of a set, patellae left out."""
    return SkeletonTree.from_model(without_patellae(load_generic(GENERIC_MODEL, names)[0]))


def _factors(tree: SkeletonTree, log_factors: Tensor) -> ScaleFactors:
    factors = np.exp((ties(tree.bodies) @ log_factors[0].double().numpy()).reshape(-1, 3))
    return ScaleFactors(tree.bodies, factors, "peer")


def _measured(tree: SkeletonTree, people: TestPeople) -> Tensor:
    """What the pipeline's measurement scaler says of the recording of standing."""
    scaler = MeasurementScaler()
    found = [
        scaler.scale(ScalingMarkers(static), subject)
        for static, subject in zip(people.static, people.subjects, strict=True)
    ]
    return log_scales_of(tree, found)


def log_scales_of(tree: SkeletonTree, factors: list[ScaleFactors]) -> Tensor:
    """Log factors of the skeleton's bodies, shape (n_people, n_bodies, 3)."""
    rows = [[np.log(one.of(body)) for body in tree.bodies] for one in factors]
    return torch.as_tensor(np.array(rows)).to(tree.default)
