"""From a recognised movement to its repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assessment.motion import describe_motion, turning_points
from assessment.repetitions.base import Repetition
from assessment.repetitions.cycles import find_squats
from assessment.repetitions.rises import find_rises
from pipeline.trajectories import Kinematics

if TYPE_CHECKING:
    from assessment.activities import Activity

# A rise or descent smaller than this is a shift of weight, not an attempt: a chair of 40 cm asks for 30-45 cm.
SMALLEST_SWING_M = 0.10
# An attempt must also reach this share of the trial's greatest excursion, else it is sway while seated or standing.
SMALLEST_SHARE = 0.3


def find_repetitions(activity: Activity, kinematics: Kinematics) -> tuple[Repetition, ...]:
    """Repetitions of a sit-to-stand or squat trial, from the height of the pelvis and the lean of the trunk.

    Robust to pauses, drift and noise: only changes of direction larger than 10 cm and 30 % of the trial's greatest
    count. A first repetition that was already under way and a last one that was cut off are kept as incomplete.

    Parameters
    ----------
    activity : Activity
        Other activities than sit-to-stand and squat have no repetitions here.
    kinematics : Kinematics

    Returns
    -------
    tuple of Repetition
        In time; empty where there is none.
    """
    if activity.name not in ("sit-to-stand", "squat"):
        return ()
    motion = describe_motion(kinematics)
    height = motion.pelvis_height_m
    points = turning_points(height, max(SMALLEST_SWING_M, SMALLEST_SHARE * float(np.ptp(height))))
    find = find_rises if activity.name == "sit-to-stand" else find_squats
    return find(motion, points)
