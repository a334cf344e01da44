"""Body measurements from distances between markers, and hip centres where nobody measured them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.markers import MarkerTrajectories

_TABLE = Path(__file__).with_name("measurements.toml")
_AXES = "XYZ"


@dataclass(frozen=True)
class Measurement:
    """Distances between markers that together size some axes of some bodies.

    Attributes
    ----------
    name : str
    axes : tuple of int
        Columns of the scale factors that it sets: 0 = X (depth), 1 = Y (height), 2 = Z (width).
    bodies : tuple of str
    pairs : tuple of (str, str)
        Markers, both ends of each distance.
    mirror : str or None
        The measurement of the other side, where sides are measured apart.
    """

    name: str
    axes: tuple[int, ...]
    bodies: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    mirror: str | None = None


@cache
def measurements(marker_set: str) -> tuple[Measurement, ...]:
    """Return the measurements of a marker set, from ``measurements.toml`` (which names its source)."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["measurement"]
    return tuple(
        Measurement(
            name=row["name"],
            axes=tuple(_AXES.index(axis) for axis in row["axes"]),
            bodies=tuple(row["bodies"]),
            pairs=tuple((first, second) for first, second in row[marker_set]),
            mirror=row.get("mirror"),
        )
        for row in rows
    )


def mean_distance_m(markers: MarkerTrajectories, pair: tuple[str, str]) -> float | None:
    """Mean over frames of the distance between two markers [m]; None when they are never seen together."""
    if not markers.has(*pair):
        return None
    distance_m = np.linalg.norm(markers.position_m(pair[0]) - markers.position_m(pair[1]), axis=1)
    seen = np.isfinite(distance_m)
    return float(distance_m[seen].mean()) if seen.any() else None


def with_hip_centres(
    markers: MarkerTrajectories, names: tuple[str, str] = ("R_HJC", "L_HJC")
) -> tuple[MarkerTrajectories, tuple[str, ...]]:
    """Add hip joint centres by regression from the pelvic markers, where the laboratory has not added its own.

    Regression of Harrington et al. 2007 (J Biomech 40:595-602, adults and children, MRI): from the middle of the
    anterior iliac spines 0.24 depth + 9.9 mm back, 0.30 width + 10.9 mm down, 0.33 width + 7.3 mm to the side;
    depth between the middles of the anterior and posterior spines, width between the anterior spines. Published
    error 2 to 7 mm per axis.

    Returns
    -------
    markers : MarkerTrajectories
        With both hip centres, if the pelvic markers are there.
    notes : tuple of str
    """
    pelvis = ("r.ASIS", "L.ASIS", "r.PSIS", "L.PSIS")
    if markers.has(*names) or not markers.has(*pelvis):
        return markers, ()
    right, left, right_back, left_back = (markers.position_m(name) for name in pelvis)
    front, back = (right + left) / 2, (right_back + left_back) / 2
    width_m = np.linalg.norm(right - left, axis=1, keepdims=True)
    depth_m = np.linalg.norm(front - back, axis=1, keepdims=True)
    to_right = _unit(right - left)
    to_front = front - back
    to_front = _unit(to_front - np.sum(to_front * to_right, axis=1, keepdims=True) * to_right)
    up = np.cross(to_right, to_front)
    centre = front - (0.24 * depth_m + 0.0099) * to_front - (0.30 * width_m + 0.0109) * up
    to_side = (0.33 * width_m + 0.0073) * to_right
    kept = markers.select([name for name in markers.names if name not in names])
    extended = replace(
        kept,
        names=kept.names + names,
        positions_m=np.concatenate(
            [kept.positions_m, (centre + to_side)[:, None], (centre - to_side)[:, None]], axis=1
        ),
    )
    return extended, (
        "The hip joint centres were not measured: estimated from the pelvic markers (Harrington et al. 2007).",
    )


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
