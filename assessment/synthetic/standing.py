"""The neutral trial: quiet standing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.synthetic.body import Body
from assessment.synthetic.plan import Plan, sole_point_m
from assessment.synthetic.posture import (
    ARMS_AT_REST_DEG,
    MID_FOOT_M,
    STANDING_LIST_DEG,
    arms_rad,
    hip_from_ankle_m,
    lengths,
    pelvis_above_hip_m,
    standing_feet,
    sway_m,
    within_reach,
)
from assessment.synthetic.smooth import RATE_HZ

# As asked for at the neutral trial: as upright as she can.
UPRIGHT_KNEE_DEG, UPRIGHT_ANKLE_DEG, UPRIGHT_TILT_DEG, UPRIGHT_LUMBAR_DEG = 6.0, 4.0, -1.0, 0.0
ARMS_APART_DEG = ARMS_AT_REST_DEG | {"arm_add": -14.0}


@dataclass(frozen=True)
class Stance:
    """How somebody stands still; the defaults are the bundled example's.

    Attributes
    ----------
    recorded_s : float
    list_deg : float
        Of the pelvis.
    lumbar_deg : float
        Extension of the back.
    mid_foot_m : float
        Where pressure stays, ahead of the origin of calcn (the heel).
    """

    recorded_s: float = 1.6
    list_deg: float = STANDING_LIST_DEG
    lumbar_deg: float = UPRIGHT_LUMBAR_DEG
    mid_foot_m: float = MID_FOOT_M


EXAMPLE = Stance()


def plan(body: Body, seed: int, stance: Stance = EXAMPLE) -> Plan:
    """Stand with the arms a little apart from the body."""
    n_frames = round(stance.recorded_s * RATE_HZ)
    time_s = np.arange(n_frames) / RATE_HZ
    size = lengths(body)
    still = np.zeros(n_frames)
    tilt = still + np.deg2rad(UPRIGHT_TILT_DEG)
    hip = hip_from_ankle_m(size, UPRIGHT_KNEE_DEG, UPRIGHT_ANKLE_DEG)
    sagittal = hip + pelvis_above_hip_m(size, tilt) + [size.ankle_ahead_of_calcn, size.ankle_above_sole]
    feet = standing_feet(body, n_frames)
    pelvis_rad = np.column_stack([tilt, still + np.deg2rad(stance.list_deg), still])
    return Plan(
        time_s=time_s,
        pelvis_rad=pelvis_rad,
        pelvis_m=np.column_stack([sagittal, still]),
        upper_rad=arms_rad(ARMS_APART_DEG, n_frames) | {"lumbar_extension": still + np.deg2rad(stance.lumbar_deg)},
        feet=feet,
        shares=dict.fromkeys(feet, still + 0.5),
        points_m={
            side: sole_point_m(body, foot, stance.mid_foot_m) + sway_m(time_s, seed) for side, foot in feet.items()
        },
        balance_weight=still + 1.0,
        seat_allowed=still,
        period_frames=0,
        settle=lambda pelvis_m: within_reach(size, feet, pelvis_rad, pelvis_m, UPRIGHT_KNEE_DEG, 0.1),
        events_s={},
    )
