"""Pick a light object up from a low table. SCHEMATIC: depth after studies of older adults, no measured curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Body
from assessment.synthetic.plan import Plan, sole_point_m
from assessment.synthetic.posture import (
    ARMS_AT_REST_DEG,
    MID_FOOT_M,
    STANDING_KNEE_DEG,
    STANDING_LIST_DEG,
    STANDING_LUMBAR_DEG,
    STANDING_TILT_DEG,
    arms_rad,
    hip_from_ankle_m,
    lengths,
    standing_feet,
    sway_m,
)
from assessment.synthetic.smooth import RATE_HZ, ramp

Array = NDArray[np.float64]

DURATION_S = 6.0
DOWN_S, UP_S = (1.2, 2.6), (3.1, 4.5)
# Older adults bend the trunk more and the knees less than young ones (Glinka 2015, doi 10.1016/j.humov.2015.09.004);
# for a table of 45 cm: trunk about 65 degrees, knees about 50 (assumed).
KNEE_DEG, TILT_DEG, LUMBAR_DEG = 52.0, -38.0, -31.0
REACH_DEG = {"arm_flex": 66.0, "arm_add": -3.0, "arm_rot": 0.0, "elbow_flex": 12.0, "pro_sup": 80.0}


def plan(body: Body, seed: int) -> Plan:
    """Stand, reach down with both hands, pause, straighten up, stand. The object's weight is left out."""
    time_s = np.arange(round(DURATION_S * RATE_HZ)) / RATE_HZ
    n_frames = len(time_s)
    down = ramp(time_s, *DOWN_S) - ramp(time_s, *UP_S)
    # Arms start a little later and are back a little earlier than the trunk.
    reach = ramp(time_s, DOWN_S[0] + 0.2, DOWN_S[1]) - ramp(time_s, UP_S[0], UP_S[1] - 0.2)

    def between(standing_deg: float, low_deg: float, way: Array) -> Array:
        return np.deg2rad(standing_deg + (low_deg - standing_deg) * way)

    size = lengths(body)
    tilt = between(STANDING_TILT_DEG, TILT_DEG, down)
    knee_deg = np.rad2deg(between(STANDING_KNEE_DEG, KNEE_DEG, down))
    leg_m = np.linalg.norm(hip_from_ankle_m(size, knee_deg, 0.0), axis=1)
    hip_to_pelvis_x, hip_to_pelvis_y = -size.hip_in_pelvis[:2]
    ahead = hip_to_pelvis_x * np.cos(tilt) - hip_to_pelvis_y * np.sin(tilt) + size.ankle_ahead_of_calcn
    above = hip_to_pelvis_x * np.sin(tilt) + hip_to_pelvis_y * np.cos(tilt) + size.ankle_above_sole

    def settle(pelvis_m: Array) -> Array:
        """Keep the leg as long as planned wherever balance puts the hip."""
        settled = pelvis_m.copy()
        settled[:, 1] = np.sqrt(leg_m**2 - (pelvis_m[:, 0] - ahead) ** 2) + above
        return settled

    feet = standing_feet(body, n_frames)
    sway = sway_m(time_s, seed)
    still = np.zeros(n_frames)
    arms = arms_rad(ARMS_AT_REST_DEG, n_frames)
    for name, low_deg in REACH_DEG.items():
        for side in ("r", "l"):
            arms[f"{name}_{side}"] = between(ARMS_AT_REST_DEG[name], low_deg, reach)
    return Plan(
        time_s=time_s,
        pelvis_rad=np.column_stack([tilt, still + np.deg2rad(STANDING_LIST_DEG), still]),
        pelvis_m=np.column_stack([ahead - 0.10 * down, still, still]),
        upper_rad=arms | {"lumbar_extension": between(STANDING_LUMBAR_DEG, LUMBAR_DEG, down)},
        feet=feet,
        shares={side: np.full(n_frames, 0.5) for side in feet},
        points_m={side: sole_point_m(body, foot, MID_FOOT_M) + sway for side, foot in feet.items()},
        balance_weight=np.ones(n_frames),
        seat_allowed=still,
        period_frames=0,
        settle=settle,
        events_s={"bends": DOWN_S[:1], "lowest": (DOWN_S[1], UP_S[0]), "upright": UP_S[1:]},
    )
