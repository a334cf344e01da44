"""A stand-in for a checkout of opencap-processing: written for these tests, with its modules, classes and manners."""

from __future__ import annotations

from pathlib import Path

# As the real one: whoever imports it is asked for a password, unless a token is found.
UTILS = """
import getpass
import os

token = os.environ.get("API_TOKEN") or getpass.getpass("Password: ")
if token != "none":
    raise RuntimeError("the token of this machine came through: " + token)
"""

KINEMATICS = """
import utils

class kinematics:
    def compute_scalars(self, names, return_all=False):
        assert return_all
        return {name: dict(zip(("value", "units"), getattr(self, "compute_" + name)())) for name in names}
"""

# Two strides of each leg; step lengths come for both legs at once.
GAIT = """
import numpy as np
from utilsKinematics import kinematics

class gait_analysis(kinematics):
    def __init__(self, session_dir, trial_name, leg="auto", lowpass_cutoff_frequency_for_coordinate_values=-1,
                 n_gait_cycles=-1):
        print("Processing", trial_name, "of", session_dir)
        self.leg = leg
        {constructor}

    def compute_gait_speed(self): return np.array([[1.1], [1.3]]), "m/s"
    def compute_cadence(self): return np.array([[100.0], [140.0]]), "steps/min"
    def compute_stride_length(self): return np.array([[1.0], [1.4]]), "m"
    def compute_step_length(self):
        return {{"r": np.array([[0.6], [0.7]]), "l": np.array([[0.5], [0.5]])}}, "m"
    def compute_step_width(self): {step_width}
    def compute_stance_time(self): return np.array([[0.6], [0.7]]), "s"
    def compute_swing_time(self): return np.array([[0.4], [0.3]]), "s"
    def compute_double_support_time(self): return np.array([[24.0], [26.0]]), "%"
    def compute_single_support_time(self): return np.array([[76.0], [74.0]]), "%"
"""

STS = """
import numpy as np
from utilsKinematics import kinematics

class sts_analysis(kinematics):
    def __init__(self, session_dir, trial_name, lowpass_cutoff_frequency_for_coordinate_values=6, n_sts_cycles=-1):
        pass

    def compute_rise_time(self): return [0.8, 1.0, 0.9, 0.8, 1.0], "s"
    def compute_sts_time(self): return [2.0] * 5, "s"
    def compute_torso_orientation(self): return np.array([40.0] * 5), "degrees"
    def compute_torso_angular_velocity(self): return np.array([90.0] * 5), "degrees/s"
"""


def build_checkout(
    folder: Path,
    *,
    constructor: str = "pass",
    step_width: str = 'return np.array([0.1, 0.2]), "m"',
    header: str = "",
    sit_to_stand: bool = True,
) -> Path:
    """Write a checkout whose gait analysis does ``constructor`` when made; returns its folder.

    ``step_width`` is the body of that scalar's method, ``header`` goes before the gait analysis' own imports.
    """
    checkout = folder / "opencap-processing"
    (checkout / "ActivityAnalyses").mkdir(parents=True)
    (checkout / "utils.py").write_text(UTILS)
    (checkout / "utilsKinematics.py").write_text(KINEMATICS)
    gait = header + GAIT.format(constructor=constructor, step_width=step_width)
    (checkout / "ActivityAnalyses" / "gait_analysis.py").write_text(gait)
    if sit_to_stand:
        (checkout / "ActivityAnalyses" / "sts_analysis.py").write_text(STS)
    return checkout
