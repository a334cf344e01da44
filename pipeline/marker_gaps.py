"""Filling gaps: short ones by a spline, longer ones from the other markers of the same segment, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from models.markers import MarkerTrajectories
from pipeline.marker_masks import runs, seen_frames
from pipeline.marker_names import segment_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Everyday movement has next to nothing above 6 Hz (Winter 2009), so 0.1 s is little more than half a period of the
# fastest of it: a cubic spline bridges that within a few millimetres (docs/markers.md has the figures).
LONGEST_SPLINE_S = 0.1
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
    by_spline, by_cluster : ndarray of bool, shape (n_frames, n_markers)
        Which values were filled, and how.
    """

    markers: MarkerTrajectories
    by_spline: Mask
    by_cluster: Mask


def fill_gaps(
    markers: MarkerTrajectories,
    *,
    longest_spline_s: float = LONGEST_SPLINE_S,
    longest_cluster_s: float = LONGEST_CLUSTER_S,
) -> FilledMarkers:
    """Fill gaps in every marker where that is safe; nothing is extrapolated at the ends of the recording.

    Parameters
    ----------
    markers : MarkerTrajectories
    longest_spline_s : float
        Gaps up to this long are bridged by a cubic spline through the marker's own positions [s].
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
    by_spline, by_cluster = np.zeros_like(seen), np.zeros_like(seen)
    for index, name in enumerate(markers.names):
        for start, stop in runs(~seen[:, index]):
            if start == 0 or stop == markers.n_frames:
                continue
            missing_s = (stop - start) / markers.rate_hz
            if missing_s <= longest_spline_s * (1 + 1e-9):
                by_spline[start:stop, index] = True
            elif missing_s <= longest_cluster_s * (1 + 1e-9):
                carried = _carry(markers, seen, name, start, stop)
                if carried is not None:
                    positions_m[start:stop, index] = carried
                    by_cluster[start:stop, index] = True
        known, wanted = seen[:, index], by_spline[:, index]
        if wanted.any():
            by_spline[:, index] = wanted = wanted & (known.sum() >= 4)
            positions_m[wanted, index] = _spline(markers.time_s, positions_m[:, index], known, wanted)
    return FilledMarkers(markers.with_positions(positions_m), by_spline, by_cluster)


def _spline(time_s: Array, positions_m: Array, known: Mask, wanted: Mask) -> Array:
    if not wanted.any():
        return np.empty((0, 3))
    return CubicSpline(time_s[known], positions_m[known])(time_s[wanted])


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
