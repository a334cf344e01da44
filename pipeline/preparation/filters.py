"""Smoothing of marker trajectories, without delay and without crossing gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.motion.filtering import low_pass
from pipeline.preparation.masks import runs, seen_frames

Array = NDArray[np.float64]

# Fewer frames than this hold nothing that a low-pass filter could tell from noise.
_SHORTEST_STRETCH = 6
# Above this share of half the frame rate there is no noise left to remove; a cut-off there is a slip.
_HIGHEST_CUTOFF = 0.8


@dataclass(frozen=True)
class FilterSpec:
    """One smoothing filter: a Butterworth cut-off [Hz] or the width of a moving mean [frames, odd]."""

    kind: Literal["butterworth", "moving-mean"]
    value: float


def parse_filter(text: str | None) -> FilterSpec | None:
    """Read ``"butterworth:6"`` (Hz), ``"moving-mean:5"`` (frames) or ``"none"``.

    Raises
    ------
    ValueError
        The text is none of these, a cut-off is not positive, or a width is not an odd number of at least 3.
    """
    if text is None or text == "none":
        return None
    kind, _, number = text.partition(":")
    accepted = 'accepted: "none", "butterworth:6" (cut-off in Hz), "moving-mean:5" (odd number of frames)'
    try:
        value = float(number)
    except ValueError:
        raise ValueError(f"filter {text!r} is not known; {accepted}") from None
    if kind == "butterworth" and 0 < value < np.inf:
        return FilterSpec("butterworth", value)
    if kind == "moving-mean" and value >= 3 and value % 2 == 1:
        return FilterSpec("moving-mean", value)
    raise ValueError(f"filter {text!r} is not accepted; {accepted}")


def apply_filter(markers: MarkerTrajectories, spec: str | None) -> MarkerTrajectories:
    """Smooth every marker; each stretch between gaps on its own, so that nothing leaks across a gap.

    Parameters
    ----------
    markers : MarkerTrajectories
    spec : str or None
        As `parse_filter` reads it; for the Butterworth see `pipeline.motion.filtering.low_pass`.

    Returns
    -------
    MarkerTrajectories
        NaN exactly where the input is NaN. Stretches too short for the filter are left as they are.

    Raises
    ------
    MarkerDataError
        The cut-off is too high for the frame rate, or the specification cannot be read.
    """
    try:
        parsed = parse_filter(spec)
    except ValueError as error:
        raise MarkerDataError(f"The marker {error}.", hint="Change the filter entry of the session.") from None
    if parsed is None or markers.n_frames < 2:
        return markers
    if parsed.kind == "butterworth" and parsed.value >= _HIGHEST_CUTOFF * markers.rate_hz / 2:
        raise MarkerDataError(
            f"A cut-off of {parsed.value:g} Hz is too high for {markers.rate_hz:.4g} frames per second.",
            hint=f"Choose one below {_HIGHEST_CUTOFF * markers.rate_hz / 2:.3g} Hz, or no filter.",
        )
    positions_m = markers.positions_m.copy()
    seen = seen_frames(markers)
    for index in range(len(markers.names)):
        for start, stop in runs(seen[:, index]):
            positions_m[start:stop, index] = _smooth(positions_m[start:stop, index], markers.time_s[start:stop], parsed)
    return markers.with_positions(positions_m)


def _smooth(stretch: Array, time_s: Array, spec: FilterSpec) -> Array:
    if spec.kind == "butterworth":
        return low_pass(stretch, time_s, spec.value) if len(stretch) >= _SHORTEST_STRETCH else stretch
    width = int(spec.value)
    return uniform_filter1d(stretch, width, axis=0, mode="nearest") if len(stretch) >= width else stretch
