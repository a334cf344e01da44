"""A price on roughness: third differences over time, which make a curve as slow as a filter would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

STENCIL = (-1.0, 3.0, -3.0, 1.0)
ORDER = len(STENCIL) - 1


@dataclass(frozen=True)
class ThirdDifferences:
    """The price ``sum weight * (third difference)^2`` of curves.

    Attributes
    ----------
    weights : Tensor, shape (n_curves,)
    """

    weights: Tensor

    @classmethod
    def with_roll_off(cls, stiffness: Tensor, cutoff_share: float) -> ThirdDifferences:
        """The price that gives curves a half-power frequency.

        A curve that is drawn to its data with stiffness H passes a frequency f (as a share of the frame rate) with a
        gain of 1 / (1 + weight / H (2 sin(pi f))^6): a half where weight = H / (2 sin(pi f))^6.

        Parameters
        ----------
        stiffness : Tensor, shape (n_curves,)
        cutoff_share : float
            Half-power frequency as a share of the frame rate.
        """
        return cls(stiffness / (2.0 * np.sin(np.pi * min(cutoff_share, 0.5))) ** (2 * ORDER))

    def cost(self, curves: Tensor) -> Tensor:
        """Price of curves, shape (n_curves, n_frames)."""
        return (self.weights * curves.diff(n=ORDER, dim=1).square().sum(dim=1)).sum()

    def gradient(self, curves: Tensor) -> Tensor:
        """Derivative of half the price, shape (n_curves, n_frames)."""
        rough = curves.diff(n=ORDER, dim=1)
        total = torch.zeros_like(curves)
        for place, factor in enumerate(STENCIL):
            total[:, place : place + rough.shape[1]] += factor * rough
        return self.weights.unsqueeze(1) * total

    def diagonals(self, n_frames: int) -> list[Tensor]:
        """Second derivative of half the price.

        Returns
        -------
        list of Tensor, shapes (n_frames - k, n_curves)
            Entry ``k``: of each frame with the frame ``k`` later.
        """
        n_rows = n_frames - ORDER
        found = []
        for ahead in range(ORDER + 1):
            products = self.weights.new_zeros(n_frames - ahead)
            for row, (factor, other) in enumerate(zip(STENCIL, STENCIL[ahead:], strict=False)):
                products[row : row + n_rows] += factor * other
            found.append(products.unsqueeze(1) * self.weights)
        return found
