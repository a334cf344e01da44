"""Spatial vectors at one point, angular part first, with the batch last (Featherstone 2008, chapter 2).

Motions (twists, velocities, accelerations): angular, and linear of the body's point at the reference point. Loads (and
momenta): moment about the reference point, and force.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.skeleton.batched_algebra import cross, lift, skew


def carried_along(velocities: Tensor, motions: Tensor) -> Tensor:
    """Rate of change of motions (n, 6, *batch) fixed in frames that move with these velocities (n, 6, *batch)."""
    spins, moving = velocities[:, :3], velocities[:, 3:]
    turned = cross(spins, motions[:, :3])
    return torch.cat([turned, cross(spins, motions[:, 3:]) + cross(moving, motions[:, :3])], dim=1)


def loads_carried_along(velocities: Tensor, loads: Tensor) -> Tensor:
    """The same of loads (n, 6, *batch)."""
    spins, moving = velocities[:, :3], velocities[:, 3:]
    turned = cross(spins, loads[:, 3:])
    return torch.cat([cross(spins, loads[:, :3]) + cross(moving, loads[:, 3:]), turned], dim=1)


def motion_matrix(velocities: Tensor) -> Tensor:
    """`carried_along` as matrices on the motions, shape (n, 6, 6, *batch)."""
    spins, moving = skew(velocities[:, :3]), skew(velocities[:, 3:])
    return _blocks(spins, torch.zeros_like(spins), moving, spins)


def load_matrix(loads: Tensor) -> Tensor:
    """`loads_carried_along` as matrices on the velocities, shape (n, 6, 6, *batch)."""
    moments, forces = skew(loads[:, :3]), skew(loads[:, 3:])
    return -_blocks(moments, forces, forces, torch.zeros_like(forces))


def inertia_matrix(masses_kg: Tensor, centres_m: Tensor, central_kg_m2: Tensor) -> Tensor:
    """Momentum per unit of velocity, shape (n, 6, 6, *batch), about a reference point.

    Parameters
    ----------
    masses_kg : Tensor, shape (n,)
    centres_m : Tensor, shape (n, 3, *batch)
        From the reference point to the centre of mass.
    central_kg_m2 : Tensor, shape (n, 3, 3, *batch)
        About the centre of mass, in the axes of ``centres_m``.
    """
    n_batch = centres_m.dim() - 2
    masses = lift(masses_kg, n_batch + 2)
    identity = lift(torch.eye(3, dtype=centres_m.dtype), n_batch)
    # Parallel-axis theorem.
    square = (centres_m**2).sum(dim=1)[:, None, None]
    shifted = central_kg_m2 + masses * (square * identity - centres_m.unsqueeze(2) * centres_m.unsqueeze(1))
    lever = masses * skew(centres_m)
    return _blocks(shifted, lever, -lever, (masses * identity).expand_as(lever))


def _blocks(top_left: Tensor, top_right: Tensor, bottom_left: Tensor, bottom_right: Tensor) -> Tensor:
    top, bottom = torch.cat([top_left, top_right], dim=2), torch.cat([bottom_left, bottom_right], dim=2)
    return torch.cat([top, bottom], dim=1)
