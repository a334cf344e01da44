"""Claim (b): marker errors of the standing pose, of learnt scale factors and of AddBiomechanics', on the same people.

AddBiomechanics takes 15 minutes a person and an environment of its own; its scale factors are those of the saved runs
in ``results/addbiomechanics``. Every method's factors go onto the same skeleton with markers where the generic model
has them, and the same fit of the pose measures the errors. AddBiomechanics also moves markers, and fits movements of
the person beside the standing pose; what it reports itself is given beside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.saving import RESULTS
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_fit import fit_poses
from models.subject import Subject
from pipeline.files.trc import read_trc
from rl_scaling.ablation import scale_with, varied
from rl_scaling.checkpoint import load_policy
from rl_scaling.drawing import draw_tasks, generic_tree
from rl_scaling.environment import ScalingEnvironment
from rl_scaling.evaluate import HELD_OUT
from rl_scaling.experiment import Experiment
from rl_scaling.scaling_tasks import ScalingTasks, tasks_of

Array = NDArray[np.float64]

SAVED = RESULTS / "addbiomechanics"
# The people of the saved runs: so many drawn at once with this seed, recorded so.
N_PEOPLE, SEED = 4, 77
RECORDED = {"standing": 60, "squat": 120, "sit_to_stand": 120, "gait": 120}
FRAMES_PER_MOVEMENT, NAME = 2, "older_adult_{}"
# And one real person: OpenCap's field study, the last frames of the neutral trial, as the engine got them.
FILMED, N_STATIC_FRAMES = "oc_a", 50
FILMED_SUBJECT = Subject(height_m=1.78, mass_kg=72.0, sex="m")


def older_adults(older: Experiment, policies: Sequence[Path]) -> dict[str, Any] | None:
    """Errors of every method on the synthetic older adults that there are saved runs of; none where there are none.

    Parameters
    ----------
    older : Experiment
        Of the policies; its people are older adults.
    policies : sequence of Path
        One a seed.
    """
    files = [SAVED / f"{NAME.format(place)}.json" for place in range(N_PEOPLE)]
    there = [place for place, file in enumerate(files) if file.exists()]
    if not there:
        return None
    people = varied(older, {"frames": RECORDED, "frames_per_movement": FRAMES_PER_MOVEMENT})
    drawn = draw_tasks(generic_tree(), people, N_PEOPLE, HELD_OUT, SEED).chosen(torch.tensor(there))
    standing = ScalingTasks(drawn.markers_m[:, :1], drawn.person, drawn.prior_mean, drawn.prior_covariance)
    truth = () if drawn.truth is None else (drawn.truth.log_factors,)
    return _compared(older, policies, standing, [_factors(files[place]) for place in there], {"true factors": truth})


def filmed_person(adults: Experiment, policies: Sequence[Path], session: Path) -> dict[str, Any] | None:
    """Errors of every method on OpenCap's field-study subject; none where there is no saved run.

    Parameters
    ----------
    adults : Experiment
        Of the policies.
    policies : sequence of Path
        One a seed.
    session : Path
        Folder of the session, with ``MarkerData``.
    """
    file = SAVED / f"{FILMED}.json"
    if not file.exists():
        return None
    tree = generic_tree()
    neutral = read_trc(session / "MarkerData" / "neutral.trc").select(tree.markers)
    standing_m = torch.as_tensor(neutral.positions_m[-N_STATIC_FRAMES:]).nanmean(dim=0)
    tasks = tasks_of(tree, (FILMED_SUBJECT,), standing_m[None, None])
    reported = json.loads(file.read_text("utf-8"))["figures"]["trials"]["neutral"]
    return _compared(adults, policies, tasks, [_factors(file)], {}) | {
        "AddBiomechanics, markers moved, as it reports": {
            "rms_mm": round(1000.0 * reported["rms_m"], 3),
            "max_mm": round(1000.0 * reported["max_m"], 3),
        }
    }


def _factors(file: Path) -> dict[str, list[float]]:
    """Scale factors of a saved run by body."""
    return json.loads(file.read_text("utf-8"))["figures"]["body_scales"]


def _compared(
    experiment: Experiment,
    policies: Sequence[Path],
    tasks: ScalingTasks,
    saved: Sequence[dict[str, list[float]]],
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
    } | {"AddBiomechanics": [np.log([[factors[body] for body in tree.bodies] for factors in saved])]}
    standing_m = tasks.markers_m[:, 0].double().numpy()
    found = {
        name: np.mean([_errors_mm(exact, standing_m, one) for one in ways], axis=0) for name, ways in scales.items()
    }
    return {
        "people": len(saved),
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
