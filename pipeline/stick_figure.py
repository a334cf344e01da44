"""The moving skeleton as points and lines, for anything that draws it.

Joint centres are taken from OpenSim, so what is drawn is the model that was solved and not a second guess of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.skeleton import load_model
from pipeline.trajectories import Kinematics

# Faster than the eye needs; keeps a minute of movement below a megabyte.
DISPLAY_RATE_HZ = 30.0


@dataclass(frozen=True)
class StickFigure:
    """Joint centres over time and the bones between them.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    names : tuple of str
        Body of each joint centre, or marker name for the ends of limbs and trunk.
    points_m : ndarray of float32, shape (n_frames, n_points, 3)
        Ground frame, Y up [m].
    bones : ndarray of int, shape (n_bones, 2)
        Pairs of point indices.
    """

    time_s: NDArray[np.float64]
    names: tuple[str, ...]
    points_m: NDArray[np.float32]
    bones: NDArray[np.int64]

    @classmethod
    def read(cls, path: Path) -> StickFigure:
        """Read what `write_stick_figure` wrote; never unpickles."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                stored["time_s"], tuple(str(name) for name in stored["names"]), stored["points_m"], stored["bones"]
            )


def write_stick_figure(path: Path, model_path: Path, kinematics: Kinematics) -> None:
    """Pose the model in the solved frames (at most 30 a second) and keep its joint centres."""
    figure = stick_figure(model_path, kinematics)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        time_s=figure.time_s,
        names=np.array(figure.names),
        points_m=figure.points_m,
        bones=figure.bones,
    )


def stick_figure(model_path: Path, kinematics: Kinematics) -> StickFigure:
    """Joint centres of a model along a movement.

    Raises
    ------
    ModelError
        The model cannot be read.
    """
    model = load_model(model_path)
    state = model.initSystem()
    frames, edges = _bodies_and_bones(model)
    markers = _limb_ends(model)
    names = [*frames, *(marker for marker, _ in markers)]
    bones = edges + [(frames.index(body), len(frames) + i) for i, (_, body) in enumerate(markers)]

    step = max(1, round(kinematics.rate_hz / DISPLAY_RATE_HZ))
    poses = kinematics.values[::step]
    coordinates = [model.updCoordinateSet().get(name) for name in kinematics.coordinates]
    points = [model.getBodySet().get(body) for body in frames] + [model.getMarkerSet().get(m) for m, _ in markers]
    points_m = np.empty((len(poses), len(points), 3), dtype=np.float32)
    for frame, pose in enumerate(poses):
        for coordinate, value in zip(coordinates, pose, strict=True):
            # The last argument leaves couplers (patellae) alone: no bone of the figure depends on them.
            coordinate.setValue(state, float(value), False)
        model.realizePosition(state)
        for index, point in enumerate(points):
            place = point.getPositionInGround(state) if index < len(frames) else point.getLocationInGround(state)
            points_m[frame, index] = place.to_numpy()
    return StickFigure(kinematics.time_s[::step], tuple(names), points_m, np.array(bones, dtype=np.int64))


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
