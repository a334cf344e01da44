"""What two phones would have recorded of a movement: the population generator's marker errors, OpenCap's frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from assessment.synthetic.body import SIDES, Body
from assessment.synthetic.points import KEYPOINTS, Points, points_of
from assessment.synthetic.truth import Truth, lifted, turned
from models.markers import MarkerTrajectories
from rl_scaling.people.marker_errors import MarkerErrors, PosedMarkers, Regime

Array = NDArray[np.float64]

# OpenCap shifts every trial until its lowest marker is this high [m].
LOWEST_MARKER_M = 0.010
DECIMALS = 4
RATE_HZ = 60.0
# A keypoint errs as the study markers of its joint do on average: the augmenter saw no more than it.
MARKERS_OF_KEYPOINT = {
    "Neck": ("r_shoulder", "L_shoulder", "C7"),
    "midHip": ("RHJC", "LHJC"),
    "Shoulder": ("{s}_shoulder",),
    "Elbow": ("{s}_lelbow", "{s}_melbow"),
    "Wrist": ("{s}_lwrist", "{s}_mwrist"),
    "Hip": ("{S}HJC",),
    "Knee": ("{s}_knee", "{s}_mknee"),
    "Ankle": ("{s}_ankle", "{s}_mankle"),
    "BigToe": ("{s}_toe",),
    "SmallToe": ("{s}_5meta",),
    "Heel": ("{s}_calc",),
}


@dataclass(frozen=True)
class Room:
    """What a session's recordings share.

    Attributes
    ----------
    heading_rad : float
        The person's forward axis, turned about Y in the session's frame.
    bias_m : ndarray, shape (n_markers, 3)
        Errors that stay for the session, in the bodies' frames.
    """

    heading_rad: float
    bias_m: Array


@dataclass(frozen=True)
class Recording:
    """A trial as OpenCap has it, with its truth in the same frame.

    Attributes
    ----------
    truth : Truth
    markers : MarkerTrajectories
    vertical_offset_m : float
        How far OpenCap lifted it.
    """

    truth: Truth
    markers: MarkerTrajectories
    vertical_offset_m: float


def recorded(
    body: Body, truth: Truth, errors: MarkerErrors, regime: Regime, room: Room, generator: torch.Generator
) -> Recording:
    """Film a movement.

    Parameters
    ----------
    body : Body
        With the person's markers.
    truth : Truth
        Of somebody who faces X.
    errors : MarkerErrors
        Of the body's markers.
    regime : {'standing', 'task', 'gait'}
    room : Room
    generator : torch.Generator
    """
    points = points_of(body)
    true_m = body.markers(truth.q, points.bodies, points.offsets_m)
    study = [points.names.index(name) for name in errors.names]
    rotations = body.tree.body_frames(torch.from_numpy(truth.q))[0]
    knees = [body.index(f"knee_angle_{side}") for side in SIDES]
    posed = PosedMarkers(
        positions_m=torch.from_numpy(true_m[None, :, study]).float(),
        body_to_ground=rotations[None, :, body.tree.marker_bodies].float(),
        knee_flexion_rad=torch.from_numpy(truth.q[None][..., knees]).float(),
    )
    bias_m = torch.from_numpy(room.bias_m[None]).float()
    wrong_m = errors.lasting(posed, bias_m, regime, generator)
    wrong_m = wrong_m + errors.passing(posed.positions_m, regime, RATE_HZ, generator)
    seen_m = true_m + _of_points(points, errors.names) @ wrong_m[0].double().numpy()
    seen_m = Rotation.from_euler("Y", room.heading_rad).apply(seen_m.reshape(-1, 3)).reshape(seen_m.shape)
    rise_m = float(np.round(LOWEST_MARKER_M - seen_m[..., 1].min(), 6))
    seen_m[..., 1] += rise_m
    return Recording(
        truth=lifted(turned(truth, room.heading_rad), rise_m),
        markers=MarkerTrajectories(points.names, np.round(seen_m, DECIMALS), truth.time_s),
        vertical_offset_m=rise_m,
    )


def _of_points(points: Points, names: tuple[str, ...]) -> Array:
    """How much of each study marker's error a point has, shape (n_points, n_markers)."""
    shares = np.zeros((len(points.names), len(names)))
    for place, name in enumerate(points.names):
        sources = _sources(name) if name in KEYPOINTS else (name,)
        for source in sources:
            shares[place, names.index(source)] = 1.0 / len(sources)
    return shares


def _sources(keypoint: str) -> tuple[str, ...]:
    side, part = ("", keypoint) if keypoint in MARKERS_OF_KEYPOINT else (keypoint[0], keypoint[1:])
    of_side = {"s": "r" if side == "R" else "L", "S": side}
    return tuple(f"{name.format(**of_side)}_study" for name in MARKERS_OF_KEYPOINT[part])
