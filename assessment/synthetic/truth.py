"""The truth of a movement: angles, contact forces, joint moments; turned into the session's frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from assessment.synthetic.balance import Movement
from assessment.synthetic.body import Body
from assessment.synthetic.contacts import contact_forces
from pipeline.trajectories import ContactForce

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What happened, exactly.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    q : ndarray, shape (n_frames, n_coordinates)
        Coordinates [rad, m] in the order of the model's.
    forces : dict of str to ContactForce
    moments_nm : ndarray, shape (n_frames, n_coordinates)
        Generalised forces of inverse dynamics; zero on the pelvis.
    floor_height_m : float
        Height of the floor in the file's frame.
    events_s : dict of str to tuple of float
    """

    time_s: Array
    q: Array
    forces: dict[str, ContactForce]
    moments_nm: Array
    floor_height_m: float
    events_s: dict[str, tuple[float, ...]]


def truth_of(body: Body, movement: Movement, keep: slice) -> Truth:
    """Take a movement's truth, for the recorded part of it, in the frame it was planned in."""
    forces = contact_forces(movement.plan, movement.dynamics)
    moments = body.joint_moments(movement.q, forces)
    recorded = movement.plan.time_s[keep]
    return Truth(
        time_s=np.round(recorded - recorded[0], 6),
        q=movement.q[keep],
        forces={
            key: replace(
                force,
                force_n=force.force_n[keep],
                point_m=force.point_m[keep],
                free_moment_nm=force.free_moment_nm[keep],
            )
            for key, force in forces.items()
        },
        moments_nm=moments[keep],
        floor_height_m=0.0,
        events_s=movement.plan.events_s,
    )


def turned(truth: Truth, heading_rad: float) -> Truth:
    """Turn everything about the vertical: joint coordinates stay, the pelvis and all forces turn."""
    turn = Rotation.from_euler("Y", heading_rad)
    q = truth.q.copy()
    q[:, :3] = (turn * Rotation.from_euler("ZXY", truth.q[:, :3])).as_euler("ZXY")
    q[:, 3:6] = turn.apply(truth.q[:, 3:6])
    forces = {
        key: replace(
            force,
            force_n=turn.apply(force.force_n),
            point_m=turn.apply(force.point_m),
            free_moment_nm=turn.apply(force.free_moment_nm),
        )
        for key, force in truth.forces.items()
    }
    return replace(truth, q=q, forces=forces)


def lifted(truth: Truth, rise_m: float) -> Truth:
    """Shift everything up, floor included."""
    q = truth.q.copy()
    q[:, 4] += rise_m
    up = np.array([0.0, rise_m, 0.0])
    forces = {key: replace(force, point_m=force.point_m + up) for key, force in truth.forces.items()}
    return replace(truth, q=q, forces=forces, floor_height_m=truth.floor_height_m + rise_m)
