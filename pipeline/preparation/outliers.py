"""Markers that jump away: compared with their own path around the moment, and with the rest of the body."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from models.markers import MarkerTrajectories
from pipeline.preparation.masks import runs, seen_frames
from pipeline.preparation.names import segment_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Window:
    """Half width of a running median [s] and how far from it a marker may be [m]."""

    half_s: float
    limit_m: float


# A running median of half width h leaves a true movement of acceleration a off by a h^2 / 8. Feet reach 60 m/s^2 at
# push-off: 19 mm for 0.05 s, 75 mm for 0.1 s. The limits leave twice that for noise (2-3 mm in clean OpenCap
# recordings, most of it common to all markers) and catch bursts of up to 0.05 and 0.1 s.
_WINDOWS = (_Window(0.05, 0.04), _Window(0.1, 0.15))
# The same for the body as a whole, after whose jump nothing remains to compare with.
_BODY_WINDOW = _Window(0.05, 0.05)
# Flagged frames closer together than this are one event: between its ends a burst may look smooth.
_SAME_EVENT_S = 0.15
# The smoothing of video makes the frames beside a jump wrong as well.
_MARGIN_FRAMES = 1
# Within a segment clean markers change their distances by up to 40 mm (knee markers in video squats; optical 40 mm),
# those of poor video by 80 mm. Half of the segment's other markers must agree that a marker is away by more.
_MATES_LIMIT_M = 0.1
_FEWEST_MATES = 2
# No marker of an adult is further from the middle of the body (clean recordings: 1.2 m at most).
_REACH_M = 1.6
# Markers seen in fewer frames than this share do not describe how the body moves.
_MOSTLY_SEEN = 0.5


def find_outliers(markers: MarkerTrajectories) -> Mask:
    """Frames in which a marker is far from where its own path and the body's movement put it.

    Movement that all markers share (the camera's jitter, a jump) is taken out first, by the median over markers, so
    that only what one marker does alone counts. Bursts too long for a running median are found by the distances to the
    other markers of the segment.

    Parameters
    ----------
    markers : MarkerTrajectories

    Returns
    -------
    ndarray of bool, shape (n_frames, n_markers)
        Never true where the marker is not seen.
    """
    seen = seen_frames(markers)
    relative_m = _bridged(markers) - common_path_m(markers)[:, None]
    outliers = np.zeros_like(seen)
    for window in _WINDOWS:
        outliers |= _departure_m(relative_m, window, markers.rate_hz) > window.limit_m
    outliers |= np.linalg.norm(relative_m, axis=2) > _REACH_M
    outliers |= _away_from_mates(markers)
    return _joined(outliers & seen, markers.rate_hz) & seen


def find_body_jumps(markers: MarkerTrajectories) -> Mask:
    """Frames in which the whole body is displaced for less than 0.05 s, shape (n_frames,)."""
    path_m = common_path_m(markers)[:, None]
    jumps = _departure_m(path_m, _BODY_WINDOW, markers.rate_hz) > _BODY_WINDOW.limit_m
    return _joined(jumps, markers.rate_hz)[:, 0]


def common_path_m(markers: MarkerTrajectories) -> Array:
    """Path of the body as a whole, shape (n_frames, 3): median over the markers that are seen most of the time."""
    share = seen_frames(markers).mean(axis=0)
    steady = share >= min(_MOSTLY_SEEN, share.max())
    return np.median(_bridged(markers)[:, steady], axis=1)


def _away_from_mates(markers: MarkerTrajectories) -> Mask:
    """Where at least half of the other markers of the segment are not at their usual distance."""
    away = np.zeros(markers.positions_m.shape[:2], dtype=bool)
    segments = [segment_of(name) for name in markers.names]
    for index, segment in enumerate(segments):
        mates = [other for other, its in enumerate(segments) if other != index and its == segment]
        if segment is None or len(mates) < _FEWEST_MATES:
            continue
        distance_m = np.linalg.norm(markers.positions_m[:, mates] - markers.positions_m[:, [index]], axis=2)
        usual_m = [
            np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else 0 for column in distance_m.T
        ]
        # The lower median, so that of three markers only the one that moved is blamed; NaN sort last, are not greater.
        change_m = np.sort(np.abs(distance_m - usual_m), axis=1)[:, (len(mates) - 1) // 2]
        away[:, index] = change_m > _MATES_LIMIT_M
    return away


def _bridged(markers: MarkerTrajectories) -> Array:
    """Positions with straight lines over gaps, so that a median over markers does not jump where one comes back."""
    positions_m = markers.positions_m.copy()
    for index in range(len(markers.names)):
        seen = np.isfinite(positions_m[:, index]).all(axis=1)
        if seen.any() and not seen.all():
            for axis in range(3):
                positions_m[~seen, index, axis] = np.interp(
                    markers.time_s[~seen], markers.time_s[seen], positions_m[seen, index, axis]
                )
    return np.nan_to_num(positions_m)


def _departure_m(paths_m: Array, window: _Window, rate_hz: float) -> Array:
    """Distance of every path from its running median, shape (n_frames, n_paths)."""
    half = max(2, round(window.half_s * rate_hz))
    half = min(half, len(paths_m) - 1)
    if half < 1:
        return np.zeros(paths_m.shape[:2])
    # Point reflection at the ends continues a movement, where repeating the last frame would stop it.
    before = 2 * paths_m[0] - paths_m[half:0:-1]
    after = 2 * paths_m[-1] - paths_m[-2 : -half - 2 : -1]
    padded = np.concatenate((before, paths_m, after))
    smooth = median_filter(padded, size=(2 * half + 1, 1, 1))[half : half + len(paths_m)]
    return np.linalg.norm(paths_m - smooth, axis=2)


def _joined(flags: Mask, rate_hz: float) -> Mask:
    """Join events that are close together and take the frames beside them along."""
    joined = flags.copy()
    longest = round(_SAME_EVENT_S * rate_hz)
    for index in range(flags.shape[1]):
        events = runs(flags[:, index])
        for (_, stop), (start, _) in pairwise(events):
            if start - stop <= longest:
                joined[stop:start, index] = True
        for start, stop in runs(joined[:, index]):
            joined[max(0, start - _MARGIN_FRAMES) : stop + _MARGIN_FRAMES, index] = True
    return joined
