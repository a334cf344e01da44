"""Plate recordings made from known contact forces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.interpolate import interp1d

from pipeline.files.storage import write_storage
from pipeline.trajectories import ContactForce


def plate_columns(contact: ContactForce) -> np.ndarray:
    """Force, centre of pressure and free moment, shape (n_frames, 9)."""
    return np.hstack([contact.force_n, contact.point_m, contact.free_moment_nm])


def write_plates(path: Path, time_s: np.ndarray, plates: dict[str, np.ndarray], rate_hz: float | None = None) -> Path:
    """An OpenSim force file; names are the columns' common stems, values as of `plate_columns`."""
    at_s = time_s if rate_hz is None else np.arange(time_s[0], time_s[-1] + 0.5 / rate_hz, 1.0 / rate_hz)
    columns, tables = [], []
    for stem, values in plates.items():
        columns += [f"{stem}_{kind}{axis}" for kind in "vpm" for axis in "xyz"]
        tables.append(interp1d(time_s, values, axis=0, kind="cubic", fill_value="extrapolate")(at_s))
    write_storage(path, at_s, columns, np.hstack(tables), in_degrees=False, name="forces")
    return path


def on_one_plate(first: ContactForce, second: ContactForce) -> np.ndarray:
    """What one plate under both feet measures."""
    force = first.force_n + second.force_n
    height = first.point_m[:, 1]
    moment = sum(contact.free_moment_nm + np.cross(contact.point_m, contact.force_n) for contact in (first, second))
    point = np.column_stack(
        [
            (moment[:, 2] + height * force[:, 0]) / force[:, 1],
            height,
            (height * force[:, 2] - moment[:, 0]) / force[:, 1],
        ]
    )
    return np.hstack([force, point, moment - np.cross(point, force)])
