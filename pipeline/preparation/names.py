"""What a marker's name says: which side it is on, which segment it belongs to, which marker mirrors it.

Works for OpenCap's ``*_study`` names and the optical names alike; markers with other names take part in everything
that needs no anatomy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

SIDES = ("r", "l")
SIDE_WORDS = {"r": "right", "l": "left"}

# Plain names (see `plain_name`) without their side, by segment. Joint markers belong to the segment whose skin they
# are on; the hip centre to the pelvis, from which it is predicted.
_SEGMENTS = {
    "torso": r"c7|shoulder|sternum",
    "pelvis": r"asis|psis|hjc",
    "thigh": r"thigh\d|knee|mknee",
    "shank": r"sh\d|shankantsup|ankle|mankle",
    "foot": r"calc|toe|5meta",
    "upper arm": r"lelbow|melbow|elbowlat|elbowmed",
    "forearm": r"lwrist|mwrist|wristradius|wristulna",
}
LEG_SEGMENTS = ("thigh", "shank", "foot")

_PLAIN = re.compile(r"[._\s]")
_SIDED = re.compile(r"^([rl])(.+)$")
# Names that are remembered: those of some sessions, each of which is asked for thousands of times.
_REMEMBERED = 4096


@lru_cache(maxsize=_REMEMBERED)
def plain_name(name: str) -> str:
    """Name without case, separators and OpenCap's suffix: ``r.ASIS_study`` -> ``rasis``."""
    return _PLAIN.sub("", name.lower().removesuffix("_study"))


@lru_cache(maxsize=_REMEMBERED)
def side_of(name: str) -> str | None:
    """``r``, ``l``, or None where the name belongs to no side or to no known marker."""
    match = _SIDED.match(plain_name(name))
    return match[1] if match and any(re.fullmatch(kinds, match[2]) for kinds in _SEGMENTS.values()) else None


@lru_cache(maxsize=_REMEMBERED)
def segment_of(name: str) -> str | None:
    """Segment with its side (``r thigh``), without for torso and pelvis; None for names that are not known."""
    plain = plain_name(name)
    match = _SIDED.match(plain)
    for segment, kinds in _SEGMENTS.items():
        if match and re.fullmatch(kinds, match[2]):
            return segment if segment in ("torso", "pelvis") else f"{match[1]} {segment}"
        if re.fullmatch(kinds, plain):
            return segment
    return None


def find_marker(names: Sequence[str], side: str, *kinds: str) -> str | None:
    """The first of these markers on a side, e.g. ``find_marker(names, "r", "hjc")``; None where there is none."""
    by_plain = {plain_name(name): name for name in names}
    return next((by_plain[side + kind] for kind in kinds if side + kind in by_plain), None)


def mirrored_pairs(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Right and left partner of every marker that has one."""
    by_plain = {plain_name(name): name for name in names}
    return tuple(
        (name, by_plain["l" + plain[1:]])
        for plain, name in by_plain.items()
        if side_of(name) == "r" and "l" + plain[1:] in by_plain
    )


def leg_markers(names: Sequence[str]) -> tuple[str, ...]:
    """Markers of thighs, shanks and feet."""
    return tuple(name for name in names if (segment_of(name) or "").partition(" ")[2] in LEG_SEGMENTS)
