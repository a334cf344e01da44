"""Marker placement: after scaling, move the model's markers to where they were seen on the static pose.

The equivalent of OpenSim's MarkerPlacer with the marker weights of OpenCap's set-ups (opencap-core, Apache-2.0): one
inverse kinematics solution of the averaged static window; then every marker that is not fixed and was seen goes to
its measured place on its body.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import opensim as osim

from models.markers import MarkerTrajectories
from models.skeleton.marker_sets import MarkerSetName, marker_set
from pipeline.kinematics.pose_solver import CoordinateTarget, PoseSolver

_LEGS_STUDY = ("knee", "mknee", "ankle", "mankle", "toe", "5meta", "calc")
# OpenCap's weights; markers not named do not influence the pose (clusters have no anatomical place before this).
PLACEMENT_WEIGHTS: dict[str, dict[str, float]] = {
    "study": {
        **{f"{side}.{spine}_study": 10.0 for side in "rL" for spine in ("ASIS", "PSIS")},
        **{f"{side}_{point}_study": 10.0 for side in "rL" for point in _LEGS_STUDY},
        **{f"{side}_{point}_study": 5.0 for side in "rL" for point in ("shoulder", "lwrist", "mwrist")},
        **{f"{side}_lelbow_study": 1.0 for side in "rL"},
        "RHJC_study": 10.0,
        "LHJC_study": 10.0,
        "C7_study": 20.0,
    },
    "optical": {
        **{f"{side}.{spine}": 10.0 for side in "rL" for spine in ("ASIS", "PSIS")},
        **{f"{side}_{point}": 10.0 for side in "rL" for point in _LEGS_STUDY},
        **{f"{side}_{point}": 5.0 for side in "RL" for point in ("Shoulder", "Sternum", "wrist_radius", "wrist_ulna")},
        **{f"{side}_elbow_lat": 1.0 for side in "RL"},
        "R_HJC": 20.0,
        "L_HJC": 20.0,
        "C7": 20.0,
    },
}
# Foot markers alone leave the ankle to the generic marker offsets. OpenCap draws hips, knees and spine to straight and
# the ankles to 5 degrees (weight 0.1 each, 1/rad^2). Older people stand flexed, and a neutral pose forced straight
# takes that flexion out of every later angle; so only the ankles are drawn here. Figures:
# docs/scaling.md.
ANKLE_TARGETS: tuple[CoordinateTarget, ...] = tuple(
    CoordinateTarget(f"ankle_angle_{side}", float(np.deg2rad(5.0)), 0.1) for side in "rl"
)


def solve_static(model: osim.Model, static: MarkerTrajectories, set_name: MarkerSetName) -> PoseSolver:
    """Find the pose that markers are placed in.

    Parameters
    ----------
    model : opensim.Model
        Without patellae. Taken over: its ranges are changed.
    static : MarkerTrajectories
        One frame, the averaged static window.
    """
    solver = PoseSolver(model, static, PLACEMENT_WEIGHTS[set_name], targets=ANKLE_TARGETS)
    solver.solve_first(0)
    return solver


def place_markers(models: Sequence[osim.Model], static: MarkerTrajectories, solver: PoseSolver) -> tuple[str, ...]:
    """Move the markers of scaled models, in place.

    Parameters
    ----------
    models : sequence of opensim.Model
        The same model, with and without patellae.
    static : MarkerTrajectories
        One frame, the averaged static window.
    solver : PoseSolver
        In the pose of it.

    Returns
    -------
    tuple of str
        Markers that were moved.
    """
    moved = {}
    markers = models[0].getMarkerSet()
    for marker in (markers.get(index) for index in range(markers.getSize())):
        name = marker.getName()
        if marker.get_fixed() or not static.has(name) or not np.isfinite(static.position_m(name)).all():
            continue
        body = marker.getParentFrame().findBaseFrame().getName()
        moved[name] = osim.Vec3(*solver.in_body_m(body, static.position_m(name)[0]))
    for model in models:
        for name, place in moved.items():
            model.updMarkerSet().get(name).set_location(place)
        model.finalizeConnections()
    return tuple(moved)


def static_errors_m(solver: PoseSolver, static: MarkerTrajectories, set_name: MarkerSetName) -> dict[str, float]:
    """Distance measured - modelled of every marker that inverse kinematics tracks, on the static pose [m]."""
    tracked = [name for name in marker_set(set_name).ik_weights if static.has(name)]
    errors = {name: solver.distance_m(name, static.position_m(name)[0]) for name in tracked}
    return {name: error for name, error in errors.items() if np.isfinite(error)}


def static_pose(solver: PoseSolver) -> dict[str, float]:
    """Coordinates of the static pose [rad or m]."""
    return dict(zip(solver.coordinates, solver.values.tolist(), strict=True))


def remove_unplaced(model: osim.Model, static: MarkerTrajectories | None, set_name: MarkerSetName) -> tuple[str, ...]:
    """Take markers off the model that have no place of their own: several share one offset, and none was measured.

    OpenCap's optical set puts all cluster markers of a segment on one point, to be moved by marker placement. Left
    there they would pull the pose by many centimetres.

    Parameters
    ----------
    static : MarkerTrajectories or None
        What markers were placed on; None when there was no placement.
    """
    placed = set(static.names) if static is not None else set()
    removed = [
        name for name in marker_set(set_name).placeholders if name not in placed and model.getMarkerSet().contains(name)
    ]
    for name in removed:
        model.updMarkerSet().remove(model.getMarkerSet().getIndex(name))
    return tuple(removed)
