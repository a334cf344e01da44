"""Raw markers in, usable markers out: faults of video and optical capture found, repaired where safe, and reported.

What a motion-capture operator does by hand (fill gaps, relabel, delete ghosts, smooth) in a fixed order, with every
step recorded. Thresholds and their reasons: docs/markers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.markers import MarkerTrajectories
from pipeline.preparation import anatomy
from pipeline.preparation import frames as frame_faults
from pipeline.preparation.filters import apply_filter, parse_filter
from pipeline.preparation.findings import FindingAction, FindingKind, MarkerFinding
from pipeline.preparation.gaps import LONGEST_FIT_S, FilledMarkers, fill_gaps
from pipeline.preparation.judgement import judge_markers
from pipeline.preparation.masks import runs, seen_frames
from pipeline.preparation.names import SIDE_WORDS
from pipeline.preparation.outliers import find_body_jumps, find_outliers
from pipeline.preparation.swaps import crossed_legs, is_mirrored, undo_swaps
from pipeline.quality import Quality

Mask = NDArray[np.bool_]

# Faults of time need a little of it.
_SHORTEST_RECORDING = 8
_OUTLIER_ROUNDS = 3
# The floor of a recording is said to float when it is further than this from zero: twice what differing shoes and
# marker sizes make of it.
FLOATING_FLOOR_M = 0.05


@dataclass(frozen=True)
class PreparedMarkers:
    """Markers ready for scaling and inverse kinematics.

    Attributes
    ----------
    markers : MarkerTrajectories
        NaN where a marker is not seen or was not to be believed and could not be repaired. May have fewer frames
        than the input (empty ends are cut off) or more (short losses are filled); time tells.
    findings : tuple of MarkerFinding
    quality : Quality
        What the findings mean for everything computed from these markers.
    """

    markers: MarkerTrajectories
    findings: tuple[MarkerFinding, ...]
    quality: Quality


def prepare_markers(markers: MarkerTrajectories, *, filter_spec: str | None = None) -> PreparedMarkers:
    """Find and repair what is wrong with the markers of one recording.

    Parameters
    ----------
    markers : MarkerTrajectories
        Model names, ground frame.
    filter_spec : str, optional
        Smoothing at the end, as the session asks for it (`pipeline.preparation.filters.parse_filter`).

    Raises
    ------
    MarkerDataError
        No frame holds a marker, or the filter does not fit the frame rate.
    """
    findings: list[MarkerFinding] = []
    raw = markers
    empty = ~np.logical_or.reduce(seen_frames(markers), axis=0)
    for name in np.array(markers.names)[empty].tolist():
        text = f"{name} is not seen in any frame; it is not used."
        findings.append(MarkerFinding("empty marker", name, markers.n_frames, None, "reported", text))
    markers, n_cut = frame_faults.trim_empty_frames(markers)
    if n_cut:
        text = f"{n_cut} frames without any marker at the ends of the recording were cut off."
        findings.append(MarkerFinding("empty frames", None, n_cut, None, "removed", text))
    if markers.n_frames >= _SHORTEST_RECORDING:
        markers, of_time = _repair(markers, empty)
        findings += of_time
    findings += _anatomy(markers)
    if filter_spec is not None and parse_filter(filter_spec) is not None:
        markers = apply_filter(markers, filter_spec)
    return PreparedMarkers(markers, tuple(findings), judge_markers(raw, markers, tuple(findings)))


def _repair(markers: MarkerTrajectories, empty: Mask) -> tuple[MarkerTrajectories, list[MarkerFinding]]:
    findings: list[MarkerFinding] = []
    markers, new_frames, interruptions = frame_faults.insert_dropped_frames(markers)
    for gap in interruptions:
        text = f"The recording is interrupted from {gap.from_s:.2f} to {gap.to_s:.2f} s; assess the parts one by one."
        findings.append(MarkerFinding("interruption", None, 0, (gap.from_s, gap.to_s), "reported", text))

    repeated = frame_faults.repeated_frames(markers)
    short, long = _by_length(repeated, markers.rate_hz)
    missing = np.repeat((new_frames | short)[:, None], len(markers.names), axis=1)

    markers, swaps = undo_swaps(markers)
    for swap in swaps:
        text = f"{swap.first} and {swap.second} carried each other's name {{where}}; put right."
        findings.append(_finding(markers, "swapped labels", swap.first, swap.frames, "repaired", text))

    frozen = frame_faults.frozen_frames(markers) & ~missing
    jumps = find_body_jumps(_without(markers, missing))
    seen = seen_frames(markers)
    outliers, filled = _without_outliers(_without(markers, missing | frozen | jumps[:, None]))

    whole_body: tuple[tuple[FindingKind, Mask, str], ...] = (
        ("dropped frames", new_frames, "{n} frames were lost by the recording {where}; {done}."),
        ("repeated frames", short, "{n} frames repeat the one before exactly {where}; {done}."),
        ("body jump", jumps, "The whole body jumps away and back {where}; {done}."),
    )
    for kind, frames, words in whole_body:
        if frames.any():
            action = _action(filled, frames[:, None] & ~empty)
            text = words.replace("{done}", _WHAT_WAS_DONE[action])
            findings.append(_finding(markers, kind, None, frames, action, text))
    if long.any():
        text = "The recording stands still {where}: the same frame again and again; left as it is."
        findings.append(_finding(markers, "repeated frames", None, long, "reported", text))
    one_marker: tuple[tuple[FindingKind, Mask, str], ...] = (
        ("frozen marker", frozen, "{name} is held at one place while the body moves {where}; {done}."),
        ("outlier", outliers & ~jumps[:, None], "{name} is far from where it should be {where}; {done}."),
        ("gap", ~seen & ~new_frames[:, None] & ~empty, "{name} is not seen {where}; {done}."),
    )
    for index, name in enumerate(markers.names):
        for kind, mask, words in one_marker:
            own = np.zeros_like(seen)
            own[:, index] = mask[:, index]
            if own.any():
                action = _action(filled, own)
                text = words.replace("{name}", name).replace("{done}", _WHAT_WAS_DONE[action])
                findings.append(_finding(markers, kind, name, own[:, index], action, text))
    return filled.markers, findings


def _without_outliers(markers: MarkerTrajectories) -> tuple[Mask, FilledMarkers]:
    """Take outliers out and fill the gaps; what then still departs was hidden beside a larger jump."""
    outliers = np.zeros(markers.positions_m.shape[:2], dtype=bool)
    filled = fill_gaps(markers)
    for _ in range(_OUTLIER_ROUNDS):
        found = find_outliers(filled.markers if outliers.any() else markers)
        if not (found & ~outliers).any():
            break
        outliers = outliers | found
        filled = fill_gaps(_without(markers, outliers))
    return outliers & seen_frames(markers), filled


_WHAT_WAS_DONE: dict[FindingAction, str] = {
    "repaired": "filled from the frames and markers around",
    "partly repaired": "short stretches filled, longer ones left out",
    "removed": "left out",
    "reported": "left as it is",
}


def _anatomy(markers: MarkerTrajectories) -> list[MarkerFinding]:
    findings = []
    whole = partial(_whole_recording, markers)
    for bone, frames in anatomy.wrong_bone_frames(markers).items():
        text = f"The {bone} is more than a quarter longer or shorter than usual {{where}}: its markers are off."
        findings.append(_finding(markers, "bone length", bone, frames, "reported", text))
    for side, ratio in anatomy.implausible_proportions(markers).items():
        side_word, (low, high) = SIDE_WORDS[side], anatomy.FOOT_OVER_SHANK
        text = f"The {side_word} foot is {ratio:.2f} of the shank's length (adults: {low:.2f} to {high:.2f})."
        findings.append(whole("proportions", text, f"{side_word} foot"))
    if is_mirrored(markers):
        text = "The toes point backwards as seen from the hips: right and left are exchanged, or the axes are mirrored."
        findings.append(whole("mirrored", text))
    elif (crossed := crossed_legs(markers)).any():
        text = "Knees and ankles are on the wrong side of each other {where}: right and left may be exchanged."
        findings.append(_finding(markers, "crossed legs", None, crossed, "reported", text))
    if anatomy.is_upright(markers) is False:
        text = "The body is not upright: shoulders, hips and ankles are not above each other. Check the axis map."
        findings.append(whole("not upright", text))
    missing = anatomy.missing_landmarks(markers)
    if missing:
        findings.append(whole("too few markers", f"There is no marker for: {', '.join(missing)}."))
    elif abs(floor_m := anatomy.estimate_floor_m(markers)) > FLOATING_FLOOR_M:
        text = f"The floor is at {floor_m:+.2f} m of the recording, not at zero; forces use the estimated floor."
        findings.append(whole("floor", text))
    return findings


def _whole_recording(
    markers: MarkerTrajectories, kind: FindingKind, text: str, marker: str | None = None
) -> MarkerFinding:
    return MarkerFinding(kind, marker, markers.n_frames, None, "reported", text)


def _finding(
    markers: MarkerTrajectories,
    kind: FindingKind,
    marker: str | None,
    frames: Mask,
    action: FindingAction,
    text: str,
) -> MarkerFinding:
    concerned = np.flatnonzero(frames)
    n_frames = len(concerned)
    first_s, last_s = float(markers.time_s[concerned[0]]), float(markers.time_s[concerned[-1]])
    number = "1 frame" if n_frames == 1 else f"{n_frames} frames"
    when = f"at {first_s:.2f} s" if n_frames == 1 else f"between {first_s:.2f} and {last_s:.2f} s"
    text = text.replace("{n} frames", number).replace("{where}", when if "{n}" in text else f"in {number} ({when})")
    return MarkerFinding(kind, marker, n_frames, (first_s, last_s), action, text)


def _by_length(frames: Mask, rate_hz: float) -> tuple[Mask, Mask]:
    """Stretches that a fit can bridge, and longer ones."""
    short, long = np.zeros_like(frames), np.zeros_like(frames)
    for start, stop in runs(frames):
        (short if (stop - start) / rate_hz <= LONGEST_FIT_S else long)[start:stop] = True
    return short, long


def _without(markers: MarkerTrajectories, mask: Mask) -> MarkerTrajectories:
    return markers.with_positions(np.where(mask[..., None], np.nan, markers.positions_m))


def _action(filled: FilledMarkers, mask: Mask) -> FindingAction:
    """What became of the values in a mask."""
    share = (filled.by_fit | filled.by_cluster)[mask].mean()
    return "repaired" if share == 1 else "removed" if share == 0 else "partly repaired"
