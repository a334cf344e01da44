"""Plate recordings made from known contact forces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.interpolate import interp1d

from pipeline.files.storage import write_storage
from pipeline.trajectories import ContactForce
from tests.pipeline.c3d_writer import write_c3d

Y_UP = np.eye(3)
# File -> ground where the laboratory's X is forward, Y to the left and Z up.
Z_UP_TO_GROUND = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


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


def turned(values: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Columns as of `plate_columns` in other axes."""
    return np.hstack([part @ rotation.T for part in np.split(values, 3, axis=1)])


def write_c3d_plates(path: Path, time_s: np.ndarray, plates: list[np.ndarray], rate_hz: float = 1000.0) -> Path:
    """A C3D whose plates (type 2) measured these columns, given in the axes of the file: Z up, from time 0.

    Each plate is 0.6 x 0.4 m, its middle under the mean centre of pressure, and its axes are the file's.
    """
    at_s = np.arange(0.0, time_s[-1], 1.0 / rate_hz)
    points_per_s = 100.0
    channels, corners = [], []
    for values in plates:
        force, point, free_moment = np.split(interp1d(time_s, values, axis=0, kind="cubic")(at_s), 3, axis=1)
        middle = point.mean(axis=0)
        channels += [force, 1000.0 * (np.cross(point - middle, force) + free_moment)]
        corners.append(1000.0 * (middle + np.array([[0.3, 0.2, 0], [-0.3, 0.2, 0], [-0.3, -0.2, 0], [0.3, -0.2, 0]])))
    names = [f"{kind}{axis}{number}" for number in range(len(plates)) for kind in "FM" for axis in "xyz"]
    settings = {
        ("POINT", "RATE"): [points_per_s],
        ("POINT", "LABELS"): ["A"],
        ("POINT", "UNITS"): ["mm"],
        ("ANALOG", "RATE"): [rate_hz],
        ("ANALOG", "LABELS"): names,
        ("ANALOG", "UNITS"): (["N"] * 3 + ["Nmm"] * 3) * len(plates),
        ("FORCE_PLATFORM", "USED"): [len(plates)],
        ("FORCE_PLATFORM", "TYPE"): [2] * len(plates),
        ("FORCE_PLATFORM", "ZERO"): [1, 0],
        ("FORCE_PLATFORM", "CORNERS"): np.stack([plate.T for plate in corners], axis=2),
        ("FORCE_PLATFORM", "ORIGIN"): np.zeros((3, len(plates))),
        ("FORCE_PLATFORM", "CHANNEL"): np.arange(1, len(names) + 1).reshape(len(plates), 6).T,
    }
    samples = int(rate_hz / points_per_s)
    n_frames = len(at_s) // samples
    analogs = np.hstack(channels)[: n_frames * samples].T[None]
    return write_c3d(path, settings, np.ones((4, 1, n_frames)), analogs=analogs)
