"""The known rule by which the example's contacts share the force that its movement needs.

All contacts push in parallel, each with its known share of the total force, so that the mean of their points, weighted
by share, must be the balance point of the total wrench. Each point is where the plan puts it, plus one shift common to
all that makes this exact (millimetres, after balancing). What is left of the total is a moment about the vertical; it
is shared in the same way, as free moments. Nothing is left over: the residual wrench is zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Dynamics
from assessment.synthetic.plan import Plan
from pipeline.trajectories import ContactForce

Array = NDArray[np.float64]

BODY_OF_CONTACT = {"r": "calcn_r", "l": "calcn_l", "seat": "pelvis"}
# The feet keep some weight while seated: 7-11 % of body weight measured in one person (OpenCap LabValidation).
SEAT_MOST = 0.92
# Width over which the chair takes over from the feet [share of body weight].
SEAT_SOFTNESS = 0.02


def seat_share(plan: Plan, dynamics: Dynamics) -> Array:
    """Share of the force on the chair: a lever between the planned points of seat and feet, never negative."""
    share = np.zeros(len(plan.time_s))
    if "seat" not in plan.points_m:
        return share
    feet, seat = feet_point_m(plan), plan.points_m["seat"]
    for _ in range(20):
        height = share * seat[:, 1] + (1.0 - share) * feet[:, 1]
        ahead = dynamics.balance_point_m(height)[:, 0]
        lever = (ahead - feet[:, 0]) / (seat[:, 0] - feet[:, 0])
        share = _softly_positive(SEAT_MOST - _softly_positive(SEAT_MOST - lever)) * plan.seat_allowed
    return share


def _softly_positive(values: Array) -> Array:
    return 0.5 * (values + np.sqrt(values**2 + 4.0 * SEAT_SOFTNESS**2))


def feet_point_m(plan: Plan) -> Array:
    """Mean planned centre of pressure of the feet, weighted by share, shape (n_frames, 3) [m]."""
    return np.sum([plan.shares[side][:, None] * plan.points_m[side] for side in plan.shares], axis=0)


def target_m(plan: Plan, dynamics: Dynamics) -> Array:
    """Mean planned point of all contacts, weighted by share, shape (n_frames, 3) [m]."""
    share = seat_share(plan, dynamics)[:, None]
    seat = plan.points_m.get("seat", np.zeros((1, 3)))
    return share * seat + (1.0 - share) * feet_point_m(plan)


def contact_forces(plan: Plan, dynamics: Dynamics) -> dict[str, ContactForce]:
    """Distribute the total wrench over the contacts; together they give it back exactly."""
    seat = seat_share(plan, dynamics)
    shares = {side: (1.0 - seat) * share for side, share in plan.shares.items()}
    planned = target_m(plan, dynamics)
    balance = dynamics.balance_point_m(planned[:, 1])
    points = {key: point + balance - planned for key, point in plan.points_m.items()}
    if "seat" in points:
        shares["seat"] = seat
    about_point = dynamics.moment_nm - np.cross(balance, dynamics.force_n)
    return {
        key: ContactForce(
            body=BODY_OF_CONTACT[key],
            force_n=share[:, None] * dynamics.force_n,
            point_m=points[key],
            free_moment_nm=share[:, None] * about_point,
        )
        for key, share in shares.items()
    }
