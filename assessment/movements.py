"""What trials show before any force is known, found for many of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessment.activities import Activity
from assessment.activities.recognition import recognise_activity
from assessment.prepared import PreparedSession, PreparedTrial
from models.errors import ContactForceError, ModelError, SarcoscopeError
from models.markers import MarkerTrajectories
from pipeline.kinematics import TrialMarkers, solve_kinematics_of_many
from pipeline.motion.landmarks import Landmarks, find_landmarks
from pipeline.preparation import PreparedMarkers
from pipeline.settings import IkEngine
from pipeline.trajectories import Kinematics

if TYPE_CHECKING:
    from assessment.trial import TrialTask


@dataclass(frozen=True)
class TrialMovement:
    """What a trial shows before any force is known.

    Attributes
    ----------
    recorded : MarkerTrajectories
    prepared : PreparedMarkers
    kinematics : Kinematics
    landmarks : Landmarks or None
        None where the model has no feet.
    activity : Activity
    """

    recorded: MarkerTrajectories
    prepared: PreparedMarkers
    kinematics: Kinematics
    landmarks: Landmarks | None
    activity: Activity


def movements_of_many(tasks: Sequence[TrialTask], *, device: str = "cpu") -> list[TrialMovement | SarcoscopeError]:
    """Markers of trials, their angles, and which movement each shows; the user's choice wins.

    Inverse kinematics is done for all of them together, those of one person or of several. A trial that fails leaves
    the others as they are.

    Parameters
    ----------
    tasks : sequence of TrialTask
        What they bring along as ``movement`` is not looked at.
    device : str
        Where inverse kinematics is computed: ``cpu`` or torch's name of a GPU.

    Returns
    -------
    list of TrialMovement or SarcoscopeError
        In the order given; an error where markers cannot be read or angles not be found.
    """
    markers: dict[int, PreparedTrial] = {}
    outcomes: dict[int, TrialMovement | SarcoscopeError] = {}
    sessions: dict[int, PreparedSession] = {}
    for place, task in enumerate(tasks):
        session = task.prepared or sessions.setdefault(id(task.session), PreparedSession(task.session))
        try:
            markers[place] = session.trial(task.trial.name)
        except SarcoscopeError as error:
            outcomes[place] = error.within(trial=task.trial.name)
    by_engine: dict[IkEngine, list[int]] = {}
    for place in markers:
        by_engine.setdefault(tasks[place].settings.ik_engine, []).append(place)
    for engine, places in by_engine.items():
        asked = [
            TrialMarkers(tasks[place].model.path, markers[place].prepared.markers, tasks[place].session.marker_set)
            for place in places
        ]
        for place, found in zip(places, solve_kinematics_of_many(asked, engine, device=device), strict=True):
            if isinstance(found, SarcoscopeError):
                outcomes[place] = found.within(trial=tasks[place].trial.name)
            else:
                outcomes[place] = _movement(tasks[place], markers[place], found)
    return [outcomes[place] for place in range(len(tasks))]


def _movement(task: TrialTask, markers: PreparedTrial, kinematics: Kinematics) -> TrialMovement:
    landmarks = _landmarks(task, kinematics)
    chosen = task.settings.activities.get(task.trial.name)
    activity = recognise_activity(task.trial.name, kinematics, landmarks, chosen)
    return TrialMovement(markers.recorded, markers.prepared, kinematics, landmarks, activity)


def _landmarks(task: TrialTask, kinematics: Kinematics) -> Landmarks | None:
    """A model without feet or trunk still has repetitions and moments; what needs landmarks says there are none."""
    try:
        return find_landmarks(task.model.path, kinematics)
    except (ModelError, ContactForceError):
        return None
