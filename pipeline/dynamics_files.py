"""What inverse dynamics found, as the files of OpenSim's tools, complete enough for these to repeat it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import opensim as osim

from models.skeleton import load_model
from pipeline.files.storage import write_storage
from pipeline.motion.body_sweep import BodySweep
from pipeline.trajectories import ContactForces, JointMoments

CONTACT_FORCES = "contact_forces.mot"
EXTERNAL_LOADS = "external_loads.xml"
COORDINATES = "coordinates_filtered.mot"
MOMENTS = "inverse_dynamics.sto"
TOOL_SETUP = "id_setup.xml"
# What OpenSim's tool writes when it repeats the run: beside our moments, not over them.
TOOL_MOMENTS = "inverse_dynamics_opensim.sto"

TRANSLATIONS = ("_tx", "_ty", "_tz")


def write_dynamics(folder: Path, model_path: Path, forces: ContactForces, moments: JointMoments) -> None:
    """Write contact forces, filtered coordinates and joint moments, and OpenSim's set-up that repeats the moments.

    ``id_setup.xml`` is for the InverseDynamicsTool. It finds the model by its path relative to the folder, so that a
    results folder may be moved as a whole. The tool lists the generalised force of a patella apart; here it is part
    of its knee's.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    model_path : Path
        The model that forces and moments were found with.
    forces : ContactForces
    moments : JointMoments
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_contact_forces(folder / CONTACT_FORCES, forces)
    _write_external_loads(folder / EXTERNAL_LOADS, forces)
    sweep = BodySweep(load_model(model_path))
    write_storage(
        folder / COORDINATES,
        moments.time_s,
        sweep.names,
        sweep.with_followers(moments.values),
        in_degrees=False,
        name="Coordinates",
    )
    write_storage(
        folder / MOMENTS,
        moments.time_s,
        [f"{name}_{'force' if name.endswith(TRANSLATIONS) else 'moment'}" for name in moments.coordinates],
        moments.moments_nm,
        in_degrees=False,
        name="Inverse Dynamics Generalized Forces",
    )
    _write_tool_setup(folder, model_path, moments)


def _write_contact_forces(path: Path, forces: ContactForces) -> None:
    columns, tables = [], []
    for key, contact in forces.forces.items():
        for stem, table in (
            (f"ground_force_{key}_v", contact.force_n),
            (f"ground_force_{key}_p", contact.point_m),
            (f"ground_torque_{key}_", contact.free_moment_nm),
        ):
            columns += [f"{stem}{axis}" for axis in "xyz"]
            tables.append(table)
    write_storage(path, forces.time_s, columns, np.hstack(tables), in_degrees=False, name="contact_forces")


def _write_external_loads(path: Path, forces: ContactForces) -> None:
    loads = osim.ExternalLoads()
    # OpenSim accepts no blanks in names.
    loads.setName(f"contact_forces_{forces.origin}")
    loads.setDataFileName(CONTACT_FORCES)
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


def _write_tool_setup(folder: Path, model_path: Path, moments: JointMoments) -> None:
    tool = osim.InverseDynamicsTool()
    tool.setName("inverse_dynamics")
    tool.setModelFileName(Path(os.path.relpath(model_path, folder)).as_posix())
    tool.setCoordinatesFileName(COORDINATES)
    tool.setExternalLoadsFileName(EXTERNAL_LOADS)
    # The coordinates are filtered already: a second pass would give other moments.
    tool.setLowpassCutoffFrequency(-1.0)
    # The tool prints times with six digits and cuts at them: a frame of margin at either end keeps the last frame in.
    margin_s = float(np.median(np.diff(moments.time_s)))
    tool.setStartTime(float(moments.time_s[0]) - margin_s)
    tool.setEndTime(float(moments.time_s[-1]) + margin_s)
    without_muscles = osim.ArrayStr()
    without_muscles.append("Muscles")
    tool.setExcludedForces(without_muscles)
    tool.setResultsDir(".")
    tool.setOutputGenForceFileName(TOOL_MOMENTS)
    tool.printToXML(str(folder / TOOL_SETUP))
