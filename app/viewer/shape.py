"""What the figure looks like: joint centres dressed as limbs, trunk and head, in the colour of their side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Drillis and Contini (1966): shoulders at 0.82, chin at 0.87 of a body height of 1. From shoulders to crown are then
# 0.18, and the middle of the head lies at 0.65 of that way. Trunk (hips to shoulders) is 0.29.
_HEAD_OVER_SHOULDERS_PER_TRUNK = 0.65 * 0.18 / 0.29
NECK, HEAD = "neck", "head"

# Thickness of limbs [m], thin enough that joints and arrows stay visible: drawn, not measured.
_LIMBS = {
    ("femur", "tibia"): (0.058, 0.042),
    ("tibia", "talus"): (0.042, 0.028),
    ("humerus", "ulna"): (0.038, 0.030),
    ("ulna", "hand"): (0.030, 0.021),
}
# Of a foot that stands, the balls reach down to the floor.
_FOOT = {"talus": 0.030, "calcn": 0.040, "calc": 0.030, "toe": 0.028, "5meta": 0.030}
_JOINTS = ("femur", "tibia", "talus", "humerus", "ulna", "hand")
_TRUNK = {"femur": 0.062, "humerus": 0.042}
# Points that the shapes of a whole body stand for; bones between them are not drawn besides.
_BODY = frozenset(
    {"pelvis", "femur", "tibia", "talus", "calcn", "toes", "torso", "humerus", "ulna", "radius", "hand"}
    | {"C7", "toe", "calc", "5meta"}
)
_HEAD_M, _NECK_M, _HAND_M, _OTHER_M = 0.092, 0.042, 0.032, 0.012


@dataclass(frozen=True)
class Shape:
    """Balls around points and the skin stretched over them.

    Attributes
    ----------
    points : tuple of int
    radii_m : tuple of float
    side : str
        ``r``, ``l``, or empty in the middle.
    """

    points: tuple[int, ...]
    radii_m: tuple[float, ...]
    side: str = ""


def with_head(names: tuple[str, ...], points_m: NDArray[np.float32]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Add neck and head to the points, in line with the trunk; the model has no joint there."""
    needed = [f"{body}_{side}" for body in ("femur", "humerus") for side in "rl"]
    if not set(needed) <= set(names):
        return names, points_m
    hip_r, hip_l, shoulder_r, shoulder_l = (points_m[:, names.index(name)] for name in needed)
    neck = (shoulder_r + shoulder_l) / 2.0
    head = neck + (neck - (hip_r + hip_l) / 2.0) * np.float32(_HEAD_OVER_SHOULDERS_PER_TRUNK)
    return (*names, NECK, HEAD), np.concatenate([points_m, neck[:, None], head[:, None]], axis=1)


def shapes_of(names: tuple[str, ...], bones: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Limbs, feet, trunk and head of a whole body; a thin bone for whatever else the model has."""
    shapes = [*_limbs(names), *_feet(names), *_middle(names)]
    dressed = _BODY if HEAD in names else frozenset[str]()
    for start, end in bones.tolist():
        if not {_stem(names[start]), _stem(names[end])} <= dressed:
            shapes.append(Shape((start, end), (_OTHER_M, _OTHER_M), _side(names[end])))
    return [asdict(shape) for shape in shapes]


def joints_of(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Joints that are marked by a dot."""
    return [
        {"point": index, "side": _side(name)} for index, name in enumerate(names) if name.rpartition("_")[0] in _JOINTS
    ]


def _limbs(names: tuple[str, ...]) -> list[Shape]:
    shapes = []
    for side in "rl":
        for (start, end), radii_m in _LIMBS.items():
            ends = (f"{start}_{side}", f"{end}_{side}")
            if set(ends) <= set(names):
                shapes.append(Shape((names.index(ends[0]), names.index(ends[1])), radii_m, side))
        if f"hand_{side}" in names:
            shapes.append(Shape((names.index(f"hand_{side}"),), (_HAND_M,), side))
    return shapes


def _feet(names: tuple[str, ...]) -> list[Shape]:
    shapes = []
    for side in "rl":
        found = {
            index: radius_m
            for part, radius_m in _FOOT.items()
            for index, name in enumerate(names)
            if _side(name) == side and _stem(name) == part
        }
        if found:
            shapes.append(Shape(tuple(found), tuple(found.values()), side))
    return shapes


def _middle(names: tuple[str, ...]) -> list[Shape]:
    shapes = []
    trunk = {f"{body}_{side}": radius_m for body, radius_m in _TRUNK.items() for side in "rl"}
    if set(trunk) <= set(names):
        shapes.append(Shape(tuple(names.index(name) for name in trunk), tuple(trunk.values())))
    if HEAD in names:
        neck, head = names.index(NECK), names.index(HEAD)
        shapes += [Shape((neck, head), (_NECK_M, _NECK_M)), Shape((head,), (_HEAD_M,))]
    return shapes


def _stem(name: str) -> str:
    bare = name.removesuffix("_study").removeprefix("r_").removeprefix("L_")
    return bare.removesuffix("_r").removesuffix("_l")


def _side(name: str) -> str:
    if name.startswith("r_") or name.endswith("_r"):
        return "r"
    return "l" if name.startswith("L_") or name.endswith("_l") else ""
