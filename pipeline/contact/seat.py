"""The seat: how its load falls as the pelvis rises, and where it bears.

The height of the seat and the firmness of its cushion are learnt from the movement: the nearer the pelvis is to its
lowest place, the more the seat bears. How much is read from the moment of the total wrench, which a load at the seat
turns the other way than a load under the feet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import expit, logit

from pipeline.contact.feet import resting_point_m
from pipeline.contact.ground.floor import Footprint
from pipeline.contact.ground.soles import horizontal, to_the_right
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.problem.patches import Layout, Patch
from pipeline.contact.problem.solver import Rows
from pipeline.contact.wrench import Wrench
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array, ContactForce, SeatOff

SEAT_BODY = "pelvis"
# Ischial tuberosities in the generic pelvis, right side [m].
ISCHIUM_M = np.array([-0.075, -0.135, 0.055])
# Thighs reach the edge of the seat about so far from the hip, along the femur [m].
THIGH_CONTACT_M = np.array([0.0, -0.12, 0.0])
# The rest height is a low quantile of the ischium's heights: some noise, no single frame.
REST_QUANTILE = 0.02
# What is expected before the movement is seen, with standard deviations: half the load is gone 30 mm above the lowest
# place, over a width of 6 mm, and the seat bears nearly all while it bears. Wide: cushions and people differ.
HALF_RISE_M, HALF_RISE_SD_M = 0.030, 0.010
WIDTH_M, WIDTH_SD_M = 0.006, 0.003
FULL_SHARE, FULL_SHARE_SD = 0.90, 0.20
# Higher than this nobody sits: frames above do not speak about the law [m].
HIGHEST_RISE_M = 0.10
# The centre of pressure under the feet is known to 5 cm when the load of the seat is read from the moment; the error
# lasts about ten frames.
FEET_PLACE_SD_M = 0.05
INDEPENDENT_EVERY = 10
# The law holds to so much of the total load, and its heights to so much [m].
SHARE_SD, RISE_SD_M = 0.04, 0.004
# A seat that never bears as much of the load as this is none: squats on plates read as rises leave up to a quarter for
# one, rises nearly all (OpenCap lab validation, subject 4).
LEAST_FULL_SHARE = 0.4
# The end of the law against plates, which see it earlier by so much on average (benchmarks.dynamics) [s].
SEAT_OFF_SD_S = 0.025
# A share of the load below this is none: it defines seat-off.
NO_LOAD = 0.05
# The load rests 1 cm in front of the ischia, give or take 4 cm; its shear is its share of the total, to 0.5 N/kg.
AHEAD_OF_ISCHIUM_M = 0.01
SEAT_PLACE_SD_M = (0.04, 0.04)
SEAT_SHEAR_SD = 0.5
# Cloth on a seat; and buttocks do not twist on it.
SEAT_FRICTION, SEAT_FREE_MOMENT_ARM_M = 0.7, 0.04
# Buttocks and thighs reach this far behind, ahead and to the side of the ischia.
SEAT_REACH_M = (-0.10, 0.25)
SEAT_HALF_WIDTH_M = 0.15


@dataclass(frozen=True)
class SeatLaw:
    """Share of the vertical load that the seat bears, against the rise of the ischia over their lowest place.

    Attributes
    ----------
    half_rise_m, half_rise_sd_m : float
        Rise at which half the load has gone, and its standard deviation [m].
    width_m : float
        Steepness of the transition [m].
    full_share : float
        Share while seated.
    """

    half_rise_m: float
    half_rise_sd_m: float
    width_m: float
    full_share: float

    @property
    def bears(self) -> bool:
        """Whether anything is sat on at all."""
        return self.full_share > LEAST_FULL_SHARE

    @property
    def seat_off_rise_m(self) -> float:
        """Rise from which the seat bears less than `NO_LOAD` [m]."""
        return float(self.half_rise_m - self.width_m * logit(NO_LOAD))

    @property
    def free_rise_m(self) -> float:
        """Rise from which nothing under the thighs needs to be feared: a standard deviation later [m]."""
        return self.seat_off_rise_m + self.rise_sd_m

    @property
    def rise_sd_m(self) -> float:
        """Standard deviation of the heights of the law [m]."""
        return float(np.hypot(RISE_SD_M, self.half_rise_sd_m))

    def share(self, rise_m: Array) -> Array:
        """Share of the load at a rise, exactly zero where it is negligible."""
        full = self._bearing(rise_m)
        return self.full_share * np.clip((full - NO_LOAD / 5) / (1 - NO_LOAD / 5), 0.0, 1.0)

    def share_sd(self, rise_m: Array) -> Array:
        """Standard deviation of the share: steep parts of the law are less certain."""
        full = self._bearing(rise_m)
        slope = self.full_share * full * (1.0 - full) / self.width_m
        return np.hypot(SHARE_SD, self.rise_sd_m * slope)

    def _bearing(self, rise_m: Array) -> Array:
        """How far down the pelvis is: 1 at rest, 0 up."""
        return np.asarray(expit((self.half_rise_m - rise_m) / self.width_m))


# A seat before the movement is seen; one that is no plate bears all that plates under the feet do not.
EXPECTED_LAW = SeatLaw(HALF_RISE_M, HALF_RISE_SD_M, WIDTH_M, 1.0)


def ischium_m(motion: BodyMotion) -> Array:
    """Midpoint of both ischial tuberosities, shape (n_frames, 3) [m]."""
    pelvis = motion.bodies[SEAT_BODY]
    mirrored = ISCHIUM_M * np.array([1.0, 1.0, -1.0])
    return 0.5 * (pelvis.point_m(ISCHIUM_M) + pelvis.point_m(mirrored))


def seat_rise_m(motion: BodyMotion) -> Array:
    """Rise of the ischia over their lowest place, shape (n_frames,) [m]."""
    height = ischium_m(motion)[:, 1]
    return np.asarray(height - np.quantile(height, REST_QUANTILE))


def fit_seat_law(motion: BodyMotion, axes: HeadingAxes, total: Wrench, feet: dict[str, Footprint]) -> SeatLaw:
    """The law that explains the moment of the total wrench over the whole trial, drawn to what is expected."""
    rise = seat_rise_m(motion)
    low = (rise < HIGHEST_RISE_M) & motion.valid
    under_feet = axes.place(np.mean([resting_point_m(motion, side, foot) for side, foot in feet.items()], axis=0))
    at_seat = seat_place(motion, axes)
    force, moment = axes.turn(total.force_n), axes.turn(total.moment_nm)
    lever = np.cross(at_seat - under_feet, force)[:, 2]
    lever = np.where(np.abs(lever) < 1e-6, 1e-6, lever)
    seen = ((moment - np.cross(under_feet, force))[:, 2] / lever)[low]
    seen_sd = np.maximum(np.abs(FEET_PLACE_SD_M * force[:, 1] / lever)[low], SHARE_SD)
    expected = np.array([HALF_RISE_M, WIDTH_M, FULL_SHARE])
    expected_sd = np.array([HALF_RISE_SD_M, WIDTH_SD_M, FULL_SHARE_SD])

    def misfit(law: Array) -> Array:
        modelled = law[2] * expit((law[0] - rise[low]) / law[1])
        off = (seen - modelled) / seen_sd
        # Beyond a standard deviation the cost grows in proportion only: no few frames with a wild moment decide.
        soft = np.sign(off) * np.sqrt(2.0 * (np.sqrt(1.0 + off**2) - 1.0))
        return np.concatenate([soft / np.sqrt(INDEPENDENT_EVERY), (law - expected) / expected_sd])

    found = least_squares(misfit, expected, bounds=([0.0, 0.002, 0.0], [0.09, 0.02, 1.0]))
    spread = np.linalg.inv(found.jac.T @ found.jac)
    return SeatLaw(float(found.x[0]), float(np.sqrt(spread[0, 0])), float(found.x[1]), float(found.x[2]))


def find_seat_offs(motion: BodyMotion, law: SeatLaw) -> tuple[SeatOff, ...]:
    """Moments at which the rising pelvis leaves the seat; uncertain by the law over the speed of rise, and its end."""
    rise = seat_rise_m(motion)
    speed = np.gradient(rise, motion.time_s)
    borne = rise < law.seat_off_rise_m
    leaving = np.flatnonzero(borne[:-1] & ~borne[1:] & (speed[1:] > 0.0) & motion.valid[1:])
    return tuple(
        SeatOff(float(motion.time_s[frame + 1]), float(np.hypot(law.rise_sd_m / speed[frame + 1], SEAT_OFF_SD_S)))
        for frame in leaving
    )


def unknown_on_seat(motion: BodyMotion, law: SeatLaw) -> dict[str, NDArray[np.bool_]]:
    """Moments that a load under the thighs changes: those of the hips, and what is left on the pelvis."""
    borne = seat_rise_m(motion) < law.free_rise_m
    return {name: borne for name in motion.coordinates if name.startswith(("hip_", "pelvis_"))}


def seat_patch(motion: BodyMotion, axes: HeadingAxes, law: SeatLaw) -> Patch:
    """Ischia and thighs on a level seat at the height of the ischia."""
    pelvis = motion.bodies[SEAT_BODY]
    points = [pelvis.point_m(ISCHIUM_M * np.array([1.0, 1.0, side])) for side in (1.0, -1.0)]
    points += [motion.bodies[f"femur_{side}"].point_m(THIGH_CONTACT_M) for side in ("r", "l")]
    nodes = np.stack(points, axis=1)
    nodes[:, :, 1] = ischium_m(motion)[:, 1:2]
    bearing = law.share(seat_rise_m(motion)) / max(law.full_share, 1e-6)
    return Patch(
        "seat",
        SEAT_BODY,
        axes.place(nodes),
        np.repeat(bearing[:, None], nodes.shape[1], axis=1),
        SEAT_FRICTION,
        SEAT_FREE_MOMENT_ARM_M,
    )


def seat_place(motion: BodyMotion, axes: HeadingAxes) -> Array:
    """Where the load of the seat rests if nothing else is known, in heading axes, shape (n_frames, 3) [m]."""
    return axes.place(ischium_m(motion)) + np.array([AHEAD_OF_ISCHIUM_M, 0.0, 0.0])


def seat_load(layout: Layout, patch: Patch, law: SeatLaw, rise_m: Array, force: Array) -> Rows:
    """The seat bears the law's share of the load, and the same share of the shear.

    Parameters
    ----------
    rise_m : ndarray, shape (n_frames,)
    force : ndarray, shape (n_frames, 3)
        Total force in heading axes [N/kg].
    """
    share = law.share(rise_m)
    load_sd = np.maximum(force[:, 1], 1.0) * law.share_sd(rise_m)
    rows = np.zeros((layout.n_frames, 3, patch.size))
    rows[:, 0] = patch.load / load_sd[:, None]
    rows[:, 1, patch.n_nodes] = rows[:, 2, patch.n_nodes + 1] = 1.0 / SEAT_SHEAR_SD
    scale = np.column_stack([1.0 / load_sd, np.full((len(load_sd), 2), 1.0 / SEAT_SHEAR_SD)])
    return Rows(layout.widen(patch, rows), share[:, None] * force[:, [1, 0, 2]] * scale)


def measured_seat(motion: BodyMotion, missing: Wrench) -> ContactForce:
    """What plates under the feet do not bear while the pelvis rests, as a force on the pelvis.

    Its point of application is the pressure point of the missing wrench at the height of the ischia, within
    `SEAT_REACH_M` of them.
    """
    # Full while the law expected of a seat leaves a tenth of its load, fading to nothing at seat-off.
    resting = np.clip(EXPECTED_LAW.share(seat_rise_m(motion)) / 0.1, 0.0, 1.0) * (missing.force_n[:, 1] > 0.0)
    force = resting[:, None] * missing.force_n
    ischium = ischium_m(motion)
    forward = horizontal(motion.bodies[SEAT_BODY].body_to_ground[:, :, 0])
    sideways = to_the_right(forward)
    offset = missing.pressure_point_m(ischium[:, 1], motion.weight_n) - ischium
    ahead = np.clip(np.sum(offset * forward, axis=1), *SEAT_REACH_M)
    aside = np.clip(np.sum(offset * sideways, axis=1), -SEAT_HALF_WIDTH_M, SEAT_HALF_WIDTH_M)
    point = ischium + ahead[:, None] * forward + aside[:, None] * sideways
    return ContactForce(SEAT_BODY, force, point, np.zeros_like(force))
