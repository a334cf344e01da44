"""Sitting down, squatting, or bending to pick something up: what the body does while the pelvis is low."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessment.activities.names import ActivityName
from assessment.motion import SIDES, Motion, turning_points

# Lowering the pelvis by less is a shift of weight (a step lowers it by 3-5 cm, a chair of 40 cm by 30-45 cm).
DEEP_M = 0.15
# Both knees must bend this far for a lowering to be a squat or a sit; parallel sitting is about 90 deg.
BENT_KNEES_RAD = np.radians(45.0)
UPRIGHT_SHARE = 0.2


def score_lowering(motion: Motion, lows: list[int], scores: dict[ActivityName, float], evidence: list[str]) -> None:
    """Sitting down, squatting, or bending to pick something up: what the body does while it is low."""
    resting = _resting_frames(motion, lows)
    # Of the time spent low, the fifth in which the body is least over the feet: who sits also leans forward to rise.
    foot_ahead = float(np.quantile(motion.foot_ahead[resting], 1.0 - UPRIGHT_SHARE))
    lean_deg = float(np.degrees(np.quantile(motion.pelvis_lean_rad[resting], UPRIGHT_SHARE)))
    knee_deg = float(np.degrees(np.median(motion.mean_knee_rad[resting])))
    dwell = float(resting.sum()) / max(int(_below_middle(motion, lows).sum()), 1)
    # Sitting frees the feet from carrying the weight: they are far in front, and the pelvis may stay upright.
    sitting = (
        0.45 * _rises_through(foot_ahead, 0.33, 0.04)
        + 0.25 * _rises_through(-lean_deg, -12.0, 6.0)
        + 0.20 * _rises_through(dwell, 0.62, 0.06)
        + 0.10 * _rises_through(-abs(knee_deg - 90.0), -25.0, 6.0)
    )
    scores["sit-to-stand"], scores["squat"] = 0.95 * sitting, 0.95 * (1.0 - sitting)
    trunk_deg = float(np.degrees(np.median(motion.trunk_lean_rad[lows])))
    scores["pick-up"] = 0.55 if trunk_deg > 55.0 and len(lows) <= 2 else 0.3 if len(lows) <= 2 else 0.1
    evidence.append(
        f"{len(lows)} deep lowering{'s' if len(lows) > 1 else ''}: while low the ankles are {foot_ahead:.2f} leg "
        f"lengths in front of the hips (sitting 0.35 to 0.5, squatting below 0.3), the pelvis leans {lean_deg:.0f} deg "
        f"forward, the knees are at {knee_deg:.0f} deg, and {dwell:.0%} of the low time is spent at the lowest level."
    )


def deep_lows(motion: Motion) -> list[int]:
    """Frames of the lows that are deep, with both knees bent; a trial may begin or end in one."""
    points = turning_points(motion.pelvis_height_m, DEEP_M)
    bent = np.minimum(*(motion.knee_rad[side] for side in SIDES)) > BENT_KNEES_RAD
    return [index for index, is_high in points if not is_high and bent[index]]


def _below_middle(motion: Motion, lows: list[int]) -> NDArray[np.bool_]:
    lowest = float(np.median(motion.pelvis_height_m[lows]))
    middle = (lowest + float(np.percentile(motion.pelvis_height_m, 98))) / 2.0
    return motion.pelvis_height_m < middle


def _resting_frames(motion: Motion, lows: list[int]) -> NDArray[np.bool_]:
    """Frames at the lowest level: the lowest tenth of the excursion, over all repetitions."""
    lowest = float(np.median(motion.pelvis_height_m[lows]))
    highest = float(np.percentile(motion.pelvis_height_m, 98))
    resting = motion.pelvis_height_m < lowest + 0.12 * (highest - lowest)
    resting[lows] = True
    return resting


def _rises_through(value: float, centre: float, width: float) -> float:
    """0 well below the centre, 1 well above."""
    return float(1.0 / (1.0 + np.exp(-(value - centre) / width)))
