"""Whether markers are where a body can have them: bone lengths, proportions, upright, enough of them, the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.preparation.names import SIDE_WORDS, SIDES, find_marker

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Name of the bone; markers (without side) at its ends, alternatives separated.
_BONES = {
    "thigh": (("hjc",), ("knee",)),
    "shank": (("knee",), ("ankle",)),
    "foot": (("calc",), ("toe",)),
    "upper arm": (("shoulder",), ("lelbow", "elbowlat")),
    "forearm": (("lelbow", "elbowlat"), ("lwrist", "wristradius")),
}
# In clean recordings bones change by up to 17 % (video: thighs in squats, forearms) and 10 % (optical), feet by 7 %;
# markers off their place reach 30 to 350 %. A short bone must also be off by more than jitter can do.
_BONE_SHARE, _BONE_M = 0.25, 0.04
# Foot (heel to toe marker) over shank (knee to ankle marker): 0.50-0.58 in the usable recordings of four people;
# 0.53 in the generic skeleton. The limits are 20 % away, four times the scatter of that ratio among adults (foot
# and shank lengths scatter by about 5 % each and go with each other: ANSUR II).
FOOT_OVER_SHANK = (0.43, 0.65)
# Heights of the markers above the sole [m]: a compromise, 15 mm below what shoes with optical markers gave over force
# plates (one person: 47, 61 and 35 mm) and above what puts the floor of OpenCap's neutral trial at zero (30, 12, 12 mm
# on average). The floor is good to 2 cm, not better.
_ABOVE_SOLE_M = {"calc": 0.045, "toe": 0.03, "5meta": 0.02}
# A foot marker below this speed is on the ground or turning around in the air; low heights decide which.
_RESTING_SPEED_M_S = 0.3
_RESTING_PERCENTILE = 20.0
_SPEED_WINDOW_S = 0.1


def wrong_bone_frames(markers: MarkerTrajectories) -> dict[str, Mask]:
    """Frames in which a bone is more than a quarter longer or shorter than its median, by name of the bone."""
    found = {}
    for side in SIDES:
        for bone, (ends, others) in _BONES.items():
            length_m = _length_m(
                markers, find_marker(markers.names, side, *ends), find_marker(markers.names, side, *others)
            )
            if length_m is None:
                continue
            change_m = np.abs(length_m - np.nanmedian(length_m))
            wrong = (change_m > _BONE_SHARE * np.nanmedian(length_m)) & (change_m > _BONE_M)
            if wrong.any():
                found[f"{SIDE_WORDS[side]} {bone}"] = wrong
    return found


def implausible_proportions(markers: MarkerTrajectories) -> dict[str, float]:
    """Foot over shank length by side, where no adult's is like that."""
    found = {}
    for side in SIDES:
        foot, shank = (
            _length_m(markers, *(find_marker(markers.names, side, *kinds) for kinds in _BONES[bone]))
            for bone in ("foot", "shank")
        )
        if foot is not None and shank is not None:
            ratio = float(np.nanmedian(foot) / np.nanmedian(shank))
            if not FOOT_OVER_SHANK[0] <= ratio <= FOOT_OVER_SHANK[1]:
                found[side] = ratio
    return found


def is_upright(markers: MarkerTrajectories) -> bool | None:
    """Whether the shoulders (or C7) are above the hips and these above the ankles, most of the time.

    None where the markers do not tell. Sitting is upright; lying, or a wrong axis map, is not.
    """
    heights = []
    for kinds in (("shoulder",), ("asis", "hjc"), ("ankle", "calc")):
        found = [find_marker(markers.names, side, *kinds) for side in SIDES]
        present = np.array([markers.position_m(name)[:, 1] for name in found if name is not None])
        if np.isfinite(present).any():  # a marker may be named, and seen in no frame
            heights.append(np.nanmedian(present))
    return None if len(heights) < 2 else bool(np.all(np.diff(heights) < 0))


def estimate_floor_m(markers: MarkerTrajectories) -> float:
    """Height of the floor in the ground frame [m].

    Every foot marker's height above the sole is taken off its height while it rests (speed below 0.3 m/s, the lower
    part of these frames, so that a foot that turns around in the air does not count); the median over the markers
    of both feet is the floor.

    Raises
    ------
    MarkerDataError
        There are no heel, toe or fifth-metatarsal markers, or they never rest.
    """
    heights = []
    for side in SIDES:
        for kind, above_sole_m in _ABOVE_SOLE_M.items():
            name = find_marker(markers.names, side, kind)
            resting = np.empty(0) if name is None else _resting_heights_m(markers, name)
            if resting.size:
                heights.append(float(np.percentile(resting, _RESTING_PERCENTILE)) - above_sole_m)
    if not heights:
        raise MarkerDataError(
            "The floor cannot be estimated: no heel or toe marker is seen at rest.",
            hint="The recording needs heel (calc) or toe markers and a moment of stance.",
        )
    return float(np.median(heights))


def _resting_heights_m(markers: MarkerTrajectories, name: str) -> Array:
    path_m = markers.position_m(name)
    seen = np.isfinite(path_m).all(axis=1)
    if seen.sum() < 2:
        return path_m[seen, 1]
    width = max(3, round(_SPEED_WINDOW_S * markers.rate_hz))
    smooth = uniform_filter1d(path_m[seen], width, axis=0, mode="nearest")
    speed = np.linalg.norm(np.gradient(smooth, markers.time_s[seen], axis=0), axis=1)
    return path_m[seen, 1][speed < _RESTING_SPEED_M_S]


def _length_m(markers: MarkerTrajectories, one: str | None, other: str | None) -> Array | None:
    if one is None or other is None:
        return None
    length_m = np.linalg.norm(markers.position_m(one) - markers.position_m(other), axis=1)
    return length_m if np.isfinite(length_m).any() else None


# Without one of these per side (three in all for the pelvis) a leg's pose is not determined.
_LANDMARKS = {
    "knee": ("knee", "mknee"),
    "ankle": ("ankle", "mankle"),
    "heel or toe": ("calc", "toe", "5meta"),
}
_PELVIS = ("asis", "psis", "hjc")
_FEWEST_ON_PELVIS = 3


def missing_landmarks(markers: MarkerTrajectories) -> tuple[str, ...]:
    """Landmarks of legs and pelvis that no frame shows, in words; empty where the legs are determined."""
    seen = [name for name in markers.names if np.isfinite(markers.position_m(name)).all(axis=1).any()]
    missing = [
        f"{SIDE_WORDS[side]} {landmark}"
        for landmark, kinds in _LANDMARKS.items()
        for side in SIDES
        if find_marker(seen, side, *kinds) is None
    ]
    n_pelvis = sum(find_marker(seen, side, kind) is not None for side in SIDES for kind in _PELVIS)
    return tuple(missing + ([f"pelvis ({n_pelvis} of 3)"] if n_pelvis < _FEWEST_ON_PELVIS else []))
