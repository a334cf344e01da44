"""What may be said of a study that a policy was fine-tuned on: numbers of people, never who they are."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.subject import Subject
from rl_scaling.tasks.clips import OLDEST_AGE_YEARS, MarkerClip

SMALLEST_CELL = 5
"""A group of fewer people is not told apart: a count of one or two can be a person."""
_AGE_STEP_YEARS = 5.0


@dataclass(frozen=True)
class Study:
    """People and clips in numbers.

    Attributes
    ----------
    people, clips, held_out, synthetic : int
        People who are used, their clips, how many of the people were held out, and how many were generated.
    sexes : dict of str to int
        Empty where a group is smaller than `SMALLEST_CELL`: from the others it could be told.
    ages_years : tuple of float, optional
        Youngest and oldest, outwards to five years, 90 for more; None where fewer people's ages are known.
    clips_sha256 : str
        Of the clips file.
    """

    people: int
    clips: int
    held_out: int
    synthetic: int
    sexes: dict[str, int]
    ages_years: tuple[float, float] | None
    clips_sha256: str

    @classmethod
    def of(cls, path: Path, clips: Sequence[MarkerClip], used: Sequence[str], n_held_out: int) -> Study:
        """Count.

        Parameters
        ----------
        path : Path
            The clips file.
        clips : sequence of MarkerClip
            All of it.
        used : sequence of str
            People who are trained on or held out.
        n_held_out : int
        """
        own = [clip for clip in clips if clip.person in set(used)]
        subjects = {clip.person: clip.subject for clip in own if clip.static}
        return cls(
            people=len(used),
            clips=len(own),
            held_out=n_held_out,
            synthetic=len({clip.person for clip in own if clip.synthetic}),
            sexes=_sexes(list(subjects.values())),
            ages_years=_ages_years(list(subjects.values())),
            clips_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )


def _sexes(subjects: Sequence[Subject]) -> dict[str, int]:
    counts: dict[str, int] = dict(sorted(Counter(one.sex for one in subjects).items()))
    return counts if min(counts.values(), default=0) >= SMALLEST_CELL else {}


def _ages_years(subjects: Sequence[Subject]) -> tuple[float, float] | None:
    known = [one.age_years for one in subjects if one.age_years is not None]
    if len(known) < SMALLEST_CELL:
        return None
    low, high = math.floor(min(known) / _AGE_STEP_YEARS), math.ceil(max(known) / _AGE_STEP_YEARS)
    return low * _AGE_STEP_YEARS, min(high * _AGE_STEP_YEARS, OLDEST_AGE_YEARS)
