"""Clips of a study's people, for tests of fine-tuning."""

from __future__ import annotations

from functools import cache

import numpy as np

from models.subject import Subject
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.people.movements import MovementName
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.tasks.clips import MarkerClip

TREE = generic_tree()


@cache
def clips_of_people(n: int, movements: tuple[MovementName, ...] = ("squat", "gait"), *, synthetic: bool = False):  # type: ignore[no-untyped-def]
    """The neutral trial of n people, and movements of half a second."""
    frames: dict[MovementName, int] = {"standing": 10} | dict.fromkeys(movements, 30)
    people = SubjectGenerator(TREE, OLDER_ADULTS).sample(n, frames, 11)
    return tuple(
        MarkerClip(
            f"p{place}-{name}", f"p{place}", name == "standing", synthetic, TREE.markers,
            recording.measured_m[place].numpy().astype(float), 60.0, person.subject,
        )
        for place, person in enumerate(people.people)
        for name, recording in people.recordings.items()
    )  # fmt: skip


def of_subjects(*subjects: Subject) -> list[MarkerClip]:
    """A neutral trial of each, with nothing to be seen in it."""
    return [
        MarkerClip(f"c{place}", f"p{place}", True, False, ("a",), np.zeros((1, 1, 3)), 60.0, subject)
        for place, subject in enumerate(subjects)
    ]
