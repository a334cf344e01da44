"""Products of small matrices and vectors with the batch in the last dimensions."""

from __future__ import annotations

import torch
from torch import Tensor


def lift(constant: Tensor, n_batch: int) -> Tensor:
    """Append ``n_batch`` dimensions of length 1."""
    return constant.reshape(*constant.shape, *(1,) * n_batch)


def multiply(left: Tensor, right: Tensor) -> Tensor:
    """Matrix products, shapes (n, i, k, *batch) and (n, k, j, *batch)."""
    total = left[:, :, 0:1] * right[:, 0:1]
    for inner in range(1, right.shape[1]):
        total = torch.addcmul(total, left[:, :, inner : inner + 1], right[:, inner : inner + 1])
    return total


def apply(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices (n, i, k, *batch) times vectors (n, k, *batch)."""
    total = matrices[:, :, 0] * vectors[:, 0:1]
    for inner in range(1, vectors.shape[1]):
        total = torch.addcmul(total, matrices[:, :, inner], vectors[:, inner : inner + 1])
    return total


def cross(left: Tensor, right: Tensor) -> Tensor:
    """Cross products, shapes (n, 3, *batch)."""
    a0, a1, a2 = left.unbind(1)
    b0, b1, b2 = right.unbind(1)
    return torch.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], 1)


def skew(vectors: Tensor) -> Tensor:
    """Matrices of the cross product with vectors (n, 3, *batch), shape (n, 3, 3, *batch)."""
    x, y, z = vectors.unbind(1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).unflatten(1, (3, 3))
