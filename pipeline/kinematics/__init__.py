"""Inverse kinematics: from markers to joint coordinates."""

from pipeline.kinematics.stored import read_kinematics
from pipeline.kinematics.trial import (
    TrialMarkers,
    is_translation,
    solve_kinematics,
    solve_kinematics_of_many,
    write_kinematics,
)

__all__ = [
    "TrialMarkers",
    "is_translation",
    "read_kinematics",
    "solve_kinematics",
    "solve_kinematics_of_many",
    "write_kinematics",
]
