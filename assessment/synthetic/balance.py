"""Find the horizontal way of the pelvis on which the planned centres of pressure carry the movement.

The centre of pressure p and the centre of mass x of a body at height h obey, to first order, p = x - (h / g) x''
(Kajita 2003, doi 10.1109/ROBOT.2003.1241826). What the planned pressure lacks is thus met by a shift of the pelvis that
solves this equation; it is smooth by nature, and a few rounds with the full equations of motion bring the error to
millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.linalg import spsolve

from assessment.synthetic.body import Body, Dynamics
from assessment.synthetic.contacts import target_m
from assessment.synthetic.plan import Plan, solve_legs
from assessment.synthetic.smooth import RATE_HZ

Array = NDArray[np.float64]

# Part of a shift of the pelvis that reaches the centre of mass while the feet stay.
SHIFT_REACHES_CENTRE = 0.85
BLUR_FRAMES = 1.2


@dataclass(frozen=True)
class Movement:
    """A movement in balance: coordinates [rad, m], shape (n_frames, n_coordinates), and the wrench it needs."""

    plan: Plan
    q: Array
    dynamics: Dynamics


def in_balance(body: Body, plan: Plan, rounds: int = 5) -> Movement:
    """Shift the pelvis until the wrench of the movement passes through the planned centres of pressure."""
    pelvis_m = plan.settle(plan.pelvis_m)
    q = solve_legs(body, plan, pelvis_m)
    dynamics = body.dynamics(q)
    for _ in range(rounds):
        wanted = target_m(plan, dynamics)
        lacking = wanted - dynamics.balance_point_m(wanted[:, 1])
        # With the body's own vertical acceleration, gravity is what the floor carries.
        felt = dynamics.force_n[:, 1] / body.mass_kg
        period_s2 = (dynamics.centre_of_mass_m[:, 1] - wanted[:, 1]) / felt
        for axis in (0, 2):
            pelvis_m[:, axis] += _shift(lacking[:, axis], period_s2, plan) / SHIFT_REACHES_CENTRE
        pelvis_m[:, 1] = plan.pelvis_m[:, 1]
        pelvis_m = plan.settle(pelvis_m)
        q = solve_legs(body, plan, pelvis_m, q)
        dynamics = body.dynamics(q)
    return Movement(plan, q, dynamics)


def _shift(lacking_m: Array, period_s2: Array, plan: Plan) -> Array:
    """Solve p = x - (h / g) x'' for the shift x, in least squares where the chair leaves the pelvis no freedom."""
    if not plan.period_frames:
        return _solve(lacking_m, period_s2, plan.balance_weight, repeats=False)
    # One cycle from the middle stands for all: the ends of a cut movement know nothing of what goes before and after.
    cycle = slice(start := len(lacking_m) // 2, start + plan.period_frames)
    shift = _solve(lacking_m[cycle], period_s2[cycle], plan.balance_weight[cycle], repeats=True)
    # Differences and splines disagree about the fastest wiggles, and each round would add to them.
    shift = gaussian_filter1d(shift, BLUR_FRAMES, mode="wrap")
    return shift[(np.arange(len(lacking_m)) - start) % plan.period_frames]


def _solve(lacking_m: Array, period_s2: Array, weight: Array, *, repeats: bool) -> Array:
    n_frames = len(lacking_m)
    second = sparse.diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(n_frames, n_frames)).tolil()
    if repeats:
        second[0, -1] = second[-1, 0] = 1.0
    else:
        # At both ends the shift is at rest.
        second[0, 1] = second[-1, -2] = 2.0
    second = second.tocsr() * RATE_HZ**2
    law = sparse.identity(n_frames) - sparse.diags(period_s2) @ second
    third = sparse.diags([-1.0, 3.0, -3.0, 1.0], [0, 1, 2, 3], shape=(n_frames - 3, n_frames)) * RATE_HZ**3
    # While seated the pelvis stays; jerk of 1 m/s3 costs as much as 1 mm of pressure error.
    stay = sparse.diags(1e3 * (1.0 - weight) ** 8)
    normal = law.T @ sparse.diags(weight) @ law + stay + (0.0 if repeats else 1e-6) * third.T @ third
    return np.asarray(spsolve(normal.tocsc(), law.T @ (weight * lacking_m)))
