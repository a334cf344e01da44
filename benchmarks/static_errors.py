"""Claim (b): marker errors of the standing pose, of learnt scale factors and of AddBiomechanics', on the same people.

AddBiomechanics takes 15 minutes a person and an environment of its own; its scale factors are those of the saved runs
in ``results/addbiomechanics``. Every method's factors go onto the same skeleton with markers where the generic model
has them, and the same fit of the pose measures the errors. AddBiomechanics also moves markers, and fits movements of
the person beside the standing pose; what it reports itself is given beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.addbiomechanics.peer import EngineFit, addbiomechanics_factors, check_person, saved_names
from benchmarks.addbiomechanics.people import (
    FILMED,
    FILMED_GUESSED,
    FILMED_SUBJECT,
    N_SYNTHETIC,
    synthetic_name,
    synthetic_people,
)
from benchmarks.addbiomechanics.people import filmed_person as engine_input
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_fit import fit_poses
from rl_scaling.judging.ablation import scale_with
from rl_scaling.learning.checkpoint import load_policy
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import Experiment
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of

Array = NDArray[np.float64]


def older_adults(older: Experiment, policies: Sequence[Path]) -> dict[str, Any] | None:
    """Errors of every method on the synthetic older adults that there are saved runs of; none where there are none.

    Parameters
    ----------
    older : Experiment
        Of the policies; its people are older adults.
    policies : sequence of Path
        One a seed.

    Raises
    ------
    ScalingError
        A saved run is of somebody else, who had the name before.
    """
    saved = {place: synthetic_name(place) for place in range(N_SYNTHETIC) if synthetic_name(place) in saved_names()}
    if not saved:
        return None
    people, drawn = synthetic_people(generic_tree())
    drawn = drawn.chosen(torch.tensor(list(saved)))
    standing = ScalingTasks(drawn.markers_m[:, :1], drawn.person, drawn.prior_mean, drawn.prior_covariance)
    truth = () if drawn.truth is None else (drawn.truth.log_factors,)
    fits = [addbiomechanics_factors(name) for name in saved.values()]
    for fit, place in zip(fits, saved, strict=True):
        check_person(fit, people.people[place].subject)
    return _compared(older, policies, standing, fits, {"true factors": truth})


def filmed_person(adults: Experiment, policies: Sequence[Path], session: Path) -> dict[str, Any] | None:
    """Errors of every method on OpenCap's field-study subject, standing; none where there is no saved run.

    Parameters
    ----------
    adults : Experiment
        Of the policies.
    policies : sequence of Path
        One a seed.
    session : Path
        Folder of the session, with ``MarkerData``.

    Raises
    ------
    ScalingError
        The saved run is of somebody else.
    """
    name = next((one for one in (FILMED, FILMED_GUESSED) if one in saved_names()), None)
    if name is None:
        return None
    fit = addbiomechanics_factors(name)
    check_person(fit, FILMED_SUBJECT)
    trial = engine_input(session, name).trials["neutral"]
    standing_m = torch.as_tensor(np.nanmean(trial.select(generic_tree().markers).positions_m, axis=0))
    reported = fit.trials["neutral"]
    tasks = tasks_of(generic_tree(), (FILMED_SUBJECT,), standing_m[None, None])
    return _compared(adults, policies, tasks, [fit], {}) | {
        "run": name,
        "AddBiomechanics, markers moved, as it reports": {
            "rms_mm": round(1000.0 * reported.rms_m, 3),
            "max_mm": round(1000.0 * reported.max_m, 3),
        },
    }


def _compared(
    experiment: Experiment,
    policies: Sequence[Path],
    tasks: ScalingTasks,
    fits: Sequence[EngineFit],
    others: dict[str, Sequence[Tensor]],
) -> dict[str, Any]:
    """Errors of the prior, least squares, the policies, log factors found otherwise, and saved runs."""
    tree, exact = generic_tree(), generic_tree().to(torch.float64)
    environment = ScalingEnvironment(tree, experiment.environment)
    actors = [load_policy(path, environment.layout.exists)[0] for path in policies]
    log_factors: dict[str, Sequence[Tensor]] = {
        "prior mean": [tasks.prior_mean],
        "least squares": [scale_with(environment, tasks, None).log_factors],
        "policy": [scale_with(environment, tasks, actor).log_factors for actor in actors],
    } | others
    tie = environment.layout.tie.T
    scales = {
        name: [(one @ tie).unflatten(1, (-1, 3)).double().numpy() for one in ways] for name, ways in log_factors.items()
    } | {"AddBiomechanics": [np.log([[fit.factors.of(body) for body in tree.bodies] for fit in fits])]}
    standing_m = tasks.markers_m[:, 0].double().numpy()
    found = {
        name: np.mean([_errors_mm(exact, standing_m, one) for one in ways], axis=0) for name, ways in scales.items()
    }
    return {
        "people": len(fits),
        "methods": {
            name: {
                measure: {"mean": round(float(one.mean()), 3), "people": np.round(one, 3).tolist()}
                for measure, one in zip(("rms_mm", "max_mm"), errors.T, strict=True)
            }
            for name, errors in found.items()
        },
    }


def _errors_mm(tree: SkeletonTree, standing_m: Array, log_scales: Array) -> Array:
    """RMS and largest marker error of every person, shape (n_people, 2)."""
    errors = []
    for markers_m, scales in zip(standing_m, log_scales, strict=True):
        fit = fit_poses(tree, markers_m[None], np.ones(len(tree.markers)), log_scales=scales)
        distances_mm = 1000.0 * fit.marker_errors_m[0]
        errors.append([np.sqrt(np.nanmean(distances_mm**2)), np.nanmax(distances_mm)])
    return np.array(errors)
