"""Measured ground reaction forces: reading plate recordings and bringing them to a trial's time axis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from models.errors import ForceDataError, SessionReadError
from pipeline.files.storage import Storage, read_storage
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import Array

# Below this vertical force a plate counts as unloaded: the usual threshold of gait laboratories, above plate noise.
LOADED_N = 20.0
ACCEPTED = "Accepted: an OpenSim .mot or .sto file with columns NAME_vx .. vz and NAME_px .. pz for every plate."
# Forces are sampled at the markers' rate; what that rate cannot carry is removed first (share of the rate).
ANTI_ALIAS_SHARE = 0.4


@dataclass(frozen=True)
class Plate:
    """What one plate measured, in the ground frame.

    Attributes
    ----------
    name : str
        The columns' common name in the file.
    force_n : ndarray, shape (n_samples, 3)
        Force on the body [N].
    moment_nm : ndarray, shape (n_samples, 3)
        Moment about the origin of the ground frame [Nm].
    height_m : float
        Height of the plane in which the file gives its centres of pressure [m].
    """

    name: str
    force_n: Array
    moment_nm: Array
    height_m: float

    @property
    def loaded(self) -> NDArray[np.bool_]:
        """Where something stands on the plate, shape (n_samples,)."""
        return self.force_n[:, 1] > LOADED_N

    @property
    def pressure_point_m(self) -> Array:
        """Centre of pressure, shape (n_samples, 3) [m]; meaningless where the plate is not loaded."""
        return pressure_point_m(self.force_n, self.moment_nm, self.height_m)


@dataclass(frozen=True)
class PlateRecording:
    """All plates of one trial on one time axis; plates that nobody stepped on are left out.

    Attributes
    ----------
    time_s : ndarray, shape (n_samples,)
    plates : tuple of Plate
    notes : tuple of str
    """

    time_s: Array
    plates: tuple[Plate, ...]
    notes: tuple[str, ...] = ()


def pressure_point_m(force_n: Array, moment_nm: Array, height_m: float) -> Array:
    """Point of a horizontal plane about which a wrench has a vertical moment only, shape (n_frames, 3) [m].

    Parameters
    ----------
    force_n, moment_nm : ndarray, shape (n_frames, 3)
        Force and its moment about the origin of the ground frame.
    height_m : float
        Height of the plane.
    """
    vertical = np.where(np.abs(force_n[:, 1]) < 1e-6, 1e-6, force_n[:, 1])
    return np.column_stack(
        [
            (moment_nm[:, 2] + height_m * force_n[:, 0]) / vertical,
            np.full(len(vertical), height_m),
            (height_m * force_n[:, 2] - moment_nm[:, 0]) / vertical,
        ]
    )


def read_force_plates(path: Path) -> PlateRecording:
    """Read plates from an OpenSim force file.

    Plates are found by their columns: ``ground_force_1_vx``, ``ground_force_r_vx``, ``1_ground_force_vx``,
    ``ground_force_vx``; moments are called ``.._mx``, ``ground_torque_.._x`` or ``ground_moment_.._mx``.

    Raises
    ------
    ForceDataError
        The file cannot be read, holds no plate, no centres of pressure, gaps in the forces, forces of the body on the
        plate, or nobody stood on any plate.
    """
    try:
        return _plates(read_storage(path))
    except ForceDataError as error:
        raise error.within(file=path.name) from None
    except SessionReadError as error:
        raise ForceDataError(error.message, hint=ACCEPTED, file=path.name) from error


def _plates(storage: Storage) -> PlateRecording:
    stems = [name.removesuffix("_vx") for name in storage.columns if name.endswith("_vx")]
    if not stems:
        raise ForceDataError(
            "The file holds no ground reaction forces.",
            hint=f"{ACCEPTED} Columns found: {', '.join(storage.columns[:12])}.",
        )
    notes: list[str] = list(storage.notes)
    plates = [plate for stem in stems if (plate := _plate(storage, stem, notes)) is not None]
    if not plates:
        raise ForceDataError(
            f"Nobody stood on any of the {len(stems)} plates: no vertical force above {LOADED_N:g} N.",
            hint="Check that the file belongs to this trial and that forces are in newtons with Y up.",
        )
    return PlateRecording(storage.time_s, tuple(plates), tuple(notes))


def _plate(storage: Storage, stem: str, notes: list[str]) -> Plate | None:
    force = _columns(storage, [f"{stem}_v{axis}" for axis in "xyz"])
    point = _columns(storage, [f"{stem}_p{axis}" for axis in "xyz"])
    if force is None or point is None:
        raise ForceDataError(
            f"The plate {stem!r} lacks some of its force or centre-of-pressure columns.",
            hint=f"{ACCEPTED} Expected here: {stem}_vx, _vy, _vz, _px, _py, _pz.",
        )
    if not np.all(np.isfinite(force)):
        raise ForceDataError(
            f"The forces of plate {stem!r} have gaps.", hint="Export the forces again without empty cells."
        )
    if force[:, 1].max() <= LOADED_N:
        if force[:, 1].min() < -5 * LOADED_N:
            raise ForceDataError(
                f"The vertical force of plate {stem!r} is negative.",
                hint="Forces must act on the body, upwards along +Y. Invert their sign or rotate them into Y up.",
            )
        notes.append(f"Plate {stem}: not stepped on.")
        return None
    moment = next((found for names in _moment_names(stem) if (found := _columns(storage, names)) is not None), None)
    if moment is None:
        notes.append(f"Plate {stem}: the file holds no free moment; taken as zero.")
        moment = np.zeros_like(force)
    loaded = force[:, 1] > LOADED_N
    if not (np.all(np.isfinite(point[loaded])) and np.all(np.isfinite(moment[loaded]))):
        raise ForceDataError(
            f"Centre of pressure or moment of plate {stem!r} is missing while somebody stands on it.",
            hint="Export the forces again with centres of pressure in metres.",
        )
    # An unloaded plate has no centre of pressure: files hold zeros, old values or nothing there, and noise as force.
    force, point, moment = (np.where(loaded[:, None], array, 0.0) for array in (force, point, moment))
    return Plate(stem, force, moment + np.cross(point, force), float(np.median(point[loaded, 1])))


def _moment_names(stem: str) -> list[list[str]]:
    others = [stem.replace("force", word) for word in ("torque", "moment") if "force" in stem]
    stems = [(stem, "m"), *((other, prefix) for other in others for prefix in ("", "m"))]
    return [[f"{other}_{prefix}{axis}" for axis in "xyz"] for other, prefix in stems]


def _columns(storage: Storage, names: list[str]) -> Array | None:
    if not set(names) <= set(storage.columns):
        return None
    return np.column_stack([storage.column(name) for name in names])


def sample(recording: PlateRecording, time_s: Array, cutoff_hz: float) -> tuple[tuple[Plate, ...], NDArray[np.bool_]]:
    """Low-pass all plates like the movement and sample them at the frames of a trial.

    Forces and moments are filtered, not centres of pressure, which are quotients.

    Parameters
    ----------
    recording : PlateRecording
        At any rate, on the clock of the trial.
    time_s : ndarray, shape (n_frames,)
        Frames of the trial.
    cutoff_hz : float
        The cut-off of the movement [Hz].

    Returns
    -------
    plates : tuple of Plate
        At the frames of the trial.
    covered : ndarray of bool, shape (n_frames,)
        Frames within the recording.

    Raises
    ------
    ForceDataError
        The recording and the trial do not overlap in time.
    """
    step_s = float(np.median(np.diff(time_s)))
    covered = (time_s >= recording.time_s[0] - 0.5 * step_s) & (time_s <= recording.time_s[-1] + 0.5 * step_s)
    if not np.any(covered):
        raise ForceDataError(
            f"The forces were recorded from {recording.time_s[0]:.2f} to {recording.time_s[-1]:.2f} s, the movement "
            f"from {time_s[0]:.2f} to {time_s[-1]:.2f} s.",
            hint="Both files must be of the same trial and count time from the same moment.",
        )
    limit_hz = min(cutoff_hz, ANTI_ALIAS_SHARE / step_s)
    at_s = np.clip(time_s, recording.time_s[0], recording.time_s[-1])

    def resampled(values: Array) -> Array:
        smooth = CubicSpline(recording.time_s, low_pass(values, recording.time_s, limit_hz))(at_s)
        return np.where(covered[:, None], smooth, 0.0)

    plates = tuple(
        Plate(plate.name, resampled(plate.force_n), resampled(plate.moment_nm), plate.height_m)
        for plate in recording.plates
    )
    return plates, covered
