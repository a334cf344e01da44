"""C3D files for tests, written in another process: ezc3d and OpenSim in one take each other's vectors."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np


def write_c3d(
    path: Path,
    parameters: dict[tuple[str, str], Any],
    points: np.ndarray,
    *,
    residuals: np.ndarray | None = None,
    analogs: np.ndarray | None = None,
) -> Path:
    """Write a C3D: parameters by group and name, points (4, markers, frames), analogs (1, channels, samples)."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        apart.submit(_write, str(path), parameters, points, residuals, analogs).result()
    return path


def _write(
    path: str,
    parameters: dict[tuple[str, str], Any],
    points: np.ndarray,
    residuals: np.ndarray | None,
    analogs: np.ndarray | None,
) -> None:
    import ezc3d

    content = ezc3d.c3d()
    for (group, name), value in parameters.items():
        content["parameters"][group][name]["value"] = value
    content["data"]["points"] = points
    if residuals is not None:
        content["data"]["meta_points"]["residuals"] = residuals
    if analogs is not None:
        content["data"]["analogs"] = analogs
    content.write(path)
