"""Who AddBiomechanics' engine is tried on: one filmed person, and synthetic older adults whose scales are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.markers import MarkerTrajectories
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.subject import Subject
from pipeline.files.trc import read_trc
from rl_scaling.judging.evaluate import HELD_OUT
from rl_scaling.people.movements import MovementName
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator, SyntheticPeople
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of_synthetic

FILMED, FILMED_GUESSED = "oc_a_clusters", "oc_a"
"""The field-study subject: with the clusters named as such, and with the engine's own guess (none are)."""
FILMED_SUBJECT = Subject(height_m=1.78, mass_kg=72.0, sex="m")
# The last frames of the neutral trial, by when the drift at a recording's start is over (docs/scaling.md).
N_STATIC_FRAMES, N_SQUAT_FRAMES = 50, 200

N_SYNTHETIC, SEED = 4, 77
RECORDED: dict[MovementName, int] = {"standing": 60, "squat": 120, "sit_to_stand": 120, "gait": 120}
EVERY = 10
"""Of the synthetic recordings every tenth frame is fitted, after the repair: the time goes with their number."""
FRAMES_PER_MOVEMENT = 2

CLUSTERS = tuple(name for name in marker_set("study").names if re.search(r"_(thigh|sh)[123]_study$", name))
"""Markers of thigh and shank that sit on no bony landmark."""


@dataclass(frozen=True)
class EnginePerson:
    """A person and the recordings that the engine gets.

    Attributes
    ----------
    name : str
        Also of the saved result.
    subject : Subject
    trials : dict of str to MarkerTrajectories
        The standing one first.
    every : int
        Of the repaired frames, every n-th is fitted.
    tracking : tuple of str
        Markers that the engine may place on the body as it likes. Empty: as it guesses from their names.
    """

    name: str
    subject: Subject
    trials: dict[str, MarkerTrajectories]
    every: int
    tracking: tuple[str, ...]


def filmed_person(session: Path, name: str) -> EnginePerson:
    """OpenCap's field-study subject: 50 frames of the neutral trial and the first 200 of Squats_0; Asym_0 is held out.

    Parameters
    ----------
    session : Path
        Folder of the session, with ``MarkerData``.
    name : str
        `FILMED` or `FILMED_GUESSED`.
    """
    names = marker_set("study").names
    neutral, squats = (
        read_trc(session / "MarkerData" / f"{trial}.trc").select(names) for trial in ("neutral", "Squats_0")
    )
    trials = {
        "neutral": neutral.frames(neutral.n_frames - N_STATIC_FRAMES, neutral.n_frames),
        "Squats_0": squats.frames(0, N_SQUAT_FRAMES),
    }
    tracking = CLUSTERS if name == FILMED else ()
    return EnginePerson(name, FILMED_SUBJECT, trials, every=1, tracking=tracking)


def synthetic_people(tree: SkeletonTree) -> tuple[SyntheticPeople, ScalingTasks]:
    """Older adults whom training never draws, and their tasks, as `rl_scaling.learning.drawing` draws them."""
    numbers = np.random.default_rng((HELD_OUT, SEED))
    people = SubjectGenerator(tree, OLDER_ADULTS).sample(N_SYNTHETIC, RECORDED, int(numbers.integers(2**31)))
    return people, tasks_of_synthetic(tree, people, FRAMES_PER_MOVEMENT, numbers)


def synthetic_name(place: int) -> str:
    """Name of a synthetic person, by place."""
    return f"older_adult_{place}"


def engine_person(people: SyntheticPeople, place: int, markers: tuple[str, ...]) -> EnginePerson:
    """One of the synthetic people as the engine gets them.

    Parameters
    ----------
    people : SyntheticPeople
    place : int
    markers : tuple of str
        Names of the recordings' markers.
    """
    trials: dict[str, MarkerTrajectories] = {}
    for movement, recording in people.recordings.items():
        positions_m = recording.measured_m[place].double().cpu().numpy()
        trials[movement] = MarkerTrajectories(markers, positions_m, np.arange(len(positions_m)) / people.rate_hz)
    return EnginePerson(synthetic_name(place), people.people[place].subject, trials, EVERY, CLUSTERS)
