"""How far each axis of each joint turns or slides, as a function of the one free coordinate that drives it.

A coupler and the function of an axis that the follower drives make one function of the leader: patellae need no
treatment of their own in what builds on this. Batch last, as inside the tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.kinematics import SkeletonTree


@dataclass(frozen=True)
class AxisFunctions:
    """Size of every axis [rad or m] and its derivatives by its leader, each of shape (n_axes, *batch).

    Attributes
    ----------
    leaders : Tensor, shape (n_axes,)
        Place of the leader among the free coordinates. Axes that nothing drives name the first: their derivatives
        are 0.
    """

    leaders: Tensor
    sizes: Tensor
    slopes: Tensor
    curvatures: Tensor

    @classmethod
    def of(cls, tree: SkeletonTree, values: Tensor) -> AxisFunctions:
        """At values of the free coordinates, shape (n_coordinates, *batch)."""
        places = tree.coupler_inputs
        of_followers = tree.coupler_functions.derivatives(2, values[places])
        of_leaders = [values, torch.ones_like(values), torch.zeros_like(values)]
        constant = values.new_zeros(1, *values.shape[1:])
        inputs, first, second = (
            torch.cat([leading, following, constant])[tree.inputs]
            for leading, following in zip(of_leaders, of_followers, strict=True)
        )
        sizes, once, twice = tree.functions.derivatives(2, inputs)
        leaders = torch.cat([torch.arange(len(values)), places, torch.zeros(1, dtype=torch.long)])
        return cls(
            leaders=leaders[tree.inputs],
            sizes=sizes,
            slopes=once * first,
            curvatures=twice * first**2 + once * second,
        )

    def gather(self, of_axes: Tensor, n_coordinates: int) -> Tensor:
        """What is along axes per unit rate, (n_axes, ...), as it is along coordinates per unit speed, summed."""
        between = (1,) * (of_axes.dim() - self.slopes.dim())
        scaled = of_axes * self.slopes.reshape(len(self.slopes), *between, *self.slopes.shape[1:])
        return of_axes.new_zeros(n_coordinates, *of_axes.shape[1:]).index_add(0, self.leaders, scaled)
