"""Stances: which points of the soles stand still, when, and at which height they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from pipeline.contact.floor import CONTACT_HEIGHT_M, CONTACT_HEIGHT_WIDTH_M, Floor
from pipeline.contact.soles import Sole
from pipeline.trajectories import Array

# A standing point is slower than a loaded one may be: a foot that rolls or pivots bears load and moves. Speed and
# width of the transition are those of the feasibility study of foot locking, set by hand on video of three trials.
STILL_SPEED_M_PER_S, STILL_SPEED_WIDTH_M_PER_S = 0.25, 0.05
# Less than this is the tail of the soft edges: such a point is in the air and is left alone.
LEAST_ACTIVATION = 0.01


@dataclass(frozen=True)
class Stance:
    """Standing of one sole.

    Attributes
    ----------
    activation : ndarray, shape (n_frames, n_points)
        0 in the air or on the move, 1 standing still.
    heights_m : ndarray, shape (n_frames, n_points)
        Where each point rests when it stands: height of the plane, floor or step, and the sole's unevenness [m].
    """

    activation: Array
    heights_m: Array


def find_stances(soles: dict[str, Sole], floor: Floor) -> dict[str, Stance]:
    """When and where the points of each sole stand still."""
    return {
        side: Stance(
            activation=_activation(floor.height_over_rest_m(sole, side), sole.speeds_m_per_s),
            heights_m=floor.planes_m[side][:, None] + floor.unevenness_m[side],
        )
        for side, sole in soles.items()
    }


def _activation(over_rest_m: Array, speeds_m_per_s: Array) -> Array:
    low = expit((CONTACT_HEIGHT_M - over_rest_m) / CONTACT_HEIGHT_WIDTH_M)
    slow = expit((STILL_SPEED_M_PER_S - speeds_m_per_s) / STILL_SPEED_WIDTH_M_PER_S)
    both = low * slow
    return np.where(both < LEAST_ACTIVATION, 0.0, both)
