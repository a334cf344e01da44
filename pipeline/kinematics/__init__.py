"""Inverse kinematics: from markers to joint coordinates."""

from pipeline.kinematics.stored import read_kinematics
from pipeline.kinematics.trial import is_translation, solve_kinematics, write_kinematics

__all__ = ["is_translation", "read_kinematics", "solve_kinematics", "write_kinematics"]
