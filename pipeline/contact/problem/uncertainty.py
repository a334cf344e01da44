"""How certain the contact forces of a trial are: the covariance that the stated standard deviations leave."""

from __future__ import annotations

import numpy as np

from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.problem.patches import Layout, Patch, wrench_on_body
from pipeline.contact.problem.solver import LEAST_ACTIVATION, Rows, curvature
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

# What is off the surface is certainly zero: its curvature is as good as infinite.
OFF = 1e9


def unknowns_covariance(layout: Layout, rows: list[Rows]) -> Array:
    """Covariance of the unknowns of each frame alone, shape (n_frames, width, width) [(N/kg)^2].

    The inverse of the least-squares problem's curvature. Neighbouring frames are left out, because most errors (where
    the trunk's mass is, how a foot is loaded) last longer than a few frames; the bounds are left out too. Both make the
    standard errors rather too large than too small.
    """
    blocks = curvature(layout, rows)
    off = ~layout.active(LEAST_ACTIVATION)
    frame, place = np.nonzero(off)
    blocks[frame, place, place] += OFF
    return np.asarray(np.linalg.inv(blocks))


def wrench_on_body_covariance(
    layout: Layout, patch: Patch, covariance: Array, motion: BodyMotion, axes: HeadingAxes
) -> Array:
    """Covariance of moment about the body's origin and force of one patch, in ground, (n_frames, 6, 6) [Nm, N]."""
    per_unknown = motion.mass_kg * wrench_on_body(patch, motion, axes)
    own = layout.slice_of(patch)
    return np.asarray(per_unknown @ covariance[:, own, own] @ np.swapaxes(per_unknown, 1, 2))
