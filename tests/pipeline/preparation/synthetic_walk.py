"""A person of rods who walks, with the names of the study markers: truth for tests of marker preparation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from models.markers import MarkerTrajectories

Array = NDArray[np.float64]

HIP_HEIGHT_M, THIGH_M, SHANK_M = 0.87, 0.40, 0.41
STRIDE_S, SPEED_M_S = 1.1, 1.2

# Offsets from the upper joint, right side [m]: forward, up (along the segment), to the right.
_PELVIS = {
    "ASIS": (0.09, 0.09, 0.12),
    "PSIS": (-0.09, 0.09, 0.05),
    "HJC": (0.0, 0.0, 0.09),
}
_THIGH = {
    "knee": (0, -THIGH_M, 0.06),
    "mknee": (0, -THIGH_M, -0.05),
    "thigh1": (0.06, -0.15, 0.06),
    "thigh2": (0.06, -0.28, 0.05),
    "thigh3": (-0.05, -0.2, 0.07),
}
_SHANK = {
    "ankle": (0, -SHANK_M, 0.05),
    "mankle": (0, -SHANK_M, -0.04),
    "sh1": (0.04, -0.1, 0.05),
    "sh2": (0.04, -0.25, 0.04),
    "sh3": (-0.03, -0.18, 0.05),
}
_FOOT = {"calc": (-0.05, -0.045, 0.0), "toe": (0.165, -0.06, 0.0), "5meta": (0.11, -0.07, 0.06)}
_TORSO = {"shoulder": (0.0, 0.5, 0.17)}


def walk(
    *, rate_hz: float = 60.0, seconds: float = 4.0, turn_rad_s: float = 0.0, jitter: bool = False, seed: int = 0
) -> MarkerTrajectories:
    """Markers of a person who walks along X, or in a circle.

    ``jitter`` adds the noise measured in clean OpenCap recordings: 2.0, 1.5 and 1.0 mm that all markers share, and
    0.5 mm per axis of every marker's own.
    """
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    n = len(time_s)
    heading = turn_rad_s * time_s
    step = SPEED_M_S / rate_hz * np.stack((np.cos(heading), np.zeros(n), -np.sin(heading)), axis=1)
    pelvis = np.cumsum(step, axis=0) + np.array([0, HIP_HEIGHT_M, 0])
    phase = 2 * np.pi * time_s / STRIDE_S
    pelvis[:, 1] += 0.015 * np.cos(2 * phase)
    facing = Rotation.from_rotvec(np.stack((np.zeros(n), heading, np.zeros(n)), axis=1))
    paths: dict[str, Array] = {"C7_study": pelvis + facing.apply((-0.05, 0.58, 0.0))}
    for prefix, side, offset in (("r", 1.0, 0.0), ("L", -1.0, np.pi)):
        mirror = np.array([1.0, 1.0, side])
        swing = 0.42 * np.sin(phase + offset)
        flexion = 0.1 + 0.45 * (1 + np.cos(phase + offset)) ** 2 / 2
        thigh = facing * _pitch(swing)
        shank = facing * _pitch(swing - flexion)
        foot = facing * _pitch(0.3 * (swing - flexion))
        hip = pelvis + facing.apply(np.array(_PELVIS["HJC"]) * mirror)
        knee = hip + thigh.apply((0, -THIGH_M, 0))
        ankle = knee + shank.apply((0, -SHANK_M, 0))
        for origin, turn, markers in (
            (pelvis, facing, _PELVIS | _TORSO),
            (hip, thigh, _THIGH),
            (knee, shank, _SHANK),
            (ankle, foot, _FOOT),
        ):
            for kind, place in markers.items():
                paths[_name(prefix, kind)] = origin + turn.apply(np.array(place) * mirror)
    positions_m = np.stack(list(paths.values()), axis=1)
    if jitter:
        rng = np.random.default_rng(seed)
        positions_m = positions_m + rng.normal(0, (2e-3, 1.5e-3, 1e-3), (n, 1, 3))
        positions_m += rng.normal(0, 5e-4, positions_m.shape)
    return MarkerTrajectories(tuple(paths), positions_m, time_s)


def _pitch(angle: Array) -> Rotation:
    """Turn about the axis to the right: positive brings the lower end forward."""
    return Rotation.from_rotvec(np.stack((np.zeros_like(angle), np.zeros_like(angle), angle), axis=1))


def _name(prefix: str, kind: str) -> str:
    if kind == "HJC":
        return f"{prefix.upper()}HJC_study"
    return f"{prefix}.{kind}_study" if kind in ("ASIS", "PSIS") else f"{prefix}_{kind}_study"
