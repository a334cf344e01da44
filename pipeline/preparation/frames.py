"""Frames that are missing, repeated or empty, and markers that stand still while the body moves on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.preparation.gaps import LONGEST_FIT_S
from pipeline.preparation.masks import runs, seen_frames
from pipeline.preparation.names import segment_of

Mask = NDArray[np.bool_]

# A step of time longer than this many usual ones has lost a frame; rounded time stamps stay well below.
_LOST_STEP = 1.5
# Measured markers never repeat a position exactly for this long; held values do.
_FROZEN_S = 0.2
# Nor do they keep it while a marker of the same segment comes this much nearer or goes away (a planted foot of a
# noise-free simulation stands still too, but as a whole).
_FROZEN_AGAINST_MATES_M = 0.03


@dataclass(frozen=True)
class Interruption:
    """A stretch of time without frames, too long to bridge."""

    from_s: float
    to_s: float


def trim_empty_frames(markers: MarkerTrajectories) -> tuple[MarkerTrajectories, int]:
    """Cut frames without any marker off both ends; return how many were cut.

    Raises
    ------
    MarkerDataError
        No frame holds a marker.
    """
    seen = np.flatnonzero(seen_frames(markers).any(axis=1))
    if not seen.size:
        raise MarkerDataError(
            "No marker is seen in any frame of the recording.", hint="Export or record the trial again."
        )
    kept = markers.frames(int(seen[0]), int(seen[-1]) + 1)
    return kept, markers.n_frames - kept.n_frames


def repeated_frames(markers: MarkerTrajectories) -> Mask:
    """Frames in which all markers are exactly where they were in the frame before.

    A recording in which nothing ever changes is one pose written many times (labs do that with static trials): no
    frame of it counts.
    """
    same = np.zeros(markers.n_frames, dtype=bool)
    before, after = markers.positions_m[:-1], markers.positions_m[1:]
    same[1:] = ((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=(1, 2))
    same &= np.logical_or.reduce(seen_frames(markers), axis=1)
    return np.zeros_like(same) if same[1:].all() else same


def insert_dropped_frames(markers: MarkerTrajectories) -> tuple[MarkerTrajectories, Mask, tuple[Interruption, ...]]:
    """Put empty frames where the time says that frames were lost, as long as such a gap can be filled.

    Returns
    -------
    tuple of MarkerTrajectories, ndarray of bool, tuple of Interruption
        The recording, which of its frames are new, and the gaps that are too long and stay.
    """
    steps = np.diff(markers.time_s)
    usual = float(np.median(steps))
    times, new, interruptions = [markers.time_s[:1]], [np.zeros(1, dtype=bool)], []
    for before, step in zip(markers.time_s, steps, strict=False):
        lost = round(step / usual) - 1 if step > _LOST_STEP * usual else 0
        if lost * usual > LONGEST_FIT_S * (1 + 1e-6):
            interruptions.append(Interruption(float(before), float(before + step)))
            lost = 0
        times.append(before + step * np.arange(1, lost + 2) / (lost + 1))
        new.append(np.arange(lost + 1) < lost)
    is_new = np.concatenate(new)
    if not is_new.any():
        return markers, is_new, tuple(interruptions)
    positions_m = np.full((len(is_new), len(markers.names), 3), np.nan)
    positions_m[~is_new] = markers.positions_m
    return MarkerTrajectories(markers.names, positions_m, np.concatenate(times)), is_new, tuple(interruptions)


def frozen_frames(markers: MarkerTrajectories) -> Mask:
    """Frames in which a marker is held at one place while its segment moves on, shape (n_frames, n_markers)."""
    frozen = np.zeros(markers.positions_m.shape[:2], dtype=bool)
    same = np.zeros_like(frozen)
    same[1:] = (markers.positions_m[1:] == markers.positions_m[:-1]).all(axis=2)
    shortest = max(2, round(_FROZEN_S * markers.rate_hz))
    segments = [segment_of(name) for name in markers.names]
    for index, segment in enumerate(segments):
        mates = [
            other
            for other, of_other in enumerate(segments)
            if other != index and segment is not None and of_other == segment
        ]
        for start, stop in runs(same[:, index]):
            if stop - start < shortest or not mates:
                continue
            stretch = markers.positions_m[start - 1 : stop]
            distance_m = np.linalg.norm(stretch[:, mates] - stretch[:, [index]], axis=2)
            # fmax and fmin pass over frames in which a mate is not seen.
            change_m = np.fmax.reduce(distance_m) - np.fmin.reduce(distance_m)
            if np.fmax.reduce(change_m) > _FROZEN_AGAINST_MATES_M:
                # The first frame of the run was still measured.
                frozen[start:stop, index] = True
    return frozen
