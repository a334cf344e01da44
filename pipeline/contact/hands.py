"""Hands that may bear load: seen from the movement alone, because no plate is under them and no marker shows a push.

How much a hand bears cannot be known; that it may bear can. Two ways of helping oneself up look like nothing else:

- a hand on a thigh or knee goes with the thigh while the trunk leans over it or the body rises;
- a hand on a rest (armrest, seat edge, walker, wall, rail) stays where it is while the pelvis rises or lowers.

Folded arms go with the trunk, hanging arms are beside the thigh and move over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.motion.body_motion import BodyMotion
from pipeline.motion.filtering import low_pass
from pipeline.motion.hand_loads import SIDES, hand_m
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array, ContactForces, HandSupport

ARM = ("arm_flex", "arm_add", "arm_rot", "elbow_flex", "pro_sup", "wrist_flex", "wrist_dev")
TRUNK = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
# The thigh's mass centre lies so far from hip to knee (Rajagopal 2016: 0.170 of 0.409 m).
MASS_CENTRE_PLACE = 0.4155
# Middle of the hand to the thigh's axis: a thigh of 60 cm circumference, half the thickness of a hand, 1 cm of error.
# Folded arms over a trunk that leans as far as it can come as near (OpenCap lab validation, subject 4, STSweakLegs1).
ON_THIGH_M = 0.12
# On the front of the thigh: not further to the side of it than twice as far as before it.
SIDEWAYS_PER_AHEAD = 2.0
# A hand that bears on the thigh goes with it, give or take the skin; one that passes is faster.
WITH_THIGH_M_PER_S = 0.20
# Hands that bear do so for the better part of a second; what is faster is noise of video (1 cm and more at a hand).
HAND_HZ = 1.0
# The last quarter of the way to the knee: there the hand may bear on the shank, and the knee's moment is unknown too.
OVER_KNEE_PLACE = 0.75
# Upright sitting with the hands in the lap bears nothing that matters: the trunk leans, or the pelvis rises.
LEANING_RAD = np.radians(30.0)
RISING_M_PER_S = 0.05
# A hand on a rest is slower than this and stays within this distance of its place (root mean square).
STAYING_M_PER_S, STAYING_WITHIN_M = 0.10, 0.04
# Meanwhile the pelvis goes up or down by more than breathing, sway and a step make it.
PELVIS_TRAVEL_M = 0.06
# Lower than a child's chair there is no rest, but there are objects that are picked up.
LOWEST_REST_M = 0.35
SHORTEST_S = 0.25


def mark_hands(motion: BodyMotion, forces: ContactForces) -> ContactForces:
    """Say which moments hands that may bear make unknown.

    A hand on the own thigh is inside the body: what the floor bears stays right, the moments between thigh and trunk
    do not. A hand on a rest is outside: without plates nothing is known any more, with plates the legs are.
    """
    unseen = [side for side in SIDES if not _seen(motion, side)]
    supports = tuple(found for side in SIDES if side not in unseen for found in _supports(motion, forces, side))
    unknown = {name: frames.copy() for name, frames in forces.unknown.items()}
    for support in supports:
        for name in support.coordinates:
            frames = unknown.setdefault(name, np.zeros(len(motion.time_s), dtype=bool))
            frames |= support.frames(motion.time_s)
    notes = [support.text for support in supports]
    if unseen:
        notes.append("The arms are not in the movement: whether hands help cannot be seen.")
    return replace(forces, unknown=unknown, hand_supports=supports, notes=(*notes, *forces.notes))


def _seen(motion: BodyMotion, side: str) -> bool:
    """A model without hands has none to see; arms that no marker shows keep their angles."""
    arm = [index for index, name in enumerate(motion.coordinates) if name in {f"{part}_{side}" for part in ARM}]
    bodies = {f"hand_{side}", "torso", "femur_r", "femur_l"}
    return bodies <= set(motion.bodies) and bool(np.any(np.ptp(motion.values[:, arm], axis=0) > 1e-9))


def _supports(motion: BodyMotion, forces: ContactForces, side: str) -> Iterator[HandSupport]:
    free = motion.valid & ~_carrying(motion, side)
    on_thigh = np.zeros_like(free)
    for thigh in SIDES:
        along, going_with = _on_thigh(motion, side, thigh)
        for first, last in _long_runs(motion, free & going_with):
            on_thigh[first : last + 1] = True
            over_knee = bool(np.any(along[first : last + 1] > OVER_KNEE_PLACE))
            names = _affected_by_thigh(motion, side, thigh, over_knee=over_knee)
            start_s, stop_s = float(motion.time_s[first]), float(motion.time_s[last])
            yield HandSupport(side, "knee" if over_knee else "thigh", start_s, stop_s, names)
    hand = hand_m(motion, side)
    high = hand[:, 1] - forces.floor_height_m > LOWEST_REST_M
    height = motion.bodies["pelvis"].origin_m[:, 1]
    for first, last in _long_runs(motion, free & high & (_speed(hand, motion.time_s) < STAYING_M_PER_S)):
        inside = slice(first, last + 1)
        wander = float(np.sqrt(np.mean(np.sum((hand[inside] - np.mean(hand[inside], axis=0)) ** 2, axis=1))))
        if np.ptp(height[inside]) < PELVIS_TRAVEL_M or wander > STAYING_WITHIN_M or np.any(on_thigh[inside]):
            continue
        names = _affected_by_rest(motion, side, measured=forces.origin == "measured")
        yield HandSupport(side, "rest", float(motion.time_s[first]), float(motion.time_s[last]), names)


def _on_thigh(motion: BodyMotion, side: str, thigh: str) -> tuple[Array, NDArray[np.bool_]]:
    """Where along a thigh a hand is (0 hip, 1 knee), and frames in which it may bear on it."""
    femur = motion.bodies[f"femur_{thigh}"]
    length = -motion.segments[f"femur_{thigh}"].mass_centre_m[1] / MASS_CENTRE_PLACE
    hand = np.einsum("tji,tj->ti", femur.body_to_ground, hand_m(motion, side) - femur.origin_m)
    along = np.clip(-hand[:, 1] / length, 0.0, 1.0)
    from_axis = hand + along[:, None] * np.array([0.0, length, 0.0])
    near = np.linalg.norm(from_axis, axis=1) < ON_THIGH_M
    in_front = np.abs(from_axis[:, 2]) < SIDEWAYS_PER_AHEAD * from_axis[:, 0]
    lean = np.arccos(np.clip(motion.bodies["torso"].body_to_ground[:, 1, 1], -1.0, 1.0))
    rise = np.gradient(motion.bodies["pelvis"].origin_m[:, 1], motion.time_s)
    helping = (lean > LEANING_RAD) | (rise > RISING_M_PER_S)
    return along, near & in_front & helping & (_speed(hand, motion.time_s) < WITH_THIGH_M_PER_S)


def _carrying(motion: BodyMotion, side: str) -> NDArray[np.bool_]:
    """Frames in which a hand holds an object, and bears on nothing."""
    if f"load_{side}" not in motion.held:
        return np.zeros(len(motion.time_s), dtype=bool)
    return np.asarray(np.any(motion.held[f"load_{side}"].force_n != 0.0, axis=1))


def _affected_by_thigh(motion: BodyMotion, side: str, thigh: str, *, over_knee: bool) -> tuple[str, ...]:
    names = {*TRUNK, *(f"{part}_{side}" for part in ARM)}
    names |= {f"hip_{turn}_{thigh}" for turn in ("flexion", "adduction", "rotation")}
    names |= {f"knee_angle_{thigh}"} if over_knee else set()
    return tuple(name for name in motion.coordinates if name in names)


def _affected_by_rest(motion: BodyMotion, side: str, *, measured: bool) -> tuple[str, ...]:
    """With plates all but the legs and the other arm; without, all but the other arm."""
    if measured:
        names = {*TRUNK, *(f"{part}_{side}" for part in ARM)}
        return tuple(name for name in motion.coordinates if name in names or name.startswith("pelvis_"))
    other = {f"{part}_{'l' if side == 'r' else 'r'}" for part in ARM}
    return tuple(name for name in motion.coordinates if name not in other)


def _speed(point_m: Array, time_s: Array) -> Array:
    slow = low_pass(point_m, time_s, HAND_HZ)
    return np.asarray(np.linalg.norm(np.gradient(slow, time_s, axis=0), axis=1))


def _long_runs(motion: BodyMotion, frames: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last frame of every stretch that is long enough."""
    for start, stop in runs(frames):
        if motion.time_s[stop - 1] - motion.time_s[start] >= SHORTEST_S:
            yield start, stop - 1
