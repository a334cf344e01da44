"""Inverse dynamics: from angles and contact forces to what acts across every joint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim as osim

from models.errors import ForceDataError
from pipeline.contact import estimate, from_plates
from pipeline.contact.force_plates import read_force_plates
from pipeline.files.storage import write_storage
from pipeline.motion.body_motion import BodyMotion, body_motion
from pipeline.settings import ForceMode
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

TRANSLATIONS = ("_tx", "_ty", "_tz")


def solve_dynamics(
    model_path: Path,
    kinematics: Kinematics,
    *,
    cutoff_hz: float,
    seated: bool,
    force_file: Path | None,
    force_mode: ForceMode,
) -> tuple[ContactForces, JointMoments]:
    """Contact forces and joint moments of a trial.

    Parameters
    ----------
    model_path : Path
        Scaled .osim with the mass of the person.
    kinematics : Kinematics
    cutoff_hz : float
        Low-pass cut-off of coordinates and measured forces alike [Hz].
    seated : bool
        Whether a seat bears load in the trial.
    force_file : Path or None
        Plate recording (.mot, .sto), on the clock of the trial.
    force_mode : {'auto', 'measured', 'estimated'}
        ``auto`` uses plates where there are any that can be used, and says so where not.

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
            hint="Name its force file in the session description, or choose --forces estimated or auto.",
        )
    motion = body_motion(model_path, kinematics, cutoff_hz=cutoff_hz)
    forces = _contact_forces(motion, seated, force_file, force_mode)
    return forces, joint_moments(motion, forces)


def _contact_forces(motion: BodyMotion, seated: bool, force_file: Path | None, force_mode: ForceMode) -> ContactForces:
    if force_mode == "estimated" or force_file is None:
        return estimate(motion, seated)
    try:
        return from_plates(motion, read_force_plates(force_file), seated)
    except ForceDataError as error:
        if force_mode == "measured":
            raise
        forces = estimate(motion, seated)
        return replace(forces, notes=(*forces.notes, f"Plates not used, forces estimated instead: {error.message}"))


def joint_moments(motion: BodyMotion, forces: ContactForces) -> JointMoments:
    """Generalised forces of the movement less what the contacts supply.

    tau = tau_0 - sum J' w: tau_0 without external loads from OpenSim's InverseDynamicsSolver, J the Jacobian of the
    body a contact acts on, w its moment and force. What remains on the pelvis coordinates is the residual.
    """
    moments = motion.unloaded_forces.copy()
    for contact in forces.forces.values():
        body = motion.bodies[contact.body]
        moments -= body.generalised_force(contact.force_n, contact.point_m, contact.free_moment_nm)
    return JointMoments(
        time_s=motion.time_s,
        coordinates=motion.coordinates,
        values=motion.values,
        speeds=motion.speeds,
        moments_nm=moments,
        cutoff_hz=motion.cutoff_hz,
        valid=motion.valid & forces.valid,
        centre_of_mass_m=motion.centre_of_mass_m,
    )


def write_dynamics(folder: Path, forces: ContactForces, moments: JointMoments) -> None:
    """Write ``contact_forces.mot``, ``external_loads.xml`` and ``inverse_dynamics.sto`` as OpenSim's tools do.

    The first two, with the scaled model and the coordinates, repeat the result in OpenSim's InverseDynamicsTool.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns, tables = [], []
    for key, contact in forces.forces.items():
        for stem, table in (
            (f"ground_force_{key}_v", contact.force_n),
            (f"ground_force_{key}_p", contact.point_m),
            (f"ground_torque_{key}_", contact.free_moment_nm),
        ):
            columns += [f"{stem}{axis}" for axis in "xyz"]
            tables.append(table)
    write_storage(
        folder / "contact_forces.mot",
        forces.time_s,
        columns,
        np.hstack(tables),
        in_degrees=False,
        name="contact_forces",
    )
    _write_external_loads(folder / "external_loads.xml", forces)
    write_storage(
        folder / "inverse_dynamics.sto",
        moments.time_s,
        [f"{name}_{'force' if name.endswith(TRANSLATIONS) else 'moment'}" for name in moments.coordinates],
        moments.moments_nm,
        in_degrees=False,
        name="Inverse Dynamics Generalized Forces",
    )


def _write_external_loads(path: Path, forces: ContactForces) -> None:
    loads = osim.ExternalLoads()
    # OpenSim accepts no blanks in names.
    loads.setName(f"contact_forces_{forces.origin}")
    loads.setDataFileName("contact_forces.mot")
    for key, contact in forces.forces.items():
        load = osim.ExternalForce()
        load.setName(f"contact_{key}")
        load.set_applied_to_body(contact.body)
        load.set_force_expressed_in_body("ground")
        load.set_point_expressed_in_body("ground")
        load.set_force_identifier(f"ground_force_{key}_v")
        load.set_point_identifier(f"ground_force_{key}_p")
        load.set_torque_identifier(f"ground_torque_{key}_")
        loads.cloneAndAppend(load)
    loads.printToXML(str(path))
