"""How far two ways of finding contact forces and joint moments are apart in one trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assessment.motion import SIDES
from assessment.uncertainty import Z95
from assessment.validation.records import Agreement
from models.errors import ForceDataError
from pipeline.trajectories import Array, ContactForces, JointMoments

JOINTS = ("hip_flexion", "hip_adduction", "knee_angle", "ankle_angle")
"""Coordinates whose moments are compared, without their side."""

# Centres of pressure count where a foot bears this much: the threshold of MAISE's contact mask.
CONTACT_N_PER_KG = 1.0


@dataclass(frozen=True)
class Dynamics:
    """Contact forces of a trial and the joint moments that follow from them."""

    forces: ContactForces
    moments: JointMoments


def jointly_valid(measured: Dynamics, estimated: Dynamics) -> tuple[Dynamics, Dynamics]:
    """Both, valid only where both are: so that peaks are looked for in the same frames.

    Raises
    ------
    ForceDataError
        There is no such frame.
    """
    valid = measured.moments.valid & estimated.moments.valid & measured.forces.valid & estimated.forces.valid
    if not np.any(valid):
        raise ForceDataError(
            "There is no frame in which both measured and estimated forces are usable.",
            hint="Look at the notes of the trial in an assessment: feet beside the plates, or a recording too short.",
        )
    first, second = (
        Dynamics(replace(one.forces, valid=valid), replace(one.moments, valid=valid)) for one in (measured, estimated)
    )
    return first, second


def agreement(measured: Dynamics, estimated: Dynamics, heading: Array, mass_kg: float) -> Agreement:
    """Errors of the estimate, see `Agreement`.

    Parameters
    ----------
    measured, estimated : Dynamics
        Of the same frames; as `jointly_valid` returns them.
    heading : ndarray, shape (2,)
        Where the person faces: unit vector in the ground's X-Z plane.
    mass_kg : float
    """
    valid = measured.forces.valid
    force, distance_m, contact = (np.concatenate(parts) for parts in zip(*_feet(measured, estimated), strict=True))
    force = force @ ground_to_person(heading).T / mass_kg
    standing = contact > CONTACT_N_PER_KG * mass_kg
    rmse = np.sqrt(np.mean(force**2, axis=0))
    used = {joint: compared_frames(measured, joint) for joint in JOINTS}
    errors = {joint: _moments(measured, estimated, joint, frames) for joint, frames in used.items() if frames.any()}
    return Agreement(
        frames=int(valid.sum()),
        share_of_trial=float(valid.mean()),
        grf_n_per_kg=float(np.mean(np.linalg.norm(force, axis=1))),
        force_rmse_n_per_kg={"forward": rmse[0], "up": rmse[1], "right": rmse[2]},
        pressure_point_mm=1000.0 * float(np.mean(distance_m[standing])) if standing.any() else None,
        pressure_point_masked_mm=1000.0 * float(np.mean(np.where(standing, distance_m, 0.0))),
        feet_push_apart_n_per_kg={
            name: push_apart_n_per_kg(one.forces, heading, mass_kg)
            for name, one in (("measured", measured), ("estimated", estimated))
        },
        load_split_points=_load_split_points(measured.forces, estimated.forces, mass_kg),
        moment_rmse_nm_per_kg={
            joint: float(np.sqrt(np.mean(error**2))) / mass_kg for joint, (error, _) in errors.items()
        },
        interval_coverage={
            joint: float(np.mean(np.abs(error) <= Z95 * standard_error))
            for joint, (error, standard_error) in errors.items()
            if standard_error is not None
        },
    )


def compared_frames(measured: Dynamics, joint: str) -> NDArray[np.bool_]:
    """Valid frames in which the measured moment is one: under a seat no plate says what the thighs bear."""
    known = [measured.moments.known(f"{joint}_{side}") for side in SIDES]
    return np.asarray(np.logical_and(*known))


def ground_to_person(heading: Array) -> Array:
    """Rotation from the ground's axes into forward, up, right of a person who faces ``heading``, shape (3, 3)."""
    return np.array([[heading[0], 0.0, heading[1]], [0.0, 1.0, 0.0], [-heading[1], 0.0, heading[0]]])


def push_apart_n_per_kg(forces: ContactForces, heading: Array, mass_kg: float) -> float:
    """Mean force with which the feet push away from each other, each against the floor [N/kg]."""
    to_the_right = ground_to_person(heading)[2]
    apart = 0.5 * (forces.forces["l"].force_n - forces.forces["r"].force_n) @ to_the_right
    return float(np.mean(apart[forces.valid])) / mass_kg


def _feet(measured: Dynamics, estimated: Dynamics) -> Iterator[tuple[Array, Array, Array]]:
    """Force error [N], distance of the centres of pressure [m] and measured size of the force [N], foot by foot."""
    valid = measured.forces.valid
    for side in SIDES:
        plate, guess = measured.forces.forces[side], estimated.forces.forces[side]
        apart = (guess.point_m - plate.point_m)[valid]
        yield (
            (guess.force_n - plate.force_n)[valid],
            np.hypot(apart[:, 0], apart[:, 2]),
            np.linalg.norm(plate.force_n[valid], axis=1),
        )


def _load_split_points(measured: ContactForces, estimated: ContactForces, mass_kg: float) -> float | None:
    right, both = (_vertical_n(measured, sides) for sides in (("r",), SIDES))
    right_guess, both_guess = (_vertical_n(estimated, sides) for sides in (("r",), SIDES))
    least_n = CONTACT_N_PER_KG * mass_kg
    standing = measured.valid & (both > least_n) & (both_guess > least_n)
    if not standing.any():
        return None
    share, guess = right[standing] / both[standing], right_guess[standing] / both_guess[standing]
    return 100.0 * float(np.mean(np.abs(guess - share)))


def _vertical_n(forces: ContactForces, sides: tuple[str, ...]) -> Array:
    return np.sum([forces.forces[side].force_n[:, 1] for side in sides], axis=0)


def _moments(
    measured: Dynamics, estimated: Dynamics, joint: str, frames: NDArray[np.bool_]
) -> tuple[Array, Array | None]:
    """Error and standard error of both legs' moments [Nm]."""
    names = [f"{joint}_{side}" for side in SIDES]
    error = [(estimated.moments.moment_nm(name) - measured.moments.moment_nm(name))[frames] for name in names]
    stated = [estimated.moments.standard_error_nm(name) for name in names]
    standard_errors = [one[frames] for one in stated if one is not None]
    return np.concatenate(error), np.concatenate(standard_errors) if standard_errors else None
