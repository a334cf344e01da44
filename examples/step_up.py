"""One step up with the right leg first. SCHEMATIC: timed after descriptions in the literature, no measured curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Body
from assessment.synthetic.plan import FootPath, Plan, foot_path, sole_point_m
from assessment.synthetic.posture import (
    ARMS_AT_REST_DEG,
    MID_FOOT_M,
    STANCE_HALF_WIDTH_M,
    STANDING_KNEE_DEG,
    STANDING_LIST_DEG,
    STANDING_LUMBAR_DEG,
    STANDING_TILT_DEG,
    TOE_OUT_DEG,
    arms_rad,
    hip_from_ankle_m,
    lengths,
    pelvis_above_hip_m,
    sway_m,
    within_reach,
)
from assessment.synthetic.smooth import RATE_HZ, bump, ramp, soften

Array = NDArray[np.float64]

# A step of 17 cm, within the 17-18 cm of studied stairs; depth of the step forward.
STEP_HEIGHT_M, STEP_FORWARD_M = 0.17, 0.32
DURATION_S = 6.0
# Seconds: weight to the left, right foot up, weight over, left foot up, both feet up.
SHIFT, LEAD, TRANSFER, TRAIL, SETTLE = (1.0, 1.6), (1.5, 2.4), (2.3, 3.0), (2.85, 3.8), (3.7, 4.4)
CLEARANCE_M = 0.035
TRUNK_LEAN_DEG = 24.0


def plan(body: Body, seed: int) -> Plan:
    """Stand, step up with the right leg, bring the left one, stand."""
    time_s = np.arange(round(DURATION_S * RATE_HZ)) / RATE_HZ
    n_frames = len(time_s)
    rise_s = (TRANSFER[0] + 0.25, TRAIL[1] + 0.1)
    feet = {
        "r": _stepping_foot(body, time_s, 1.0, LEAD, push_off_deg=-18.0),
        "l": _stepping_foot(body, time_s, -1.0, TRAIL, push_off_deg=-36.0),
    }
    right = 0.5 * (1.0 - ramp(time_s, *SHIFT)) + ramp(time_s, *TRANSFER) - 0.5 * ramp(time_s, *SETTLE)
    shares = {"r": right, "l": 1.0 - right}
    sway = sway_m(time_s, seed) * (1.0 - ramp(time_s, 0.5, 1.0) + ramp(time_s, 4.3, 5.0))[:, None]
    # The left foot pushes off from its ball.
    forward = {
        "r": np.full(n_frames, MID_FOOT_M),
        "l": MID_FOOT_M + (body.ball_m[0] - MID_FOOT_M) * (ramp(time_s, 2.3, 2.8) - ramp(time_s, 3.2, 3.7)),
    }
    points = {side: sole_point_m(body, feet[side], forward[side]) + sway for side in feet}

    size = lengths(body)
    standing = hip_from_ankle_m(size, STANDING_KNEE_DEG, 0.0)
    lean = np.deg2rad(TRUNK_LEAN_DEG) * soften(bump(time_s, LEAD[0] + 0.3, TRAIL[1] + 0.1), 0.05)
    tilt = np.deg2rad(STANDING_TILT_DEG) - 0.6 * lean
    to_pelvis = pelvis_above_hip_m(size, tilt)
    height = np.hypot(*standing) + size.ankle_above_sole + to_pelvis[:, 1]
    up = STEP_HEIGHT_M * ramp(time_s, *rise_s)
    lateral = np.deg2rad(STANDING_LIST_DEG) + np.deg2rad(3.0) * (
        -soften(bump(time_s, LEAD[0], LEAD[1]), 0.05) + soften(bump(time_s, TRAIL[0], TRAIL[1]), 0.05)
    )
    pelvis = np.column_stack(
        [
            size.ankle_ahead_of_calcn + to_pelvis[:, 0] + STEP_FORWARD_M * ramp(time_s, *TRANSFER),
            height + up - 0.012 * bump(time_s, SHIFT[0] + 0.1, TRANSFER[1]),
            np.zeros(n_frames),
        ]
    )
    straightest_deg = STANDING_KNEE_DEG - 2.0 + 10.0 * (ramp(time_s, 2.2, 2.6) - ramp(time_s, 3.6, 4.2))
    pelvis_rad = np.column_stack([tilt, lateral, np.zeros(n_frames)])
    return Plan(
        time_s=time_s,
        pelvis_rad=pelvis_rad,
        pelvis_m=pelvis,
        upper_rad=arms_rad(ARMS_AT_REST_DEG, n_frames)
        | {"lumbar_extension": np.deg2rad(STANDING_LUMBAR_DEG) - 0.4 * lean, "lumbar_bending": -0.8 * lateral},
        feet=feet,
        shares=shares,
        points_m=points,
        balance_weight=np.ones(n_frames),
        seat_allowed=np.zeros(n_frames),
        period_frames=0,
        settle=lambda pelvis_m: within_reach(size, feet, pelvis_rad, pelvis_m, straightest_deg, 0.05),
        events_s={
            "lead_foot_off": LEAD[:1],
            "lead_foot_on": LEAD[1:],
            "trail_foot_off": TRAIL[:1],
            "trail_foot_on": TRAIL[1:],
        },
    )


def _stepping_foot(
    body: Body, time_s: Array, sign: float, swing_s: tuple[float, float], push_off_deg: float
) -> FootPath:
    off, on = swing_s
    duration = on - off
    place = np.zeros((len(time_s), 3))
    place[:, 2] = sign * STANCE_HALF_WIDTH_M
    # Up before forward, so that the toes pass the edge of the step.
    place[:, 0] = STEP_FORWARD_M * ramp(time_s, off + 0.15 * duration, on)
    place[:, 1] = STEP_HEIGHT_M * ramp(time_s, off, off + 0.7 * duration) + CLEARANCE_M * bump(time_s, off, on)
    pitch = np.deg2rad(push_off_deg) * (
        ramp(time_s, off - 0.45, off + 0.10) - ramp(time_s, off + 0.3 * duration, on - 0.05)
    )
    return foot_path(body, place, pitch, np.zeros(len(time_s)), -sign * np.deg2rad(TOE_OUT_DEG))
