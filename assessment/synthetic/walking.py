"""Walking straight on: footsteps of an older woman, feet that roll as published angles say, balance by Kajita's law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BPoly

from assessment.synthetic.body import SIDES, Body
from assessment.synthetic.plan import FootPath, Plan, foot_path, sole_point_m
from assessment.synthetic.posture import STANDING_LIST_DEG, Lengths, hips_from_ankles_m, lengths
from assessment.synthetic.smooth import RATE_HZ, periodic, ramp, soften, through
from rl_scaling.people.tables import published_curve

Array = NDArray[np.float64]

# The foot stands flat between these parts of the stride; published angles put its pitch within 2 degrees of zero.
FLAT_FROM, FLAT_TO = 0.12, 0.38
TILT_DEG = -8.2
# A plan is not made lower by less than this [m].
NEAR_ENOUGH_M = 0.001


@dataclass(frozen=True)
class Gait:
    """How somebody walks; the defaults are the bundled example's, a slower woman in her seventies.

    Her step length follows the law of 258 trials of older adults, length / leg = 1.132 Fr^0.542 with
    Fr = v / sqrt(g leg) (WBDS, Fukuchi 2018), leg 0.52 of stature, less 4 %: women take shorter and quicker steps. That
    gives 0.49 m and 116 steps a minute. Stance share, drop, swing, lowest phase, clearance, the pelvis' place and the
    excursions were found by a search that brings hip, knee and ankle of the balanced walk as near to the published
    curves as the feet allow.

    Attributes
    ----------
    speed_m_s : float
    stride_frames : int
        A stride takes a whole number of frames, so that the balance of one stride is that of all.
    recorded_s : float
        Cut from the middle of a longer walk, so that it neither starts nor stops.
    stance_share : float
        Part of the stride that a foot stands.
    excursion, hip_excursion : float
        Of the foot's pitch and of the hip, over those of the published walk.
    half_width_m, toe_out_deg : float
    mean_drop_m, swing_m, lowest_phase : float
        Pelvis height below that of straight legs, its amplitude twice a stride, and the phase at which it is lowest.
    clearance_m : float
        Lift of the swinging foot over the published way.
    pelvis_behind_strike_m : float
        The pelvis is this far behind the heel that strikes.
    pressure_from_m, pressure_way_m : float
        Way of the centre of pressure along the sole, from the origin of calcn (4 % of its rise comes before heel
        strike).
    list_deg, lumbar_deg : float
        Mean list of the pelvis and extension of the back.
    """

    speed_m_s: float = 0.95
    stride_frames: int = 62
    recorded_s: float = 5.6
    stance_share: float = 0.5933
    excursion: float = 0.8557
    hip_excursion: float = 0.7435
    half_width_m: float = 0.055
    toe_out_deg: float = 6.0
    mean_drop_m: float = 0.0295
    swing_m: float = 0.0085
    lowest_phase: float = -0.0287
    clearance_m: float = 0.0561
    pelvis_behind_strike_m: float = 0.1328
    pressure_from_m: float = -0.0172
    pressure_way_m: float = 0.17
    list_deg: float = STANDING_LIST_DEG
    lumbar_deg: float = 6.2

    @property
    def step_s(self) -> float:
        """Time from one heel strike to the other foot's [s]."""
        return 0.5 * self.stride_frames / RATE_HZ

    @property
    def stride_s(self) -> float:
        """Time from one heel strike to the next of the same foot [s]."""
        return 2.0 * self.step_s


EXAMPLE = Gait()
MARGIN_S = 1.0
"""What is planned before and after what is recorded."""


def plan(body: Body, seed: int, gait: Gait = EXAMPLE) -> Plan:  # noqa: ARG001 - every movement takes a seed
    """Walk straight on at a steady pace."""
    time_s = np.arange(round((gait.recorded_s + 2.0 * MARGIN_S) * RATE_HZ)) / RATE_HZ
    size = lengths(body)
    strikes = {side: gait.step_s * np.arange(first, 30.0, 2.0) for side, first in (("r", -4.0), ("l", -3.0))}
    phase = {side: (time_s - strikes[side][0]) / (gait.stride_s) % 1.0 for side in SIDES}
    feet = {side: _foot(body, gait, size, time_s, strikes[side], sign) for side, sign in (("r", 1.0), ("l", -1.0))}

    shares = {side: _load(gait, time_s, strikes[side]) for side in SIDES}
    both = shares["r"] + shares["l"]
    shares = {side: soften(share / both, 0.012) for side, share in shares.items()}
    # Pressure runs from the heel to the toes during stance.
    points = {}
    for side in SIDES:
        stance = np.clip(phase[side] / gait.stance_share, 0.0, 1.0)
        forward = gait.pressure_from_m + gait.pressure_way_m * ramp(stance, -0.35, 0.9)
        points[side] = _on_floor(sole_point_m(body, feet[side], forward))

    right = 2.0 * np.pi * phase["r"]
    pelvis = np.zeros((len(time_s), 3))
    pelvis[:, 0] = gait.speed_m_s * time_s - gait.pelvis_behind_strike_m
    pelvis[:, 1] = _height_m(gait, size, right)
    dip, turn = np.deg2rad(3.0), np.deg2rad(4.0)
    # The pelvis drops on the side of the swinging leg and turns forward with it.
    pelvis_list = np.deg2rad(gait.list_deg) - dip * np.sin(right - 0.3)
    pelvis_turn = turn * np.cos(right)
    still = np.ones(len(time_s))
    pelvis_rad = np.column_stack([np.deg2rad(TILT_DEG) * still, pelvis_list, pelvis_turn])
    upper = {
        "lumbar_extension": np.deg2rad(gait.lumbar_deg) * still,
        "lumbar_bending": 0.9 * dip * np.sin(right - 0.3),
        "lumbar_rotation": -1.8 * pelvis_turn,
    }
    for side, sign in (("r", 1.0), ("l", -1.0)):
        swing = -sign * np.cos(right - 0.35)
        upper |= {
            f"arm_flex_{side}": np.deg2rad(-6.0 + 13.0 * swing),
            f"arm_add_{side}": np.deg2rad(-9.0) * still,
            f"arm_rot_{side}": np.deg2rad(5.0) * still,
            f"elbow_flex_{side}": np.deg2rad(24.0 + 7.0 * swing),
            f"pro_sup_{side}": np.deg2rad(60.0) * still,
        }
    recorded = (time_s[0] + MARGIN_S, time_s[-1] - MARGIN_S)
    within = {
        side: [round(t - recorded[0], 3) for t in strikes[side] if recorded[0] < t < recorded[1]] for side in SIDES
    }
    offs = {
        side: [
            round(t + gait.stance_share * gait.stride_s - recorded[0], 3)
            for t in strikes[side]
            if recorded[0] < t + gait.stance_share * gait.stride_s < recorded[1]
        ]
        for side in SIDES
    }
    return Plan(
        time_s=time_s,
        pelvis_rad=pelvis_rad,
        pelvis_m=pelvis,
        upper_rad=upper,
        feet=feet,
        shares=shares,
        points_m=points,
        balance_weight=still,
        seat_allowed=0.0 * still,
        period_frames=gait.stride_frames,
        settle=lambda pelvis_m: pelvis_m,
        events_s={f"heel_strike_{side}": tuple(within[side]) for side in SIDES}
        | {f"toe_off_{side}": tuple(offs[side]) for side in SIDES},
    )


def lowered(body: Body, plan: Plan, gait: Gait, slack_m: float, least_m: float) -> Gait:
    """Keep both knees of a plan from being straight: walk lower throughout, or while both feet are down.

    Parameters
    ----------
    body : Body
    plan : Plan
        Of ``gait``.
    gait : Gait
    slack_m : float
        Legs stay so much shorter than straight ones [m].
    least_m : float
        Go so far, whether the plan asks for it or not [m].
    """
    size = lengths(body)
    spans = hips_from_ankles_m(size, plan.feet, plan.pelvis_rad, plan.pelvis_m)
    needs = [np.linalg.norm(span, axis=1) - size.leg_m(side) + slack_m for side, span in spans.items()]
    lacking = np.max(needs, axis=0)
    right = 2.0 * np.pi * (plan.time_s / gait.stride_s % 1.0)
    high = np.cos(2.0 * (right - 2.0 * np.pi * gait.lowest_phase)) < 0.0
    throughout_m = max(float(lacking[high].max()), 0.0)
    dip_m = 0.5 * max(float(lacking.max()) - throughout_m, least_m, 0.0)
    if throughout_m + dip_m < NEAR_ENOUGH_M:
        return gait
    return replace(gait, mean_drop_m=gait.mean_drop_m + throughout_m + dip_m, swing_m=gait.swing_m + dip_m)


def pitch_deg(phase: Array, excursion: float) -> Array:
    """Pitch of the foot over the stride, toes up positive, from published hip, knee and ankle angles."""
    curve = _pitch_curve(excursion)
    return np.where(phase < FLAT_FROM, curve(phase + 1.0), curve(phase))


@lru_cache(maxsize=4)
def _pitch_curve(excursion: float) -> Callable[[ArrayLike], Array]:
    """Pitch from where the foot stands flat to where it does so again, over phase [deg]."""
    curves = published_curve("walking")
    percent = curves["percent"]
    published_pitch = TILT_DEG + curves["hip"] - curves["knee"] + curves["ankle"]
    moving = (percent / 100.0 > FLAT_TO + 0.05) & (percent % 4 == 0)
    knots = [(FLAT_TO, 0.0)]
    knots += list(zip(percent[moving] / 100.0, excursion * published_pitch[moving], strict=True))
    landing = percent < 100.0 * FLAT_FROM - 4.0
    landing &= percent % 4 == 0
    knots += list(zip(1.0 + percent[landing] / 100.0, excursion * published_pitch[landing], strict=True))
    knots.append((1.0 + FLAT_FROM, 0.0))
    return through(knots)


@cache
def _published_series() -> tuple[Callable[[ArrayLike], Array], ...]:
    """Published hip and knee angles over phase [deg]."""
    curves = published_curve("walking")
    return tuple(periodic(curves["percent"] / 100.0, curves[name], 8) for name in ("hip", "knee"))


def _foot(body: Body, gait: Gait, size: Lengths, time_s: Array, strikes: Array, sign: float) -> FootPath:
    """One foot: planted and rolling during stance; in swing on the way of the published leg, joined without a jolt."""
    toe_out = -sign * np.deg2rad(gait.toe_out_deg)
    stride_s = gait.stride_s

    def pitch(time: Array) -> Array:
        return np.deg2rad(pitch_deg((time - strikes[0]) / stride_s % 1.0, gait.excursion))

    def planted(time: Array, strike: float, heel_pivot: float) -> Array:
        place = np.tile([strike * gait.speed_m_s, 0.0, sign * gait.half_width_m], (len(time), 1))
        return foot_path(body, place, pitch(time), np.full(len(time), heel_pivot), toe_out).origin_m

    def swinging(time: Array) -> Array:
        return _published_foot(gait, size, time, (time - strikes[0]) / stride_s, pitch(time), sign)

    def missing(strike: float, heel_pivot: float, time: Array) -> Array:
        return planted(time, strike, heel_pivot) - swinging(time)

    origin = np.zeros((len(time_s), 3))
    # Strides that begin so long before, or after, what is planned have no frame in it.
    for strike in strikes[(strikes > time_s[0] - stride_s) & (strikes <= time_s[-1])]:
        middle = strike + 0.5 * (FLAT_FROM + FLAT_TO) * stride_s
        off, landing = strike + gait.stance_share * stride_s, strike + stride_s
        for start, stop, pivot in ((strike, middle, 1.0), (middle, off, 0.0)):
            now = _between(time_s, start, stop)
            origin[now] = planted(time_s[now], strike, pivot)
        now = _between(time_s, off, landing)
        gaps = [
            _ends(partial(missing, strike, 0.0), off),
            _ends(partial(missing, landing, 1.0), landing),
        ]
        origin[now] = swinging(time_s[now]) + BPoly.from_derivatives([off, landing], gaps)(time_s[now])
        # The published leg belongs to longer thighs and another pelvis: lift the toes clear of the floor.
        swing_s = landing - off
        lift = ramp(time_s[now], off, off + 0.6 * swing_s) - ramp(time_s[now], off + 0.6 * swing_s, landing)
        origin[now, 1] += gait.clearance_m * lift
    flat = foot_path(body, np.zeros((len(time_s), 3)), pitch(time_s), np.zeros(len(time_s)), toe_out)
    return FootPath(flat.rotation, origin, flat.toes_rad)


def _between(time_s: Array, start_s: float, stop_s: float) -> NDArray[np.bool_]:
    """Frames of a half-open interval; events that fall on a frame must not slip through by rounding."""
    return (time_s >= start_s - 1e-9) & (time_s < stop_s - 1e-9)


def _published_foot(gait: Gait, size: Lengths, time_s: Array, phase: Array, pitch_rad: Array, sign: float) -> Array:
    """Where published hip and knee angles put the origin of ``calcn`` below the planned pelvis, shape (n_frames, 3)."""
    curves = published_curve("walking")
    hip, knee = (series(phase) for series in _published_series())
    thigh = np.deg2rad(TILT_DEG + np.mean(curves["hip"]) + gait.hip_excursion * (hip - np.mean(curves["hip"])))
    shank = thigh - np.deg2rad(knee)
    half_turn = np.pi * (sign < 0.0)
    top = _height_m(gait, size, 2.0 * np.pi * phase + half_turn) + size.hip_in_pelvis[1]
    ahead = gait.speed_m_s * time_s - gait.pelvis_behind_strike_m + size.hip_in_pelvis[0]
    ankle_x = ahead + size.thigh * np.sin(thigh) + size.shank * np.sin(shank)
    ankle_y = top - size.thigh * np.cos(thigh) - size.shank * np.cos(shank)
    x, y = size.ankle_ahead_of_calcn, size.ankle_above_calcn
    return np.column_stack(
        [
            ankle_x - x * np.cos(pitch_rad) + y * np.sin(pitch_rad),
            ankle_y - x * np.sin(pitch_rad) - y * np.cos(pitch_rad),
            np.full(len(time_s), sign * gait.half_width_m),
        ]
    )


def _ends(path: Callable[[Array], Array], time_s: float) -> list[Array]:
    """Value, first and second derivative of a path at one time, by central differences."""
    step = 1e-3
    before, here, after = path(np.array([time_s - step, time_s, time_s + step]))
    return [here, (after - before) / (2.0 * step), (after - 2.0 * here + before) / step**2]


def _load(gait: Gait, time_s: Array, strikes: Array) -> Array:
    """Load of one foot, 0-1, rising and falling over the time that both feet are down."""
    stance_s = gait.stance_share * gait.stride_s
    both_s = stance_s - gait.step_s
    load = np.zeros(len(time_s))
    for strike in strikes:
        load += ramp(time_s, strike, strike + both_s) - ramp(time_s, strike + stance_s - both_s, strike + stance_s)
    return load


def _on_floor(point_m: Array) -> Array:
    point_m = point_m.copy()
    point_m[:, 1] = 0.0
    return point_m


def _height_m(gait: Gait, size: Lengths, right_phase: Array) -> Array:
    """Pelvis height: lowest when both feet are down, highest over the standing leg."""
    top = size.thigh + size.shank + size.ankle_above_sole - size.hip_in_pelvis[1]
    return top - gait.mean_drop_m - gait.swing_m * np.cos(2.0 * (right_phase - 2.0 * np.pi * gait.lowest_phase))
