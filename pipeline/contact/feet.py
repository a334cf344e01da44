"""The feet as patches of contact, and where their load rests if nothing else is known."""

from __future__ import annotations

import numpy as np

from pipeline.contact.ground.floor import RESTING_PLACE, Footprint
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.problem.patches import Patch
from pipeline.contact.problem.terms import LEAST_FOOT_LOAD
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

# Shoe on laboratory floor; the bound is rarely met.
FRICTION = 0.7
# Largest free moment of a foot per newton of its load [m]; measured ones stay below (feasibility study).
FREE_MOMENT_ARM_M = 0.04
# Place of the ankle along the generic sole, heel to toes (Rajagopal 2016; points of `pipeline.contact.ground.soles`).
ANKLE_PLACE = 0.29


def foot_patch(side: str, foot: Footprint, axes: HeadingAxes) -> Patch:
    """The points of a sole, laid onto the floor under it."""
    nodes = foot.sole.points_m.copy()
    nodes[:, :, 1] = foot.floor_m[:, None]
    return Patch(side, foot.sole.body, axes.place(nodes), foot.point_activation, FRICTION, FREE_MOMENT_ARM_M)


def expected_load(feet: dict[str, Footprint], side: str, under_feet: Array) -> Array:
    """About what one foot bears, shape (n_frames,) [N/kg]: the feet's load, shared by how much of each is down."""
    share = feet[side].activation / np.maximum(feet["r"].activation + feet["l"].activation, 1e-3)
    return np.maximum(share * under_feet, LEAST_FOOT_LOAD)


def resting_point_m(motion: BodyMotion, side: str, foot: Footprint) -> Array:
    """Where a foot's load rests if nothing else is known, in ground, shape (n_frames, 3) [m].

    As in quiet standing under a leg that is upright; under the ankle, where it asks nothing of the calf, when the thigh
    is level. Rising from a chair begins with the load drawn back by the shin's muscles (Crenna & Frigo 1991, J Physiol
    437:635).
    """
    upright = np.clip(motion.bodies[f"femur_{side}"].body_to_ground[:, 1, 1], 0.0, 1.0)
    return foot.point_at_m(ANKLE_PLACE + (RESTING_PLACE - ANKLE_PLACE) * upright)
