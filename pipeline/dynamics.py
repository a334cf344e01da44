"""Inverse dynamics: from angles and contact forces to what acts across every joint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.errors import ForceDataError
from pipeline.contact import estimate, from_plates
from pipeline.contact.hands import mark_hands
from pipeline.contact.plates.reading import read_force_plates
from pipeline.motion.body_motion import ROOT_COORDINATES, BodyMotion, body_motion
from pipeline.motion.hand_loads import with_load
from pipeline.settings import ForceMode
from pipeline.trajectories import Array, ContactForces, JointMoments, Kinematics


def solve_dynamics(
    model_path: Path,
    kinematics: Kinematics,
    *,
    cutoff_hz: float,
    lock_feet: bool,
    seated: bool,
    force_file: Path | None,
    force_file_to_ground: Array,
    force_mode: ForceMode,
    load_kg: float | None = None,
) -> tuple[ContactForces, JointMoments]:
    """Contact forces and joint moments of a trial.

    Parameters
    ----------
    model_path : Path
        Scaled .osim with the mass of the person.
    kinematics : Kinematics
    cutoff_hz : float
        Low-pass cut-off of coordinates and measured forces alike [Hz].
    lock_feet : bool
        Whether feet that stand are kept from slipping, see `pipeline.motion.locked_feet`.
    seated : bool
        Whether a seat bears load in the trial.
    force_file : Path or None
        Plate recording (.mot, .sto, .c3d), on the clock of the trial.
    force_file_to_ground : ndarray, shape (3, 3)
        Rotation from the axes of the force file into the ground frame (Y up).
    force_mode : {'auto', 'measured', 'estimated'}
        ``auto`` uses plates where there are any that can be used, and says so where not.
    load_kg : float or None
        Mass of an object that the hands pick up [kg]; None: they stay empty.

    Returns
    -------
    tuple of ContactForces and JointMoments
        On the trial's own frames.

    Raises
    ------
    ForceDataError
        ``measured``, and there are no forces that can be used.
    ContactForceError
        Forces cannot be estimated.
    InverseDynamicsError
        The movement does not fit the model or is too short.
    """
    if force_mode == "measured" and force_file is None:
        raise ForceDataError(
            "This trial has no measured forces.",
            hint="Name its force file in the session description, or have forces estimated (form field 'Contact "
            "forces', or --forces estimated).",
        )
    if lock_feet:
        # Loaded when feet are to be kept in place: torch takes seconds.
        from pipeline.motion.locked_feet import with_locked_feet

        kinematics = with_locked_feet(model_path, kinematics, cutoff_hz=cutoff_hz)
    motion = body_motion(model_path, kinematics, cutoff_hz=cutoff_hz)
    if load_kg is not None:
        motion = with_load(motion, load_kg)
    if force_mode == "estimated" or force_file is None:
        forces = estimate(motion, seated)
    else:
        forces = _measured(motion, seated, force_file, force_file_to_ground, force_mode)
    forces = mark_hands(motion, replace(forces, forces=forces.forces | motion.held))
    return forces, joint_moments(motion, forces)


def _measured(
    motion: BodyMotion, seated: bool, force_file: Path, file_to_ground: Array, force_mode: ForceMode
) -> ContactForces:
    try:
        return from_plates(motion, read_force_plates(force_file, file_to_ground), seated)
    except ForceDataError as error:
        if force_mode == "measured":
            raise
        forces = estimate(motion, seated)
        return replace(forces, notes=(*forces.notes, f"Plates not used, forces estimated instead: {error.message}"))


def joint_moments(motion: BodyMotion, forces: ContactForces) -> JointMoments:
    """Generalised forces of the movement less what the contacts supply.

    tau = tau_0 - sum J' w: tau_0 without external loads (`models.skeleton.inverse_dynamics`), J the Jacobian of the
    body a contact acts on, w its moment and force. What remains on the pelvis coordinates is the residual.
    """
    moments = motion.unloaded_forces.copy()
    variance = motion.force_noise.variance.copy()
    certain = all(contact.covariance is not None for contact in forces.forces.values())
    for shift in motion.shifts:
        load = shift.load
        part = motion.bodies[load.body].generalised_force(load.force_n, load.point_m, load.free_moment_nm)
        moments -= part
        variance += (shift.sd_between_people_share * part) ** 2
    for contact in forces.forces.values():
        body = motion.bodies[contact.body]
        moments -= body.generalised_force(contact.force_n, contact.point_m, contact.free_moment_nm)
        if contact.covariance is not None:
            variance += np.einsum("tic,tij,tjc->tc", body.jacobian, contact.covariance, body.jacobian)
    # What is left on the pelvis is what contacts do not explain, no moment with an error of its own.
    variance[:, [name in ROOT_COORDINATES for name in motion.coordinates]] = np.nan
    return JointMoments(
        time_s=motion.time_s,
        coordinates=motion.coordinates,
        values=motion.values,
        speeds=motion.speeds,
        moments_nm=moments,
        cutoff_hz=motion.cutoff_hz,
        valid=motion.valid & forces.valid,
        centre_of_mass_m=motion.centre_of_mass_m
        + sum(shift.mass_offset_kg_m for shift in motion.shifts) / motion.mass_kg,
        mass_shifts={shift.name: shift.load for shift in motion.shifts},
        unknown=forces.unknown,
        standard_errors_nm=np.sqrt(variance) if certain else None,
    )
