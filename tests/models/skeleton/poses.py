"""Put models into poses and read where their markers are."""

from __future__ import annotations

import numpy as np
import opensim as osim
from numpy.typing import NDArray


def coordinate_names(model: osim.Model) -> list[str]:
    return [model.getCoordinateSet().get(index).getName() for index in range(model.getNumCoordinates())]


def body_names(model: osim.Model) -> list[str]:
    return [model.getBodySet().get(index).getName() for index in range(model.getNumBodies())]


def random_pose(model: osim.Model, rng: np.random.Generator) -> dict[str, float]:
    """Every free coordinate anywhere in its range, arms and pelvis within 2 rad or m."""
    pose = {}
    for name in coordinate_names(model):
        coordinate = model.getCoordinateSet().get(name)
        if not name.endswith("_beta"):
            pose[name] = rng.uniform(max(coordinate.getRangeMin(), -2), min(coordinate.getRangeMax(), 2))
    return pose


def set_pose(model: osim.Model, state: osim.State, pose: dict[str, float]) -> None:
    """Coordinates as given; the patellae follow their knees without touching the other coordinates."""
    for name, value in pose.items():
        model.getCoordinateSet().get(name).setValue(state, value, False)
    for name in coordinate_names(model):
        if name.endswith("_beta"):
            model.getCoordinateSet().get(name).setValue(state, pose.get(name.removesuffix("_beta"), 0.0), False)
    model.realizePosition(state)


def marker_positions(model: osim.Model, state: osim.State, pose: dict[str, float]) -> dict[str, NDArray[np.float64]]:
    set_pose(model, state, pose)
    markers = model.getMarkerSet()
    return {
        markers.get(index).getName(): markers.get(index).getLocationInGround(state).to_numpy()
        for index in range(markers.getSize())
    }


def largest_distance(ours: dict[str, NDArray[np.float64]], others: dict[str, NDArray[np.float64]]) -> float:
    assert set(ours) == set(others)
    return max(float(np.linalg.norm(ours[name] - others[name])) for name in ours)


def scale(model: osim.Model, factors: dict[str, NDArray[np.float64]], mass_kg: float) -> osim.State:
    scales = osim.ScaleSet()
    for body, factor in factors.items():
        entry = osim.Scale()
        entry.setSegmentName(body)
        entry.setScaleFactors(osim.Vec3(*factor))
        entry.setApply(True)
        scales.cloneAndAppend(entry)
    model.scale(model.initSystem(), scales, True, mass_kg)
    return model.initSystem()
