"""The seat: how much of the load it carries, and where."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from pipeline.contact.floor import Footprint
from pipeline.contact.soles import heading, horizontal, to_the_right
from pipeline.contact.wrench import Wrench
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array, ContactForce

SEAT_BODY = "pelvis"
# Ischial tuberosities in the generic pelvis, right side [m].
ISCHIUM_M = np.array([-0.075, -0.135, 0.055])
# The rest height is a low quantile of the ischium's heights: some noise, no single frame.
REST_QUANTILE = 0.02
# Seat load against rise of the ischium, measured on the feet's plates in three sit-to-stand trials of one person on one
# chair (OpenCap lab validation, subject 4): 91 % of weight while seated (feet carry 7-11 %), half of it left at 33 mm,
# none above 45 mm. Other chairs and people will differ: see docs/contact-forces.md.
SEATED_SHARE = 0.91
HALF_RISE_M, RISE_WIDTH_M = 0.033, 0.005
SEAT_OFF_RISE_M = 0.045
# The load rests 1 cm in front of the ischia, give or take 4 cm (same trials).
AHEAD_OF_ISCHIUM_M = 0.01
SEAT_PLACE_SD_M = 0.04
# How far the load under the feet strays from its resting place, along and across: sets how a mismatch of the moment is
# shared between the pressure points of seat and feet.
FEET_PLACE_SD_M = (0.03, 0.05)
# Buttocks and thighs reach this far behind, ahead and to the side of the ischia.
SEAT_REACH_M = (-0.10, 0.25)
SEAT_HALF_WIDTH_M = 0.15


def ischium_m(motion: BodyMotion) -> Array:
    """Midpoint of both ischial tuberosities, shape (n_frames, 3) [m]."""
    pelvis = motion.bodies[SEAT_BODY]
    mirrored = ISCHIUM_M * np.array([1.0, 1.0, -1.0])
    return 0.5 * (pelvis.point_m(ISCHIUM_M) + pelvis.point_m(mirrored))


def seat_share(motion: BodyMotion) -> Array:
    """Share of the vertical load that the seat carries, 0 to `SEATED_SHARE`, shape (n_frames,).

    Falls with the rise of the ischium over its rest height and is exactly zero above `SEAT_OFF_RISE_M`.
    """
    height = ischium_m(motion)[:, 1]
    rise = height - np.quantile(height, REST_QUANTILE)
    at_seat_off = expit((HALF_RISE_M - SEAT_OFF_RISE_M) / RISE_WIDTH_M)
    share = (expit((HALF_RISE_M - rise) / RISE_WIDTH_M) - at_seat_off) / (1.0 - at_seat_off)
    return SEATED_SHARE * np.clip(share, 0.0, 1.0)


def estimate_seat(motion: BodyMotion, total: Wrench, feet: dict[str, Footprint]) -> ContactForce:
    """Force of the seat on the pelvis.

    Vertical force and shear are the seat's share of the total. Its point of application is chosen together with the
    load's place under the feet: of all pairs that give the total moment, the likeliest.
    """
    share = seat_share(motion)
    force = share[:, None] * total.force_n
    forward, sideways = heading(foot.sole for foot in feet.values())
    place = ischium_m(motion) + AHEAD_OF_ISCHIUM_M * forward
    seat = ContactForce(SEAT_BODY, force, place, np.zeros_like(force))

    under_feet = total.minus(seat)
    floor_m = next(iter(feet.values())).floor_m
    pressure = under_feet.pressure_point_m(floor_m, motion.weight_n)
    activation = np.stack([foot.activation for foot in feet.values()])
    activation /= np.maximum(activation.sum(axis=0), 1e-6)
    resting = np.einsum("st,stk->tk", activation, np.stack([foot.resting_point_m for foot in feet.values()]))
    mismatch = pressure - resting
    leverage = share / np.maximum(1.0 - share, 1e-6)
    shift = np.zeros_like(place)
    for axis, feet_sd in zip((forward, sideways), FEET_PLACE_SD_M, strict=True):
        along = np.sum(mismatch * axis, axis=1)
        # Least squares of (shift / seat sd)^2 + ((mismatch - leverage * shift) / feet sd)^2.
        gain = leverage * SEAT_PLACE_SD_M**2 / (feet_sd**2 + leverage**2 * SEAT_PLACE_SD_M**2)
        shift += (gain * along)[:, None] * axis
    return ContactForce(SEAT_BODY, force, place + shift, np.zeros_like(force))


def measured_seat(motion: BodyMotion, missing: Wrench) -> ContactForce:
    """What plates under the feet do not bear while the pelvis rests, as a force on the pelvis.

    Its point of application is the pressure point of the missing wrench at the height of the ischia, within
    `SEAT_REACH_M` of them.
    """
    # Full while the seat bears a tenth of what it bears at rest, fading to nothing at seat-off.
    resting = np.clip(seat_share(motion) / (0.1 * SEATED_SHARE), 0.0, 1.0) * (missing.force_n[:, 1] > 0.0)
    force = resting[:, None] * missing.force_n
    ischium = ischium_m(motion)
    forward = horizontal(motion.bodies[SEAT_BODY].body_to_ground[:, :, 0])
    sideways = to_the_right(forward)
    offset = missing.pressure_point_m(ischium[:, 1], motion.weight_n) - ischium
    ahead = np.clip(np.sum(offset * forward, axis=1), *SEAT_REACH_M)
    aside = np.clip(np.sum(offset * sideways, axis=1), -SEAT_HALF_WIDTH_M, SEAT_HALF_WIDTH_M)
    point = ischium + ahead[:, None] * forward + aside[:, None] * sideways
    return ContactForce(SEAT_BODY, force, point, np.zeros_like(force))
