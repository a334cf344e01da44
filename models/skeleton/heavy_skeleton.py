"""A skeleton with masses, and how fast every part of it moves: what the equations of motion are written in.

Every axis of a joint counts as a joint of its own, without mass between it and the next. It then has one twist that its
rate multiplies, and that is carried along by all axes before it; velocities, accelerations and loads are sums along
chains, written as products with constant matrices of zeros and ones instead of a recursion from body to body.
Accelerations are exact: joint functions are polynomials, differentiated by hand.

All twists and loads are taken at the ground's origin, angular part first (Featherstone 2008, Rigid Body Dynamics
Algorithms, chapters 2 and 5). As in the tree, the batch comes last inside, first outside; float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.errors import InverseDynamicsError
from models.skeleton.axis_functions import AxisFunctions
from models.skeleton.batched_algebra import apply, cross, lift
from models.skeleton.kinematics import Kinematic, SkeletonTree
from models.skeleton.masses import read_masses

if TYPE_CHECKING:
    import opensim as osim

# Their speeds are angular velocities, not rates of their three angles: OpenSim's forces on them are of another kind.
_SPEEDS_ARE_NO_RATES = ("BallJoint", "FreeJoint")


@dataclass(frozen=True)
class ChainMotion:
    """A movement, axis by axis and body by body; spatial vectors (n, 6, *batch) at the ground's origin.

    Attributes
    ----------
    axes : AxisFunctions
    pose : Kinematic
        Without twists of coordinates.
    twists : Tensor
        Of each axis, per unit rate.
    velocities, accelerations : Tensor
        Of the bodies.
    centres_m : Tensor, shape (n_bodies, 3, *batch)
        Centres of mass in ground.
    """

    axes: AxisFunctions
    pose: Kinematic
    twists: Tensor
    velocities: Tensor
    accelerations: Tensor
    centres_m: Tensor


@dataclass(frozen=True)
class HeavySkeleton:
    """A skeleton with masses; see `from_model`. Its coordinates are the tree's free ones.

    Attributes
    ----------
    tree : SkeletonTree
    masses_kg : Tensor, shape (n_bodies,)
    centres_m : Tensor, shape (n_bodies, 3)
        Centres of mass in the bodies' frames.
    inertias_kg_m2 : Tensor, shape (n_bodies, 3, 3)
        About the centres of mass, in the bodies' axes.
    gravity_m_per_s2 : Tensor, shape (3,)
    carries : Tensor, shape (n_axes, n_bodies)
        1 where the axis moves the body.
    before : Tensor, shape (n_axes, n_axes)
        1 where the second axis moves the first.
    """

    tree: SkeletonTree
    masses_kg: Tensor
    centres_m: Tensor
    inertias_kg_m2: Tensor
    gravity_m_per_s2: Tensor
    carries: Tensor
    before: Tensor

    @classmethod
    def from_model(cls, model: osim.Model, tree: SkeletonTree | None = None) -> HeavySkeleton:
        """Read a model (float64, CPU), or what is not in its tree where that has been read.

        Raises
        ------
        ModelError
            See `SkeletonTree.from_model`.
        InverseDynamicsError
            The speeds of a joint are not the rates of its coordinates.
        """
        tree = tree or SkeletonTree.from_model(model)
        _check_speeds(model)
        masses = read_masses(model, tree.bodies)
        return cls(
            tree,
            torch.from_numpy(masses.masses_kg),
            torch.from_numpy(masses.centres_m),
            torch.from_numpy(masses.inertias_kg_m2),
            torch.from_numpy(masses.gravity_m_per_s2),
            *_chains(tree),
        )

    def motion(self, values: Tensor, speeds: Tensor, accelerations: Tensor) -> ChainMotion:
        """Velocities and accelerations of axes and bodies.

        Parameters
        ----------
        values, speeds, accelerations : Tensor, shape (*batch, n_coordinates)
            [rad or m], [rad/s or m/s], [rad/s2 or m/s2].

        Returns
        -------
        ChainMotion
            Batch last.
        """
        values, offsets = self.tree.batch_last(values)
        axes = AxisFunctions.of(self.tree, values)
        leading, pushing = speeds.movedim(-1, 0)[axes.leaders], accelerations.movedim(-1, 0)[axes.leaders]
        pose, angular, linear = self.tree.place(axes.sizes, offsets)
        twists = axis_twists(angular, linear)
        own = twists * (axes.slopes * leading).unsqueeze(1)
        # A twist changes because all axes before it carry it along.
        before = along_chains(self.before, own)
        speeding_up = axes.slopes * pushing + axes.curvatures * leading**2
        gained = twists * speeding_up.unsqueeze(1) + _carried_along(before, own)
        return ChainMotion(
            axes=axes,
            pose=pose,
            twists=twists,
            velocities=along_chains(self.carries.T, own),
            accelerations=along_chains(self.carries.T, gained),
            centres_m=pose.origins[1:] + apply(pose.rotations[1:], lift(self.centres_m, twists.dim() - 2)),
        )


def along_chains(chains: Tensor, of_links: Tensor) -> Tensor:
    """Sums over links, shape (n, ...), of what each has, (n_links, ...), by a constant matrix (n, n_links)."""
    return (chains @ of_links.reshape(len(of_links), -1)).reshape(-1, *of_links.shape[1:])


def axis_twists(angular: Tensor, linear: Tensor) -> Tensor:
    """Twists of all axes, shape (n_axes, 6, *batch), from what `SkeletonTree.place` gives."""
    still = linear.new_zeros(len(linear) - len(angular), *linear.shape[1:])
    return torch.cat([torch.cat([angular, still]), linear], dim=1)


def _carried_along(velocities: Tensor, motions: Tensor) -> Tensor:
    """Rate of change of motions (n, 6, *batch) fixed in frames that move with these velocities (n, 6, *batch)."""
    spins, moving = velocities[:, :3], velocities[:, 3:]
    turned = cross(spins, motions[:, :3])
    return torch.cat([turned, cross(spins, motions[:, 3:]) + cross(moving, motions[:, :3])], dim=1)


def _chains(tree: SkeletonTree) -> tuple[Tensor, Tensor]:
    """Which axes carry which bodies, and which axes come before which."""
    joints = torch.cat([tree.rotation_joints, tree.translation_joints])
    # Within a joint translations come first, one after the other, then the rotations slot by slot.
    order = torch.arange(-len(joints), 0)
    for slot, (start, stop) in enumerate(tree.rotation_slots):
        order[start:stop] = slot
    same_joint = joints.unsqueeze(1) == joints
    below = tree.ancestors[joints][:, joints].bool() & ~same_joint
    before = below | (same_joint & (order.unsqueeze(1) > order))
    return tree.ancestors.T[joints], before.to(tree.ancestors.dtype)


def _check_speeds(model: osim.Model) -> None:
    joints = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
    for joint in joints:
        kind = joint.getConcreteClassName()
        if kind in _SPEEDS_ARE_NO_RATES:
            raise InverseDynamicsError(
                f"The joint {joint.getName()} is a {kind}: its speeds are not the rates of its coordinates.",
                hint="Use a model without ball and free joints: a custom joint with three rotation axes does the same.",
            )
