"""The parameters of the generic skeleton, read from the tables in ``parameters/``.

The tables are the one place where a mass, a joint frame or a range is written down. Reading them needs no OpenSim,
so that anything that only wants numbers (a torch skeleton on a training machine) can use them too.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PARAMETERS = Path(__file__).parent / "parameters"

Vector = tuple[float, ...]


@dataclass(frozen=True)
class BodyParameters:
    """Mass properties of one body; inertia about the centre of mass, in the body's axes.

    ``inertia_kgm2`` is (Ixx, Iyy, Izz, Ixy, Ixz, Iyz). ``meshes`` are (file, scale) of the bones that OpenSim shows.
    """

    name: str
    mass_kg: float
    com_m: Vector
    inertia_kgm2: Vector
    meshes: tuple[tuple[str, float], ...]
    source: str


@dataclass(frozen=True)
class CoordinateParameters:
    """One generalised coordinate; radians or metres, as ``unit`` says."""

    name: str
    joint: str
    unit: str
    default: float
    minimum: float
    maximum: float
    clamped: bool
    locked: bool
    source: str


@dataclass(frozen=True)
class AxisParameters:
    """One axis of a custom joint's spatial transform.

    ``function`` is the OpenSim class (``LinearFunction``, ``PolynomialFunction``, ``Constant``, ``SimmSpline``);
    ``values`` are its coefficients (highest power first), its constant, or its knots as (x..., y...).
    ``coordinate`` is None where the axis does not depend on one.
    """

    name: str
    direction: Vector
    coordinate: str | None
    function: str
    values: Vector


@dataclass(frozen=True)
class JointParameters:
    """One joint: where it sits on its two bodies and how it moves.

    Orientations are body-fixed X-Y-Z angles. Pin joints turn about the Z axis of the joint frame.
    """

    name: str
    kind: str
    parent: str
    child: str
    parent_translation_m: Vector
    parent_orientation_rad: Vector
    child_translation_m: Vector
    child_orientation_rad: Vector
    coordinates: tuple[str, ...]
    axes: tuple[AxisParameters, ...]
    source: str


@dataclass(frozen=True)
class CouplerParameters:
    """A coordinate that follows another: ``dependent = slope * independent + offset``."""

    name: str
    independent: str
    dependent: str
    slope: float
    offset: float
    source: str


@dataclass(frozen=True)
class SkeletonParameters:
    """All tables of the skeleton; ``sources`` maps each source key to its full citation."""

    bodies: tuple[BodyParameters, ...]
    joints: tuple[JointParameters, ...]
    coordinates: tuple[CoordinateParameters, ...]
    couplers: tuple[CouplerParameters, ...]
    sources: dict[str, str]


def read_rows(table: str) -> list[dict[str, str]]:
    """Rows of one CSV table of ``parameters/``, as text."""
    with (PARAMETERS / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def read_skeleton() -> SkeletonParameters:
    """Read every table of the skeleton."""
    return SkeletonParameters(
        bodies=_bodies(),
        joints=tuple(_joint(entry) for entry in _read_toml("joints.toml")["joint"]),
        coordinates=tuple(_coordinate(row) for row in read_rows("coordinates.csv")),
        couplers=tuple(_coupler(row) for row in read_rows("couplers.csv")),
        sources={key: entry["citation"] for key, entry in _read_toml("sources.toml").items()},
    )


def _read_toml(table: str) -> dict[str, Any]:
    with (PARAMETERS / table).open("rb") as file:
        return tomllib.load(file)


def _bodies() -> tuple[BodyParameters, ...]:
    meshes: dict[str, list[tuple[str, float]]] = {}
    for row in read_rows("meshes.csv"):
        meshes.setdefault(row["body"], []).append((row["mesh_file"], float(row["scale"])))
    return tuple(
        BodyParameters(
            name=row["body"],
            mass_kg=float(row["mass_kg"]),
            com_m=tuple(float(row[f"com_{axis}_m"]) for axis in "xyz"),
            inertia_kgm2=tuple(float(row[f"i{axes}_kgm2"]) for axes in ("xx", "yy", "zz", "xy", "xz", "yz")),
            meshes=tuple(meshes.get(row["body"], ())),
            source=row["source"],
        )
        for row in read_rows("bodies.csv")
    )


def _joint(entry: dict[str, Any]) -> JointParameters:
    return JointParameters(
        name=entry["name"],
        kind=entry["type"],
        parent=entry["parent"],
        child=entry["child"],
        parent_translation_m=tuple(entry["parent_translation_m"]),
        parent_orientation_rad=tuple(entry["parent_orientation_rad"]),
        child_translation_m=tuple(entry["child_translation_m"]),
        child_orientation_rad=tuple(entry["child_orientation_rad"]),
        coordinates=tuple(entry["coordinates"]),
        axes=tuple(_axis(axis) for axis in entry.get("axis", ())),
        source=entry["source"],
    )


def _axis(entry: dict[str, Any]) -> AxisParameters:
    return AxisParameters(
        name=entry["name"],
        direction=tuple(entry["direction"]),
        coordinate=entry.get("coordinate"),
        function=entry["function"],
        values=tuple(entry["values"]),
    )


def _coordinate(row: dict[str, str]) -> CoordinateParameters:
    return CoordinateParameters(
        name=row["coordinate"],
        joint=row["joint"],
        unit=row["unit"],
        default=float(row["default"]),
        minimum=float(row["min"]),
        maximum=float(row["max"]),
        clamped=row["clamped"] == "true",
        locked=row["locked"] == "true",
        source=row["source"],
    )


def _coupler(row: dict[str, str]) -> CouplerParameters:
    return CouplerParameters(
        name=row["coupler"],
        independent=row["independent"],
        dependent=row["dependent"],
        slope=float(row["slope"]),
        offset=float(row["offset"]),
        source=row["source"],
    )
