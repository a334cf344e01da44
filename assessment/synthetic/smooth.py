"""Smooth building blocks of movement: ramps and interpolated tables, all with continuous acceleration or better."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import make_interp_spline
from scipy.ndimage import gaussian_filter1d

Array = NDArray[np.float64]

# A recording's rate, and the rate at which movements are planned and their dynamics taken.
RATE_HZ = 60.0


def ramp(time_s: ArrayLike, start_s: float, end_s: float) -> Array:
    """Rise from 0 to 1 between two times with zero speed, acceleration and jerk at both ends (a septic)."""
    u = np.clip((np.asarray(time_s, dtype=float) - start_s) / (end_s - start_s), 0.0, 1.0)
    return u**4 * (35.0 - 84.0 * u + 70.0 * u**2 - 20.0 * u**3)


def bump(time_s: ArrayLike, start_s: float, end_s: float) -> Array:
    """Go from 0 to 1 half-way and back to 0, smooth to the third derivative at both ends."""
    u = np.clip((np.asarray(time_s, dtype=float) - start_s) / (end_s - start_s), 0.0, 1.0)
    return (4.0 * u * (1.0 - u)) ** 4


def through(points: Sequence[tuple[float, float]]) -> Callable[[ArrayLike], Array]:
    """Return the curve through (argument, value) points; constant, at rest, before the first and after the last."""
    arguments, values = np.array(points, dtype=float).T
    at_rest = [(1, 0.0), (2, 0.0)]
    spline = make_interp_spline(arguments, values, k=5, bc_type=(at_rest, at_rest))
    return lambda argument: np.asarray(spline(np.clip(argument, arguments[0], arguments[-1])))


def periodic(phases: ArrayLike, values: ArrayLike, harmonics: int) -> Callable[[ArrayLike], Array]:
    """Return the truncated Fourier series of one cycle sampled at equal steps of phase in [0, 1)."""
    phases, values = np.asarray(phases, dtype=float), np.asarray(values, dtype=float)
    coefficients = np.array([np.mean(values * np.exp(-2j * np.pi * order * phases)) for order in range(harmonics + 1)])

    def series(phase: ArrayLike) -> Array:
        angle = 2j * np.pi * np.multiply.outer(np.asarray(phase, dtype=float), np.arange(1, harmonics + 1))
        return coefficients[0].real + 2.0 * np.real(np.exp(angle) @ coefficients[1:])

    return series


def soften(values: Array, spread_s: float) -> Array:
    """Blur a planned curve in time with a Gaussian, which makes all its derivatives continuous."""
    return np.asarray(gaussian_filter1d(values, spread_s * RATE_HZ, axis=0, mode="nearest", truncate=6.0))


def derivatives(values: Array, rate_hz: float = RATE_HZ) -> tuple[Array, Array]:
    """First and second time derivative of sampled columns, by a quintic spline through all samples, as in OpenSim."""
    time_s = np.arange(len(values)) / rate_hz
    spline = make_interp_spline(time_s, values, k=5)
    return spline.derivative(1)(time_s), spline.derivative(2)(time_s)
