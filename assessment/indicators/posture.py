"""How far the body moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.catalogue import catalogue
from assessment.indicators.base import Indicator, TrialResults
from assessment.motion import describe_motion


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Vertical range of the pelvis, where it goes up or down; in a walk it would be that of the noise."""
    if results.activity.name not in catalogue()["pelvis_vertical_range"].tasks:
        return
    height = describe_motion(results.kinematics).pelvis_height_m
    yield results.indicator("pelvis_vertical_range", float(np.ptp(height)))
