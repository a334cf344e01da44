"""Masses, mass centres and inertias of a person's sex on a scaled model.

The generic model carries those of one man. De Leva (1996, J Biomech 29:1223, doi:10.1016/0021-9290(95)00178-6, table 4)
has means of young women and of young men, by segments between joint centres and landmarks; this lays them onto the
bodies of LaiUhlrich2022:

- the pelvis is the lower trunk (navel to hips); the torso is middle trunk, upper trunk and head; landmarks of the trunk
  are as far above the hips as the table has them, in proportion to the distance from hips to shoulders;
- a limb's mass centre is on the line between its joints; ulna and radius share the forearm, talus, calcn and toes the
  foot, as they do on the model.

What the table does not say stays the model's: how far in front of or behind that line the trunk carries its mass,
where on hand and foot it is, and the patellae.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.skeleton.tables import read_rows

Array = NDArray[np.float64]
TabulatedSex = Literal["f", "m"]

# Bodies of a limb's segment, and the joints at its two ends; hand and foot end at no joint.
LIMBS: dict[str, tuple[str, ...]] = {
    "upper_arm": ("humerus",),
    "forearm": ("ulna", "radius"),
    "hand": ("hand",),
    "thigh": ("femur",),
    "shank": ("tibia",),
    "foot": ("talus", "calcn", "toes"),
}
ENDS = {
    "upper_arm": ("acromial", "elbow"),
    "forearm": ("elbow", "radius_hand"),
    "thigh": ("hip", "walker_knee"),
    "shank": ("walker_knee", "ankle"),
}
# From the hips upwards.
TRUNK_SEGMENTS = ("lower_trunk", "middle_trunk", "upper_trunk", "head")


@dataclass(frozen=True)
class SegmentInertia:
    """One row of the table; shares are of body mass and of the segment's length.

    Attributes
    ----------
    length_m : float
        Of the people measured [m].
    mass_share : float
    centre_share : float
        From the end that is named first: the upper one, or the one nearer to the trunk.
    gyration : ndarray, shape (3,)
        Radii about the forward, upward and rightward axes through the mass centre.
    """

    length_m: float
    mass_share: float
    centre_share: float
    gyration: Array


@dataclass(frozen=True)
class _Lump:
    """What one body gets: share of body mass, mass centre [m] and inertia per kilogram about its axes [m2]."""

    share: float
    centre_m: Array
    inertia_m2: Array


@cache
def read_segment_inertia(sex: TabulatedSex) -> dict[str, SegmentInertia]:
    """The table of one sex, by segment."""
    return {
        row["segment"]: SegmentInertia(
            float(row["length_m"]),
            float(row["mass_share"]),
            float(row["centre_share"]),
            np.array([float(row[f"gyration_{axis}"]) for axis in ("forward", "up", "right")]),
        )
        for row in read_rows("segment_inertia.csv")
        if row["sex"] == sex
    }


def set_segment_inertia(model: osim.Model, sex: TabulatedSex) -> None:
    """Give a scaled model the mass distribution of a sex; its total mass stays.

    Parameters
    ----------
    model : opensim.Model
        LaiUhlrich2022, scaled; changed in place.
    """
    table = read_segment_inertia(sex)
    joints = _Joints(model)
    lumps = _trunk(joints, table)
    for side in "rl":
        for segment in LIMBS:
            lumps |= _limb(joints, segment, side, table[segment])
    tabulated_kg = sum(joints.body(name).getMass() for name in lumps)
    # Published shares are rounded and leave no room for patellae.
    per_share_kg = tabulated_kg / sum(lump.share for lump in lumps.values())
    for name, lump in lumps.items():
        body, mass_kg = joints.body(name), per_share_kg * lump.share
        body.setMass(mass_kg)
        body.setMassCenter(osim.Vec3(*lump.centre_m.tolist()))
        body.set_inertia(osim.Vec6(*(mass_kg * lump.inertia_m2).tolist(), 0.0, 0.0, 0.0))
    model.finalizeFromProperties()
    model.initSystem()


class _Joints:
    """Joint centres of a model in its default pose, which is upright."""

    def __init__(self, model: osim.Model) -> None:
        self.model = model
        self._state = model.initSystem()
        model.realizePosition(self._state)

    def body(self, name: str) -> Any:
        return self.model.updBodySet().get(name)

    def on_body_m(self, joint: str, body: str) -> Array:
        """A joint's centre in a body's frame, shape (3,) [m]."""
        child = self.model.getJointSet().get(joint).getChildFrame()
        place = child.findStationLocationInAnotherFrame(self._state, osim.Vec3(0), self.body(body))
        return np.array(place.to_numpy())

    def height_on_body_m(self, joint: str, body: str) -> float:
        """Height of the middle between the joints of both sides in a body's frame [m]."""
        return float(np.mean([self.on_body_m(f"{joint}_{side}", body)[1] for side in "rl"]))


def _limb(joints: _Joints, segment: str, side: str, row: SegmentInertia) -> dict[str, _Lump]:
    names = [f"{body}_{side}" for body in LIMBS[segment]]
    masses_kg = {name: joints.body(name).getMass() for name in names}
    lumps = {}
    for name, mass_kg in masses_kg.items():
        body = joints.body(name)
        centre = np.array(body.getMassCenter().to_numpy())
        inertia = np.array([body.get_inertia().get(axis) for axis in range(3)]) / mass_kg
        if segment in ENDS:
            start, end = (joints.on_body_m(f"{joint}_{side}", name) for joint in ENDS[segment])
            centre = start + row.centre_share * (end - start)
            inertia = (row.gyration * np.linalg.norm(end - start)) ** 2
        lumps[name] = _Lump(row.mass_share * mass_kg / sum(masses_kg.values()), centre, inertia)
    return lumps


def _trunk(joints: _Joints, table: dict[str, SegmentInertia]) -> dict[str, _Lump]:
    hips_to_shoulders = joints.height_on_body_m("acromial", "torso") - joints.height_on_body_m("hip", "torso")
    rows = [table[name] for name in TRUNK_SEGMENTS]
    lengths = np.array([row.length_m for row in rows]) * hips_to_shoulders / table["trunk"].length_m
    over_hips = np.cumsum(lengths) - lengths * [row.centre_share for row in rows]
    shares = np.array([row.mass_share for row in rows])
    own = (lengths[:, None] * [row.gyration for row in rows]) ** 2
    return {
        body: _stack(joints, body, over_hips[parts], shares[parts], own[parts])
        for body, parts in (("pelvis", slice(0, 1)), ("torso", slice(1, None)))
    }


def _stack(joints: _Joints, body: str, over_hips_m: Array, shares: Array, inertias_m2: Array) -> _Lump:
    """Segments one above the other as one body (parallel axes); forward, its mass centre stays the model's."""
    middle = float(shares @ over_hips_m / shares.sum())
    apart = np.outer((over_hips_m - middle) ** 2, [1.0, 0.0, 1.0])
    centre = np.array(joints.body(body).getMassCenter().to_numpy())
    centre[1] = joints.height_on_body_m("hip", body) + middle
    return _Lump(float(shares.sum()), centre, shares @ (inertias_m2 + apart) / shares.sum())
