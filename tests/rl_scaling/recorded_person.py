"""People with recordings, for tests of scaling from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import MarkerSetName
from models.subject import Subject
from rl_scaling.people.anthropometry import parameters, prior, ties
from rl_scaling.people.movements import MovementName, sample_movement

RATE_HZ = 60.0
WOMAN = Subject(1.62, 64.0, "f", 72.0)


@cache
def skeleton(marker_set: MarkerSetName = "study") -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL, marker_set)))


@dataclass(frozen=True)
class RecordedPerson:
    subject: Subject
    log_factors: NDArray[np.float64]
    markers: ScalingMarkers


def recorded(
    changed: dict[str, float],
    *,
    subject: Subject = WOMAN,
    marker_set: MarkerSetName = "study",
) -> RecordedPerson:
    """A person who is what her build leads to expect, but for some log factors; markers without error."""
    tree = skeleton(marker_set)
    log_factors = prior(subject).mean_log.copy()
    for name, by in changed.items():
        log_factors[parameters().index(name)] += by
    scales = torch.as_tensor((ties(tree.bodies) @ log_factors).reshape(-1, 3))
    generator = np.random.default_rng(0)
    recordings = []
    lengths: dict[MovementName, int] = {"standing": 20, "squat": 240, "reach": 120}
    for movement, n_frames in lengths.items():
        values = sample_movement(movement, np.array([True]), n_frames, RATE_HZ, tree.coordinates, generator)[0]
        positions_m = tree.forward(torch.as_tensor(values), scales).numpy()
        recordings.append(MarkerTrajectories(tree.markers, positions_m, np.arange(n_frames) / RATE_HZ))
    return RecordedPerson(subject, log_factors, ScalingMarkers(recordings[0], tuple(recordings[1:])))


def each(markers: ScalingMarkers, change) -> ScalingMarkers:  # type: ignore[no-untyped-def]
    """The same recordings, each changed."""
    static = None if markers.static is None else change(markers.static)
    return ScalingMarkers(static, tuple(change(movement) for movement in markers.movements))


def without(*names: str):  # type: ignore[no-untyped-def]
    return lambda recording: recording.select([name for name in recording.names if name not in names])


def swapped(*parts: str):  # type: ignore[no-untyped-def]
    """Right and left names exchanged for markers whose name holds one of these words; all without a word."""

    def change(recording: MarkerTrajectories) -> MarkerTrajectories:
        def other(name: str) -> str:
            chosen = name[0] in "rRL" and (not parts or any(part in name for part in parts))
            if not chosen:
                return name
            wanted = {"r": "l", "l": "r"}[name[0].lower()] + name[1:].lower()
            return next(one for one in recording.names if one.lower() == wanted)

        return recording.rename({name: other(name) for name in recording.names})

    return change
