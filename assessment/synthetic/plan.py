"""A movement as it is planned: where the pelvis, trunk, arms and feet go, and what carries the weight.

The legs follow from that: they reach from the pelvis to feet that stand exactly where they are planted. Where the
pelvis is in the horizontal plane is then corrected until the movement is in balance (`assessment.synthetic.balance`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from assessment.synthetic.body import LEGS, SIDES, Body

Array = NDArray[np.float64]

# Where the search for the legs begins: a leg that is bent, so that its knee does not turn over.
FIRST_GUESS_RAD = {"hip_flexion": 0.6, "knee_angle": 1.2, "ankle_angle": 0.2}


@dataclass(frozen=True)
class FootPath:
    """Pose of one foot over time, in the ground frame.

    Attributes
    ----------
    rotation : ndarray, shape (n_frames, 3, 3)
        ``calcn`` to ground.
    origin_m : ndarray, shape (n_frames, 3)
        Origin of ``calcn``.
    toes_rad : ndarray, shape (n_frames,)
        Bend of the toes that keeps them on the floor while the heel is up.
    """

    rotation: Array
    origin_m: Array
    toes_rad: Array


@dataclass(frozen=True)
class Plan:
    """A movement before its legs are solved and its balance found.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    pelvis_rad : ndarray, shape (n_frames, 3)
        pelvis_tilt, pelvis_list, pelvis_rotation.
    pelvis_m : ndarray, shape (n_frames, 3)
        Pelvis origin; X and Z are a first guess where the balance is free.
    upper_rad : dict of str to ndarray, shape (n_frames,)
        Trunk and arm coordinates.
    feet : dict of str to FootPath
        Keys ``r`` and ``l``.
    shares : dict of str to ndarray, shape (n_frames,)
        Known share of the total force that each foot carries, of what the seat leaves (sum 1).
    points_m : dict of str to ndarray, shape (n_frames, 3)
        Planned centre of pressure under each foot; for ``seat``, where the chair bears.
    balance_weight : ndarray, shape (n_frames,)
        1 where the planned centres of pressure must be met, 0 where the chair decides.
    seat_allowed : ndarray, shape (n_frames,)
        1 where the chair may bear, 0 where the person is clear of it.
    period_frames : int
        Frames of a cycle that repeats throughout, 0 for a movement that does not repeat exactly.
    settle : callable
        Takes pelvis positions, shape (n_frames, 3), and returns them with the height at which the legs bend as planned.
    events_s : dict of str to tuple of float
        When what happens, for the truth file.
    """

    time_s: Array
    pelvis_rad: Array
    pelvis_m: Array
    upper_rad: dict[str, Array]
    feet: dict[str, FootPath]
    shares: dict[str, Array]
    points_m: dict[str, Array]
    balance_weight: Array
    seat_allowed: Array
    period_frames: int
    settle: Callable[[Array], Array]
    events_s: dict[str, tuple[float, ...]]


def foot_path(
    body: Body,
    place_m: Array,
    pitch_rad: Array,
    heel_pivot: Array,
    toe_out_rad: float,
) -> FootPath:
    """Foot that rolls about its heel or ball without slipping.

    Parameters
    ----------
    place_m : ndarray, shape (n_frames, 3)
        Where the flat foot would stand: its sole straight below the origin of ``calcn``.
    pitch_rad : ndarray, shape (n_frames,)
        Toes up positive.
    heel_pivot : ndarray, shape (n_frames,)
        1 where it turns about the heel, 0 about the ball; may only change while the foot is flat or in the air.
    toe_out_rad : float
        Rotation about Y; negative turns the toes to the right.
    """
    yaw = Rotation.from_euler("Y", toe_out_rad).as_matrix()
    rotation = yaw @ Rotation.from_euler("Z", pitch_rad[:, None]).as_matrix()
    heel = np.array([-body.heel_m, -body.sole_m, 0.0])
    ball = np.array([body.ball_m[0], -body.sole_m, 0.0])
    rolled = sum(
        weight[:, None] * (yaw @ pivot - rotation @ pivot)
        for weight, pivot in ((heel_pivot, heel), (1.0 - heel_pivot, ball))
    )
    origin_m = place_m + rolled + np.array([0.0, body.sole_m, 0.0])
    return FootPath(rotation, origin_m, _toes_rad(pitch_rad))


def _toes_rad(pitch_rad: Array) -> Array:
    """Bend of the toes (mtp_angle, negative upward) that keeps them flat under a rising heel, within its range."""
    soft, most = np.deg2rad(4.0), np.deg2rad(42.0)
    heel_up = 0.5 * (np.sqrt(pitch_rad**2 + soft**2) - pitch_rad - soft)
    return -most * np.tanh(heel_up / most)


def sole_point_m(body: Body, foot: FootPath, forward_m: Array | float) -> Array:
    """Point under the foot, this far in front of the origin of ``calcn`` along the sole [m], shape (n_frames, 3)."""
    local = np.zeros((len(foot.origin_m), 3))
    local[:, 0] = forward_m
    local[:, 1] = -body.sole_m
    return foot.origin_m + np.einsum("nij,nj->ni", foot.rotation, local)


def solve_legs(body: Body, plan: Plan, pelvis_m: Array, start: Array | None = None) -> Array:
    """Joint coordinates of every frame with the feet where the plan puts them, shape (n_frames, n_coordinates).

    Raises
    ------
    OutOfReachError
    """
    q = np.zeros((len(plan.time_s), len(body.coordinates)))
    q[:, :3], q[:, 3:6] = plan.pelvis_rad, pelvis_m
    for name, values in plan.upper_rad.items():
        q[:, body.index(name)] = values
    for side in SIDES:
        q[:, body.index(f"mtp_angle_{side}")] = plan.feet[side].toes_rad
        for name, angle_rad in FIRST_GUESS_RAD.items():
            q[:, body.index(f"{name}_{side}")] = angle_rad
    if start is not None:
        legs = [body.index(name) for name in LEGS]
        q[:, legs] = start[:, legs]
    return body.reach(q, {side: (foot.rotation, foot.origin_m) for side, foot in plan.feet.items()})
