"""Stationary Gaussian noise of a given autocorrelation, for many recordings at once."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

# A thousand frames of this change a value by less than its last digit.
NOTHING = 1e-19
# Frames that are drawn at once.
BLOCK = 128
# Factors are kept for multiples of so many frames: recordings are of all lengths.
LENGTHS = 512


def draw(kernel: Tensor, n: int, n_series: int, generator: torch.Generator, like: Tensor) -> Tensor:
    """Draw noise of unit variance.

    Parameters
    ----------
    kernel : Tensor, shape (n_frames, n_frames)
        Of `geometric` or `smooth`.
    n, n_series : int
        Recordings, and vectors in each.
    generator : torch.Generator
    like : Tensor
        Gives dtype and device.

    Returns
    -------
    Tensor, shape (n, n_frames, n_series, 3)
    """
    n_frames = len(kernel)
    white = torch.randn(n, n_frames, 3 * n_series, generator=generator, device=like.device, dtype=like.dtype)
    return _through(kernel.to(like), white).view(n, n_frames, n_series, 3)


def _through(kernel: Tensor, white: Tensor) -> Tensor:
    """``kernel @ white``, without what is zero: each frame depends on those before it, as far back as noise lasts."""
    n_frames = len(kernel)
    if n_frames <= BLOCK:
        return kernel @ white
    # By the lag: no frame is felt longer than the first, or further back than from the last.
    felt = torch.maximum(kernel[:, 0].abs(), kernel[-1].flip(0).abs())
    lasts = int((felt > NOTHING).nonzero().max())
    parts = []
    for begin in range(0, n_frames, BLOCK):
        end, since = begin + BLOCK, max(0, begin - lasts)
        parts.append(kernel[begin:end, since:end] @ white[:, since:end])
    return torch.cat(parts, dim=1)


def geometric(n_frames: int, correlation: float) -> Tensor:
    """Factor of the covariance of a first-order autoregression: ``correlation ** lag``; 0 is white noise."""
    return _geometric(_length(n_frames), correlation)[:n_frames, :n_frames]


def smooth(n_frames: int, time_frames: float) -> Tensor:
    """Factor of the covariance ``(1 + lag / time) exp(-lag / time)``: a critically damped drift, without jolts.

    The time is taken to five digits: clocks of files differ in the eighth.
    """
    return _smooth(_length(n_frames), float(f"{time_frames:.5g}"))[:n_frames, :n_frames]


def _length(n_frames: int) -> int:
    """Frames that a factor is worked out and kept for: a shorter recording's is the first part of it."""
    return -(-n_frames // LENGTHS) * LENGTHS


@lru_cache(maxsize=16)
def _geometric(n_frames: int, correlation: float) -> Tensor:
    return _factor(correlation ** _lag(n_frames))


@lru_cache(maxsize=16)
def _smooth(n_frames: int, time_frames: float) -> Tensor:
    lag = _lag(n_frames) / time_frames
    return _factor((1.0 + lag) * torch.exp(-lag))


def _lag(n_frames: int) -> Tensor:
    frame = torch.arange(n_frames, dtype=torch.float64)
    return (frame[:, None] - frame).abs()


def _factor(covariance: Tensor) -> Tensor:
    # A trace of white noise, far below a micrometre, keeps the smooth covariance positive definite.
    return torch.linalg.cholesky(covariance + 1e-9 * torch.eye(len(covariance), dtype=covariance.dtype))
