"""Where points of the body are that assessment reads: heels, toes, joints, shoulders, the centre of mass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.errors import ModelError
from models.files import once_per_file
from models.skeleton.masses import read_masses
from pipeline.contact.ground.soles import SIDES, points_of_soles
from pipeline.trajectories import Array, Kinematics

if TYPE_CHECKING:
    import torch

    from models.skeleton.body_points import BodyPoints
    from models.skeleton.kinematics import SkeletonTree

# Frames that are placed together: as many as a processor's cache holds.
CHUNK = 800
# Models of which the points are remembered: a group of people's.
BODIES = 64
# Bodies whose origin is the centre of a joint in LaiUhlrich2022, and the name of that joint here.
JOINT_OF_BODY = {"femur": "hip", "tibia": "knee", "talus": "ankle"}


@dataclass(frozen=True)
class Landmarks:
    """Points of the body over time, in the ground frame; as solved, not filtered.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    points_m : dict of str to ndarray, shape (n_frames, 3)
        ``heel_r`` (back of the sole), ``toe_r`` (front of it), ``hip_r``, ``knee_r``, ``ankle_r`` (joint centres),
        the same for ``_l``; ``pelvis`` (midpoint of the ASIS), ``sacrum`` (lumbar joint) and ``centre_of_mass``, that
        of the model's rigid bodies [m].
    foot_length_m : float
        From the back to the front of the model's sole, mean of both feet [m].
    leg_length_m : float
        Thigh plus shank of the model, mean of both legs [m].
    """

    time_s: Array
    points_m: dict[str, Array]
    foot_length_m: float
    leg_length_m: float

    def __getitem__(self, name: str) -> Array:
        return self.points_m[name]


def find_landmarks(model_path: Path, kinematics: Kinematics) -> Landmarks:
    """Place the landmarks of a scaled model in every pose of a movement.

    Parameters
    ----------
    model_path : Path
        Scaled .osim with LaiUhlrich2022's bodies; coordinates that the movement does not name rest at their default.
    kinematics : Kinematics

    Raises
    ------
    ContactForceError
        The model has no feet.
    ModelError
        The model lacks another body whose place is asked for.
    """
    body = _read_body(model_path)
    tree = body.points.tree
    offsets = tree.offsets()
    parts = [
        body.points.positions_m(tree.kinematics(poses, offsets, twists=False)).permute(2, 0, 1).numpy()
        for poses in _values(tree, kinematics).split(CHUNK, dim=1)
    ]
    groups = np.split(np.concatenate(parts), np.cumsum(list(body.counts.values()))[:-1], axis=1)
    places = {
        name: np.average(group, axis=1, weights=body.masses_kg if name == "centre_of_mass" else None)
        for name, group in zip(body.counts, groups, strict=True)
    }

    def length(first: str, second: str) -> float:
        both = [np.linalg.norm(places[f"{first}_{side}"] - places[f"{second}_{side}"], axis=1) for side in SIDES]
        return float(np.median(both))

    return Landmarks(
        time_s=kinematics.time_s,
        points_m=places,
        foot_length_m=length("heel", "toe"),
        leg_length_m=length("hip", "knee") + length("knee", "ankle"),
    )


@dataclass(frozen=True)
class _Body:
    """Points of a model whose means are the landmarks.

    Attributes
    ----------
    points : BodyPoints
    counts : dict of str to int
        How many of them each landmark is the mean of, in their order.
    masses_kg : ndarray, shape (n_bodies,)
        Weights of those of the centre of mass.
    """

    points: BodyPoints
    counts: dict[str, int]
    masses_kg: Array


@partial(once_per_file, remembered=BODIES)
def _read_body(model_path: Path) -> _Body:
    from models.skeleton.body_points import BodyPoints
    from models.skeleton.trees_of_files import model_of_file, tree_of_file

    model, tree = model_of_file(model_path), tree_of_file(model_path)
    joints = [f"{body}_{side}" for body in JOINT_OF_BODY for side in SIDES]
    missing = [body for body in ("pelvis", "torso", *joints) if body not in tree.bodies]
    if missing:
        raise ModelError(
            f"The model has no body {', '.join(missing)}.",
            hint="Use a model with OpenCap's body names (LaiUhlrich2022).",
            stage="assessment",
        )
    soles = points_of_soles(tree)
    named = {"pelvis": [("pelvis", np.zeros(3))], "sacrum": [("torso", np.zeros(3))]}
    for side in SIDES:
        # The sole's two heel points and its two front points: their middles.
        named |= {f"heel_{side}": soles[side][:2], f"toe_{side}": soles[side][-2:]}
        named |= {f"{joint}_{side}": [(f"{body}_{side}", np.zeros(3))] for body, joint in JOINT_OF_BODY.items()}
    masses = read_masses(model, tree.bodies)
    named["centre_of_mass"] = list(zip(tree.bodies, masses.centres_m, strict=True))
    points = BodyPoints.of(tree, [point for group in named.values() for point in group])
    return _Body(points, {name: len(group) for name, group in named.items()}, masses.masses_kg)


def _values(tree: SkeletonTree, kinematics: Kinematics) -> torch.Tensor:
    import torch

    values = tree.default.numpy()[:, None].repeat(len(kinematics.time_s), axis=1)
    for place, name in enumerate(tree.coordinates):
        if name in kinematics.coordinates:
            values[place] = kinematics.coordinate(name)
    return torch.from_numpy(values)
