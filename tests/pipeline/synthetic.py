"""Markers of a model in known poses: what scaling and inverse kinematics must give back."""

from __future__ import annotations

import numpy as np
import opensim as osim
from scipy.spatial.transform import Rotation

from models.markers import MarkerTrajectories

DEGREES = np.pi / 180


def markers_of(model: osim.Model, poses: list[dict[str, float]], *, rate_hz: float = 60.0) -> MarkerTrajectories:
    """Markers of a model, one frame a pose; coordinates not named stay at their default."""
    state = model.initSystem()
    coordinates = model.getCoordinateSet()
    in_model = model.getMarkerSet()
    found = [in_model.get(index) for index in range(in_model.getSize())]
    frames = []
    for pose in poses:
        for index in range(coordinates.getSize()):
            coordinate = coordinates.get(index)
            value = pose.get(coordinate.getName(), coordinate.getDefaultValue())
            coordinate.setValue(state, value, index == coordinates.getSize() - 1)
        model.realizePosition(state)
        frames.append([marker.getLocationInGround(state).to_numpy() for marker in found])
    return MarkerTrajectories(
        tuple(marker.getName() for marker in found), np.array(frames), np.arange(len(poses)) / rate_hz
    )


def squat(n_frames: int) -> list[dict[str, float]]:
    """A squat with swinging arms, every joint in motion, within all ranges."""
    poses = []
    for phase in np.linspace(0, 1, n_frames):
        depth = np.sin(np.pi * phase)
        pose = {"pelvis_tilt": -30 * depth, "pelvis_list": 3 * depth, "lumbar_extension": -10 * depth}
        pose |= {"lumbar_bending": 4 * depth, "lumbar_rotation": -5 * depth}
        for side, sign in (("r", 1), ("l", -1)):
            pose |= {
                f"hip_flexion_{side}": 10 + 70 * depth,
                f"hip_adduction_{side}": -6 - 4 * sign * depth,
                f"hip_rotation_{side}": 5 * sign * depth,
                f"knee_angle_{side}": 8 + 80 * depth,
                f"ankle_angle_{side}": 3 + 20 * depth,
                f"subtalar_angle_{side}": 4 * depth,
                f"arm_flex_{side}": 5 + 50 * depth,
                f"arm_add_{side}": -15,
                f"arm_rot_{side}": 10,
                f"elbow_flex_{side}": 30 + 20 * depth,
                f"pro_sup_{side}": 60 + 10 * sign,
            }
        radians = {name: value * DEGREES for name, value in pose.items()}
        poses.append(radians | {"pelvis_ty": 0.93 - 0.3 * depth, "pelvis_tx": 0.1 * phase, "pelvis_tz": -0.4})
    return poses


def turned(markers: MarkerTrajectories, heading_deg: float) -> MarkerTrajectories:
    """The same recording seen in a ground frame turned about the vertical."""
    turn = Rotation.from_euler("Y", heading_deg, degrees=True)
    flat = turn.apply(markers.positions_m.reshape(-1, 3))
    return markers.with_positions(flat.reshape(markers.positions_m.shape))
