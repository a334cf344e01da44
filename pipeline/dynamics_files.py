"""What inverse dynamics found, as the files of OpenSim's tools, complete enough for these to repeat it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim as osim

from pipeline.files.storage import write_storage
from pipeline.motion.body_sweep import read_sweep
from pipeline.trajectories import TRANSLATIONS, Array, ContactForce, ContactForces, JointMoments

CONTACT_FORCES = "contact_forces.mot"
EXTERNAL_LOADS = "external_loads.xml"
COORDINATES = "coordinates_filtered.mot"
MOMENTS = "inverse_dynamics.sto"
STANDARD_ERRORS = "inverse_dynamics_se.sto"
TOOL_SETUP = "id_setup.xml"
# What OpenSim's tool writes when it repeats the run: beside our moments, not over them.
TOOL_MOMENTS = "inverse_dynamics_opensim.sto"


def write_dynamics(folder: Path, model_path: Path, forces: ContactForces, moments: JointMoments) -> None:
    """Write contact forces, filtered coordinates and joint moments, and OpenSim's set-up that repeats the moments.

    ``id_setup.xml`` is for the InverseDynamicsTool. It finds the model by its path relative to the folder, so that a
    results folder may be moved as a whole. The tool lists the generalised force of a patella apart; here it is part
    of its knee's. Standard errors of the moments are written beside them where they are known.

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
    # What stands for the masses of a body that bends is a load like any other to OpenSim.
    loads = [
        _Load(f"contact_{key}", f"ground_force_{key}_", f"ground_torque_{key}_", contact)
        for key, contact in forces.forces.items()
    ]
    loads += [_Load(key, f"{key}_force_", f"{key}_torque_", shift) for key, shift in moments.mass_shifts.items()]
    _write_contact_forces(folder / CONTACT_FORCES, forces.time_s, loads)
    _write_external_loads(folder / EXTERNAL_LOADS, forces.origin, loads)
    sweep = read_sweep(model_path)
    write_storage(
        folder / COORDINATES,
        moments.time_s,
        sweep.names,
        sweep.with_followers(moments.values),
        in_degrees=False,
        name="Coordinates",
    )
    columns = [f"{name}_{'force' if name in TRANSLATIONS else 'moment'}" for name in moments.coordinates]
    for file, values, title in (
        (MOMENTS, moments.moments_nm, "Inverse Dynamics Generalized Forces"),
        (STANDARD_ERRORS, moments.standard_errors_nm, "Standard Errors of Generalized Forces"),
    ):
        if values is not None:
            # What has no error, the residual on the pelvis, has no column.
            kept = np.flatnonzero(np.isfinite(values).all(axis=0))
            names = [columns[place] for place in kept]
            write_storage(folder / file, moments.time_s, names, values[:, kept], in_degrees=False, name=title)
    _write_tool_setup(folder, model_path, moments)


@dataclass(frozen=True)
class _Load:
    """A force on a body, its name, and how the names of its columns begin."""

    name: str
    force_stem: str
    torque_stem: str
    load: ContactForce


def _write_contact_forces(path: Path, time_s: Array, loads: list[_Load]) -> None:
    columns, tables = [], []
    for own in loads:
        stems = (f"{own.force_stem}v", f"{own.force_stem}p", own.torque_stem)
        columns += [f"{stem}{axis}" for stem in stems for axis in "xyz"]
        tables += [own.load.force_n, own.load.point_m, own.load.free_moment_nm]
    write_storage(path, time_s, columns, np.hstack(tables), in_degrees=False, name="contact_forces")


def _write_external_loads(path: Path, origin: str, loads: list[_Load]) -> None:
    listed = osim.ExternalLoads()
    # OpenSim accepts no blanks in names.
    listed.setName(f"contact_forces_{origin}")
    listed.setDataFileName(CONTACT_FORCES)
    for own in loads:
        external = osim.ExternalForce()
        external.setName(own.name)
        external.set_applied_to_body(own.load.body)
        external.set_force_expressed_in_body("ground")
        external.set_point_expressed_in_body("ground")
        external.set_force_identifier(f"{own.force_stem}v")
        external.set_point_identifier(f"{own.force_stem}p")
        external.set_torque_identifier(own.torque_stem)
        listed.cloneAndAppend(external)
    listed.printToXML(str(path))


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
