"""What noise of the joint angles does to forces: read above the cut-off, carried over to what the cut-off lets through.

Just above the cut-off there is little movement and as much noise as just below it. Its covariance over all coordinates
(noise of neighbouring joints belongs together, since the same markers cause it) is taken as a white spectrum. Two
derivatives and the mass matrix make of it the covariance of generalised forces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid

from pipeline.motion.filtering import HIGHEST_CUTOFF, gain, low_pass
from pipeline.trajectories import Array

# Enough for integrals over frequency to a thousandth.
N_FREQUENCIES = 2000
# Frames whose mass matrices are held at once: a walk of minutes needs no gigabytes.
CHUNK = 500


def noise_spectrum(values: Array, time_s: Array, cutoff_hz: float) -> Array:
    """Spectral density of the noise of all coordinates, shape (n_coordinates, n_coordinates) [unit^2/Hz].

    From the octave above the cut-off, or as much of it as the sampling allows; zero where it allows none.

    Parameters
    ----------
    values : ndarray, shape (n_frames, n_coordinates)
        Before filtering.
    time_s : ndarray, shape (n_frames,)
    cutoff_hz : float
    """
    step_s = float(np.median(np.diff(time_s)))
    highest_hz = min(2.0 * cutoff_hz, 0.5 * HIGHEST_CUTOFF / step_s)
    if highest_hz <= 1.1 * cutoff_hz:
        return np.zeros((values.shape[1], values.shape[1]))
    highest_hz *= 0.999
    above = low_pass(values, time_s, highest_hz) - low_pass(values, time_s, cutoff_hz)
    frequency_hz = np.linspace(0.0, 0.5 / step_s, N_FREQUENCIES)
    passed = gain(frequency_hz, highest_hz, step_s) - gain(frequency_hz, cutoff_hz, step_s)
    return np.atleast_2d(np.cov(above, rowvar=False)) / trapezoid(passed**2, frequency_hz)


@dataclass(frozen=True)
class ForceNoise:
    """What the noise of the coordinates does to generalised forces.

    Attributes
    ----------
    variance : ndarray, shape (n_frames, n_coordinates)
        Of every generalised force [Nm^2 or N^2].
    root_covariance : ndarray, shape (n_frames, n_root, n_root)
        Of those of the root's coordinates.
    """

    variance: Array
    root_covariance: Array


def force_noise(
    mass_matrices: Callable[[Array], Array],
    values: Array,
    root: list[int],
    spectrum: Array,
    cutoff_hz: float,
    step_s: float,
) -> ForceNoise:
    """Noise of generalised forces from that of the coordinates.

    White noise of density S through a filter of gain G has accelerations of variance S times the integral of
    (2 pi f)^4 G(f)^2 over frequency f.

    Parameters
    ----------
    mass_matrices : callable
        Of poses, (n, n_coordinates) to (n, n_coordinates, n_coordinates).
    values : ndarray, shape (n_frames, n_coordinates)
    root : list of int
        Places of the root's coordinates.
    spectrum : ndarray, shape (n_coordinates, n_coordinates)
    cutoff_hz, step_s : float
        Of the filter, and between frames.
    """
    frequency_hz = np.linspace(0.0, 0.5 / step_s, N_FREQUENCIES)
    passed = (2.0 * np.pi * frequency_hz) ** 4 * gain(frequency_hz, cutoff_hz, step_s) ** 2
    accelerations = spectrum * trapezoid(passed, frequency_hz)
    variances, covariances = [], []
    for begin in range(0, len(values), CHUNK):
        masses = mass_matrices(values[begin : begin + CHUNK])
        moved = masses @ accelerations
        variances.append(np.sum(moved * masses, axis=2))
        covariances.append(moved[:, root] @ np.swapaxes(masses[:, root], 1, 2))
    return ForceNoise(np.concatenate(variances), np.concatenate(covariances))
