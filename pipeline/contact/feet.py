"""The feet as patches of contact, and where their load rests if nothing else is known."""

from __future__ import annotations

import numpy as np

from pipeline.contact.axes import HeadingAxes
from pipeline.contact.floor import Footprint
from pipeline.contact.patches import Patch
from pipeline.contact.terms import LEAST_FOOT_LOAD
from pipeline.trajectories import Array

# Shoe on laboratory floor; the bound is rarely met.
FRICTION = 0.7
# Largest free moment of a foot per newton of its load [m]; measured ones stay below (feasibility study).
FREE_MOMENT_ARM_M = 0.04


def foot_patch(side: str, foot: Footprint, axes: HeadingAxes) -> Patch:
    """The points of a sole, laid onto the floor under it."""
    nodes = foot.sole.points_m.copy()
    nodes[:, :, 1] = np.asarray(foot.floor_m).reshape(-1, 1)
    return Patch(side, foot.sole.body, axes.place(nodes), foot.point_activation, FRICTION, FREE_MOMENT_ARM_M)


def expected_load(feet: dict[str, Footprint], side: str, under_feet: Array) -> Array:
    """About what one foot bears, shape (n_frames,) [N/kg]: the feet's load, shared by how much of each is down."""
    down = {name: foot.activation for name, foot in feet.items()}
    share = down[side] / np.maximum(down["r"] + down["l"], 1e-3)
    return np.maximum(share * under_feet, LEAST_FOOT_LOAD)
