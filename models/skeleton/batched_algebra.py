"""Products of small matrices and vectors with the batch in the last dimensions."""

from __future__ import annotations

import torch
from torch import Tensor


def lift(constant: Tensor, n_batch: int) -> Tensor:
    """Append ``n_batch`` dimensions of length 1."""
    return constant.reshape(*constant.shape, *(1,) * n_batch)


def multiply(left: Tensor, right: Tensor) -> Tensor:
    """Matrix products, shapes (n, 3, 3, *batch)."""
    total = left[:, :, 0:1] * right[:, 0:1]
    total = torch.addcmul(total, left[:, :, 1:2], right[:, 1:2])
    return torch.addcmul(total, left[:, :, 2:3], right[:, 2:3])


def apply(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices (n, 3, 3, *batch) times vectors (n, 3, *batch)."""
    total = matrices[:, :, 0] * vectors[:, 0:1]
    total = torch.addcmul(total, matrices[:, :, 1], vectors[:, 1:2])
    return torch.addcmul(total, matrices[:, :, 2], vectors[:, 2:3])


def cross(left: Tensor, right: Tensor) -> Tensor:
    """Cross products, shapes (n, 3, *batch)."""
    a0, a1, a2 = left.unbind(1)
    b0, b1, b2 = right.unbind(1)
    return torch.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], 1)
