"""Movements of many people at once, as joint angles over time: standing, sit-to-stand, gait, squat, step, reach.

Scaling is kinematic: poses only need to be such as people take, each a little different. Published mean curves give
the shape where there are any, else knots (``data/movement_knots.csv``); persons differ by depth, pace, posture and slow
changes (``data/movement_spread.csv``). Feet are not held to the floor.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from models.errors import SettingsError
from models.skeleton.tables import read_skeleton
from rl_scaling.people.tables import published_curve, read_rows

Array = NDArray[np.float64]
MovementName = Literal["standing", "sit_to_stand", "gait", "squat", "step", "reach"]
MOVEMENTS: tuple[MovementName, ...] = get_args(MovementName)

SIDES = ("r", "l")
_AT_REST = {"arm_flex": 2.0, "arm_add": -12.0, "arm_rot": 0.0, "elbow_flex": 15.0, "pro_sup": 60.0}
_CROSSED = {"arm_flex": 30.0, "arm_add": -5.0, "arm_rot": 55.0, "elbow_flex": 115.0, "pro_sup": 50.0}
_FORWARD = {"arm_flex": 80.0, "arm_add": -8.0, "arm_rot": 0.0, "elbow_flex": 12.0, "pro_sup": 70.0}
# Time of the way there and back [s], adults and older adults: at-home five-times sit-to-stand (n 405; 1.11 and 1.67 s
# at 70 and more), squats of OpenCap recordings; step and reach recalled.
_WAY_S = {
    "sit_to_stand": ((0.9, 1.0), (1.11, 1.67)),
    "squat": ((0.9, 0.9), (1.5, 1.5)),
    "step": ((1.2, 1.2), (2.0, 2.0)),
    "reach": ((0.9, 0.9), (1.2, 1.2)),
}
_PAUSE_S = 0.4
_PACE_SD, _DEPTH_SD = 0.18, {"squat": 0.18, "reach": 0.18, "step": 0.08, "sit_to_stand": 0.06}
# Comfortable speed: healthy adults (WBDS 1.23), adults over 60 (1.24, SD 0.28, Kasovic 2021) slowed towards 80 years.
_SPEED_M_S, _SPEED_SD = {False: 1.25, True: 1.08}, {False: 0.12, True: 0.2}
# Step length over leg length = a Fr^b, Fr = v / sqrt(g leg), adults and older adults: 258 trials (WBDS, Fukuchi 2018).
_STEP_LAW = {False: (1.109, 0.493), True: (1.132, 0.542)}
_CURVE_SPEED_M_S, _LEG_M, _GRAVITY = 1.26, 0.87, 9.81


def sample_movement(
    movement: MovementName,
    older: NDArray[np.bool_],
    n_frames: int,
    rate_hz: float,
    coordinates: tuple[str, ...],
    generator: np.random.Generator,
) -> Array:
    """Draw how each person moves.

    Parameters
    ----------
    movement : str
        One of `MOVEMENTS`.
    older : ndarray of bool, shape (n_people,)
        Whether the person moves as older adults do.
    n_frames, rate_hz
        Length of the recording; movements start at any point of their cycle.
    coordinates : tuple of str
        Columns of the result, in the skeleton's names.
    generator : numpy Generator

    Returns
    -------
    ndarray, shape (n_people, n_frames, n_coordinates)
        Coordinate values [rad, m], in OpenSim's signs, within the skeleton's ranges; the person faces X, the pelvis
        is at its default height.

    Raises
    ------
    SettingsError
        There is no such movement.
    """
    if movement not in MOVEMENTS:
        raise SettingsError(f"There is no movement {movement!r}.", hint=f"Accepted: {', '.join(MOVEMENTS)}.")
    time_s = np.tile(np.arange(n_frames) / rate_hz, (len(older), 1))
    if movement == "gait":
        angles_deg, way_m = _gait(time_s, older, generator)
    else:
        angles_deg, way_m = _there_and_back(movement, time_s, older, generator), np.zeros_like(time_s)
    angles_deg = _personal(angles_deg, time_s, generator)
    if movement not in ("gait", "step"):
        angles_deg["pelvis_tilt"] = _tilt_of_flat_feet(angles_deg)
    return _in_range(angles_deg, way_m, coordinates)


def _there_and_back(
    movement: MovementName, time_s: Array, older: NDArray[np.bool_], generator: np.random.Generator
) -> dict[str, Array]:
    """Movements that go somewhere, stay, and come back."""
    n, old = len(time_s), older[:, None]
    still, both = np.zeros_like(time_s), (np.ones((n, 1)), np.ones((n, 1)))
    if movement == "standing":
        return _with_trunk(_knots("squat", still, old)) | _arms(_AT_REST, _AT_REST, still, both)
    progress = _progress(movement, time_s, old, generator)
    depth = np.exp(_DEPTH_SD[movement] * generator.standard_normal((n, 1)))
    if movement == "sit_to_stand":
        # Between the plain and the weak-legged way of rising: older people lean further.
        weak = np.where(old, 1.0, 0.3) * generator.random((n, 1))
        plain, leaning = (_rise(table, progress) for table in ("sit_to_stand", "sit_to_stand_weak"))
        curves = {name: (1.0 - weak) * plain[name] + weak * leaning[name] for name in plain}
        curves["trunk"] = depth * curves["trunk"]
        return _with_trunk(curves) | _arms(_CROSSED, _CROSSED, still, both)
    knots, rest = _knots(movement, progress, old), _knots(movement, still, old)
    knots = {name: rest[name] + depth * (angle - rest[name]) for name, angle in knots.items()}
    if movement == "step":
        return _with_trunk(_leading(knots, generator.random((n, 1)) < 0.5)) | _arms(_AT_REST, _AT_REST, still, both)
    if movement == "squat":
        return _with_trunk(knots) | _arms(_AT_REST, _FORWARD, progress, both)
    one_hand = (np.ones((n, 1)), (generator.random((n, 1)) < 0.5).astype(float))
    return _with_trunk(knots) | _arms(_AT_REST, _FORWARD, progress, one_hand)


def _gait(time_s: Array, older: NDArray[np.bool_], generator: np.random.Generator) -> tuple[dict[str, Array], Array]:
    """Walk straight on: angles and the way of the pelvis [m]."""
    n, old = len(time_s), older[:, None]
    mean, sd = (np.where(old, table[True], table[False]) for table in (_SPEED_M_S, _SPEED_SD))
    speed = np.clip(mean + sd * generator.standard_normal((n, 1)), 0.5, 1.8)
    factor, power = (np.where(old, _STEP_LAW[True][i], _STEP_LAW[False][i]) for i in (0, 1))
    step_m = _LEG_M * factor * (speed / np.sqrt(_GRAVITY * _LEG_M)) ** power
    excursion = (speed / _CURVE_SPEED_M_S) ** 0.4  # recalled
    start = generator.random((n, 1))
    phase = {"r": (start + time_s * speed / (2.0 * step_m)) % 1.0}
    phase["l"] = (phase["r"] + 0.5) % 1.0

    curve = published_curve("walking")
    angles: dict[str, Array] = {}
    for side in SIDES:
        at = phase[side]
        hip, knee, ankle = (
            np.mean(curve[name]) + excursion * (_cyclic(curve["percent"], curve[name], at) - np.mean(curve[name]))
            for name in ("hip", "knee", "ankle")
        )
        # Older people: less hip extension and push-off, more pelvic tilt (Kerrigan 1998, Pol 2021); amounts recalled.
        hip = hip + old * (3.0 + 6.0 * _bell(at, 0.45, 0.10))
        knee = knee + old * (3.0 * _bell(at, 0.0, 0.05) - 2.0 * _bell(at, 0.74, 0.06))
        ankle = ankle + old * 4.1 * _bell(at, 0.64, 0.05)
        swing = -np.cos(2.0 * np.pi * at)
        angles |= {f"hip_flexion_{side}": hip, f"knee_angle_{side}": knee, f"ankle_angle_{side}": ankle}
        angles |= {f"{name}_{side}": np.full_like(at, angle) for name, angle in _AT_REST.items()}
        angles[f"arm_flex_{side}"] = -4.0 + 14.0 * swing * excursion
        angles[f"elbow_flex_{side}"] = 22.0 + 7.0 * swing
        angles[f"hip_adduction_{side}"] = 4.0 * _bell(at, 0.25, 0.12)
    right = 2.0 * np.pi * phase["r"]
    angles["pelvis_tilt"] = np.where(old, -11.0, -8.0) + np.sin(2.0 * right)
    angles["pelvis_list"], angles["pelvis_rotation"] = -3.0 * np.sin(right - 0.3), 4.0 * np.cos(right)
    angles["lumbar_extension"] = np.where(old, 5.0, 6.0) + 0.0 * right
    angles["lumbar_bending"], angles["lumbar_rotation"] = 2.7 * np.sin(right - 0.3), -7.2 * np.cos(right)
    return angles, speed * time_s


def _progress(movement: str, time_s: Array, old: NDArray[np.bool_], generator: np.random.Generator) -> Array:
    """Where on the way there (0-1) each frame is, of a cycle of going, staying, coming back and resting."""
    n = len(time_s)
    there, back = (np.where(old, _WAY_S[movement][1][i], _WAY_S[movement][0][i]) for i in (0, 1))
    pace = np.exp(_PACE_SD * generator.standard_normal((n, 1)))
    there, back = there * pace, back * pace
    period = there + back + 2.0 * _PAUSE_S
    at = (generator.random((n, 1)) * period + time_s) % period
    return _ease(at / there) - _ease((at - there - _PAUSE_S) / back)


def _ease(u: Array) -> Array:
    """Go from 0 to 1 at a steady pace, gathering and losing it over a quarter of the time each."""
    soft = 0.25
    u = np.clip(u, 0.0, 1.0)
    begun = np.where(u < soft, u**2 / (2.0 * soft), u - 0.5 * soft)
    ended = np.where(u > 1.0 - soft, (u - 1.0 + soft) ** 2 / (2.0 * soft), 0.0)
    return (begun - ended) / (1.0 - soft)


def _rise(table: str, progress: Array) -> dict[str, Array]:
    curve = published_curve(table)
    return {
        name: np.asarray(PchipInterpolator(curve["percent"], curve[name])(100.0 * progress))
        for name in ("hip", "knee", "ankle", "trunk")
    }


def _cyclic(percent: Array, values: Array, phase: Array) -> Array:
    return np.interp(100.0 * phase, percent, values, period=100.0)


def _bell(phase: Array, middle: float, width: float) -> Array:
    """Hump of a cyclic phase, 1 in the middle."""
    distance = (phase - middle + 0.5) % 1.0 - 0.5
    return np.exp(-0.5 * (distance / width) ** 2)


def _knots(movement: str, progress: Array, old: NDArray[np.bool_]) -> dict[str, Array]:
    """Angles of the knot table at each frame; monotone between knots."""
    parts: dict[str, list[tuple[float, float, float]]] = {}
    for row in read_rows("movement_knots.csv"):
        if row["movement"] == movement:
            parts.setdefault(row["part"], []).append((float(row["percent"]), float(row["adults"]), float(row["older"])))
    curves = {}
    for part, rows in parts.items():
        percent, adults, older = np.array(rows).T
        young, aged = (PchipInterpolator(percent, angle)(100.0 * progress) for angle in (adults, older))
        curves[part] = np.where(old, aged, young)
    return curves


def _leading(knots: dict[str, Array], left_leads: NDArray[np.bool_]) -> dict[str, Array]:
    legs: dict[str, Array] = {"trunk": knots["trunk"]}
    for joint in ("hip", "knee", "ankle"):
        lead, trail = knots[f"{joint}_lead"], knots[f"{joint}_trail"]
        legs[f"{joint}_r"], legs[f"{joint}_l"] = np.where(left_leads, trail, lead), np.where(left_leads, lead, trail)
    return legs


def _with_trunk(parts: dict[str, Array]) -> dict[str, Array]:
    """Name legs as the skeleton does; share the trunk's lean out between pelvis and lumbar joint."""
    names = {"hip": "hip_flexion", "knee": "knee_angle", "ankle": "ankle_angle"}
    angles = {
        f"{name}_{side}": parts.get(f"{joint}_{side}", parts.get(joint, parts["trunk"]))
        for joint, name in names.items()
        for side in SIDES
    }
    # On flat feet the legs give the pelvis' tilt; in a step it takes 0.6 of the lean (assumed).
    stepping = "hip_r" in parts
    angles["pelvis_tilt"] = -0.6 * parts["trunk"] if stepping else _tilt_of_flat_feet(angles)
    angles["lumbar_extension"] = -(parts["trunk"] + angles["pelvis_tilt"])
    return angles


def _tilt_of_flat_feet(angles_deg: dict[str, Array]) -> Array:
    """Tilt of the pelvis over legs whose feet stand flat, mean of both sides."""
    right, left = (
        angles_deg[f"knee_angle_{side}"] - angles_deg[f"ankle_angle_{side}"] - angles_deg[f"hip_flexion_{side}"]
        for side in SIDES
    )
    return 0.5 * (right + left)


def _arms(
    rest: dict[str, float], there: dict[str, float], progress: Array, takes_part: tuple[Array, Array]
) -> dict[str, Array]:
    """Both arms on their way from one posture to another; ``takes_part`` 0 or 1 per person, right and left."""
    return {
        f"{name}_{side}": rest[name] + (there[name] - rest[name]) * progress * moves
        for side, moves in zip(SIDES, takes_part, strict=True)
        for name in rest
    }


def _personal(angles_deg: dict[str, Array], time_s: Array, generator: np.random.Generator) -> dict[str, Array]:
    """Add what makes each person's posture their own, and slow changes over time."""
    n = len(time_s)
    personal = {}
    for row in read_rows("movement_spread.csv"):
        midline = row["coordinate"].startswith(("pelvis", "lumbar"))
        for name in (row["coordinate"],) if midline else tuple(f"{row['coordinate']}_{side}" for side in SIDES):
            angle = angles_deg.get(name, np.zeros_like(time_s)) + float(row["constant_sd"]) * generator.standard_normal(
                (n, 1)
            )
            for _ in range(3):
                frequency, start = generator.uniform(0.2, 1.2, (n, 1)), generator.random((n, 1))
                # Three sines of equal size have this SD together.
                amplitude = float(row["slow_sd"]) * np.sqrt(2.0 / 3.0)
                angle = angle + amplitude * np.sin(2.0 * np.pi * (frequency * time_s + start))
            personal[name] = angle
    return personal


def _in_range(angles_deg: dict[str, Array], way_m: Array, coordinates: tuple[str, ...]) -> Array:
    known = {coordinate.name: coordinate for coordinate in read_skeleton().coordinates}
    values = np.zeros((*way_m.shape, len(coordinates)))
    for column, name in enumerate(coordinates):
        coordinate = known[name]
        if name in angles_deg:
            values[..., column] = np.clip(np.deg2rad(angles_deg[name]), coordinate.minimum, coordinate.maximum)
        else:
            values[..., column] = way_m if name == "pelvis_tx" else coordinate.default
    return values
