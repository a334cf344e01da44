"""Stances: which points of the soles stand still, when, and at which height they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from pipeline.contact.ground.floor import CONTACT_HEIGHT_M, CONTACT_HEIGHT_WIDTH_M, Floor
from pipeline.contact.ground.soles import Sole
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
        Where each point rests when it stands: on the plane of the foot, floor or step, up to the sole's shape [m].
    """

    activation: Array
    heights_m: Array


def find_stances(soles: dict[str, Sole], floor: Floor) -> dict[str, Stance]:
    """When and where the points of each sole stand still.

    Every point has one height over the planes of its foot: the mean while it stands. The sole of the model need not
    be flat on the floor, nor the subject's shoe.
    """
    return {
        side: _stance(sole, floor.planes_m[side], floor.height_over_rest_m(sole, side)) for side, sole in soles.items()
    }


def _stance(sole: Sole, plane_m: Array, over_rest_m: Array) -> Stance:
    low = expit((CONTACT_HEIGHT_M - over_rest_m) / CONTACT_HEIGHT_WIDTH_M)
    slow = expit((STILL_SPEED_M_PER_S - sole.speeds_m_per_s) / STILL_SPEED_WIDTH_M_PER_S)
    both = low * slow
    activation = np.where(both < LEAST_ACTIVATION, 0.0, both)
    over_plane_m = sole.points_m[:, :, 1] - plane_m[:, None]
    standing_m = np.sum(activation * over_plane_m, axis=0) / np.maximum(np.sum(activation, axis=0), LEAST_ACTIVATION)
    return Stance(activation, plane_m[:, None] + standing_m)
