"""How well each movement fits what a trial's signals show."""

from __future__ import annotations

import numpy as np

from assessment.activities.lowering import BENT_KNEES_RAD, deep_lows, score_lowering
from assessment.activities.names import ACTIVITY_NAMES, ActivityName
from assessment.motion import CLOCK_HZ, SIDES, Motion
from assessment.repetitions.step_ups import find_step_ups
from assessment.repetitions.timed_up_and_go import distance_from_seat_m, find_timed_up_and_go
from pipeline.motion.landmarks import Landmarks

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
# A pelvis that ends higher or lower than it began by so much has gone up or down a step or two [m].
STEP_RISE_M = (0.08, 0.45)
# Standing still: the pelvis stays within these.
STILL_HEIGHT_M = 0.04
STILL_TRAVEL_M = 0.25


def score_motion(motion: Motion, landmarks: Landmarks | None) -> tuple[dict[ActivityName, float], list[str]]:
    """How well each movement fits what the signals show, 0 to 1, and why."""
    scores: dict[ActivityName, float] = dict.fromkeys(ACTIVITY_NAMES, 0.0)
    scores["other"] = 0.35
    height_range_m = float(np.ptp(motion.pelvis_height_m))
    travel_m = float(np.linalg.norm(np.ptp(motion.horizontal_m, axis=0)))
    evidence = [f"The pelvis moves {height_range_m:.2f} m vertically and {travel_m:.2f} m horizontally."]
    speed_m_s = net_speed_m_s(motion)
    travels = speed_m_s > WALKING_M_S and travel_m > TRAVEL_M
    if travels:
        scores["walking"] = 0.4
    fall_m_s = float(-np.min(np.gradient(motion.pelvis_height_m, motion.time_s)))
    if fall_m_s > BALLISTIC_M_S:
        scores["other"] = 0.9
        evidence.append(f"The pelvis falls at {fall_m_s:.1f} m/s: a jump, or tracking errors.")
        return scores, evidence

    antiphase, swing_rad = _alternation(motion)
    deep = deep_lows(motion)
    if deep:
        score_lowering(motion, deep, scores, evidence)
        if travels:
            scores["sit-to-stand"], scores["squat"] = 0.5 * scores["sit-to-stand"], 0.5 * scores["squat"]
            _score_passage(motion, scores, evidence)
    elif swing_rad > SWING_RAD and antiphase > 0.3:
        over_ground = speed_m_s > WALKING_M_S
        scores["walking"] = (0.6 if over_ground else 0.45) + 0.4 * antiphase
        evidence.append(
            f"Left and right legs alternate (correlation of the hips {-antiphase:.2f})"
            + (f" at {speed_m_s:.2f} m/s." if over_ground else " without travelling: treadmill or on the spot.")
        )
    elif travels:
        evidence.append(f"The pelvis travels at {speed_m_s:.2f} m/s, but the legs do not alternate clearly.")
    elif (stoop_rad := _stoop_rad(motion)) > STOOP_RAD and travel_m < TRAVEL_M:
        scores["pick-up"] = 0.55
        evidence.append(f"The trunk bends forward by {np.degrees(stoop_rad):.0f} deg and comes up again.")
    if not deep:
        _score_step_up(motion, landmarks, swing_rad, scores, evidence)
    if height_range_m < STILL_HEIGHT_M and travel_m < STILL_TRAVEL_M and swing_rad < SWING_RAD:
        scores["standing"] = 0.9 if float(np.median(motion.mean_knee_rad)) < BENT_KNEES_RAD else 0.4
        evidence.append("The pelvis stays where it is and the legs hardly move.")
    return scores, evidence


def _score_passage(motion: Motion, scores: dict[ActivityName, float], evidence: list[str]) -> None:
    """A trial that is low somewhere and also travels."""
    passages = find_timed_up_and_go(motion)
    if passages and "turn_start" in passages[0].events:
        away_m = float(np.max(distance_from_seat_m(motion, passages[0].start_s)))
        scores["timed-up-and-go"] = 0.9 if passages[0].complete else 0.6
        evidence.append(
            f"Rises, goes {away_m:.1f} m away from the seat and turns there"
            + (", comes back and sits down again." if passages[0].complete else f". {passages[0].note}")
        )
    else:
        scores["other"] = 0.6
        evidence.append("The pelvis also travels: several movements in one trial, or tracking errors.")


def _score_step_up(
    motion: Motion,
    landmarks: Landmarks | None,
    swing_rad: float,
    scores: dict[ActivityName, float],
    evidence: list[str],
) -> None:
    """Feet that come to rest on something higher, or, without feet, a pelvis that does."""
    steps = find_step_ups(motion, landmarks) if landmarks is not None else ()
    leads = [step.lead_side for step in steps if step.complete and "foot_on_step" in step.events]
    net_rise_m = _net_rise_m(motion)
    if leads:
        scores["step-up"] = 0.8
        led = " and ".join({"r": "right", "l": "left"}[side] for side in SIDES if side in leads)
        evidence.append(f"Both feet come to rest on something higher {_times(len(leads))}, the {led} one first.")
    elif STEP_RISE_M[0] < abs(net_rise_m) < STEP_RISE_M[1] and swing_rad > SWING_RAD:
        scores["step-up"] = 0.6
        evidence.append(f"The pelvis ends {net_rise_m:+.2f} m from where it began, one leg ahead of the other.")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


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


def net_speed_m_s(motion: Motion) -> float:
    """Fastest second of travel, so that standing before and after a walk does not dilute it [m/s]."""
    window = min(len(motion.time_s) - 1, round(CLOCK_HZ))
    moved = np.linalg.norm(motion.horizontal_m[window:] - motion.horizontal_m[:-window], axis=1)
    return float(np.max(moved)) * CLOCK_HZ / window


def _net_rise_m(motion: Motion) -> float:
    edge = max(1, len(motion.time_s) // 10)
    return float(np.median(motion.pelvis_height_m[-edge:]) - np.median(motion.pelvis_height_m[:edge]))
