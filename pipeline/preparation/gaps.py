"""Filling gaps: short ones from the marker's own path, longer ones from its segment, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from models.markers import MarkerTrajectories
from pipeline.preparation.masks import runs, seen_frames
from pipeline.preparation.names import segment_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Everyday movement has next to nothing above 6 Hz (Winter 2009), so 0.1 s is little more than half a period of the
# fastest of it.
LONGEST_FIT_S = 0.1
# A smooth path is bridged by the cubic spline through it. Through a path that jitters from frame to frame (video of
# movements that OpenCap does not low-pass: 1.2-1.4 mm) a spline would hand the jitter on and err by 16-25 mm; a
# polynomial of fourth degree fitted to 0.1 s on either side errs by 8-11 mm. Where feet turn sharply (smooth optical
# and gait recordings: up to 0.12 mm of jitter) the spline is better, 8-12 mm against 13-14.
_JITTER_M = 0.0005
_FIT_SIDE_S = 0.1
_FIT_DEGREE = 4
_FEWEST_ON_A_SIDE = 2
# A rigid neighbourhood can carry a marker further, as long as it stays rigid; half a second is a swing phase.
LONGEST_CLUSTER_S = 0.5
# How much a neighbourhood may deform (root mean square) while it carries a marker. Skin moves over bone by about a
# centimetre (Leardini et al. 2005, Gait & Posture 21:212).
CLUSTER_RMS_M = 0.01
# Three markers define a pose only if they are not on one line: their second principal extent [m].
_SMALLEST_EXTENT_M = 0.015


@dataclass(frozen=True)
class FilledMarkers:
    """Markers after gap filling.

    Attributes
    ----------
    markers : MarkerTrajectories
    by_fit, by_cluster : ndarray of bool, shape (n_frames, n_markers)
        Which values were filled, and how.
    """

    markers: MarkerTrajectories
    by_fit: Mask
    by_cluster: Mask


def fill_gaps(
    markers: MarkerTrajectories,
    *,
    longest_fit_s: float = LONGEST_FIT_S,
    longest_cluster_s: float = LONGEST_CLUSTER_S,
) -> FilledMarkers:
    """Fill gaps in every marker where that is safe; nothing is extrapolated at the ends of the recording.

    Parameters
    ----------
    markers : MarkerTrajectories
    longest_fit_s : float
        Gaps up to this long are bridged from the marker's own path on either side [s].
    longest_cluster_s : float
        Longer gaps, up to this, are filled from at least three other markers of the same segment, if these keep
        their shape within 1 cm [s]. The marker is carried from the frame before and from the frame after the gap, and
        both are blended, so that it meets its measured positions at either end.

    Returns
    -------
    FilledMarkers
    """
    seen = seen_frames(markers)
    positions_m = markers.positions_m.copy()
    by_fit, by_cluster = np.zeros_like(seen), np.zeros_like(seen)
    for index, name in enumerate(markers.names):
        for start, stop in runs(~seen[:, index]):
            if start == 0 or stop == markers.n_frames:
                continue
            missing_s = (stop - start) / markers.rate_hz
            fitted = None
            if missing_s <= longest_fit_s * (1 + 1e-9):
                fitted = _fit(markers.time_s, markers.positions_m[:, index], seen[:, index], start, stop)
            carried = None
            if fitted is None and missing_s <= longest_cluster_s * (1 + 1e-9):
                carried = _carry(markers, seen, name, start, stop)
            if fitted is not None:
                positions_m[start:stop, index] = fitted
                by_fit[start:stop, index] = True
            elif carried is not None:
                positions_m[start:stop, index] = carried
                by_cluster[start:stop, index] = True
    return FilledMarkers(markers.with_positions(positions_m), by_fit, by_cluster)


def _fit(time_s: Array, path_m: Array, known: Mask, start: int, stop: int) -> Array | None:
    """Positions in a gap from the marker's own path on either side; None where there is too little of it."""
    margin_s = _FIT_SIDE_S + 1e-9
    near = known & (time_s >= time_s[start] - margin_s) & (time_s <= time_s[stop - 1] + margin_s)
    if near[:start].sum() < _FEWEST_ON_A_SIDE or near[stop:].sum() < _FEWEST_ON_A_SIDE:
        return None
    if _jitter_m(path_m[known]) < _JITTER_M:
        return CubicSpline(time_s[known], path_m[known])(time_s[start:stop])
    middle_s = time_s[start:stop].mean()
    degree = min(_FIT_DEGREE, int(near.sum()) - 1)
    coefficients = np.polynomial.polynomial.polyfit(time_s[near] - middle_s, path_m[near], degree)
    return np.polynomial.polynomial.polyval(time_s[start:stop] - middle_s, coefficients).T


def _jitter_m(path_m: Array) -> float:
    """Standard deviation of what changes from frame to frame, per axis [m]: from fourth differences, median over all.

    White noise of standard deviation s has fourth differences of sqrt(70) s; movement hardly any.
    """
    if len(path_m) < _FIT_DEGREE + 1:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(path_m, 4, axis=0))) / np.sqrt(70))


def _carry(markers: MarkerTrajectories, seen: Mask, name: str, start: int, stop: int) -> Array | None:
    """Positions in the gap from the marker's segment, shape (stop - start, 3); None where that is not safe."""
    segment = segment_of(name)
    frames = slice(start - 1, stop + 1)
    mates = [
        index
        for index, other in enumerate(markers.names)
        if segment is not None and other != name and segment_of(other) == segment and seen[frames, index].all()
    ]
    if len(mates) < 3:
        return None
    cluster = markers.positions_m[frames][:, mates]
    own = markers.positions_m[frames, markers.names.index(name)]
    forwards = _follow(cluster, own, 0)
    backwards = _follow(cluster, own, -1)
    if forwards is None or backwards is None:
        return None
    share = np.linspace(0.0, 1.0, len(own))[:, None]
    return ((1 - share) * forwards + share * backwards)[1:-1]


def _follow(cluster: Array, own: Array, reference: int) -> Array | None:
    """Move a point with a cluster that is rigid since a reference frame; None where the cluster is thin or deforms."""
    centre = cluster[reference].mean(axis=0)
    shape = cluster[reference] - centre
    if np.linalg.svd(shape, compute_uv=False)[1] < _SMALLEST_EXTENT_M:
        return None
    path = np.empty((len(cluster), 3))
    for frame, points in enumerate(cluster):
        moved = points - points.mean(axis=0)
        turn, _ = Rotation.align_vectors(moved, shape)
        if np.sqrt(np.mean(np.sum((moved - turn.apply(shape)) ** 2, axis=1))) > CLUSTER_RMS_M:
            return None
        path[frame] = points.mean(axis=0) + turn.apply(own[reference] - centre)
    return path
