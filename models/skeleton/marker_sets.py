"""The marker sets of the skeleton: OpenCap's 43 video markers and the optical set of its laboratory validation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from models.errors import ModelError
from models.skeleton.tables import Vector, read_rows

MarkerSetName = Literal["study", "optical"]


@dataclass(frozen=True)
class ModelMarker:
    """A marker fixed to a body of the generic skeleton.

    Attributes
    ----------
    name, body : str
    offset_m : tuple of 3 floats
        Position in the frame of the unscaled body [m].
    ik_weight : float
        Weight in inverse kinematics (dimensionless); 0 for markers that serve the static trial only.
    fixed : bool
        Whether marker placement must leave it where it is.
    """

    name: str
    body: str
    offset_m: Vector
    ik_weight: float
    fixed: bool


@dataclass(frozen=True)
class MarkerSet:
    """A named set of model markers."""

    name: str
    markers: tuple[ModelMarker, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Marker names in the order of the table."""
        return tuple(marker.name for marker in self.markers)

    @property
    def ik_weights(self) -> dict[str, float]:
        """Weight of every marker that inverse kinematics tracks."""
        return {marker.name: marker.ik_weight for marker in self.markers if marker.ik_weight > 0}

    @property
    def tracked(self) -> tuple[str, ...]:
        """Markers that inverse kinematics tracks."""
        return tuple(self.ik_weights)

    def marker(self, name: str) -> ModelMarker:
        """Look one marker up by name.

        Raises
        ------
        ModelError
            The set has no such marker.
        """
        for marker in self.markers:
            if marker.name == name:
                return marker
        raise ModelError(
            f"The marker set {self.name!r} has no marker {name!r}.", hint=f"Its markers: {', '.join(self.names)}."
        )


@cache
def marker_set(name: str) -> MarkerSet:
    """Return a marker set: ``study`` (43 markers that OpenCap predicts from video) or ``optical`` (49, laboratory).

    Raises
    ------
    ModelError
        There is no set of that name.
    """
    accepted = get_args(MarkerSetName)
    if name not in accepted:
        raise ModelError(f"There is no marker set {name!r}.", hint=f"Accepted: {', '.join(accepted)}.")
    return MarkerSet(
        name=name,
        markers=tuple(
            ModelMarker(
                name=row["marker"],
                body=row["body"],
                offset_m=tuple(float(row[f"{axis}_m"]) for axis in "xyz"),
                ik_weight=float(row["ik_weight"]),
                fixed=row["fixed"] == "true",
            )
            for row in read_rows(f"markers_{name}.csv")
        ),
    )
