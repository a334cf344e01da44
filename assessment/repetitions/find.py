"""From a recognised movement to its repetitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assessment.motion import Motion, describe_motion
from assessment.repetitions.base import Repetition
from assessment.repetitions.cycles import find_pick_ups, find_squats
from assessment.repetitions.rises import find_rises
from assessment.repetitions.step_ups import find_step_ups
from assessment.repetitions.timed_up_and_go import find_timed_up_and_go
from pipeline.motion.landmarks import Landmarks
from pipeline.trajectories import Kinematics

if TYPE_CHECKING:
    from assessment.activities import Activity

FROM_MOTION: dict[str, Callable[[Motion], tuple[Repetition, ...]]] = {
    "sit-to-stand": find_rises,
    "squat": find_squats,
    "pick-up": find_pick_ups,
    "timed-up-and-go": find_timed_up_and_go,
}


def find_repetitions(
    activity: Activity, kinematics: Kinematics, landmarks: Landmarks | None = None
) -> tuple[Repetition, ...]:
    """Repetitions of a trial with their events; what each movement's events mean is in docs/activities.md.

    Robust to pauses, drift and noise: only changes of direction larger than 10 cm (20 degrees of the trunk in a
    pick-up) and 30 % of the trial's greatest count. A first repetition that was already under way and a last one that
    was cut off are kept as incomplete.

    Parameters
    ----------
    activity : Activity
        Walking, standing and other movements have no repetitions.
    kinematics : Kinematics
    landmarks : Landmarks or None
        Of the same movement: with them, steps up have the times of the feet.

    Returns
    -------
    tuple of Repetition
        In time; empty where there is none.
    """
    if activity.name == "step-up":
        return find_step_ups(describe_motion(kinematics), landmarks)
    find = FROM_MOTION.get(activity.name)
    return () if find is None else find(describe_motion(kinematics))
