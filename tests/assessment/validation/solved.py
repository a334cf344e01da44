"""Forces and moments of a trial with known errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assessment.validation import JOINTS, Dynamics
from pipeline.trajectories import Array, ContactForce, ContactForces, JointMoments

MASS_KG = 70.0
N_FRAMES = 100
COORDINATES = tuple(f"{joint}_{side}" for joint in JOINTS for side in "rl")
FACING_X = np.array([1.0, 0.0])


@dataclass(frozen=True)
class StatingErrors(JointMoments):
    """Moments that say how sure they are."""

    standard_errors_nm: Array | None = None


def standing(n_frames: int = N_FRAMES) -> Dynamics:
    """Half of body weight under each foot, 20 cm apart, no shear, no moments."""
    forces = {
        side: ContactForce(
            f"calcn_{side}",
            np.tile([0.0, 350.0, 0.0], (n_frames, 1)),
            np.tile([0.0, 0.0, place_m], (n_frames, 1)),
            np.zeros((n_frames, 3)),
        )
        for side, place_m in (("r", 0.1), ("l", -0.1))
    }
    time_s, zero, valid = np.arange(n_frames) / 100.0, np.zeros((n_frames, 3)), np.ones(n_frames, bool)
    none = np.zeros((n_frames, len(COORDINATES)))
    return Dynamics(
        ContactForces(time_s, forces, "measured", 0.0, zero, zero, valid),
        StatingErrors(time_s, COORDINATES, none, none, none, 6.0, valid, zero),
    )


def changed(
    one: Dynamics,
    side: str = "r",
    *,
    force_n: tuple[float, float, float] = (0.0, 0.0, 0.0),
    point_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    frames: slice = slice(None),
) -> Dynamics:
    """The same with something added to the force or the centre of pressure of one foot."""
    contact = one.forces.forces[side]
    force, point = contact.force_n.copy(), contact.point_m.copy()
    force[frames] += force_n
    point[frames] += point_m
    forces = one.forces.forces | {side: replace(contact, force_n=force, point_m=point)}
    return Dynamics(replace(one.forces, forces=forces), one.moments)


def with_moment(one: Dynamics, coordinate: str, moment_nm: Array | float) -> Dynamics:
    """The same with a moment added."""
    moments = one.moments.moments_nm.copy()
    moments[:, one.moments.coordinates.index(coordinate)] += moment_nm
    return Dynamics(one.forces, replace(one.moments, moments_nm=moments))
