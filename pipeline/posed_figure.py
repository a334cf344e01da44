"""From joint angles to the moving skeleton.

Joint centres are taken from OpenSim, so what is drawn is the model that was solved and not a second guess of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.skeleton import load_model
from pipeline.stick_figure import StickFigure
from pipeline.trajectories import Array, Kinematics

# Faster than the eye needs; keeps a minute of movement below a megabyte.
DISPLAY_RATE_HZ = 30.0


def stick_figure(model_path: Path, kinematics: Kinematics, generic: osim.Model) -> StickFigure:
    """Joint centres along a movement, at most 30 times a second, of a model and of the one that it was scaled from.

    Parameters
    ----------
    model_path : Path
    kinematics : Kinematics
    generic : opensim.Model
        The model before scaling, with the same bodies, coordinates and markers.

    Raises
    ------
    ModelError
        The model cannot be read.
    """
    model = load_model(model_path)
    frames, edges = _bodies_and_bones(model)
    markers = _limb_ends(model)
    names = [*frames, *(marker for marker, _ in markers)]
    bones = edges + [(frames.index(body), len(frames) + i) for i, (_, body) in enumerate(markers)]

    step = max(1, round(kinematics.rate_hz / DISPLAY_RATE_HZ))
    poses = kinematics.values[::step]
    ends = [marker for marker, _ in markers]
    points_m, generic_m = (_points(one, kinematics.coordinates, poses, frames, ends) for one in (model, generic))
    return StickFigure(kinematics.time_s[::step], tuple(names), points_m, np.array(bones, dtype=np.int64), generic_m)


def _points(
    model: osim.Model, coordinate_names: tuple[str, ...], poses: Array, bodies: list[str], ends: list[str]
) -> NDArray[np.float32]:
    """Origins of bodies and places of markers in every pose, shape (n_poses, n_points, 3) [m]."""
    state = model.initSystem()
    coordinates = [model.updCoordinateSet().get(name) for name in coordinate_names]
    origins = [model.getBodySet().get(body) for body in bodies]
    markers = [model.getMarkerSet().get(marker) for marker in ends]
    points_m = np.empty((len(poses), len(origins) + len(markers), 3), dtype=np.float32)
    for frame, pose in enumerate(poses):
        for coordinate, value in zip(coordinates, pose, strict=True):
            # The last argument leaves couplers (patellae) alone: no bone of the figure depends on them.
            coordinate.setValue(state, float(value), False)
        model.realizePosition(state)
        places = [*(body.getPositionInGround(state) for body in origins),
                  *(marker.getLocationInGround(state) for marker in markers)]  # fmt: skip
        points_m[frame] = [place.to_numpy() for place in places]
    return points_m


def _bodies_and_bones(model: osim.Model) -> tuple[list[str], list[tuple[int, int]]]:
    """Bodies with a joint to another body, and those pairs; patellae are left out, they are no limb."""
    pairs = []
    for joint in model.getJointSet():
        parent = joint.getParentFrame().findBaseFrame().getName()
        child = joint.getChildFrame().findBaseFrame().getName()
        if "patella" not in child:
            pairs.append((parent, child))
    bodies = sorted({child for _, child in pairs})
    return bodies, [(bodies.index(parent), bodies.index(child)) for parent, child in pairs if parent in bodies]


def _limb_ends(model: osim.Model) -> list[tuple[str, str]]:
    """Markers that end the trunk and the feet: (marker, body); absent ones are simply not drawn."""
    wanted = ("C7", "calc", "toe", "5meta")
    ends = []
    for marker in model.getMarkerSet():
        name = marker.getName()
        stem = name.removesuffix("_study").removeprefix("r_").removeprefix("L_")
        if stem in wanted:
            ends.append((name, marker.getParentFrame().findBaseFrame().getName()))
    return ends
