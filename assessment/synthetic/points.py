"""The 63 points of an OpenCap recording: 20 video keypoints and 43 anatomical markers, as points fixed to bodies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Body

Array = NDArray[np.float64]

# OpenCap's order (augmenter v0.3): keypoints, then anatomical markers.
KEYPOINTS = (
    *("Neck", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist", "midHip", "RHip", "RKnee", "RAnkle"),
    *("LHip", "LKnee", "LAnkle", "LBigToe", "LSmallToe", "LHeel", "RBigToe", "RSmallToe", "RHeel"),
)
ANATOMICAL = (
    *("r.ASIS", "L.ASIS", "r.PSIS", "L.PSIS", "r_knee", "r_mknee", "r_ankle", "r_mankle", "r_toe", "r_5meta", "r_calc"),
    *("L_knee", "L_mknee", "L_ankle", "L_mankle", "L_toe", "L_calc", "L_5meta", "r_shoulder", "L_shoulder", "C7"),
    *("r_thigh1", "r_thigh2", "r_thigh3", "L_thigh1", "L_thigh2", "L_thigh3"),
    *("r_sh1", "r_sh2", "r_sh3", "L_sh1", "L_sh2", "L_sh3", "RHJC", "LHJC"),
    *("r_lelbow", "r_melbow", "r_lwrist", "r_mwrist", "L_lelbow", "L_melbow", "L_lwrist", "L_mwrist"),
)
# Keypoints of a limb: the joint centre it stands for is the origin of this body.
JOINT_CENTRES = {
    "Shoulder": "humerus",
    "Elbow": "ulna",
    "Wrist": "hand",
    "Hip": "femur",
    "Knee": "tibia",
    "Ankle": "talus",
}
# Toes and heel of a 0.27 m foot [m]; the third number is outward.
FOOT_POINTS = {
    "BigToe": ("toes", (0.060, 0.005, -0.015)),
    "SmallToe": ("toes", (0.020, 0.000, 0.045)),
    "Heel": ("calcn", (-0.015, 0.015, 0.0)),
}


@dataclass(frozen=True)
class Points:
    """Named points fixed to bodies of the person's model.

    Attributes
    ----------
    names, bodies : tuple of str
    offsets_m : ndarray, shape (n_points, 3)
        In the body's frame.
    """

    names: tuple[str, ...]
    bodies: tuple[str, ...]
    offsets_m: Array


def points_of(body: Body) -> Points:
    """All 63 points, in OpenCap's order."""
    tree = body.tree
    offsets_m, bodies = tree.offsets().markers.squeeze(-1).numpy(), [tree.bodies[i] for i in tree.marker_bodies]
    places = {name: tree.markers.index(name) for name in (f"{short}_study" for short in ANATOMICAL)}
    placed = {name: (bodies[place], offsets_m[place]) for name, place in places.items()}
    shoulders = 0.5 * (placed["r_shoulder_study"][1] + placed["L_shoulder_study"][1])
    hips = 0.5 * (placed["RHJC_study"][1] + placed["LHJC_study"][1])
    found: list[tuple[str, str, Array]] = []
    for name in KEYPOINTS:
        if name == "Neck":
            found.append((name, "torso", shoulders + np.array([-0.01, 0.03, 0.0])))
        elif name == "midHip":
            found.append((name, "pelvis", hips))
        elif name[1:] in JOINT_CENTRES:
            found.append((name, f"{JOINT_CENTRES[name[1:]]}_{name[0].lower()}", np.zeros(3)))
        else:
            segment, offset = FOOT_POINTS[name[1:]]
            outward = 1.0 if name[0] == "R" else -1.0
            found.append((name, f"{segment}_{name[0].lower()}", np.array(offset) * [1.0, 1.0, outward]))
    found += [(name, segment, offset) for name, (segment, offset) in placed.items()]
    names, segments = tuple(name for name, _, _ in found), tuple(segment for _, segment, _ in found)
    return Points(names, segments, np.array([offset for _, _, offset in found]))
