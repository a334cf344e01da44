"""The marker sets of the skeleton: OpenCap's 43 video markers and the optical set of its laboratory validation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from models.errors import ModelError
from models.skeleton.tables import Vector, read_rows

MarkerSetName = Literal["study", "optical"]

# Landmarks of OpenCap Monocular that the study set has too. Its wrist markers are named after the bones: the radius is
# on the thumb's side, lateral in the anatomical position. It predicts no marker clusters and no hip joint centres.
_MONOCULAR_LANDMARKS = {
    "ASIS": ".ASIS_study",
    "PSIS": ".PSIS_study",
    "shoulder": "_shoulder_study",
    "elbow": "_lelbow_study",
    "melbow": "_melbow_study",
    "wrist_radius": "_lwrist_study",
    "wrist_ulna": "_mwrist_study",
    "knee": "_knee_study",
    "mknee": "_mknee_study",
    "ankle": "_ankle_study",
    "mankle": "_mankle_study",
    "calc": "_calc_study",
    "toe": "_toe_study",
    "5meta": "_5meta_study",
}

MONOCULAR_TO_STUDY: dict[str, str] = {"C7": "C7_study"} | {
    f"{side}_{landmark}": ("r" if side == "r" else "L") + study
    for side in ("r", "l")
    for landmark, study in _MONOCULAR_LANDMARKS.items()
}
"""Marker names in OpenCap Monocular's .trc files and the study markers they stand for."""


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

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Markers without an offset of their own: several share one, until the static trial places each of them.

        Inverse kinematics must not track them on a model whose markers were not placed.
        """
        places = [(marker.body, marker.offset_m) for marker in self.markers]
        return tuple(marker.name for marker, place in zip(self.markers, places, strict=True) if places.count(place) > 1)

    @property
    def mirrored_names(self) -> dict[str, str]:
        """The name of each marker on the other side; midline markers map to themselves, unpaired ones are absent."""
        return mirrored_names(self.names)

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


def mirrored_names(names: tuple[str, ...]) -> dict[str, str]:
    """The name of each marker on the other side; midline markers map to themselves, unpaired ones are absent."""
    name_of = {name.lower(): name for name in names}
    other_side = {"r": "l", "l": "r"}
    counterparts = {name: other_side.get(name[0].lower(), name[0].lower()) + name[1:].lower() for name in names}
    return {name: name_of[counterpart] for name, counterpart in counterparts.items() if counterpart in name_of}


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
