"""How the load that is not on the seat divides between the feet: frame by frame, in closed form."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from pipeline.contact.floor import Footprint
from pipeline.contact.soles import heading
from pipeline.contact.wrench import Wrench
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array, ContactForce

# Below this activation of both feet nothing is on the floor, and whatever force the movement asks for is residual.
CONTACT_THRESHOLD = 0.2
# Shoe on laboratory floor; the bound is rarely met.
FRICTION = 0.7
# Largest free moment of a foot per newton of its load [m]; measured ones stay below (feasibility study).
FREE_MOMENT_ARM_M = 0.04
# Two witnesses of the centre of pressure under a foot: the place where load usually rests, and the pressure point of
# the total wrench, which a trunk that bends unlike the model's displaces by 4 cm. Both standard deviations are of a
# feasibility study on force plates (OpenCap lab validation, subject 4; one other person's treadmill walk).
RESTING_SD_M, PRESSURE_SD_M = 0.06, 0.04
PRESSURE_TRUST = RESTING_SD_M**2 / (RESTING_SD_M**2 + PRESSURE_SD_M**2)
# The force lines of the two feet meet near a point, as in trunk-stabilising stance (virtual pivot point: Maus 2010,
# Nature Communications 1:70). Across the body it lies 1.35 m over the floor, along it 0.25 m over each hip (same
# study). Across, this holds for feet side by side only; when they are further apart along the way than
# `SIDE_BY_SIDE_M` it is switched off.
PIVOT_HEIGHT_M = 1.35
PIVOT_OVER_HIP_M = 0.25
SIDE_BY_SIDE_M, SIDE_BY_SIDE_WIDTH_M = 0.20, 0.04


def distribute(motion: BodyMotion, load: Wrench, feet: dict[str, Footprint]) -> dict[str, ContactForce]:
    """Force under each foot.

    Steps, each described in docs/contact-forces.md: the share of each foot from the place of the pressure point
    between them; the centre of pressure of each foot, kept inside its footprint; shear in proportion to load plus the
    part by which the feet lean on each other; free moment in proportion to load, bounded.

    Parameters
    ----------
    motion : BodyMotion
    load : Wrench
        Total wrench less what the seat carries.
    feet : dict of str to Footprint
        Keys ``r`` and ``l``.
    """
    right, left = feet["r"], feet["l"]
    pressure = load.pressure_point_m(right.floor_m, motion.weight_n)
    share = {"r": _right_share(pressure, right, left)}
    share["l"] = 1.0 - share["r"]
    on_floor = np.clip(np.maximum(right.activation, left.activation) / CONTACT_THRESHOLD, 0.0, 1.0)
    vertical = np.maximum(load.force_n[:, 1], 0.0) * on_floor
    normal = {side: share[side] * vertical for side in feet}
    resting = sum(share[side][:, None] * feet[side].resting_point_m for side in feet)
    shift = PRESSURE_TRUST * (pressure - resting)
    point = {side: feet[side].nearest_m(feet[side].resting_point_m + shift) for side in feet}

    shear = load.force_n * np.array([1.0, 0.0, 1.0]) * on_floor[:, None]
    lean = _lean(motion, normal, point, feet)
    force = {
        side: _with_friction(normal[side], share[side][:, None] * shear + sign * lean)
        for side, sign in (("r", 1.0), ("l", -1.0))
    }
    contacts = {
        side: ContactForce(feet[side].sole.body, force[side], point[side], np.zeros_like(force[side])) for side in feet
    }
    twist = load.minus(contacts["r"]).minus(contacts["l"]).moment_nm[:, 1] * on_floor
    return {
        side: ContactForce(
            contact.body,
            contact.force_n,
            contact.point_m,
            np.column_stack(
                [
                    np.zeros_like(twist),
                    np.clip(share[side] * twist, -FREE_MOMENT_ARM_M * normal[side], FREE_MOMENT_ARM_M * normal[side]),
                    np.zeros_like(twist),
                ]
            ),
        )
        for side, contact in contacts.items()
    }


def _right_share(pressure_m: Array, right: Footprint, left: Footprint) -> Array:
    """Share of the right foot from where the pressure point projects on the line between the feet."""
    between = right.resting_point_m - left.resting_point_m
    length = np.maximum(np.sum(between**2, axis=1), 1e-6)
    projection = np.clip(np.sum((pressure_m - left.resting_point_m) * between, axis=1) / length, 0.0, 1.0)
    # A foot in the air bears nothing, wherever the pressure point is.
    claim_right = projection * right.activation
    claim_left = (1.0 - projection) * left.activation
    claims = claim_right + claim_left
    on_activation = right.activation / np.maximum(right.activation + left.activation, 1e-9)
    return np.where(claims > 1e-6, claim_right / np.maximum(claims, 1e-6), on_activation)


def _lean(motion: BodyMotion, normal: dict[str, Array], point: dict[str, Array], feet: dict[str, Footprint]) -> Array:
    """Shear with which the feet push against each other: on the right foot, and its opposite on the left [N].

    It cancels in the total, so that the movement of the body does not show it; it is chosen so that both force lines
    lean towards a common pivot. Only the difference of the slopes is set: the total shear stays what the movement asks
    for.
    """
    forward, sideways = heading(foot.sole for foot in feet.values())
    hips = {side: motion.bodies[f"femur_{side}"].origin_m for side in feet}

    def slope_along(side: str) -> Array:
        to_pivot = hips[side] - point[side]
        return np.sum(to_pivot * forward, axis=1) / (to_pivot[:, 1] + PIVOT_OVER_HIP_M)

    apart = point["l"] - point["r"]
    step_length = np.abs(np.sum(apart * forward, axis=1))
    side_by_side = expit((SIDE_BY_SIDE_M - step_length) / SIDE_BY_SIDE_WIDTH_M)
    across = side_by_side * np.sum(apart * sideways, axis=1) / PIVOT_HEIGHT_M
    along = slope_along("r") - slope_along("l")
    # A difference of slopes D between loads N_r and N_l needs the opposite forces +-D N_r N_l / (N_r + N_l).
    reduced = normal["r"] * normal["l"] / np.maximum(normal["r"] + normal["l"], 1e-6)
    return reduced[:, None] * (along[:, None] * forward + across[:, None] * sideways)


def _with_friction(normal_n: Array, shear_n: Array) -> Array:
    size = np.linalg.norm(shear_n, axis=1)
    bounded = shear_n * np.minimum(1.0, FRICTION * normal_n / np.maximum(size, 1e-9))[:, None]
    bounded[:, 1] = normal_n
    return bounded
