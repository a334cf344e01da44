"""Five-times sit-to-stand: published rising curves, slowed to an older woman's time; sitting down is the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.synthetic.body import Body
from assessment.synthetic.plan import Plan, sole_point_m
from assessment.synthetic.posture import (
    ARMS_CROSSED_DEG,
    MID_FOOT_M,
    STANDING_ANKLE_DEG,
    STANDING_KNEE_DEG,
    STANDING_LIST_DEG,
    STANDING_LUMBAR_DEG,
    STANDING_TILT_DEG,
    Lengths,
    arms_rad,
    hip_from_ankle_m,
    lengths,
    pelvis_above_hip_m,
    standing_feet,
    sway_m,
)
from assessment.synthetic.smooth import RATE_HZ, ramp, soften, through
from rl_scaling.people.tables import published_curve

Array = NDArray[np.float64]

# The point of the pelvis that rests on the chair (generic pelvis frame, below the hip centre).
ISCHIUM_BELOW_HIP_M, ISCHIUM_BEHIND_HIP_M = 0.065, 0.02
SEATED_ANKLE_DEG = 12.0
# Part of the rise over which the weight leaves the chair (seat-off at 40 % of the published curve).
LIFT_OFF = (0.22, 0.42)
# Blur of the tabulated curves: they have a knot every 10 % and come from people who rise faster.
SOFTENING_S = 0.09
REPETITIONS = 5
# Each rise differs a little: duration and depth of the trunk's lean, standard deviations within one person.
DURATION_SD, LEAN_SD = 0.03, 0.05


@dataclass(frozen=True)
class Rising:
    """How somebody rises and sits down; the defaults are the bundled example's.

    People over 70 rise in 1.1 s and sit down in 1.7 s, five times in 15.5 s (at-home videos, n 27); the published curve
    begins with the trunk, earlier than those videos count.

    Attributes
    ----------
    seat_height_m : float
        43 cm, as clinics use.
    rise_s, stand_s, sit_s, rest_s : float
        From the first lean to standing, pause, way down, pause.
    quiet_start_s, quiet_end_s : float
        Recorded before the first rise, and after the last descent.
    lean : float
        How far the trunk leans, over the published curve.
    list_deg, lower_m : float
        Of the pelvis: its list, and how much lower it is than a right leg with the planned angles would have it.
    mid_foot_m, near_ankle_m : float
        Where pressure stays while standing, and where it comes onto the feet, ahead of the origin of calcn (the heel).
    """

    seat_height_m: float = 0.43
    rise_s: float = 1.60
    stand_s: float = 0.15
    sit_s: float = 1.40
    rest_s: float = 0.05
    quiet_start_s: float = 1.2
    quiet_end_s: float = 1.0
    lean: float = 1.0
    list_deg: float = STANDING_LIST_DEG
    lower_m: float = 0.0
    mid_foot_m: float = MID_FOOT_M
    near_ankle_m: float = 0.055


EXAMPLE = Rising()


def plan(body: Body, seed: int, rising: Rising = EXAMPLE) -> Plan:
    """Sit quietly, rise and sit down five times with arms crossed, sit quietly."""
    generator = np.random.default_rng(seed)
    progress, lean, events = _schedule(generator, rising)
    time_s = np.arange(len(progress)) / RATE_HZ
    size = lengths(body)
    curves = published_curve("sit_to_stand")

    tilt_deg = _to_standing(curves["percent"], curves["pelvis_tilt"], STANDING_TILT_DEG)(progress)
    lumbar_deg = _to_standing(curves["percent"], curves["lumbar_extension"], STANDING_LUMBAR_DEG)(progress)
    # The lean beyond what sitting and standing ask for varies from rise to rise.
    tilt_deg, lumbar_deg = (soften(angle * lean, SOFTENING_S) for angle in (tilt_deg, lumbar_deg))

    tilt = np.deg2rad(tilt_deg)
    knee_deg, ankle_deg, seated_hip = _legs(progress, size, rising.seat_height_m)
    knee_deg, ankle_deg = soften(knee_deg, SOFTENING_S), soften(ankle_deg, SOFTENING_S)
    ischium_to_hip = _turned(np.array([ISCHIUM_BEHIND_HIP_M, ISCHIUM_BELOW_HIP_M]), tilt)
    on_chair = seated_hip + ischium_to_hip - ischium_to_hip[0]
    on_legs = hip_from_ankle_m(size, knee_deg, ankle_deg) - [0.0, rising.lower_m]
    free = soften(ramp(progress, *LIFT_OFF), SOFTENING_S)[:, None]
    hip = (1.0 - free) * on_chair + free * on_legs
    leg_m = np.linalg.norm(hip, axis=1)
    hip_to_pelvis = pelvis_above_hip_m(size, tilt)
    pelvis_xy = hip + hip_to_pelvis + [size.ankle_ahead_of_calcn, size.ankle_above_sole]
    risen = (hip - ischium_to_hip)[:, 1] - (seated_hip - ischium_to_hip[0])[1]

    def settle(pelvis_m: Array) -> Array:
        """Keep the leg as long as planned wherever balance puts the hip."""
        ahead = pelvis_m[:, 0] - hip_to_pelvis[:, 0] - size.ankle_ahead_of_calcn
        settled = pelvis_m.copy()
        settled[:, 1] = np.sqrt(leg_m**2 - ahead**2) + size.ankle_above_sole + hip_to_pelvis[:, 1]
        return settled

    feet = standing_feet(body, len(time_s))
    off_seat = soften(ramp(risen, 0.005, 0.035), SOFTENING_S)
    sway = sway_m(time_s, seed) * ramp(risen, 0.10, 0.30)[:, None]
    # Pressure comes onto the feet near the ankle and moves to mid-foot as the body rises.
    ahead = rising.near_ankle_m + (rising.mid_foot_m - rising.near_ankle_m) * ramp(risen, 0.05, 0.30)
    points = {side: sole_point_m(body, foot, ahead) + sway for side, foot in feet.items()}
    points["seat"] = np.tile(
        [(seated_hip - ischium_to_hip[0])[0] + size.ankle_ahead_of_calcn + 0.01, rising.seat_height_m, 0.0],
        (len(time_s), 1),
    )
    still = np.zeros(len(time_s))
    return Plan(
        time_s=time_s,
        pelvis_rad=np.column_stack([tilt, still + np.deg2rad(rising.list_deg), still]),
        pelvis_m=np.column_stack([pelvis_xy, still]),
        upper_rad=arms_rad(ARMS_CROSSED_DEG, len(time_s)) | {"lumbar_extension": np.deg2rad(lumbar_deg)},
        feet=feet,
        shares={side: np.full(len(time_s), 0.5) for side in feet},
        points_m=points,
        balance_weight=off_seat,
        seat_allowed=soften(1.0 - ramp(risen, 0.02, 0.05), 0.02),
        period_frames=0,
        settle=settle,
        events_s=events,
    )


def _schedule(generator: np.random.Generator, rising: Rising) -> tuple[Array, Array, dict[str, tuple[float, ...]]]:
    """Progress of the rise (0 seated, 1 standing) and depth of lean for every frame, and when each rise happens."""
    begins, stands, leaves, sits, depths = [], [], [], [], []
    now = rising.quiet_start_s
    for _ in range(REPETITIONS):
        pace = 1.0 + DURATION_SD * generator.standard_normal()
        depths.append(rising.lean + LEAN_SD * generator.standard_normal())
        begins.append(now)
        stands.append(begins[-1] + rising.rise_s * pace)
        leaves.append(stands[-1] + rising.stand_s)
        sits.append(leaves[-1] + rising.sit_s * pace)
        now = sits[-1] + rising.rest_s
    time_s = np.arange(round((now + rising.quiet_end_s) * RATE_HZ)) / RATE_HZ
    progress, lean = np.zeros(len(time_s)), np.ones(len(time_s))
    for begin, stand, leave, sit, depth in zip(begins, stands, leaves, sits, depths, strict=True):
        progress += _steady(time_s, begin, stand) - _steady(time_s, leave, sit)
        lean += (depth - 1.0) * (ramp(time_s, begin, begin + 0.5) - ramp(time_s, sit - 0.5, sit))
    events = {
        "rise_begins": tuple(np.round(begins, 3)),
        "standing": tuple(np.round(stands, 3)),
        "sitting_begins": tuple(np.round(leaves, 3)),
        "seated": tuple(np.round(sits, 3)),
    }
    return progress, lean, events


def _steady(time_s: Array, start_s: float, end_s: float) -> Array:
    """Run from 0 to 1 at a steady pace with soft ends, so that the published curve keeps its shape."""
    soft = 0.25 * (end_s - start_s)
    fine = np.linspace(start_s - 0.1, end_s + 0.1, 2000)
    pace = ramp(fine, start_s, start_s + soft) - ramp(fine, end_s - soft, end_s)
    way = np.concatenate([[0.0], np.cumsum(0.5 * (pace[1:] + pace[:-1]))])
    return np.interp(time_s, fine, way / way[-1])


def _to_standing(percent: Array, angle_deg: Array, standing_deg: float) -> Callable[[ArrayLike], Array]:
    """Published angle over progress 0-1; the last tenth goes on to quiet standing."""
    points = list(zip(percent / 115.0, angle_deg, strict=True))
    return through([*points, (1.0, standing_deg)])


def _legs(progress: Array, size: Lengths, seat_height_m: float) -> tuple[Array, Array, Array]:
    """Knee and ankle angle over time [deg], and the seated hip relative to the ankle [m].

    The published curve, stretched to begin at the knee angle that the chair's height gives and to end in standing.
    """
    curves = published_curve("sit_to_stand")
    tilt = np.deg2rad(curves["pelvis_tilt"][:1])
    rest = _turned(np.array([ISCHIUM_BEHIND_HIP_M, ISCHIUM_BELOW_HIP_M]), tilt)[0]
    shank = np.deg2rad(SEATED_ANKLE_DEG)
    hip_up = seat_height_m + rest[1] - size.ankle_above_sole
    seated_knee_deg = np.rad2deg(np.arccos((hip_up - size.shank * np.cos(shank)) / size.thigh) + shank)
    knee, ankle = curves["knee"], curves["ankle"]
    stretch = (seated_knee_deg - STANDING_KNEE_DEG) / (knee[0] - knee[-1])
    knee = STANDING_KNEE_DEG + (knee - knee[-1]) * stretch
    ankle = ankle + (SEATED_ANKLE_DEG - ankle[0]) * (1.0 - curves["percent"] / 100.0)
    seated_hip = hip_from_ankle_m(size, seated_knee_deg, SEATED_ANKLE_DEG)
    return (
        _to_standing(curves["percent"], knee, STANDING_KNEE_DEG)(progress),
        _to_standing(curves["percent"], ankle, STANDING_ANKLE_DEG)(progress),
        seated_hip,
    )


def _turned(vector: Array, tilt_rad: Array) -> Array:
    """Rotate a sagittal vector by the pelvis' tilt, shape (n_frames, 2)."""
    x, y = vector
    return np.column_stack([x * np.cos(tilt_rad) - y * np.sin(tilt_rad), x * np.sin(tilt_rad) + y * np.cos(tilt_rad)])
