"""Measured ground reaction forces: what plates recorded, brought to a trial's time axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from models.errors import ForceDataError
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import Array

# Below this vertical force a plate counts as unloaded: the usual threshold of gait laboratories, above plate noise.
LOADED_N = 20.0
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


def pressure_point_m(force_n: Array, moment_nm: Array, height_m: float | Array) -> Array:
    """Point of a horizontal plane about which a wrench has a vertical moment only, shape (n_frames, 3) [m].

    Parameters
    ----------
    force_n, moment_nm : ndarray, shape (n_frames, 3)
        Force and its moment about the origin of the ground frame.
    height_m : float or ndarray, shape (n_frames,)
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
