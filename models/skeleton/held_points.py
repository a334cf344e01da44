"""Points that rest: what it costs when they slip or leave their height, and its share of the normal equations."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.body_points import BodyPoints
from models.skeleton.normal_equations import NormalEquations


@dataclass(frozen=True)
class HeldPoints:
    """Points that rest, and how firmly, in units of the marker weights (reciprocal variances [1/m^2]).

    Attributes
    ----------
    points : BodyPoints
    stillness : Tensor, shape (n_points, n_frames - 1)
        Weight on the squared displacement from one frame to the next.
    levelness : Tensor, shape (n_points, n_frames)
        Weight on the squared distance from the height.
    heights_m : Tensor, shape (n_points, n_frames)
    """

    points: BodyPoints
    stillness: Tensor
    levelness: Tensor
    heights_m: Tensor

    def cost(self, places_m: Tensor) -> Tensor:
        """Cost of points at these places, shape (n_points, 3, n_frames)."""
        slips = places_m.diff(dim=2).square().sum(dim=1)
        return (self.stillness * slips).sum() + (self.levelness * (places_m[:, 1] - self.heights_m).square()).sum()

    def add_to(self, equations: NormalEquations, jacobian: Tensor, places_m: Tensor) -> tuple[NormalEquations, Tensor]:
        """Add to the normal equations of the markers.

        Parameters
        ----------
        equations : NormalEquations
        jacobian : Tensor, shape (n_active, n_points, 3, n_frames)
        places_m : Tensor, shape (n_points, 3, n_frames)

        Returns
        -------
        tuple
            The equations, and the block that couples each frame (rows: the next frame), shape
            (n_frames - 1, n_active, n_active).
        """
        pad = torch.nn.functional.pad
        pushes = places_m.diff(dim=2) * self.stillness.unsqueeze(1)
        pulls = pad(pushes, (1, 0)) - pad(pushes, (0, 1))
        pulls[:, 1] += self.levelness * (places_m[:, 1] - self.heights_m)
        between = self.stillness.unsqueeze(1).repeat(1, 3, 1)
        firmness = pad(between, (1, 0)) + pad(between, (0, 1))
        firmness[:, 1] += self.levelness
        between, firmness, pulls = (part.flatten(0, 1).T for part in (between, firmness, pulls))
        by_frame = jacobian.permute(3, 0, 1, 2).flatten(2).contiguous()
        coupling = -torch.bmm(by_frame[1:] * between.unsqueeze(1), by_frame[:-1].mT)
        added = NormalEquations(
            cost=equations.cost,
            gradient=equations.gradient + torch.bmm(by_frame, pulls.unsqueeze(2)).squeeze(2),
            hessian=equations.hessian + torch.bmm(by_frame * firmness.unsqueeze(1), by_frame.mT),
        )
        return added, coupling
