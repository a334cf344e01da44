"""What noise of the joint angles does to forces: read above the cut-off, carried over to what the cut-off lets through.

Just above the cut-off there is little movement and as much noise as just below it. Its covariance over all coordinates
(noise of neighbouring joints belongs together, since the same markers cause it) is taken as a white spectrum. Two
derivatives and the mass matrix make of it the covariance of generalised forces.
"""

from __future__ import annotations

import numpy as np

from pipeline.motion.filtering import HIGHEST_CUTOFF, low_pass
from pipeline.trajectories import Array


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
    highest_hz = min(2.0 * cutoff_hz, 0.5 * HIGHEST_CUTOFF / float(np.median(np.diff(time_s))))
    if highest_hz <= 1.1 * cutoff_hz:
        return np.zeros((values.shape[1], values.shape[1]))
    above = low_pass(values, time_s, 0.999 * highest_hz) - low_pass(values, time_s, cutoff_hz)
    return np.cov(above, rowvar=False) / (highest_hz - cutoff_hz)


def force_noise(mass_matrices: Array, spectrum: Array, cutoff_hz: float) -> Array:
    """Covariance of generalised forces, shape (n_frames, n_coordinates, n_coordinates) [Nm^2, N^2].

    White noise of density S below a cut-off f has accelerations of variance S (2 pi)^4 f^5 / 5.

    Parameters
    ----------
    mass_matrices : ndarray, shape (n_frames, n_coordinates, n_coordinates)
    spectrum : ndarray, shape (n_coordinates, n_coordinates)
    cutoff_hz : float
    """
    accelerations = spectrum * (2.0 * np.pi) ** 4 * cutoff_hz**5 / 5.0
    return np.asarray(mass_matrices @ accelerations @ np.swapaxes(mass_matrices, 1, 2))
