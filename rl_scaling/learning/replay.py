"""Prioritised experience replay: what surprised the critic most is seen most often (Schaul et al. 2016, 1511.05952)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

Experience = dict[str, Tensor]


@dataclass(frozen=True)
class Sample:
    """Experiences drawn from a replay.

    Attributes
    ----------
    experience : dict of Tensor
        One row each.
    places : Tensor, shape (n,)
        For `PrioritisedReplay.update`.
    weights : Tensor, shape (n,)
        Importance weights that undo the preference, the largest is 1.
    """

    experience: Experience
    places: Tensor
    weights: Tensor


class PrioritisedReplay:
    """A ring of experiences on one device.

    Parameters
    ----------
    capacity : int
        The oldest are overwritten.
    exponent : float
        0: all alike; 1: in proportion to the error.
    device : torch device
    """

    # Keeps experiences without error in play.
    LEAST_PRIORITY = 1e-3

    def __init__(self, capacity: int, exponent: float, device: torch.device | str = "cpu") -> None:
        self.capacity, self.exponent = capacity, exponent
        self.priorities = torch.zeros(capacity, device=device)
        self.stored: Experience = {}
        self.n_added = 0

    def __len__(self) -> int:
        return min(self.n_added, self.capacity)

    def add(self, experience: Experience) -> None:
        """Store rows; new ones get the highest priority there is, so that each is seen."""
        n = len(next(iter(experience.values())))
        places = torch.arange(self.n_added, self.n_added + n, device=self.priorities.device) % self.capacity
        if not self.stored:
            self.stored = {name: rows.new_zeros(self.capacity, *rows.shape[1:]) for name, rows in experience.items()}
        for name, rows in experience.items():
            self.stored[name][places] = rows
        self.priorities[places] = self.priorities.max().clamp(min=1.0) if len(self) else 1.0
        self.n_added += n

    def sample(self, n: int, compensation: float, generator: torch.Generator) -> Sample:
        """Draw with replacement.

        Parameters
        ----------
        n : int
        compensation : float
            0: the preference stays; 1: the importance weights undo it wholly.
        generator : torch.Generator
        """
        chances = self.priorities[: len(self)] ** self.exponent
        edges = chances.cumsum(0)
        drawn = torch.rand(n, generator=generator, device=edges.device) * edges[-1]
        places = torch.searchsorted(edges, drawn, right=True).clamp(max=len(self) - 1)
        weights = (chances[places] / edges[-1] * len(self)) ** -compensation
        return Sample({name: rows[places] for name, rows in self.stored.items()}, places, weights / weights.max())

    def update(self, places: Tensor, errors: Tensor) -> None:
        """Set priorities to the sizes of the critic's errors."""
        self.priorities[places] = errors.abs().to(self.priorities.dtype) + self.LEAST_PRIORITY
