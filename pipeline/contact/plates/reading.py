"""Reading plate recordings: OpenSim's force files, C3D and Cortex' .forces, turned into the ground frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import ForceDataError, SessionReadError
from pipeline.contact.plates.recording import LOADED_N, Plate, PlateRecording
from pipeline.files.c3d import read_c3d_plates
from pipeline.files.cortex_forces import read_cortex_forces
from pipeline.files.storage import Storage, read_storage
from pipeline.trajectories import Array

ACCEPTED = (
    "Accepted: a .c3d that describes its force plates, a .forces file of Cortex, or an OpenSim .mot or .sto file with "
    "columns NAME_vx .. vz and NAME_px .. pz for every plate."
)


@dataclass(frozen=True)
class _Record:
    """What a file says of one plate, each array of shape (n_samples, 3); no free moment where the file holds none."""

    name: str
    force_n: Array
    pressure_point_m: Array
    free_moment_nm: Array | None

    def turned(self, file_to_ground: Array) -> _Record:
        """The same in the ground frame."""
        moment = None if self.free_moment_nm is None else self.free_moment_nm @ file_to_ground.T
        return _Record(self.name, self.force_n @ file_to_ground.T, self.pressure_point_m @ file_to_ground.T, moment)


def read_force_plates(path: Path, file_to_ground: Array) -> PlateRecording:
    """Read plates from an OpenSim force file (.mot, .sto), a .c3d or a .forces file of Cortex.

    In an OpenSim file plates are found by their columns: ``ground_force_1_vx``, ``ground_force_r_vx``,
    ``1_ground_force_vx``, ``ground_force_vx``; moments are called ``.._mx``, ``ground_torque_.._x`` or
    ``ground_moment_.._mx``.

    Parameters
    ----------
    path : Path
    file_to_ground : ndarray, shape (3, 3)
        Rotation from the file's axes into the ground frame (Y up), the same as the markers'.

    Raises
    ------
    ForceDataError
        The file cannot be read, holds no plate, no centres of pressure, gaps in the forces, forces of the body on the
        plate, or nobody stood on any plate.
    """
    try:
        return _recording(path, file_to_ground)
    except ForceDataError as error:
        raise error.within(file=path.name) from None
    except SessionReadError as error:
        raise ForceDataError(error.message, hint=ACCEPTED, file=path.name) from error


def _recording(path: Path, file_to_ground: Array) -> PlateRecording:
    time_s, records, notes = _READERS.get(path.suffix.lower(), _read_storage)(path)
    plates = [plate for record in records if (plate := _plate(record.turned(file_to_ground), notes)) is not None]
    if not plates:
        raise ForceDataError(
            f"Nobody stood on any of the {len(records)} plates: no vertical force above {LOADED_N:g} N.",
            hint="Check that the file belongs to this trial, that forces are in newtons, and that its axes are the "
            "markers': [axes] of a lab session holds for both.",
        )
    return PlateRecording(time_s, tuple(plates), tuple(notes))


def _read_c3d(path: Path) -> tuple[Array, list[_Record], list[str]]:
    recording = read_c3d_plates(path)
    records = [
        _Record(str(number), plate.force_n, plate.centre_of_pressure_m, plate.free_moment_nm)
        for number, plate in enumerate(recording.plates, start=1)
    ]
    return recording.time_s, records, []


def _read_cortex(path: Path) -> tuple[Array, list[_Record], list[str]]:
    recording = read_cortex_forces(path)
    records = []
    for plate in range(recording.force_n.shape[1]):
        free_moment = np.zeros_like(recording.force_n[:, plate])
        # Cortex calls it MZ whatever axis points up: the plate lies level, so it is the one across its surface.
        free_moment[:, _up_axis(recording.force_n)] = recording.vertical_moment_nm[:, plate]
        force, point = recording.force_n[:, plate], recording.pressure_point_m[:, plate]
        records.append(_Record(str(plate + 1), force, point, free_moment))
    return recording.time_s, records, []


def _up_axis(force_n: Array) -> int:
    """The axis of the file that bears the weight."""
    return int(np.argmax(np.abs(force_n.sum(axis=(0, 1)))))


def _read_storage(path: Path) -> tuple[Array, list[_Record], list[str]]:
    storage = read_storage(path)
    stems = [name.removesuffix("_vx") for name in storage.columns if name.endswith("_vx")]
    if not stems:
        raise ForceDataError(
            "The file holds no ground reaction forces.",
            hint=f"{ACCEPTED} Columns found: {', '.join(storage.columns[:12])}.",
        )
    return storage.time_s, [_record(storage, stem) for stem in stems], list(storage.notes)


def _record(storage: Storage, stem: str) -> _Record:
    force = _columns(storage, [f"{stem}_v{axis}" for axis in "xyz"])
    point = _columns(storage, [f"{stem}_p{axis}" for axis in "xyz"])
    if force is None or point is None:
        raise ForceDataError(
            f"The plate {stem!r} lacks some of its force or centre-of-pressure columns.",
            hint=f"{ACCEPTED} Expected here: {stem}_vx, _vy, _vz, _px, _py, _pz.",
        )
    found = (_columns(storage, names) for names in _moment_names(stem))
    return _Record(stem, force, point, next((moment for moment in found if moment is not None), None))


def _moment_names(stem: str) -> Iterator[list[str]]:
    others = [stem.replace("force", word) for word in ("torque", "moment") if "force" in stem]
    for other, prefix in ((stem, "m"), *((other, prefix) for other in others for prefix in ("", "m"))):
        yield [f"{other}_{prefix}{axis}" for axis in "xyz"]


def _columns(storage: Storage, names: list[str]) -> Array | None:
    if not set(names) <= set(storage.columns):
        return None
    return np.column_stack([storage.column(name) for name in names])


_READERS = {".c3d": _read_c3d, ".forces": _read_cortex}


def _plate(record: _Record, notes: list[str]) -> Plate | None:
    """Check a plate in the ground frame; None, and a note, where nobody stepped on it."""
    name, force, point, moment = record.name, record.force_n, record.pressure_point_m, record.free_moment_nm
    if not np.all(np.isfinite(force)):
        raise ForceDataError(
            f"The forces of plate {name!r} have gaps.", hint="Export the forces again without empty cells."
        )
    if force[:, 1].max() <= LOADED_N:
        if force[:, 1].min() < -5 * LOADED_N:
            raise ForceDataError(
                f"The vertical force of plate {name!r} is negative.",
                hint="Forces must act on the body, upwards along +Y. Invert their sign or rotate them into Y up.",
            )
        notes.append(f"Plate {name}: not stepped on.")
        return None
    if moment is None:
        notes.append(f"Plate {name}: the file holds no free moment; taken as zero.")
        moment = np.zeros_like(force)
    loaded = force[:, 1] > LOADED_N
    if not (np.all(np.isfinite(point[loaded])) and np.all(np.isfinite(moment[loaded]))):
        raise ForceDataError(
            f"Centre of pressure or moment of plate {name!r} is missing while somebody stands on it.",
            hint="Export the forces again with centres of pressure in metres.",
        )
    # An unloaded plate has no centre of pressure: files hold zeros, old values or nothing there, and noise as force.
    force, point, moment = (np.where(loaded[:, None], array, 0.0) for array in (force, point, moment))
    return Plate(name, force, moment + np.cross(point, force), float(np.median(point[loaded, 1])))
