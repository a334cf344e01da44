"""The model's part in the dynamics of a movement: one sweep of the torch skeleton through all frames at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import opensim as osim

from models.errors import InverseDynamicsError, ModelError
from models.files import once_per_file
from pipeline.trajectories import Array, Kinematics

if TYPE_CHECKING:
    from models.skeleton.heavy_skeleton import HeavySkeleton

# Bodies whose place in space contact needs (feet, seat, hands, trunk); those a model lacks are left out.
TRACKED_BODIES = (
    "pelvis",
    "torso",
    "femur_r",
    "femur_l",
    "calcn_r",
    "calcn_l",
    "toes_r",
    "toes_l",
    "hand_r",
    "hand_l",
)


@dataclass(frozen=True)
class BodyFrame:
    """Pose of one body over time and its frame Jacobian.

    Attributes
    ----------
    origin_m : ndarray, shape (n_frames, 3)
        Body origin in ground [m].
    body_to_ground : ndarray, shape (n_frames, 3, 3)
    jacobian : ndarray, shape (n_frames, 6, n_coordinates)
        Angular (rows 0-2) and linear (rows 3-5) velocity of the body frame in ground, per unit speed.
    """

    origin_m: Array
    body_to_ground: Array
    jacobian: Array

    def point_m(self, offset_m: Array) -> Array:
        """Ground position of a point fixed in the body, shape (n_frames, 3) [m]."""
        return self.origin_m + self.body_to_ground @ offset_m

    def generalised_force(self, force_n: Array, point_m: Array, moment_nm: Array) -> Array:
        """What a force at a point and a moment on this body do along every coordinate, (n_frames, n_coordinates)."""
        moment_at_origin = moment_nm + np.cross(point_m - self.origin_m, force_n)
        return np.einsum("tkc,tk->tc", self.jacobian, np.hstack([moment_at_origin, force_n]))


@dataclass(frozen=True)
class Segment:
    """Mass of one body and its mass centre in the body's frame."""

    mass_kg: float
    mass_centre_m: Array


class BodySweep:
    """A model, the order of its coordinates, and a sweep through all frames of a movement.

    Parameters
    ----------
    model : opensim.Model
    file : Path or None
        The file that it was read from, whose tree may be known already.

    Raises
    ------
    InverseDynamicsError
        The model has a joint, function or constraint that inverse dynamics cannot follow.
    """

    def __init__(self, model: osim.Model, file: Path | None = None) -> None:
        self.model = model
        coordinates = model.getCoordinateSet()
        self.names = [coordinates.get(i).getName() for i in range(coordinates.getSize())]
        self._skeleton = _read_skeleton(model, file)
        self.free = self._skeleton.tree.coordinates
        self.mass_kg = float(self._skeleton.masses_kg.sum())

    def arrange(self, kinematics: Kinematics) -> tuple[Array, tuple[str, ...]]:
        """Values of the free coordinates in the model's order; absent ones rest at the default, and are noted."""
        unknown = [name for name in kinematics.coordinates if name not in self.names]
        if unknown:
            raise InverseDynamicsError(
                f"The movement holds coordinates that the model does not have: {', '.join(unknown)}.",
                hint="Use the model with which the joint angles were found.",
            )
        columns, absent = [], []
        for name in self.free:
            coordinate = self.model.getCoordinateSet().get(name)
            if name in kinematics.coordinates:
                column = kinematics.coordinate(name)
                turns = coordinate.getMotionType() == osim.Coordinate.Rotational
                columns.append(np.unwrap(column) if turns else column)
            else:
                absent.append(name)
                columns.append(np.full(len(kinematics.time_s), coordinate.getDefaultValue()))
        notes = (f"Not in the joint angles, held at the model's default: {', '.join(absent)}.",) if absent else ()
        return np.column_stack(columns), notes

    def with_followers(self, values: Array) -> Array:
        """All coordinates in the model's order from the free ones, shape (n_frames, n_all), as OpenSim's tools want."""
        import torch

        tree = self._skeleton.tree
        driven = tree.with_couplers(torch.from_numpy(np.ascontiguousarray(values.T))).T.numpy()
        return driven[:, [tree.driven.index(name) for name in self.names]]

    def run(self, values: Array, speeds: Array, accelerations: Array) -> dict[str, Any]:
        """What the model makes of all frames; see `BodyMotion` for the meaning of the results."""
        import torch

        from models.skeleton.frame_jacobians import body_frames
        from models.skeleton.inverse_dynamics import inverse_dynamics

        tree = self._skeleton.tree
        motion = [torch.from_numpy(np.ascontiguousarray(one)) for one in (values, speeds, accelerations)]
        dynamics = inverse_dynamics(self._skeleton, *motion)
        present = [name for name in TRACKED_BODIES if name in tree.bodies]
        frames = body_frames(self._skeleton, motion[0], present)
        each = zip(frames.origins_m.numpy(), frames.body_to_ground.numpy(), frames.jacobians.numpy(), strict=True)
        return {
            "unloaded_forces": dynamics.forces.numpy(),
            "centre_of_mass_m": dynamics.centre_of_mass_m.numpy(),
            "central_momentum": dynamics.central_momentum.numpy(),
            "bodies": {name: BodyFrame(*frame) for name, frame in zip(present, each, strict=True)},
        }

    def mass_matrices(self, values: Array) -> Array:
        """Generalised forces per acceleration, shape (n_frames, n_coordinates, n_coordinates)."""
        import torch

        from models.skeleton.mass_matrix import mass_matrix

        return np.asarray(mass_matrix(self._skeleton, torch.from_numpy(np.ascontiguousarray(values))).numpy())

    def segments(self) -> dict[str, Segment]:
        """Mass and mass centre of the bodies in ``TRACKED_BODIES`` that the model has."""
        every = self.model.getBodySet()
        bodies = {name: every.get(name) for name in TRACKED_BODIES if every.contains(name)}
        return {
            name: Segment(float(body.getMass()), body.getMassCenter().to_numpy().copy())
            for name, body in bodies.items()
        }

    def foot_offsets_m(self) -> dict[str, Array]:
        """Where the foot's joints sit in their parent bodies; empty for a model without feet."""
        offsets = {}
        joints = self.model.getJointSet()
        for i in range(joints.getSize()):
            joint = joints.get(i)
            child = joint.getChildFrame().findBaseFrame().getName()
            parent = joint.getParentFrame().findBaseFrame().getName()
            if child.startswith(("calcn_", "toes_")):
                place = joint.getParentFrame().findTransformInBaseFrame().p().to_numpy().copy()
                offsets[f"{parent.rsplit('_', 1)[0]}_to_{child}"] = place
        return offsets


@once_per_file
def read_sweep(model_path: Path) -> BodySweep:
    """Read the sweep of a model file; shared by all who ask.

    Raises
    ------
    ModelError
        See `models.skeleton.load_model`.
    InverseDynamicsError
        See `BodySweep`.
    """
    from models.skeleton.trees_of_files import model_of_file

    return BodySweep(model_of_file(model_path), model_path)


def _read_skeleton(model: osim.Model, file: Path | None) -> HeavySkeleton:
    """Loaded when a movement is swept: torch takes seconds."""
    from models.skeleton.heavy_skeleton import HeavySkeleton
    from models.skeleton.trees_of_files import tree_of_file

    try:
        return HeavySkeleton.from_model(model, None if file is None else tree_of_file(file))
    except ModelError as error:
        raise InverseDynamicsError(
            f"Inverse dynamics cannot follow the model. {error.message}",
            hint="Accepted: pin, universal, custom and weld joints in a tree, each axis driven by one coordinate, and "
            "coordinate couplers with one leading coordinate, such as the patella's.",
        ) from error
