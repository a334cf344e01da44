"""Inverse dynamics of many frames at once: Newton's and Euler's equations for every body of the torch skeleton."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.batched_algebra import apply, cross, lift
from models.skeleton.heavy_skeleton import ChainMotion, HeavySkeleton, along_chains


@dataclass(frozen=True)
class Dynamics:
    """What a movement takes and carries if nothing but gravity acts from outside; batch first.

    Attributes
    ----------
    forces : Tensor, shape (*batch, n_coordinates)
        Generalised forces [Nm or N]; those of followers are part of their leader's.
    centre_of_mass_m : Tensor, shape (*batch, 3)
        Of the whole body, in ground.
    central_momentum : Tensor, shape (*batch, 6)
        Angular about the centre of mass [kg m2/s], linear [kg m/s].
    """

    forces: Tensor
    centre_of_mass_m: Tensor
    central_momentum: Tensor


def inverse_dynamics(skeleton: HeavySkeleton, values: Tensor, speeds: Tensor, accelerations: Tensor) -> Dynamics:
    """What produces a movement, without external loads.

    Parameters
    ----------
    skeleton : HeavySkeleton
    values, speeds, accelerations : Tensor, shape (*batch, n_coordinates)
        [rad or m], [rad/s or m/s], [rad/s2 or m/s2].
    """
    motion = skeleton.motion(values, speeds, accelerations)
    loads, centre, momentum = _loads(skeleton, motion)
    forces = (motion.twists * along_chains(skeleton.carries, loads)).sum(dim=1)
    return Dynamics(
        forces=motion.axes.gather(forces, len(skeleton.tree.coordinates)).movedim(0, -1),
        centre_of_mass_m=centre.movedim(0, -1),
        central_momentum=momentum.movedim(0, -1),
    )


def _loads(skeleton: HeavySkeleton, motion: ChainMotion) -> tuple[Tensor, Tensor, Tensor]:
    """Moment about the ground's origin and force that each body needs; centre of mass; central momentum."""
    velocities, accelerations, centres = motion.velocities, motion.accelerations, motion.centres_m
    n_batch = velocities.dim() - 2
    inertias, masses = lift(skeleton.inertias_kg_m2, n_batch), lift(skeleton.masses_kg, n_batch + 1)
    to_ground, to_body = motion.pose.rotations[1:], motion.pose.rotations[1:].transpose(1, 2)
    spins, spins_change = velocities[:, :3], accelerations[:, :3]
    moving = velocities[:, 3:] + cross(spins, centres)
    speeding = accelerations[:, 3:] + cross(spins_change, centres) + cross(spins, moving)
    # Newton for the centre of mass; Euler in the body's axes, where the inertia is constant.
    forces = masses * (speeding - lift(skeleton.gravity_m_per_s2, n_batch))
    own_spins = apply(to_body, spins)
    own_momenta = apply(inertias, own_spins)
    moments = apply(to_ground, apply(inertias, apply(to_body, spins_change)) + cross(own_spins, own_momenta))
    loads = torch.cat([moments + cross(centres, forces), forces], dim=1)

    centre = (masses * centres).sum(dim=0) / skeleton.masses_kg.sum()
    linear = masses * moving
    angular = apply(to_ground, own_momenta) + cross(centres - centre, linear)
    return loads, centre, torch.cat([angular, linear], dim=1).sum(dim=0)
