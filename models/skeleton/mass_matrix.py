"""How much force each acceleration takes: the mass matrix of many poses at once."""

from __future__ import annotations

import torch
from torch import Tensor

from models.skeleton.axis_functions import AxisFunctions
from models.skeleton.batched_algebra import apply, lift, multiply, skew
from models.skeleton.heavy_skeleton import HeavySkeleton, along_chains, axis_twists
from models.skeleton.kinematics import Kinematic


def mass_matrix(skeleton: HeavySkeleton, values: Tensor) -> Tensor:
    """Generalised forces per unit of acceleration, shape (*batch, n_coordinates, n_coordinates) [kg m2, kg m or kg].

    Composite rigid bodies (Featherstone 2008, Rigid Body Dynamics Algorithms, chapter 6): all that an axis carries
    moves as one body with it.

    Parameters
    ----------
    skeleton : HeavySkeleton
    values : Tensor, shape (*batch, n_coordinates)
        [rad or m].
    """
    tree, n_coordinates = skeleton.tree, values.shape[-1]
    values, offsets = tree.batch_last(values)
    axes = AxisFunctions.of(tree, values)
    pose, angular, linear = tree.place(axes.sizes, offsets)
    moving = axis_twists(angular, linear) * axes.slopes.unsqueeze(1)
    momenta = apply(along_chains(skeleton.carries, _inertias(skeleton, pose)), moving)
    # This momentum is what axes before it feel, and it itself: half of that, because the transpose is added below.
    paired = skeleton.before + 0.5 * torch.eye(len(skeleton.before), dtype=skeleton.before.dtype)
    momenta, moving = (one.reshape(*one.shape[:2], -1).movedim(2, 0).contiguous() for one in (momenta, moving))
    by_pose = momenta @ moving.mT
    n_poses, n_axes, _ = by_pose.mul_(paired).shape
    lower = by_pose.new_zeros(n_poses, n_coordinates, n_axes).index_add_(1, axes.leaders, by_pose)
    lower = by_pose.new_zeros(n_poses, n_coordinates, n_coordinates).index_add_(2, axes.leaders, lower)
    return (lower + lower.mT).reshape(*values.shape[1:], n_coordinates, n_coordinates)


def _inertias(skeleton: HeavySkeleton, pose: Kinematic) -> Tensor:
    """Momenta per unit of velocity of the bodies, about the ground's origin, shape (n_bodies, 6, 6, *batch)."""
    rotations, origins = pose.rotations[1:], pose.origins[1:]
    n_batch = origins.dim() - 2
    masses, identity = lift(skeleton.masses_kg, n_batch + 2), lift(torch.eye(3, dtype=origins.dtype), n_batch)
    lever = skew(origins + apply(rotations, lift(skeleton.centres_m, n_batch)))
    turned = multiply(multiply(rotations, lift(skeleton.inertias_kg_m2, n_batch)), rotations.transpose(1, 2))
    # Parallel-axis theorem.
    about_origin = turned + masses * multiply(lever, lever.transpose(1, 2))
    above = torch.cat([about_origin, masses * lever], dim=2)
    below = torch.cat([-masses * lever, (masses * identity).expand_as(lever)], dim=2)
    return torch.cat([above, below], dim=1)
