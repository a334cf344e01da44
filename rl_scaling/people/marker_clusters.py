"""Which study markers OpenCap's network misplaces together, and by how much (``data/marker_clusters.csv``)."""

from __future__ import annotations

from typing import Any

from models.errors import MarkerDataError
from rl_scaling.people.tables import read_levels, read_rows

LEVELS_TABLE = "marker_errors.toml"


def side_of(name: str) -> str:
    """``r``, ``l``, or empty for markers of the midline."""
    return name[0].lower() if name[0] in "rRL" else ""


def cluster_of(name: str) -> str:
    """Cluster of a marker: whose amplitudes it has.

    Raises
    ------
    MarkerDataError
        It is no study marker.
    """
    return _row(name)["cluster"]


def unit_of(name: str) -> tuple[str, str]:
    """What a marker moves with as one: a unit and, where each side has its own, the side."""
    unit = _row(name)["unit"]
    return unit, "" if unit in ("pelvis", "torso") else side_of(name)


def levels_of(name: str) -> dict[str, Any]:
    """Amplitudes of a marker's cluster."""
    levels: dict[str, Any] = read_levels(LEVELS_TABLE)["cluster"][cluster_of(name)]
    return levels


def is_hip_centre(name: str) -> bool:
    """Whether the marker is a joint centre rather than a place on the skin."""
    return name.endswith("HJC_study")


def _row(name: str) -> dict[str, str]:
    landmark = name[1:] if side_of(name) else name
    for row in read_rows("marker_clusters.csv"):
        if row["landmark"] == landmark:
            return row
    raise MarkerDataError(
        f"The error model does not know the marker {name!r}.",
        hint="It knows OpenCap's 43 study markers (models/skeleton/parameters/markers_study.csv).",
    )
