"""Masks over frames and markers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.markers import MarkerTrajectories

Mask = NDArray[np.bool_]


def seen_frames(markers: MarkerTrajectories) -> Mask:
    """Where a marker is seen, shape (n_frames, n_markers)."""
    return np.logical_and.reduce(np.isfinite(markers.positions_m), axis=2)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Stretches of True in a mask, as (start, stop) with stop exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(int)))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
