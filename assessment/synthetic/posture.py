"""Postures that several movements share: standing, arms at rest, the feet side by side, small sway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import minimum_filter1d
from scipy.spatial.transform import Rotation
from scipy.special import logsumexp

from assessment.synthetic.body import LEG_BODIES, SIDES, Body
from assessment.synthetic.plan import FootPath, foot_path
from assessment.synthetic.smooth import RATE_HZ, soften

Array = NDArray[np.float64]

# Older adults stand with slightly bent knees and a slight forward lean; means of three older people and of the
# sit-to-stand table's end (degrees).
STANDING_KNEE_DEG, STANDING_ANKLE_DEG = 12.0, 6.0
STANDING_TILT_DEG, STANDING_LUMBAR_DEG = -5.0, -1.0
# The pelvis drops towards the shorter left leg (negative list).
STANDING_LIST_DEG = -1.0
STANCE_HALF_WIDTH_M, TOE_OUT_DEG = 0.085, 6.0
# Pressure stays this far in front of the origin of calcn (the heel) while standing: mid-foot [m].
MID_FOOT_M = 0.085
ARMS_AT_REST_DEG = {"arm_flex": 2.0, "arm_add": -9.0, "arm_rot": 0.0, "elbow_flex": 18.0, "pro_sup": 60.0}
ARMS_CROSSED_DEG = {"arm_flex": 30.0, "arm_add": -5.0, "arm_rot": 55.0, "elbow_flex": 115.0, "pro_sup": 50.0}


@dataclass(frozen=True)
class Lengths:
    """Lengths of the scaled body that planning needs, right leg [m]."""

    thigh: float
    shank: float
    ankle_above_sole: float
    ankle_ahead_of_calcn: float
    ankle_above_calcn: float
    hip_in_pelvis: Array
    hip_half_width: float
    left_shorter: float

    def leg_m(self, side: str) -> float:
        """Straight leg of a side, from hip to ankle [m]."""
        return self.thigh + self.shank - self.left_shorter * (side == "l")


def lengths(body: Body) -> Lengths:
    """Measure the body in its zero pose."""
    frames = body.frames(np.zeros((1, len(body.coordinates))), LEG_BODIES)
    place = {name: origins[0] for name, (_, origins) in frames.items()}
    pelvis = place["pelvis"]
    hip, knee, ankle, calcn = (place[f"{name}_r"] for name in ("femur", "tibia", "talus", "calcn"))
    left_hip, left_ankle = (place[f"{name}_l"] for name in ("femur", "talus"))
    return Lengths(
        thigh=float(np.linalg.norm(hip - knee)),
        shank=float(np.linalg.norm(knee - ankle)),
        ankle_above_sole=float(ankle[1] - calcn[1] + body.sole_m),
        ankle_ahead_of_calcn=float(ankle[0] - calcn[0]),
        ankle_above_calcn=float(ankle[1] - calcn[1]),
        hip_in_pelvis=np.array([hip[0] - pelvis[0], hip[1] - pelvis[1], 0.0]),
        hip_half_width=float(hip[2] - pelvis[2]),
        left_shorter=float(hip[1] - ankle[1] - (left_hip[1] - left_ankle[1])),
    )


def hip_from_ankle_m(size: Lengths, knee_deg: ArrayLike, ankle_deg: ArrayLike) -> Array:
    """Forward and upward distance of the hip from the ankle of a foot that stands flat, shape (..., 2) [m]."""
    shank = np.deg2rad(np.asarray(ankle_deg, dtype=float))
    thigh = np.deg2rad(np.asarray(knee_deg, dtype=float)) - shank
    return np.stack(
        [
            size.shank * np.sin(shank) - size.thigh * np.sin(thigh),
            size.shank * np.cos(shank) + size.thigh * np.cos(thigh),
        ],
        axis=-1,
    )


def pelvis_above_hip_m(size: Lengths, tilt_rad: Array) -> Array:
    """Pelvis origin relative to the hip centre in the sagittal plane, shape (n_frames, 2) [m]."""
    x, y = -size.hip_in_pelvis[:2]
    return np.column_stack([x * np.cos(tilt_rad) - y * np.sin(tilt_rad), x * np.sin(tilt_rad) + y * np.cos(tilt_rad)])


def hips_from_ankles_m(
    size: Lengths, feet: dict[str, FootPath], pelvis_rad: Array, pelvis_m: Array
) -> dict[str, Array]:
    """Way from the ankle to the hip of each side that a leg has to span, shape (n_frames, 3) [m]."""
    turn = Rotation.from_euler("ZXY", pelvis_rad)
    spans = {}
    for side, sign in (("r", 1.0), ("l", -1.0)):
        hip = pelvis_m + turn.apply(size.hip_in_pelvis * [1.0, 1.0, 0.0] + [0.0, 0.0, sign * size.hip_half_width])
        foot = feet[side]
        ankle = foot.origin_m + foot.rotation @ np.array([size.ankle_ahead_of_calcn, size.ankle_above_calcn, 0.0])
        spans[side] = hip - ankle
    return spans


def within_reach(
    size: Lengths,
    feet: dict[str, FootPath],
    pelvis_rad: Array,
    pelvis_m: Array,
    knee_deg: ArrayLike,
    spread_s: float,
) -> Array:
    """Lower the pelvis where a leg would have to be straighter than this knee angle, shape (n_frames, 3) [m].

    The lowest of the planned height and what each leg allows, rounded over millimetres and over time (``spread_s``).
    """
    heights = [pelvis_m[:, 1]]
    for side, across in hips_from_ankles_m(size, feet, pelvis_rad, pelvis_m).items():
        leg_m = np.linalg.norm(hip_from_ankle_m(size, knee_deg, 0.0), axis=-1) - size.left_shorter * (side == "l")
        rise = np.sqrt(np.maximum(leg_m**2 - across[:, 0] ** 2 - across[:, 2] ** 2, 0.0))
        heights.append(pelvis_m[:, 1] + rise - across[:, 1])
    softness_m = 0.003
    lowest = -softness_m * logsumexp(-np.array(heights) / softness_m, axis=0)
    settled = pelvis_m.copy()
    # Lowered first for as long as the blur reaches, so that blurring cannot lift it above what the legs allow.
    settled[:, 1] = soften(minimum_filter1d(lowest, 2 * round(1.5 * spread_s * RATE_HZ) + 1), spread_s)
    return settled


def arms_rad(posture_deg: dict[str, float], n_frames: int) -> dict[str, Array]:
    """Both arms held in one posture."""
    return {
        f"{name}_{side}": np.full(n_frames, np.deg2rad(angle)) for name, angle in posture_deg.items() for side in SIDES
    }


def standing_feet(body: Body, n_frames: int) -> dict[str, FootPath]:
    """Both feet side by side, flat, at X = 0."""
    still = np.zeros(n_frames)
    return {
        side: foot_path(
            body,
            np.tile([0.0, 0.0, sign * STANCE_HALF_WIDTH_M], (n_frames, 1)),
            still,
            still,
            -sign * np.deg2rad(TOE_OUT_DEG),
        )
        for side, sign in (("r", 1.0), ("l", -1.0))
    }


def sway_m(time_s: Array, seed: int) -> Array:
    """Slow wander of the centre of pressure in quiet standing, shape (n_frames, 3) [m].

    A few sines around the mean frequency of people in their seventies, 0.3 Hz (BDS, Santos and Duarte 2016,
    doi 10.7717/peerj.2648), of 2.5 mm forward and 1.5 mm sideways each.
    """
    generator = np.random.default_rng(seed)
    wander = np.zeros((len(time_s), 3))
    for axis, amplitude in ((0, 0.0025), (2, 0.0015)):
        for frequency in (0.17, 0.31, 0.46):
            wander[:, axis] += amplitude * np.sin(2.0 * np.pi * (frequency * time_s + generator.random()))
    return wander
