"""OpenCap visualizer samples (poses of bodies per frame, no coordinates) read as `Kinematics`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.trajectories import Array, Kinematics


def read_visualizer(path: Path) -> Kinematics:
    """Joint coordinates from the poses of pelvis, femora, tibiae and torso in ground.

    The file gives body-fixed X-Y-Z angles [rad] and origins [m]; with that order the hip centre stays at one place
    in the pelvis to 1e-14 m. Joints follow LaiUhlrich2022: turned about Z, X, Y; the left hip mirrors X and Y; the
    knee flexes about -Z of the femur.
    """
    content = json.loads(path.read_text())
    bodies = content["bodies"]
    time_s = np.array(content["time"], dtype=float)

    def pose(body: str) -> Rotation:
        return Rotation.from_euler("XYZ", np.array(bodies[body]["rotation"]))

    def joint(parent: str, child: str) -> Array:
        return np.unwrap((pose(parent).inv() * pose(child)).as_euler("ZXY"), axis=0)

    tilt, list_, rotation = np.unwrap(pose("pelvis").as_euler("ZXY"), axis=0).T
    origin = np.array(bodies["pelvis"]["translation"])
    columns = {
        "pelvis_tilt": tilt, "pelvis_list": list_, "pelvis_rotation": rotation,
        "pelvis_tx": origin[:, 0], "pelvis_ty": origin[:, 1], "pelvis_tz": origin[:, 2],
    }  # fmt: skip
    for side, mirror in (("r", 1.0), ("l", -1.0)):
        flexion, adduction, turn = joint("pelvis", f"femur_{side}").T
        columns[f"hip_flexion_{side}"] = flexion
        columns[f"hip_adduction_{side}"] = mirror * adduction
        columns[f"hip_rotation_{side}"] = mirror * turn
        columns[f"knee_angle_{side}"] = -joint(f"femur_{side}", f"tibia_{side}")[:, 0]
    extension, bending, turn = joint("pelvis", "torso").T
    columns |= {"lumbar_extension": extension, "lumbar_bending": bending, "lumbar_rotation": turn}
    values = np.stack(list(columns.values()), axis=1)
    return Kinematics(time_s, tuple(columns), values, (), np.zeros((len(time_s), 0)))
