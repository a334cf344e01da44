"""Claim (b): marker errors of the standing pose, of learnt scale factors and of AddBiomechanics', on the same people.

AddBiomechanics takes 15 minutes a person and an environment of its own; its scale factors are those of the saved runs
in ``results/addbiomechanics``. Every method's factors go onto the same skeleton with markers where the generic model
has them, and the same fit of the pose measures the errors. AddBiomechanics also moves markers, and has seen movements
of the person beside the standing pose; what it reports itself is given beside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.saving import RESULTS
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_fit import fit_poses
from rl_scaling.ablation import scale_with, varied
from rl_scaling.anthropometry import ties
from rl_scaling.checkpoint import load_policy
from rl_scaling.environment import ScalingEnvironment
from rl_scaling.evaluate import HELD_OUT
from rl_scaling.experiment import Experiment
from rl_scaling.scaling_tasks import ScalingTasks
from rl_scaling.train import draw_tasks, generic_tree

Array = NDArray[np.float64]

SAVED = RESULTS / "addbiomechanics"
# The people of the saved runs: so many drawn at once with this seed, recorded so.
N_PEOPLE, SEED = 4, 77
RECORDED = {"standing": 60, "squat": 120, "sit_to_stand": 120, "gait": 120}
FRAMES_PER_MOVEMENT, NAME = 2, "older_adult_{}"


def saved_runs() -> dict[int, dict[str, Any]]:
    """Saved runs of AddBiomechanics by the synthetic person's place; none where there are no files."""
    files = {place: SAVED / f"{NAME.format(place)}.json" for place in range(N_PEOPLE)}
    return {place: json.loads(file.read_text("utf-8")) for place, file in files.items() if file.exists()}


def static_errors(older: Experiment, policies: Sequence[Path]) -> dict[str, Any] | None:
    """Errors of every method on the people of the saved runs; none where there are no saved runs.

    Parameters
    ----------
    older : Experiment
        Of the policies; its people are older adults.
    policies : sequence of Path
        One a seed.
    """
    runs = saved_runs()
    if not runs:
        return None
    tree, exact = generic_tree(), generic_tree().to(torch.float64)
    people = varied(older, {"frames": RECORDED, "frames_per_movement": FRAMES_PER_MOVEMENT})
    drawn = draw_tasks(tree, people, N_PEOPLE, HELD_OUT, SEED).chosen(torch.tensor(list(runs)))
    tasks = ScalingTasks(drawn.markers_m[:, :1], drawn.person, drawn.prior_mean, drawn.prior_covariance)
    environment = ScalingEnvironment(tree, replace(older.environment, reward="objective"))
    tie = torch.as_tensor(ties(tree.bodies)).to(tree.default)
    exists = environment.layout.exists
    actors = [load_policy(path, exists)[0] for path in policies]
    factors = {
        "prior mean": [tasks.prior_mean],
        "least squares": [scale_with(environment, tasks, None).log_factors],
        "policy": [scale_with(environment, tasks, actor).log_factors for actor in actors],
    }
    scales = {
        name: [(one @ tie.T).unflatten(1, (-1, 3)).double().numpy() for one in ways] for name, ways in factors.items()
    } | {"AddBiomechanics": [np.array([_log_scales(tree, run) for run in runs.values()])]}
    standing_m = tasks.markers_m[:, 0].double().numpy()
    found = {
        name: np.mean([_errors_mm(exact, standing_m, one) for one in ways], axis=0) for name, ways in scales.items()
    }
    found["AddBiomechanics, markers moved, as it reports"] = np.array([_reported_mm(run) for run in runs.values()])
    return {
        "people": len(runs),
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


def _log_scales(tree: SkeletonTree, run: dict[str, Any]) -> Array:
    return np.log([run["figures"]["body_scales"][body] for body in tree.bodies])


def _reported_mm(run: dict[str, Any]) -> tuple[float, float]:
    standing = run["figures"]["trials"]["standing"]
    return 1000.0 * standing["rms_m"], 1000.0 * standing["max_m"]
