"""Movements of the generic skeleton made on the spot, with the right foot kept where it stands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import opensim as osim
from scipy.spatial.transform import Rotation

from models.skeleton import GENERIC_MODEL, load_model
from pipeline.trajectories import Kinematics

RATE_HZ = 60.0
PLACE_M = np.array([0.3, 0.11, -0.4])
LEFT_RIGHT_ODD = ("pelvis_list", "pelvis_rotation", "pelvis_tz", "lumbar_bending", "lumbar_rotation")


@cache
def _generic() -> tuple[osim.Model, osim.State]:
    model = load_model(GENERIC_MODEL)
    return model, model.initSystem()


def coordinate_names() -> tuple[str, ...]:
    model, _ = _generic()
    names = [model.getCoordinateSet().get(i).getName() for i in range(model.getCoordinateSet().getSize())]
    return tuple(name for name in names if not name.endswith("_beta"))


def movement(curves: dict[str, np.ndarray], duration_s: float = 2.0, place_m: np.ndarray = PLACE_M) -> Kinematics:
    """A movement from coordinate curves [rad]; the pelvis goes where it must for the right calcaneus to stay put."""
    model, state = _generic()
    time_s = np.arange(round(duration_s * RATE_HZ) + 1) / RATE_HZ
    names = coordinate_names()
    values = np.zeros((len(time_s), len(names)))
    for name, curve in curves.items():
        values[:, names.index(name)] = curve
    translations = [names.index(f"pelvis_t{axis}") for axis in "xyz"]
    heel = model.getBodySet().get("calcn_r")
    for row in values:
        for name, value in zip(names, row, strict=True):
            model.getCoordinateSet().get(name).setValue(state, float(value), False)
        model.realizePosition(state)
        row[translations] += place_m - heel.getTransformInGround(state).p().to_numpy()
    return Kinematics(time_s, names, values, (), np.zeros((len(time_s), 0)))


def _clock(duration_s: float) -> np.ndarray:
    return np.arange(round(duration_s * RATE_HZ) + 1) / RATE_HZ


def standing(duration_s: float = 1.5) -> Kinematics:
    return movement({}, duration_s)


def squat(duration_s: float = 3.0, sideways_rad: float = 0.0) -> Kinematics:
    """One squat; ``sideways_rad`` shifts the pelvis over the feet during it, so that the load moves between them."""
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * _clock(duration_s) / duration_s)
    curves = {"lumbar_extension": -0.3 * depth, "pelvis_tilt": -0.5 * depth}
    for side, sign in (("r", 1.0), ("l", -1.0)):
        curves |= {
            f"hip_flexion_{side}": 1.5 * depth,
            f"knee_angle_{side}": 1.5 * depth,
            f"ankle_angle_{side}": 0.5 * depth,
            f"hip_adduction_{side}": sign * sideways_rad * depth,
            f"subtalar_angle_{side}": -sign * sideways_rad * depth,
        }
    return movement(curves, duration_s)


def rise_from_chair(duration_s: float = 3.0) -> Kinematics:
    """A second on a chair, thighs level and trunk upright, then up to standing."""
    down = 0.5 + 0.5 * np.cos(np.pi * np.clip((_clock(duration_s) - 1.0) / 1.0, 0.0, 1.0))
    lean = 0.5 * np.sin(np.pi * np.clip((_clock(duration_s) - 0.5) / 1.5, 0.0, 1.0)) ** 2
    curves = {"pelvis_tilt": -lean}
    for side in "rl":
        curves |= {f"hip_flexion_{side}": 1.5 * down + lean, f"knee_angle_{side}": 1.5 * down}
    return movement(curves, duration_s)


def mirrored(kinematics: Kinematics) -> Kinematics:
    """The same movement by the mirror image of the person."""
    values = np.empty_like(kinematics.values)
    for i, name in enumerate(kinematics.coordinates):
        other = name[:-2] + {"_r": "_l", "_l": "_r"}[name[-2:]] if name.endswith(("_r", "_l")) else name
        values[:, i] = kinematics.coordinate(other) * (-1.0 if name in LEFT_RIGHT_ODD else 1.0)
    return replace(kinematics, values=values)


def turned(kinematics: Kinematics, heading_rad: float, shift_m: np.ndarray) -> Kinematics:
    """The same movement in another direction, at another place and height."""
    values = kinematics.values.copy()
    turn = Rotation.from_euler("Y", heading_rad)
    angles = [kinematics.coordinates.index(f"pelvis_{name}") for name in ("tilt", "list", "rotation")]
    places = [kinematics.coordinates.index(f"pelvis_t{axis}") for axis in "xyz"]
    values[:, angles] = (turn * Rotation.from_euler("ZXY", values[:, angles])).as_euler("ZXY")
    values[:, places] = turn.apply(values[:, places]) + shift_m
    return replace(kinematics, values=values)
