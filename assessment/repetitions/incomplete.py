"""Why a repetition does not count."""

from __future__ import annotations

import numpy as np

from assessment.motion import Motion

# A repetition that reaches less than this share of the trial's greatest excursion is an attempt, not complete.
COMPLETE_SHARE = 0.8
# A movement still going this fast at the trial's end was cut off [m/s].
STILL_MOVING_M_S = 0.15


def why_incomplete(
    motion: Motion, low: int, high: int, swing: float, greatest: float, *, first: bool, last: bool, rise: bool
) -> str:
    """Say why a repetition does not count, or nothing."""
    height = motion.pelvis_height_m
    speed = np.gradient(height, motion.time_s)
    if first and speed[0] > STILL_MOVING_M_S:
        return "The recording starts during the rise."
    if first and not rise:
        return "The recording starts in the squat."
    if high == low:
        return "The recording ends in the squat."
    if last and high == len(height) - 1 and speed[-1] > STILL_MOVING_M_S:
        return "The recording ends before the full stand."
    if swing < COMPLETE_SHARE * greatest:
        return f"The movement reaches {swing / greatest:.0%} of the greatest repetition of this trial."
    return ""
