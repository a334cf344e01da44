"""A synthetic person's body: poses, legs that reach their feet, and the wrench that a movement needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from assessment.synthetic.smooth import derivatives
from models.skeleton.batched_algebra import cross
from models.skeleton.frame_jacobians import body_frames
from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.inverse_dynamics import inverse_dynamics
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.tree import ModelTree, read_tree
from models.skeleton.tree_tensors import tensors_of
from pipeline.trajectories import ContactForce

if TYPE_CHECKING:
    import opensim as osim

Array = NDArray[np.float64]
# Rotations (n, 3, 3) to ground and origins (n, 3) [m] of one body over a movement.
Frames = tuple[Array, Array]

SIDES = ("r", "l")
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle")
LEGS = tuple(f"{name}_{side}" for side in SIDES for name in LEG)
LEG_BODIES = ("pelvis", *(f"{name}_{side}" for name in ("femur", "tibia", "talus", "calcn") for side in SIDES))
# Where the sole is in the generic calcn frame [m]: the lateral malleolus marker is 57 mm above the frame's origin,
# and 73 mm above the floor in the body that the generic model has (ANSUR II men, the rest is the sole).
SOLE_BELOW_CALCN_M = 0.016
HEEL_BEHIND_CALCN_M = 0.020
# Generic skeleton [m]: height of the ankle above the subtalar joint, and the ball ahead of the origin of calcn.
GENERIC_ANKLE_M, GENERIC_BALL_M = 0.04195, 0.1788
# Newton's steps to feet that stand: largest step [rad], error at which it is done [m or rad], most steps.
LARGEST_STEP_RAD, REACHED, MOST_STEPS = 0.3, 1e-11, 30


class OutOfReachError(RuntimeError):
    """A foot is out of reach: the movement asks for a leg longer than it is."""


@dataclass(frozen=True)
class Dynamics:
    """What a movement needs from outside, in the ground frame, about the ground origin.

    Attributes
    ----------
    force_n, moment_nm, centre_of_mass_m : ndarray, shape (n_frames, 3)
    """

    force_n: Array
    moment_nm: Array
    centre_of_mass_m: Array

    def balance_point_m(self, height_m: Array) -> Array:
        """Point of a plane at this height about which the wrench has no horizontal moment, shape (n_frames, 3) [m]."""
        fx, fy, fz = self.force_n.T
        mx, _, mz = self.moment_nm.T
        return np.column_stack([(mz + height_m * fx) / fy, height_m * np.ones_like(fy), (height_m * fz - mx) / fy])


class Body:
    """A scaled skeleton that can be posed; angles in radians, ground frame, Y up.

    Parameters
    ----------
    model : opensim.Model
        Scaled, without patellae.
    """

    def __init__(self, model: osim.Model) -> None:
        self.skeleton = HeavySkeleton.from_model(model)
        self.tree = self.skeleton.tree
        self.coordinates = self.tree.coordinates
        self.mass_kg = float(self.skeleton.masses_kg.sum())
        self._legs = SkeletonTree(**tensors_of(_legs_of(read_tree(model))))
        joints_m = self.tree.offsets().on_parent.squeeze(-1).numpy()
        self.ball_m: Array = joints_m[self.tree.bodies.index("toes_r")]
        scale_y = -joints_m[self.tree.bodies.index("calcn_r")][1] / GENERIC_ANKLE_M
        self.sole_m = float(SOLE_BELOW_CALCN_M * scale_y)
        self.heel_m = float(HEEL_BEHIND_CALCN_M * self.ball_m[0] / GENERIC_BALL_M)

    def index(self, coordinate: str) -> int:
        """Column of a coordinate."""
        return self.coordinates.index(coordinate)

    def frames(self, q: Array, bodies: tuple[str, ...]) -> dict[str, Frames]:
        """Rotations (n, 3, 3) and origins (n, 3) of bodies over a whole movement."""
        rotations, origins = (part.numpy() for part in self.tree.body_frames(torch.from_numpy(q)))
        places = {body: self.tree.bodies.index(body) for body in bodies}
        return {body: (rotations[:, place], origins[:, place]) for body, place in places.items()}

    def reach(self, q: Array, feet: Mapping[str, Frames]) -> Array:
        """Change the leg coordinates of all poses until both feet are where they must be (Newton, 6 of 6 conditions).

        Parameters
        ----------
        q : ndarray, shape (n_frames, n_coordinates)
            Start; everything but the legs is kept.
        feet : mapping of side to (rotations, origins)
            Wanted poses of ``calcn`` in the ground frame.

        Raises
        ------
        OutOfReachError
        """
        taken = [self.index(name) for name in self._legs.coordinates]
        values, open_frames = q[:, taken], np.arange(len(q))
        for _ in range(MOST_STEPS):
            wanted = {
                side: (rotations[open_frames], origins[open_frames]) for side, (rotations, origins) in feet.items()
            }
            errors, jacobians = self._missed(values[open_frames], wanted)
            worst = np.abs(errors).max(axis=(0, 2))
            far = worst >= REACHED
            open_frames = open_frames[far]
            if not len(open_frames):
                found = q.copy()
                found[:, taken] = values
                return found
            steps = np.linalg.solve(jacobians[:, far], errors[:, far, :, None])[..., 0]
            for side, step in zip(SIDES, steps, strict=True):
                columns = [self._legs.coordinates.index(f"{name}_{side}") for name in LEG]
                limit = np.minimum(1.0, LARGEST_STEP_RAD / np.maximum(np.abs(step).max(axis=1), 1e-12))
                values[np.ix_(open_frames, columns)] += step * limit[:, None]
        place = int(open_frames[np.argmax(worst[far])])
        raise OutOfReachError(f"in frame {place} a foot is out of reach by {worst.max():.4f} (m or rad)")

    def dynamics(self, q: Array) -> Dynamics:
        """Total external wrench that the movement needs, from the equations of motion of the floating base."""
        forces, centres_m = self.needed(q)
        base = forces[:, :6]
        about_list = Rotation.from_euler("Z", q[:, :1]).apply([1.0, 0.0, 0.0])
        about_rotation = Rotation.from_euler("ZX", q[:, :2]).apply([0.0, 1.0, 0.0])
        axes = np.stack([np.broadcast_to([0.0, 0.0, 1.0], about_list.shape), about_list, about_rotation], axis=1)
        force = base[:, 3:6]
        moment = np.linalg.solve(axes, base[:, :3, None])[..., 0] + np.cross(q[:, 3:6], force)
        return Dynamics(force, moment, centres_m)

    def joint_moments(self, q: Array, forces: Mapping[str, ContactForce]) -> Array:
        """Inverse dynamics under known contact forces, shape (n_frames, n_coordinates) [Nm; N for translations]."""
        moments, _ = self.needed(q)
        frames = body_frames(self.skeleton, torch.from_numpy(q), [contact.body for contact in forces.values()])
        for place, contact in enumerate(forces.values()):
            arm = contact.point_m - frames.origins_m[place].numpy()
            wrench = np.hstack([contact.free_moment_nm + np.cross(arm, contact.force_n), contact.force_n])
            moments -= np.einsum("nwc,nw->nc", frames.jacobians[place].numpy(), wrench)
        return moments

    def needed(self, q: Array) -> tuple[Array, Array]:
        """Generalised forces of a movement without contacts, (n_frames, n_coordinates), and centres of mass [m]."""
        found = inverse_dynamics(self.skeleton, *(torch.from_numpy(part) for part in (q, *derivatives(q))))
        return found.forces.numpy().copy(), found.centre_of_mass_m.numpy()

    def markers(self, q: Array, bodies: tuple[str, ...], offsets_m: Array) -> Array:
        """Trajectories of points fixed to bodies, shape (n_frames, n_points, 3) [m]."""
        rotations, origins = (part.numpy() for part in self.tree.body_frames(torch.from_numpy(q)))
        places = [self.tree.bodies.index(body) for body in bodies]
        return np.asarray(origins[:, places] + np.einsum("npij,pj->npi", rotations[:, places], offsets_m))

    def _missed(self, values: Array, feet: Mapping[str, Frames]) -> tuple[Array, Array]:
        """How far the feet are from where they must be, (2, n, 6), and the legs' Jacobians, (2, n, 6, 6)."""
        tree = self._legs
        turned, offsets = tree.batch_last(torch.from_numpy(values))
        pose = tree.kinematics(turned, offsets)
        errors, jacobians = [], []
        for side, (rotation, origin) in feet.items():
            foot = 1 + tree.bodies.index(f"calcn_{side}")
            now_rotation = pose.rotations[foot].movedim(-1, 0).numpy()
            here = pose.origins[foot]
            turn = Rotation.from_matrix(rotation @ now_rotation.transpose(0, 2, 1)).as_rotvec()
            errors.append(np.hstack([turn, origin - here.numpy().T]))
            columns = [tree.driven.index(f"{name}_{side}") for name in LEG]
            angular: Tensor = pose.angular[columns]
            moving = torch.cat([angular, pose.linear[columns] + cross(angular, here.unsqueeze(0))], dim=1)
            jacobians.append(moving.movedim((0, 1), (-1, -2)).numpy())
        return np.stack(errors), np.stack(jacobians)


def _legs_of(tree: ModelTree) -> ModelTree:
    """Pelvis and legs down to the heels: all that feet depend on."""
    joints = tuple(joint for joint in tree.joints if joint.child.body in LEG_BODIES)
    moved_by = {axis.coordinate for joint in joints for axis in (*joint.rotations, *joint.translations)}
    coordinates = tuple(one for one in tree.coordinates if one.name in moved_by)
    return replace(tree, joints=joints, coordinates=coordinates, markers={})
