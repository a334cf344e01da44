"""Exchanged labels: two markers that continue each other's path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.markers import MarkerTrajectories
from pipeline.preparation.names import find_marker, mirrored_pairs, segment_of
from pipeline.preparation.outliers import common_path_m

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# An exchange turns the line from one marker to the other around and leaves its middle where it was. The line may miss
# its expected opposite, and the middle its expected place, by this share of its length: half-way between what an
# exchange does (0) and what no fault (the line: 2) or the jump of one marker (the middle: 1) does.
_LINE_SHARE, _MIDDLE_SHARE = 0.6, 0.5
# A marker has taken the place of an unseen one when it is this far from its own expected place and this near to that
# one's, in shares of their distance.
_VISITOR_OWN, _VISITOR_PARTNER = 0.6, 0.3
# Closer than this two markers cannot be told apart by where they move (jitter of single markers: 1-3 mm).
_SMALLEST_DISTANCE_M = 0.02
# Beyond this many exchanges in one recording the labels are not exchanged but meaningless; nothing is undone.
_MOST_EVENTS = 40
# Missing frames across which a path can still be continued by its speed.
_LONGEST_GAP_FRAMES = 3
# Both knees and both ankles on the wrong side of each other by this much: no step does that (crossing steps and
# crossed ankles leave the knees uncrossed, or at most level).
_CROSSED_M = 0.03


@dataclass(frozen=True)
class LabelSwap:
    """Two markers that carried each other's name for some frames, now put right."""

    first: str
    second: str
    frames: Mask


def undo_swaps(markers: MarkerTrajectories) -> tuple[MarkerTrajectories, tuple[LabelSwap, ...]]:
    """Give exchanged labels back.

    Every marker's next position is predicted from its speed. Where the line between two markers turns around against
    the prediction while its middle goes on, they are exchanged from there on, up to where the same happens again.
    Turning, crossing legs and fast movement change prediction and path alike, so they do not count. Of the two
    stretches that a single exchange divides, the shorter is taken as the wrong one. A marker that lands where its
    unseen partner should be has taken over the partner's name for that frame.

    Candidates are left-right partners and markers of one segment: these are what trackers confuse.

    Returns
    -------
    tuple of MarkerTrajectories and tuple of LabelSwap
    """
    pairs = _candidate_pairs(markers.names)
    relative_m = markers.positions_m - common_path_m(markers)[:, None]
    exchanged = np.zeros((len(pairs), markers.n_frames), dtype=bool)
    n_events = 0
    for frame in _suspicious_frames(relative_m):
        for number in _exchanged_here(relative_m, frame, pairs):
            n_events += 1
            _exchange(relative_m, slice(frame, None), *pairs[number])
            exchanged[number, frame:] ^= True
        for number in _taken_over_here(relative_m, frame, pairs):
            n_events += 1
            _exchange(relative_m, slice(frame, frame + 1), *pairs[number])
            exchanged[number, frame] ^= True
        if n_events > _MOST_EVENTS:
            return markers, ()
    positions_m = markers.positions_m.copy()
    swaps = []
    for (one, other), frames in zip(pairs, exchanged, strict=True):
        if not frames.any():
            continue
        wrong = ~frames if frames.mean() > 0.5 else frames
        _exchange(positions_m, wrong, one, other)
        swaps.append(LabelSwap(markers.names[one], markers.names[other], wrong))
    return markers.with_positions(positions_m), tuple(swaps)


def crossed_legs(markers: MarkerTrajectories) -> Mask:
    """Frames in which both knees and both ankles are on the wrong side of each other, seen from the pelvis."""
    crossed = np.ones(markers.n_frames, dtype=bool)
    hips = [find_marker(markers.names, side, "hjc", "asis") for side in ("r", "l")]
    if None in hips:
        return ~crossed
    to_right = _level(markers, hips[0], hips[1])
    limit = -_CROSSED_M * np.linalg.norm(to_right, axis=1)
    for kind in ("knee", "ankle"):
        right, left = (find_marker(markers.names, side, kind) for side in ("r", "l"))
        if right is None or left is None:
            return np.zeros_like(crossed)
        crossed &= np.sum(_level(markers, right, left) * to_right, axis=1) < limit
    return crossed


def is_mirrored(markers: MarkerTrajectories) -> bool:
    """Whether right and left are exchanged throughout: the toes then point backwards as seen from the hips."""
    ahead = []
    hips = [find_marker(markers.names, side, "hjc", "asis") for side in ("r", "l")]
    if None in hips:
        return False
    to_right = _level(markers, hips[0], hips[1])
    # Up x right = forward in a right-handed frame with Y up: (0, 1, 0) x (x, 0, z) = (z, 0, -x).
    forward = np.stack((to_right[:, 2], np.zeros(len(to_right)), -to_right[:, 0]), axis=1)
    for front, back in (("toe", "calc"), ("asis", "psis")):
        for side in ("r", "l"):
            tip, heel = find_marker(markers.names, side, front), find_marker(markers.names, side, back)
            if tip is not None and heel is not None:
                ahead_m2 = np.sum(_level(markers, tip, heel) * forward, axis=1)
                if np.isfinite(ahead_m2).any():  # the two may never be seen in the same frame
                    ahead.append(np.nanmedian(ahead_m2))
    return bool(ahead) and max(ahead) < 0


def _level(markers: MarkerTrajectories, tip: str | None, base: str | None) -> Array:
    if tip is None or base is None:
        raise ValueError("both markers are needed")
    return (markers.position_m(tip) - markers.position_m(base)) * np.array([1.0, 0.0, 1.0])


def _candidate_pairs(names: tuple[str, ...]) -> NDArray[np.int_]:
    pairs = {(names.index(one), names.index(other)) for one, other in mirrored_pairs(names)}
    segments = [segment_of(name) for name in names]
    for one, segment in enumerate(segments):
        for other in range(one + 1, len(names)):
            if segment is not None and segment == segments[other]:
                pairs.add((one, other))
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    return np.array(ordered, dtype=int).reshape(-1, 2)


def _suspicious_frames(relative_m: Array) -> list[int]:
    """Frames in which any marker leaves its path by what an exchange of close markers would take, and the next."""
    steps = np.diff(relative_m, axis=0)
    change = np.linalg.norm(np.diff(steps, axis=0), axis=2)
    away = np.nan_to_num(change).max(axis=1) > _SMALLEST_DISTANCE_M
    unseen = ~np.logical_and.reduce(np.isfinite(relative_m), axis=2)
    # Where a marker has just gone, another may have its name; where it comes back, it may have another's.
    changing = np.flatnonzero((unseen[:-1] != unseen[1:]).any(axis=1)) + 1
    frames = set((np.flatnonzero(away) + 2).tolist())
    frames.update(int(frame) for start in changing for frame in range(start, start + _LONGEST_GAP_FRAMES + 1))
    return sorted(frame for frame in frames if frame < len(relative_m))


def _exchanged_here(relative_m: Array, frame: int, pairs: NDArray[np.int_]) -> list[int]:
    """Which pairs exchange their paths between the frame before and this one; every marker at most once."""
    now, expected = relative_m[frame], _expected(relative_m, frame)
    one, other = pairs.T
    line_m, expected_line_m = now[one] - now[other], expected[one] - expected[other]
    distance_m = np.linalg.norm(expected_line_m, axis=1)
    line_error_m = np.linalg.norm(line_m + expected_line_m, axis=1)
    middle_error_m = np.linalg.norm(now[one] + now[other] - expected[one] - expected[other], axis=1) / 2
    # Comparisons with NaN (not seen, nothing to expect) are false.
    hits = (
        (distance_m >= _SMALLEST_DISTANCE_M)
        & (line_error_m < _LINE_SHARE * distance_m)
        & (middle_error_m < _MIDDLE_SHARE * distance_m)
    )
    taken: set[int] = set()
    chosen = []
    for number in np.flatnonzero(hits)[np.argsort(line_error_m[hits] / distance_m[hits])]:
        if taken.isdisjoint(pairs[number].tolist()):
            taken.update(pairs[number].tolist())
            chosen.append(int(number))
    return chosen


def _taken_over_here(relative_m: Array, frame: int, pairs: NDArray[np.int_]) -> list[int]:
    """Which pairs have one marker unseen and the other in its place."""
    now = relative_m[frame]
    unseen = ~np.isfinite(now).all(axis=1)
    if not unseen.any():
        return []
    expected = _expected(relative_m, frame)
    # Both ways round, pair by pair: who may be the visitor of whom.
    visitor, absent = np.stack([pairs, pairs[:, ::-1]], axis=1).reshape(-1, 2).T
    own_m, partners_m, distance_m = (
        np.linalg.norm(step, axis=1)
        for step in (
            now[visitor] - expected[visitor],
            now[visitor] - expected[absent],
            expected[visitor] - expected[absent],
        )
    )
    # Comparisons with NaN (not seen, nothing to expect) are false.
    hits = (
        unseen[absent]
        & (distance_m >= _SMALLEST_DISTANCE_M)
        & (own_m > _VISITOR_OWN * distance_m)
        & (partners_m < _VISITOR_PARTNER * distance_m)
    )
    taken: set[int] = set()
    chosen = []
    for hit in np.flatnonzero(hits).tolist():
        both = (int(visitor[hit]), int(absent[hit]))
        if taken.isdisjoint(both):
            taken.update(both)
            chosen.append(hit // 2)
    return chosen


def _expected(relative_m: Array, frame: int) -> Array:
    """Where every marker should be by its speed, or by its last position where no speed is known; else NaN."""
    path = relative_m[max(0, frame - 2 - _LONGEST_GAP_FRAMES) : frame]
    known = np.logical_and.reduce(np.isfinite(path), axis=2)
    since = np.argmax(known[::-1], axis=0)
    last = len(path) - 1 - since
    marker = np.arange(path.shape[1])
    before = np.maximum(last - 1, 0)
    speed = np.where((known[before, marker] & (last > 0))[:, None], path[last, marker] - path[before, marker], 0.0)
    expected = path[last, marker] + speed * (since + 1)[:, None]
    expected[~known.any(axis=0) | (since > _LONGEST_GAP_FRAMES)] = np.nan
    return expected


def _exchange(positions_m: Array, frames: slice | Mask, one: int, other: int) -> None:
    kept = positions_m[frames, one].copy()
    positions_m[frames, one] = positions_m[frames, other]
    positions_m[frames, other] = kept
