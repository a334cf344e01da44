"""How well each movement fits what a trial's signals show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assessment.activities.names import ACTIVITY_NAMES, ActivityName
from assessment.motion import CLOCK_HZ, SIDES, Motion, turning_points

# Lowering the pelvis by less is a shift of weight (a step lowers it by 3-5 cm, a chair of 40 cm by 30-45 cm).
DEEP_M = 0.15
# Both knees must bend this far for a lowering to be a squat or a sit; parallel sitting is about 90 deg.
BENT_KNEES_RAD = np.radians(45.0)
# Slowest walk worth the name, pelvis over ground [m/s]: usual speed of frail adults is above 0.3.
WALKING_M_S = 0.25
# A seated or squatting pelvis does not travel this far; a walk, or a chair rise followed by one, does [m].
TRAVEL_M = 0.8
# Legs swinging against each other by less than this is swaying [rad].
SWING_RAD = np.radians(12.0)
# Reaching a low table bends the trunk by 40 deg and more; looking at one's feet does not.
STOOP_RAD = np.radians(40.0)
# Everyday rises and squats stay below about 1.2 m/s downwards; a jump's landing does not.
BALLISTIC_M_S = 1.6
# Standing still: the pelvis stays within these.
STILL_HEIGHT_M = 0.04
STILL_TRAVEL_M = 0.25


def score_motion(motion: Motion) -> tuple[dict[ActivityName, float], list[str]]:
    """How well each movement fits what the signals show, 0 to 1, and why."""
    scores: dict[ActivityName, float] = dict.fromkeys(ACTIVITY_NAMES, 0.0)
    scores["other"] = 0.35
    height_range_m = float(np.ptp(motion.pelvis_height_m))
    travel_m = float(np.linalg.norm(np.ptp(motion.horizontal_m, axis=0)))
    evidence = [f"The pelvis moves {height_range_m:.2f} m vertically and {travel_m:.2f} m horizontally."]
    net_speed_m_s = _net_speed_m_s(motion)
    travels = net_speed_m_s > WALKING_M_S and travel_m > TRAVEL_M
    if travels:
        scores["walking"] = 0.4
    fall_m_s = float(-np.min(np.gradient(motion.pelvis_height_m, motion.time_s)))
    if fall_m_s > BALLISTIC_M_S:
        scores["other"] = 0.9
        evidence.append(f"The pelvis falls at {fall_m_s:.1f} m/s: a jump, or tracking errors.")
        return scores, evidence

    antiphase, swing_rad = _alternation(motion)
    net_rise_m = _net_rise_m(motion)
    deep = _deep_lows(motion)
    if deep:
        _score_lowering(motion, deep, scores, evidence)
        if travels:
            scores["sit-to-stand"], scores["squat"] = 0.5 * scores["sit-to-stand"], 0.5 * scores["squat"]
            scores["other"] = 0.6
            evidence.append("The pelvis also travels: several movements in one trial, or tracking errors.")
    elif swing_rad > SWING_RAD and antiphase > 0.3:
        over_ground = net_speed_m_s > WALKING_M_S
        scores["walking"] = (0.6 if over_ground else 0.45) + 0.4 * antiphase
        evidence.append(
            f"Left and right legs alternate (correlation of the hips {-antiphase:.2f})"
            + (f" at {net_speed_m_s:.2f} m/s." if over_ground else " without travelling: treadmill or on the spot.")
        )
    elif travels:
        evidence.append(f"The pelvis travels at {net_speed_m_s:.2f} m/s, but the legs do not alternate clearly.")
    elif (stoop_rad := _stoop_rad(motion)) > STOOP_RAD and travel_m < TRAVEL_M:
        scores["pick-up"] = 0.55
        evidence.append(f"The trunk bends forward by {np.degrees(stoop_rad):.0f} deg and comes up again.")
    if 0.08 < abs(net_rise_m) < 0.45 and swing_rad > SWING_RAD and not deep:
        scores["step-up"] = 0.6
        evidence.append(f"The pelvis ends {net_rise_m:+.2f} m from where it began, one leg ahead of the other.")
    if height_range_m < STILL_HEIGHT_M and travel_m < STILL_TRAVEL_M and swing_rad < SWING_RAD:
        scores["standing"] = 0.9 if float(np.median(motion.mean_knee_rad)) < BENT_KNEES_RAD else 0.4
        evidence.append("The pelvis stays where it is and the legs hardly move.")
    return scores, evidence


def _score_lowering(motion: Motion, lows: list[int], scores: dict[ActivityName, float], evidence: list[str]) -> None:
    """Sitting down, squatting, or bending to pick something up: what the body does while it is low."""
    resting = _resting_frames(motion, lows)
    foot_ahead = float(np.median(motion.foot_ahead[resting]))
    lean_deg = float(np.degrees(np.median(motion.pelvis_lean_rad[resting])))
    knee_deg = float(np.degrees(np.median(motion.mean_knee_rad[resting])))
    dwell = float(resting.sum()) / max(int(_below_middle(motion, lows).sum()), 1)
    # Sitting frees the feet from carrying the weight: they are far in front, and the pelvis may stay upright.
    sitting = (
        0.45 * _rises_through(foot_ahead, 0.36, 0.06)
        + 0.25 * _rises_through(-lean_deg, -12.0, 6.0)
        + 0.20 * _rises_through(dwell, 0.62, 0.06)
        + 0.10 * _rises_through(-abs(knee_deg - 90.0), -25.0, 6.0)
    )
    scores["sit-to-stand"], scores["squat"] = 0.95 * sitting, 0.95 * (1.0 - sitting)
    trunk_deg = float(np.degrees(np.median(motion.trunk_lean_rad[lows])))
    scores["pick-up"] = 0.55 if trunk_deg > 55.0 and len(lows) <= 2 else 0.3 if len(lows) <= 2 else 0.1
    evidence.append(
        f"{len(lows)} deep lowering{'s' if len(lows) > 1 else ''}: while low the ankles are {foot_ahead:.2f} leg "
        f"lengths in front of the hips (sitting about 0.5, squatting below 0.3), the pelvis leans {lean_deg:.0f} deg "
        f"forward, the knees are at {knee_deg:.0f} deg, and {dwell:.0%} of the low time is spent at the lowest level."
    )


def _deep_lows(motion: Motion) -> list[int]:
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


def _alternation(motion: Motion) -> tuple[float, float]:
    """How strongly the hips move against each other (1: exact antiphase, -1: together), and by how much [rad]."""
    right, left = (motion.hip_rad[side] - np.mean(motion.hip_rad[side]) for side in SIDES)
    spread = float(np.std(right) * np.std(left))
    antiphase = -float(np.mean(right * left)) / spread if spread > 1e-6 else 0.0
    return antiphase, float(np.ptp(right - left)) / 2.0


def _stoop_rad(motion: Motion) -> float:
    """How far the trunk bends forward from both the upright before and the upright after [rad]."""
    lowest = int(np.argmax(motion.trunk_lean_rad))
    upright = max(np.min(motion.trunk_lean_rad[: lowest + 1]), np.min(motion.trunk_lean_rad[lowest:]))
    return float(motion.trunk_lean_rad[lowest] - upright)


def _net_speed_m_s(motion: Motion) -> float:
    """Fastest second of travel, so that standing before and after a walk does not dilute it [m/s]."""
    window = min(len(motion.time_s) - 1, round(CLOCK_HZ))
    moved = np.linalg.norm(motion.horizontal_m[window:] - motion.horizontal_m[:-window], axis=1)
    return float(np.max(moved)) * CLOCK_HZ / window


def _net_rise_m(motion: Motion) -> float:
    edge = max(1, len(motion.time_s) // 10)
    return float(np.median(motion.pelvis_height_m[-edge:]) - np.median(motion.pelvis_height_m[:edge]))


def _rises_through(value: float, centre: float, width: float) -> float:
    """0 well below the centre, 1 well above."""
    return float(1.0 / (1.0 + np.exp(-(value - centre) / width)))
