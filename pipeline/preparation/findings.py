"""What is found wrong with markers, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal[
    "empty marker",
    "empty frames",
    "repeated frames",
    "dropped frames",
    "interruption",
    "swapped labels",
    "outlier",
    "body jump",
    "frozen marker",
    "gap",
    "bone length",
    "proportions",
    "mirrored",
    "crossed legs",
    "not upright",
    "floor",
    "too few markers",
]
FindingAction = Literal["repaired", "removed", "partly repaired", "reported"]
"""``repaired``: a value was put in its place; ``removed``: taken out, the gap stays; ``reported``: left as it is."""


@dataclass(frozen=True)
class MarkerFinding:
    """One thing found in one recording.

    Attributes
    ----------
    kind : str
        See docs/markers.md.
    marker : str or None
        None where it concerns the whole body or recording.
    n_frames : int
        Frames concerned.
    time_s : tuple of 2 floats, or None
        From the first to the last frame concerned [s]; None where it is the whole recording.
    action : {'repaired', 'removed', 'partly repaired', 'reported'}
    text : str
        One sentence for the report.
    """

    kind: FindingKind
    marker: str | None
    n_frames: int
    time_s: tuple[float, float] | None
    action: FindingAction
    text: str
