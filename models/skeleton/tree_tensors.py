"""A `ModelTree` as the torch constants of a `SkeletonTree`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.skeleton.functions import FunctionTable
from models.skeleton.tree import Axis, ModelTree


def tensors_of(tree: ModelTree) -> dict[str, Any]:
    """Fields of a `SkeletonTree` (float64, CPU)."""
    bodies = tuple(joint.child.body for joint in tree.joints)
    coordinates = tuple(coordinate.name for coordinate in tree.coordinates)
    driven = coordinates + tuple(coupler.dependent for coupler in tree.couplers)
    place = {name: index for index, name in enumerate(bodies)} | {"ground": -1}
    parents = tuple(place[joint.parent.body] for joint in tree.joints)

    by_slot = zip_longest(*(joint.rotations for joint in tree.joints))
    slots = [[(joint, axis) for joint, axis in enumerate(slot) if axis is not None] for slot in by_slot]
    rotations = [entry for slot in slots for entry in slot]
    stops = np.cumsum([len(slot) for slot in slots]).tolist()
    translations = [(index, axis) for index, joint in enumerate(tree.joints) for axis in joint.translations]
    axes = [axis for _, axis in rotations + translations]
    # Places of the constants' input: after all coordinates stands a zero.
    inputs = [len(driven) if axis.coordinate is None else driven.index(axis.coordinate) for axis in axes]
    # Axes are unit vectors in the joint's frame; of translations, also in the parent body's.
    directions = {id(axis): axis.direction / np.linalg.norm(axis.direction) for axis in axes}
    joint_of = {axis.coordinate: joint for joint, axis in rotations + translations}
    chains = _chains(parents, [place[marker.body] for marker in tree.markers.values()])
    # A coordinate without an axis moves nothing.
    moved_by = torch.tensor([joint_of.get(name, -1) for name in driven], dtype=torch.long)
    return {
        "bodies": bodies,
        "coordinates": coordinates,
        "markers": tuple(tree.markers),
        "driven": driven,
        "order": tree.order,
        "parents": parents,
        "levels": _levels(parents),
        "parent_frames": torch.tensor(parents, dtype=torch.long) + 1,
        "marker_bodies": torch.tensor([place[marker.body] for marker in tree.markers.values()], dtype=torch.long),
        "default": _floats([coordinate.default for coordinate in tree.coordinates]),
        "low": _floats([coordinate.low for coordinate in tree.coordinates]),
        "high": _floats([coordinate.high for coordinate in tree.coordinates]),
        "locked": tuple(coordinate.locked for coordinate in tree.coordinates),
        "parent_rotation": _stacked((joint.parent.rotation for joint in tree.joints), 3, 3),
        "child_rotation": _stacked((joint.child.rotation for joint in tree.joints), 3, 3),
        "parent_lever": _stacked((joint.parent.lever for joint in tree.joints), 3, 3),
        "child_lever": _stacked((joint.child.lever for joint in tree.joints), 3, 3),
        "marker_lever": _stacked((marker.lever for marker in tree.markers.values()), 3, 3),
        "functions": FunctionTable.of([axis.function for axis in axes]),
        "inputs": torch.tensor(inputs, dtype=torch.long),
        "rotation_slots": tuple(zip([0, *stops[:-1]], stops, strict=True)) if stops else (),
        "rotation_joints": torch.tensor([joint for joint, _ in rotations], dtype=torch.long),
        "rotation_axes": _stacked((directions[id(axis)] for _, axis in rotations), 3),
        "translation_joints": torch.tensor([joint for joint, _ in translations], dtype=torch.long),
        "translation_axes": _stacked(
            (tree.joints[joint].parent.rotation @ directions[id(axis)] for joint, axis in translations), 3
        ),
        "translation_levers": _stacked((directions[id(axis)] * axis.scaled for _, axis in translations), 3),
        "drives": _drives(axes, driven),
        "coupler_functions": FunctionTable.of([coupler.function for coupler in tree.couplers]),
        "coupler_inputs": torch.tensor(
            [coordinates.index(coupler.independent) for coupler in tree.couplers], dtype=torch.long
        ),
        "joint_of": tuple(moved_by.tolist()),
        "downstream": (chains["carrying"] == moved_by.reshape(-1, 1, 1)).any(dim=2).double(),
        **chains,
    }


def _chains(parents: tuple[int, ...], marker_bodies: list[int]) -> dict[str, Tensor]:
    """Bodies on the way from ground to every body and marker."""
    n_bodies = len(parents)
    ancestors = torch.eye(n_bodies, dtype=torch.float64)
    for body, parent in enumerate(parents):
        if parent >= 0:
            ancestors[body] += ancestors[parent]
    carrying = torch.full((len(marker_bodies), n_bodies), n_bodies)
    following, sitting = carrying.clone(), torch.zeros(carrying.shape, dtype=torch.float64)
    for marker, sits_on in enumerate(marker_bodies):
        body = sits_on
        if body >= 0:
            sitting[marker, body] = 1.0
        while body >= 0:
            carrying[marker, body] = body
            if parents[body] >= 0:
                following[marker, parents[body]] = body
            body = parents[body]
    return {"ancestors": ancestors, "carrying": carrying, "following": following, "sitting": sitting}


def _levels(parents: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Stretches of bodies that are equally far from ground: start and stop of each."""
    depths: list[int] = []
    for parent in parents:
        depths.append(0 if parent < 0 else depths[parent] + 1)
    return tuple(
        (depths.index(depth), len(depths) - depths[::-1].index(depth)) for depth in range(max(depths, default=-1) + 1)
    )


def _drives(axes: list[Axis], driven: tuple[str, ...]) -> Tensor:
    """Which axes a coordinate drives, shape (n_driven, n_axes), as numbers 0 and 1."""
    return _stacked(([float(axis.coordinate == name) for axis in axes] for name in driven), len(axes))


def _floats(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _stacked(arrays: Iterable[Any], *shape: int) -> Tensor:
    rows = list(arrays)
    return torch.from_numpy(np.array(rows, dtype=float).reshape(len(rows), *shape))
