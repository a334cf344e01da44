"""A laboratory recording as two phones would have seen it: its movement is the truth, the markers err as OpenCap's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.interpolate import CubicSpline

from models.skeleton import load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.skeleton.pose_fit import fit_poses
from pipeline.trajectories import Array, Kinematics
from rl_scaling.people.marker_errors import MarkerErrors, PosedMarkers, Regime
from rl_scaling.people.subjects import RATE_HZ

# Study markers under the names that the laboratory's set gives to the same places.
_OPTICAL_OF_STUDY = {"RHJC": "R_HJC", "LHJC": "L_HJC", "r_sh1": "r_shank_antsup", "L_sh1": "L_shank_antsup"} | {
    f"{side}_{study}": f"{side.upper()}_{optical}"
    for side in "rL"
    for study, optical in {
        "shoulder": "Shoulder",
        "lelbow": "elbow_lat",
        "melbow": "elbow_med",
        "lwrist": "wrist_radius",
        "mwrist": "wrist_ulna",
    }.items()
}


def seen_by_phones(model_path: Path, kinematics: Kinematics, regime: Regime, seed: int) -> Kinematics:
    """Inverse kinematics of the markers of this movement with OpenCap's errors on them, at OpenCap's rate.

    The model is that of the true movement: its scaling is perfect, so that errors of the markers alone remain.

    Parameters
    ----------
    model_path : Path
        With the laboratory's optical markers.
    kinematics : Kinematics
        Taken as the truth; the person faces X.
    regime : {'standing', 'task', 'gait'}
    seed : int
    """
    tree = SkeletonTree.from_model(without_patellae(load_model(model_path)))
    time_s = np.arange(kinematics.time_s[0], kinematics.time_s[-1], 1.0 / RATE_HZ)
    true = _values(tree, kinematics, time_s)
    weights_of = marker_set("study").ik_weights
    names = tuple(name for name in weights_of if _optical(name) in tree.markers)
    places = [tree.markers.index(_optical(name)) for name in names]

    pose = tree.kinematics(torch.from_numpy(true.T.copy()), tree.offsets(), twists=False)
    knees = [tree.coordinates.index(f"knee_angle_{side}") for side in "rl"]
    posed = PosedMarkers(
        positions_m=pose.markers[places].permute(2, 0, 1)[None],
        body_to_ground=pose.rotations[tree.marker_bodies[places] + 1].permute(3, 0, 1, 2)[None],
        knee_flexion_rad=torch.from_numpy(true[None][..., knees]),
    )
    errors, generator = MarkerErrors(names), torch.Generator().manual_seed(seed)
    bias_m = errors.session_bias(1, generator, posed.positions_m)
    seen_m = np.full((len(time_s), len(tree.markers), 3), np.nan)
    seen_m[:, places] = errors.disturb(posed, bias_m, regime, RATE_HZ, generator)[0].numpy()
    weights = np.zeros(len(tree.markers))
    weights[places] = [weights_of[name] for name in names]
    fit = fit_poses(tree, seen_m, weights)
    markers = tuple(tree.markers[place] for place in places)
    return replace(
        kinematics,
        time_s=time_s,
        coordinates=tree.coordinates,
        values=fit.values,
        marker_names=markers,
        marker_errors_m=fit.marker_errors_m[:, places],
    )


def _optical(study: str) -> str:
    landmark = study.removesuffix("_study")
    return _OPTICAL_OF_STUDY.get(landmark, landmark)


def _values(tree: SkeletonTree, kinematics: Kinematics, time_s: Array) -> Array:
    columns = [kinematics.coordinate(name) for name in tree.coordinates]
    return CubicSpline(kinematics.time_s, np.column_stack(columns))(time_s)
