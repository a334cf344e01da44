"""The stretch of the neutral trial in which the person stands most still: what the model is scaled on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ScalingError
from models.markers import MarkerTrajectories

# OpenCap scales on 0.1 s that move less than 3 to 15 mm (opencap-core, getScaleTimeRange, thresholds widened until
# something is found). 0.3 s, the length of its field study, averages over more frames: see docs/scaling.md.
WINDOW_S = 0.3
STILL_M = 0.005
# OpenCap's marker predictor is a recurrent network that starts from nothing: distances between markers of one body are
# 6 mm off at first and settle within a second (`benchmarks.measurement_scaling`; docs/scaling.md).
SETTLING_S = 1.0
# Beyond this nobody stands: the mean of a moving limb is a shorter limb (arc against chord), by more than the scale
# factors are good for.
MOVING_M = 0.03


@dataclass(frozen=True)
class StaticWindow:
    """The quietest stretch of a neutral trial.

    Attributes
    ----------
    markers : MarkerTrajectories
        The frames of the window; markers that are never seen in it are left out.
    motion_m : float
        Largest distance of any marker from its own mean in the window [m].
    worst_marker : str
        The marker that moved this far.
    notes : tuple of str
        Empty when the person stood still.
    """

    markers: MarkerTrajectories
    motion_m: float
    worst_marker: str
    notes: tuple[str, ...] = ()

    @property
    def mean(self) -> MarkerTrajectories:
        """The window averaged into one frame, at the time of its middle."""
        middle = np.array([self.markers.time_s.mean()])
        positions_m = np.nanmean(self.markers.positions_m, axis=0, keepdims=True)
        return MarkerTrajectories(self.markers.names, positions_m, middle)


def find_static_window(
    markers: MarkerTrajectories, *, length_s: float = WINDOW_S, settling_s: float = 0.0
) -> StaticWindow:
    """Find the window in which the markers move least (root mean square over markers, about their means).

    Parameters
    ----------
    markers : MarkerTrajectories
        The neutral trial; name only the markers that the model has.
    length_s : float
        Length of the window [s]; a shorter trial is used whole, which is noted.
    settling_s : float
        Time at the start that is left out [s] (`SETTLING_S` for predicted markers); less in a trial too short for
        it, which is noted.

    Raises
    ------
    ScalingError
        There is no marker, or the person never stands: the quietest window moves by more than 30 mm.
    """
    if markers.n_frames == 0 or not np.isfinite(markers.positions_m).all(axis=2).any():
        raise ScalingError(
            "The neutral trial holds no position of any marker of the model.",
            hint="Choose another neutral trial, or check the marker names.",
            stage="scaling",
        )
    notes = []
    # Zero steps: a single frame, whose rate is not known.
    n_steps = round(length_s * markers.rate_hz) if markers.n_frames > 1 else 0
    n_window = min(markers.n_frames, n_steps + 1)
    if n_steps == 0 or n_window <= n_steps:
        notes.append(f"The neutral trial is shorter than {length_s:g} s: all of it ({n_window} frames) was averaged.")
    last = markers.n_frames - n_window
    first = int(np.searchsorted(markers.time_s, markers.time_s[0] + settling_s - 1e-9))
    if first > last:
        notes.append(
            f"The neutral trial is short ({markers.duration_s:.2f} s): its markers may not have settled, which takes "
            f"up to {settling_s:g} s; the end was used."
        )
        first = last
    # A window in which a marker is missing sees less of the person: first the most complete, then the quietest.
    quietest = min(range(first, last + 1), key=lambda start: _restlessness(markers.frames(start, start + n_window)))
    window = markers.frames(quietest, quietest + n_window)
    window = window.select([name for name in window.names if np.isfinite(window.position_m(name)).all(axis=1).any()])
    distance_m = _distance_from_mean_m(window)
    motion_m = float(np.nanmax(distance_m))
    worst_marker = window.names[int(np.argmax(np.nanmax(distance_m, axis=0)))]
    where = f"{window.time_s[0]:.2f}-{window.time_s[-1]:.2f} s"
    if motion_m > MOVING_M:
        raise ScalingError(
            f"Nobody stands still in the neutral trial: in its quietest {length_s:g} s ({where}) {worst_marker} moves "
            f"{1e3 * motion_m:.0f} mm.",
            hint=f"Choose another neutral trial: at most {1e3 * MOVING_M:.0f} mm is accepted, "
            f"{1e3 * STILL_M:.0f} mm is good.",
            stage="scaling",
        )
    if motion_m > STILL_M:
        notes.append(
            f"No {length_s:g} s of the neutral trial are still to {1e3 * STILL_M:.0f} mm: its quietest ({where}) was "
            f"used, in which {worst_marker} moves {1e3 * motion_m:.1f} mm."
        )
    return StaticWindow(window, motion_m, worst_marker, tuple(notes))


def most_complete_frame(markers: MarkerTrajectories) -> MarkerTrajectories:
    """Return one frame in which the most markers are seen, the middle one of these; unseen markers are left out.

    For a movement that nobody stands still in: a mean over frames would shorten moving limbs, one frame does not.
    """
    seen = np.asarray(np.isfinite(markers.positions_m).all(axis=2))
    complete = np.flatnonzero(seen.sum(axis=1) == seen.sum(axis=1).max())
    frame = int(complete[len(complete) // 2])
    return markers.frames(frame, frame + 1).select(
        [name for name, ok in zip(markers.names, seen[frame], strict=True) if ok]
    )


def _restlessness(window: MarkerTrajectories) -> tuple[int, float]:
    """Number of marker positions not seen, then the root mean square distance from the means [m]."""
    missing = int(np.isnan(window.positions_m).any(axis=2).sum())
    return missing, float(np.sqrt(np.nanmean(_distance_from_mean_m(window) ** 2)))


def _distance_from_mean_m(window: MarkerTrajectories) -> NDArray[np.float64]:
    """Distance of each marker from its own mean, shape (n_frames, n_markers) [m]; NaN where not seen."""
    seen = np.isfinite(window.positions_m).all(axis=2, keepdims=True)
    total = np.where(seen, window.positions_m, 0.0).sum(axis=0)
    mean = total / np.maximum(seen.sum(axis=0), 1)
    return np.linalg.norm(np.where(seen, window.positions_m, np.nan) - mean, axis=2)
