"""Zero-lag low-pass filter and derivatives of recorded signals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, make_interp_spline
from scipy.signal import butter, sosfiltfilt

Array = NDArray[np.float64]

# Second order forwards and backwards: the usual fourth-order zero-lag filter of gait laboratories.
ORDER = 2
# A filter run twice halves the power below the nominal cut-off; raising the single-pass cut-off by this factor puts the
# half-power point of both passes together at the cut-off asked for (Robertson & Dowling 2003, J Electromyogr Kinesiol).
TWO_PASS_FACTOR = (2.0**0.5 - 1.0) ** (-1.0 / (2 * ORDER))
PADDING_S = 1.0
# Share of the Nyquist frequency from which a low-pass has nothing left to remove.
HIGHEST_CUTOFF = 0.8
# Steps that differ by more than this share of the median step make a recording unevenly sampled.
UNEVEN_STEP = 0.02


def low_pass(values: Array, time_s: Array, cutoff_hz: float) -> Array:
    """Zero-lag Butterworth low-pass, fourth order in effect, with a second of reflected padding at either end.

    Uneven sampling (dropped frames) is bridged by a cubic spline before filtering and undone afterwards.

    Parameters
    ----------
    values : ndarray, shape (n_frames, ...)
        NaN-free.
    time_s : ndarray, shape (n_frames,)
    cutoff_hz : float
        Half-power frequency of the filter as applied [Hz]. At or above `HIGHEST_CUTOFF` of the
        Nyquist frequency the values come back unchanged.

    Returns
    -------
    ndarray, shape of ``values``
    """
    steps = np.diff(time_s)
    step_s = float(np.median(steps))
    if 2.0 * cutoff_hz * step_s >= HIGHEST_CUTOFF:
        return values.copy()
    # The digital filter bends the frequency axis by a tangent: the factor belongs on the bent axis.
    single_pass = 2.0 / np.pi * np.arctan(TWO_PASS_FACTOR * np.tan(np.pi * cutoff_hz * step_s))
    uneven = bool(np.any(np.abs(steps - step_s) > UNEVEN_STEP * step_s))
    grid_s = np.arange(time_s[0], time_s[-1] + 0.5 * step_s, step_s) if uneven else time_s
    even = CubicSpline(time_s, values, axis=0)(grid_s) if uneven else values
    padding = min(int(np.ceil(PADDING_S / step_s)), len(grid_s) - 1)
    smooth = sosfiltfilt(_sections(round(single_pass, 12)), even, axis=0, padtype="odd", padlen=padding)
    return CubicSpline(grid_s, smooth, axis=0)(time_s) if uneven else smooth


@lru_cache(maxsize=64)
def _sections(cutoff: float) -> Array:
    """Second-order sections of the filter, by its cut-off as a share of the Nyquist frequency.

    Designing takes as long as filtering. Clocks of trials differ by rounding: twelve decimals make them one.
    """
    return np.asarray(butter(ORDER, cutoff, output="sos"))


def gain(frequency_hz: Array, cutoff_hz: float, step_s: float) -> Array:
    """Share of each frequency that `low_pass` lets through, both passes together; shape of ``frequency_hz``.

    Below half the sampling frequency; ``cutoff_hz`` below `HIGHEST_CUTOFF` of that.
    """
    bent = np.tan(np.pi * np.minimum(frequency_hz * step_s, 0.5 - 1e-9))
    return np.asarray(1.0 / (1.0 + (bent / (TWO_PASS_FACTOR * np.tan(np.pi * cutoff_hz * step_s))) ** (2 * ORDER)))


def derivatives(values: Array, time_s: Array) -> tuple[Array, Array]:
    """First and second derivative from the natural quintic spline through the values, as OpenSim's tools take them.

    Parameters
    ----------
    values : ndarray, shape (n_frames, n)
    time_s : ndarray, shape (n_frames,)
        At least six frames.

    Returns
    -------
    tuple of ndarray, each shape (n_frames, n)
    """
    flat_end = [(3, np.zeros(values.shape[1:])), (4, np.zeros(values.shape[1:]))]
    spline = make_interp_spline(time_s, values, k=5, bc_type=(flat_end, flat_end), axis=0)
    return spline(time_s, 1), spline(time_s, 2)
