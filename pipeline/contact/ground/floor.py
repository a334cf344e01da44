"""Where the floor is, and which parts of the feet are on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.errors import ContactForceError
from pipeline.contact.ground.planes import STANDING_SPEED_M_PER_S, find_planes
from pipeline.contact.ground.soles import Sole
from pipeline.trajectories import Array

# Standing points sit on the floor up to noise and raised heels: a low quantile, not the minimum, is the floor.
FLOOR_QUANTILE = 0.2
# The skeleton's sole is not quite flat on the subject (shoes, pose of the ankle in the neutral trial): each point has a
# resting height of its own. Beyond this a point is not resting but raised.
LARGEST_UNEVENNESS_M = 0.015
# A point bears load below this height over its resting height and below this speed; the widths are those of the
# transition. Figures of a feasibility study on force plates (OpenCap lab validation, subject 4).
CONTACT_HEIGHT_M, CONTACT_HEIGHT_WIDTH_M = 0.015, 0.005
CONTACT_SPEED_M_PER_S, CONTACT_SPEED_WIDTH_M_PER_S = 0.45, 0.12
# Where along the part of the sole that is down the load rests in quiet standing: about 40 % of the way from heel to
# toes, on the line from the heel to the second toe (the calcn's X axis).
RESTING_PLACE = 0.40


@dataclass(frozen=True)
class Floor:
    """A level floor, and the steps on it.

    Attributes
    ----------
    height_m : float
        Of the floor in the ground frame [m].
    unevenness_m : dict of str to ndarray, shape (n_points,)
        Height of every sole point of each foot when it rests, over the plane the foot rests on [m].
    planes_m : dict of str to ndarray, shape (n_frames,)
        Height of the plane each foot is on, came from or goes to: the floor's, or a step's [m].
    """

    height_m: float
    unevenness_m: dict[str, Array]
    planes_m: dict[str, Array]

    @property
    def steps_m(self) -> tuple[float, ...]:
        """Heights of the steps over the floor, ascending [m]."""
        heights = np.unique(np.concatenate(list(self.planes_m.values())) - self.height_m)
        return tuple(float(height) for height in heights if height > 0.0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know."""
        steps = [f"A step of {step * 100:.0f} cm was stood on." for step in self.steps_m]
        return (f"Floor estimated at {self.height_m * 1000:.0f} mm from the feet.", *steps)

    def height_over_rest_m(self, sole: Sole, side: str) -> Array:
        """How far each point of a sole is above where it rests, shape (n_frames, n_points) [m]."""
        return sole.points_m[:, :, 1] - self.planes_m[side][:, None] - self.unevenness_m[side]


@dataclass(frozen=True)
class Footprint:
    """The part of one sole that is on the floor, as a box along the foot.

    Attributes
    ----------
    activation : ndarray, shape (n_frames,)
        0 in the air, 1 on the floor.
    point_activation : ndarray, shape (n_frames, n_points)
        The same for every point of the sole.
    back_m, front_m : ndarray, shape (n_frames,)
        Reach of the box along the foot from the heel [m].
    left_m, right_m : ndarray, shape (n_frames,)
        Reach across the foot [m].
    floor_m : ndarray, shape (n_frames,)
        Height of the plane the foot is on [m].
    """

    sole: Sole
    activation: Array
    point_activation: Array
    back_m: Array
    front_m: Array
    left_m: Array
    right_m: Array
    floor_m: Array

    @property
    def resting_point_m(self) -> Array:
        """Where the load rests in quiet standing, shape (n_frames, 3) [m]."""
        return self.point_at_m(RESTING_PLACE)

    def point_at_m(self, share: float | Array) -> Array:
        """Point a share of the way from the back to the front of what is down, shape (n_frames, 3) [m]."""
        along = self.back_m + share * (self.front_m - self.back_m)
        return self.sole.place_m(along, np.zeros_like(self.back_m), self.floor_m)

    @property
    def sole_middle_m(self) -> Array:
        """Where the load rests on a sole that is down as a whole, shape (n_frames, 3) [m]."""
        forward, _ = self.sole.along(self.sole.points_m)
        heel, toe = forward.min(axis=1), forward.max(axis=1)
        return self.sole.place_m(heel + RESTING_PLACE * (toe - heel), np.zeros_like(heel), self.floor_m)

    def nearest_on_sole_m(self, points_m: Array) -> Array:
        """Nearest points of the whole sole, whether it is on the floor or not, shape (n_frames, 3) [m]."""
        sole_forward, _ = self.sole.along(self.sole.points_m)
        forward, sideways = self.sole.along(points_m)
        return self.sole.place_m(
            np.clip(forward, sole_forward.min(axis=1), sole_forward.max(axis=1)),
            np.clip(sideways, self.left_m, self.right_m),
            self.floor_m,
        )


def find_floor(soles: dict[str, Sole]) -> Floor:
    """Height of the floor from the points of the soles that stand still on it.

    Every point gets its own resting height, a low quantile of its heights while it stands; the floor is the median of
    them, so that a heel held up through the whole trial does not lift it. Steps are found after it, see `find_planes`.

    Raises
    ------
    ContactForceError
        No part of either foot ever stands still.
    """
    found = [_resting_heights(sole) for sole in soles.values()]
    # Feet are alike: a point that never comes down on one side, a heel held up, rests where its twin does.
    resting = dict.fromkeys(soles, np.fmin(*found))
    known = np.concatenate(found)
    known = known[np.isfinite(known)]
    if known.size == 0:
        raise ContactForceError(
            "Neither foot ever stands still, so the floor cannot be found.",
            hint="The markers of the feet may be lost or the trial may be from a treadmill; forces then need plates.",
        )
    height = float(np.median(known))
    unevenness = {
        side: np.clip(np.nan_to_num(own - height), -LARGEST_UNEVENNESS_M, LARGEST_UNEVENNESS_M)
        for side, own in resting.items()
    }
    above = {side: np.min(sole.points_m[:, :, 1] - unevenness[side], axis=1) - height for side, sole in soles.items()}
    planes = {side: height + steps for side, steps in find_planes(soles, above).items()}
    return Floor(height, unevenness, planes)


def _resting_heights(sole: Sole) -> Array:
    heights = sole.points_m[:, :, 1]
    resting = np.full(heights.shape[1], np.nan)
    for point, (own_heights, own_speeds) in enumerate(zip(heights.T, sole.speeds_m_per_s.T, strict=True)):
        standing = own_heights[own_speeds < STANDING_SPEED_M_PER_S]
        if standing.size:
            resting[point] = np.quantile(standing, FLOOR_QUANTILE)
    return resting


def find_footprint(sole: Sole, floor: Floor, side: str) -> Footprint:
    """Which part of a sole is on the floor, from height and speed of its points."""
    activation = expit((CONTACT_HEIGHT_M - floor.height_over_rest_m(sole, side)) / CONTACT_HEIGHT_WIDTH_M) * expit(
        (CONTACT_SPEED_M_PER_S - sole.speeds_m_per_s) / CONTACT_SPEED_WIDTH_M_PER_S
    )
    forward, sideways = sole.along(sole.points_m)
    heel, toe = forward.min(axis=1, keepdims=True), forward.max(axis=1, keepdims=True)
    # A point that lifts withdraws from the box gradually: its claim moves to the other end of the foot.
    back = np.min(forward + (1.0 - activation) * (toe - forward), axis=1)
    front = np.max(forward - (1.0 - activation) * (forward - heel), axis=1)
    middle = 0.5 * (back + front)
    return Footprint(
        sole=sole,
        activation=activation.max(axis=1),
        point_activation=activation,
        back_m=np.minimum(back, middle),
        front_m=np.maximum(front, middle),
        left_m=sideways.min(axis=1),
        right_m=sideways.max(axis=1),
        floor_m=floor.planes_m[side],
    )
