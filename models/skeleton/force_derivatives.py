"""How generalised forces change with the movement: what carries the covariance of a movement over to its forces.

Analytic. Turning an axis turns all that it carries, loads included; what changes the loads besides is that the motion
before the axis was not turned. Summed over all that an axis carries (its inertia, and how its load depends on velocity)
this takes a few products per pair of axes (Singh, Russell & Wensing 2022, Efficient analytical derivatives of
rigid-body dynamics using spatial vector algebra, IEEE Robotics and Automation Letters 7). From axes to
coordinates by the chain rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.batched_algebra import apply, lift, multiply
from models.skeleton.heavy_skeleton import ChainMotion, HeavySkeleton, along_chains
from models.skeleton.spatial_algebra import (
    carried_along,
    inertia_matrix,
    load_matrix,
    loads_carried_along,
    motion_matrix,
)


@dataclass(frozen=True)
class ForceDerivatives:
    """Derivatives of the generalised forces, each (*batch, n_coordinates, n_coordinates): row force, column coordinate.

    Attributes
    ----------
    by_values, by_speeds, by_accelerations : Tensor
        The last is the mass matrix.
    """

    by_values: Tensor
    by_speeds: Tensor
    by_accelerations: Tensor


def force_derivatives(
    skeleton: HeavySkeleton, values: Tensor, speeds: Tensor, accelerations: Tensor
) -> ForceDerivatives:
    """Derivatives of the forces of `inverse_dynamics`; same arguments.

    Working memory for a whole body: a third of a megabyte per frame.
    """
    motion = skeleton.motion(values, speeds, accelerations)
    axes, leading = motion.axes, motion.leading_speeds
    forces, by_sizes, by_rates, by_rate_changes = _between_axes(skeleton, motion)
    # Size, rate and change of rate of an axis are f(q), f'(q) u, and f'(q) a + f''(q) u2.
    pushed = axes.thirds * leading**2 + axes.curvatures * motion.leading_accelerations
    columns = by_sizes * axes.slopes + by_rates * (axes.curvatures * leading) + by_rate_changes * pushed
    n_coordinates = len(skeleton.tree.coordinates)
    by_values = _of_coordinates(motion, columns, n_coordinates)
    # The lever of each force changes as well.
    bent = torch.zeros_like(by_values[..., 0]).movedim(-1, 0).index_add(0, axes.leaders, axes.curvatures * forces)
    by_values.diagonal(dim1=-2, dim2=-1).add_(bent.movedim(0, -1))
    by_speeds = by_rates * axes.slopes + by_rate_changes * (2 * axes.curvatures * leading)
    return ForceDerivatives(
        by_values=by_values,
        by_speeds=_of_coordinates(motion, by_speeds, n_coordinates),
        by_accelerations=_of_coordinates(motion, by_rate_changes * axes.slopes, n_coordinates),
    )


def mass_matrix(skeleton: HeavySkeleton, values: Tensor) -> Tensor:
    """Generalised forces per unit of acceleration, shape (*batch, n_coordinates, n_coordinates) [kg m2, kg m or kg].

    Composite rigid bodies (Featherstone 2008, chapter 6): all that an axis carries moves as one body with it.
    """
    still = torch.zeros_like(values)
    motion = skeleton.motion(values, still, still)
    momenta = apply(along_chains(skeleton.carries, _inertias(skeleton, motion)), motion.twists)
    by_rate_changes = _both_ways(skeleton, _products(momenta, motion.twists), _products(motion.twists, momenta))
    return _of_coordinates(motion, by_rate_changes * motion.axes.slopes, values.shape[-1])


def _between_axes(skeleton: HeavySkeleton, motion: ChainMotion) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Forces along axes, (n_axes, *batch), and their derivatives by sizes, rates, rates' changes of axes."""
    twists, velocities = motion.twists, motion.velocities
    falling = lift(torch.cat([skeleton.gravity_m_per_s2.new_zeros(3), skeleton.gravity_m_per_s2]), twists.dim() - 2)
    inertias = _inertias(skeleton, motion)
    momenta = apply(inertias, velocities)
    loads = apply(inertias, motion.accelerations - falling) + loads_carried_along(velocities, momenta)
    carry = motion_matrix(velocities)
    # How the load of a body depends on its velocity.
    turning = load_matrix(momenta) - multiply(carry.transpose(1, 2), inertias) - multiply(inertias, carry)
    inertias, turning, loads = (along_chains(skeleton.carries, one) for one in (inertias, turning, loads))

    before = motion.velocities_before
    changes = carried_along(before, twists)
    second_changes = carried_along(along_chains(skeleton.before, motion.gained) - falling, twists)
    second_changes = second_changes + carried_along(before, changes)
    momenta, dragged = apply(inertias, twists), apply(turning.transpose(1, 2), twists)
    by_own_size = loads_carried_along(twists, loads) + apply(inertias, second_changes) + apply(turning, changes)
    by_own_rate = 2 * apply(inertias, changes) + apply(turning, twists)
    # First with the row's axis after the column's, then with it before or the same.
    by_sizes = _both_ways(
        skeleton, _products(momenta, second_changes) + _products(dragged, changes), _products(twists, by_own_size)
    )
    by_rates = _both_ways(
        skeleton, 2 * _products(momenta, changes) + _products(dragged, twists), _products(twists, by_own_rate)
    )
    by_rate_changes = _both_ways(skeleton, _products(momenta, twists), _products(twists, momenta))
    return (twists * loads).sum(dim=1), by_sizes, by_rates, by_rate_changes


def _inertias(skeleton: HeavySkeleton, motion: ChainMotion) -> Tensor:
    """Inertias of the bodies about the ground's origin, shape (n_bodies, 6, 6, *batch)."""
    rotations = motion.pose.rotations[1:]
    central = lift(skeleton.inertias_kg_m2, rotations.dim() - 3)
    turned = multiply(multiply(rotations, central), rotations.transpose(1, 2))
    return inertia_matrix(skeleton.masses_kg, motion.centres_m, turned)


def _products(rows: Tensor, columns: Tensor) -> Tensor:
    """Products of motions and loads, (n, 6, *batch) each, shape (n, n, *batch)."""
    return multiply(rows.unsqueeze(0), columns.transpose(0, 1).unsqueeze(0))[0]


def _both_ways(skeleton: HeavySkeleton, below: Tensor, above: Tensor) -> Tensor:
    """One where the row's axis comes after the column's, the other where it comes before or is the same, else zero."""
    n_batch = below.dim() - 2
    same = torch.eye(len(skeleton.before), dtype=below.dtype)
    return lift(skeleton.before, n_batch) * below + lift(skeleton.before.T + same, n_batch) * above


def _of_coordinates(motion: ChainMotion, of_axes: Tensor, n_coordinates: int) -> Tensor:
    """Rows by leading coordinate times their slopes, columns by leading coordinate; batch first."""
    rows = motion.axes.gather(of_axes, n_coordinates)
    square = rows.new_zeros(n_coordinates, n_coordinates, *rows.shape[2:]).index_add(1, motion.axes.leaders, rows)
    return square.movedim((0, 1), (-2, -1))
