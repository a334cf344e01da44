"""What an object of known mass does to the hands that lift it.

Nobody sees the object; it is taken to be held from the moment the hands are lowest, to the end of the trial, and to
move with the hands.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.errors import ContactForceError
from pipeline.motion.body_motion import BodyMotion
from pipeline.motion.filtering import derivatives, low_pass
from pipeline.trajectories import Array, ContactForce

SIDES = {"r": "right", "l": "left"}
# The higher hand is free when it is so much higher than the other one at its lowest [m].
TOGETHER_M = 0.15
# What the low-pass leaves long before the grasp: below this share of its weight the object is not in the hand.
NOTHING_HELD = 1e-3


def with_load(motion: BodyMotion, load_kg: float) -> BodyMotion:
    """The movement with an object in one or both hands, from the lowest point of the hands onward.

    The object's weight and inertia act at the middle of the hands that hold it, half in each of two hands. The grasp
    takes as long as the low-pass of the movement makes it.

    Parameters
    ----------
    motion : BodyMotion
    load_kg : float
        Mass of the object [kg].

    Raises
    ------
    ContactForceError
        The model has no hands.
    """
    hands = {side: hand_m(motion, side) for side in SIDES if f"hand_{side}" in motion.bodies}
    if len(hands) < len(SIDES):
        raise ContactForceError(
            "The model has no hands that could hold the object.",
            hint="Use a model with the bodies hand_r and hand_l, or leave out the mass of the object.",
        )
    # Filter and spline have no support at the edges, where an extreme may be one of theirs.
    lowest = {side: np.where(motion.valid, place[:, 1], np.inf) for side, place in hands.items()}
    lower = min(SIDES, key=lambda side: lowest[side].min())
    grasp = int(np.argmin(lowest[lower]))
    holding = [side for side in SIDES if hands[side][grasp, 1] - hands[lower][grasp, 1] < TOGETHER_M]
    middle = np.mean([hands[side] for side in holding], axis=0)
    _, acceleration = derivatives(middle, motion.time_s)
    held = (np.arange(len(motion.time_s)) >= grasp)[:, None]
    pulled = held * load_kg * (motion.gravity_m_per_s2 - acceleration)
    force = low_pass(pulled, motion.time_s, motion.cutoff_hz) / len(holding)
    heavy = np.linalg.norm(force, axis=1) > NOTHING_HELD * load_kg * np.linalg.norm(motion.gravity_m_per_s2)
    force[~heavy] = 0.0
    where = "both hands" if len(holding) > 1 else f"the {SIDES[lower]} hand"
    note = f"An object of {load_kg:g} kg is taken to be in {where} from {motion.time_s[grasp]:.2f} s to the end."
    loads = {f"load_{side}": _load(side, hands[side], force) for side in holding}
    return replace(motion, held=loads, notes=(*motion.notes, note))


def hand_m(motion: BodyMotion, side: str) -> Array:
    """Middle of a hand in ground, shape (n_frames, 3) [m]."""
    name = f"hand_{side}"
    return motion.bodies[name].point_m(motion.segments[name].mass_centre_m)


def _load(side: str, point_m: Array, force_n: Array) -> ContactForce:
    # Its mass is as given: no covariance of its own.
    certain = np.zeros((len(force_n), 6, 6))
    return ContactForce(f"hand_{side}", force_n, point_m, np.zeros_like(force_n), certain)
