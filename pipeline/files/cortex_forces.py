"""Cortex' force files (.forces): what Motion Analysis' program exports beside its .trc files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ForceDataError
from pipeline.files.text import read_lines

MAX_FORCES_BYTES = 256 * 2**20
MM_PER_M = 1000.0

_SECTION = "[Force Data]"
# Force, centre of pressure and vertical free moment: the columns of every plate, in this order.
_COLUMNS = ("FX", "FY", "FZ", "X", "Y", "Z", "MZ")


@dataclass(frozen=True)
class CortexForces:
    """All plates of a file, in the axes of the .trc beside it.

    Attributes
    ----------
    time_s : ndarray, shape (n_samples,)
        From 0, as in the .trc.
    force_n : ndarray, shape (n_samples, n_plates, 3)
        On the body [N].
    pressure_point_m : ndarray, shape (n_samples, n_plates, 3)
        Centre of pressure [m].
    vertical_moment_nm : ndarray, shape (n_samples, n_plates)
        Free moment about the vertical [Nm].
    """

    time_s: NDArray[np.float64]
    force_n: NDArray[np.float64]
    pressure_point_m: NDArray[np.float64]
    vertical_moment_nm: NDArray[np.float64]


def read_cortex_forces(path: Path) -> CortexForces:
    """Read a .forces file: newtons, millimetres, and newton millimetres.

    Raises
    ------
    ForceDataError
        The file is none, its columns are others than Cortex', or a row is damaged.
    """
    try:
        return _read(read_lines(path, max_bytes=MAX_FORCES_BYTES, error=ForceDataError))
    except ForceDataError as error:
        raise error.within(file=path.name) from None


def _read(lines: list[str]) -> CortexForces:
    names_at = next((index for index, line in enumerate(lines) if line.startswith("#Sample")), None)
    if lines[0].strip() != _SECTION or names_at is None:
        raise ForceDataError(
            f"This is not a .forces file: it lacks the first line {_SECTION} or the line of column names, #Sample.",
            hint="Accepted are the .forces files of Cortex, as they were exported.",
        )
    header = dict(line.split("=", 1) for line in lines[1:names_at] if "=" in line)
    names = lines[names_at].split()[1:]
    n_plates = len(names) // len(_COLUMNS)
    expected = [f"{column}{plate}" for plate in range(1, n_plates + 1) for column in _COLUMNS]
    if names != expected or not names:
        raise ForceDataError(
            f"The columns of the .forces file are not Cortex': {', '.join(names[:8])} ...",
            hint=f"Expected for every plate: {', '.join(_COLUMNS)} and its number. Export the forces again.",
        )
    try:
        rate_hz = float(header["SampleRate"])
        rows = np.array([[float(cell) for cell in line.split()] for line in lines[names_at + 1 :] if line.strip()])
        samples = rows[:, 1:].reshape(len(rows), n_plates, len(_COLUMNS))
    except (KeyError, ValueError, IndexError):
        raise ForceDataError(
            "The .forces file has no SampleRate, no samples, or a row that is cut short or holds no number.",
            hint="Export the forces again.",
        ) from None
    if not rate_hz > 0:
        raise ForceDataError(f"A SampleRate of {rate_hz:g} is not possible.", hint="Export the forces again.")
    return CortexForces(
        time_s=(rows[:, 0] - 1.0) / rate_hz,
        force_n=samples[:, :, 0:3],
        pressure_point_m=samples[:, :, 3:6] / MM_PER_M,
        vertical_moment_nm=samples[:, :, 6] / MM_PER_M,
    )
