"""The soles of the feet: which points may touch the floor, and where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.errors import ContactForceError
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

if TYPE_CHECKING:
    from models.skeleton.kinematics import SkeletonTree

SIDES = ("r", "l")
FEET = ("talus", "calcn", "toes")
# Feet of the generic skeleton (Rajagopal 2016): lengths to which the points below belong [m].
GENERIC_FOOT_LENGTH_M = 0.1788
GENERIC_ANKLE_HEIGHT_M = 0.04195
# Foot-ground contact spheres of OpenCap's simulations (Falisse 2019, J R Soc Interface 16:20190402; Uhlrich 2023, PLOS
# Comput Biol 19:e1011462), right foot: centres in calcn and toes. Their lowest points make the sole: 10 mm + the radius
# of 32 mm below the body's origin. The single heel sphere is taken as two points 20 mm to either side of it, so that
# the heel has a width.
SOLE_DEPTH_M = 0.042
CALCN_POINTS_M = (
    (0.0019, -SOLE_DEPTH_M, -0.0238),
    (0.0019, -SOLE_DEPTH_M, 0.0162),
    (0.0662, -SOLE_DEPTH_M, 0.0264),
    (0.1484, -SOLE_DEPTH_M, -0.0287),
    (0.1330, -SOLE_DEPTH_M, 0.0516),
)
TOES_POINTS_M = ((0.0600, -SOLE_DEPTH_M, -0.0188), (0.0450, -SOLE_DEPTH_M, 0.0619))


@dataclass(frozen=True)
class Sole:
    """Points under one foot over time.

    Attributes
    ----------
    body : str
        The body that contact forces of this foot act on.
    points_m : ndarray, shape (n_frames, n_points, 3)
        Ground frame [m]; heel first, toes last.
    speeds_m_per_s : ndarray, shape (n_frames, n_points)
    time_s : ndarray, shape (n_frames,)
    forward, sideways : ndarray, shape (n_frames, 3)
        Horizontal unit vectors: heel to toe, and across it.
    """

    body: str
    points_m: Array
    speeds_m_per_s: Array
    time_s: Array
    forward: Array
    sideways: Array

    def along(self, points_m: Array) -> tuple[Array, Array]:
        """Distance of points from the heel, forward and sideways, each shape (n_frames, ...) [m]."""
        extra = points_m.ndim - 2
        shape = (len(self.forward),) + (1,) * extra + (3,)
        from_heel = points_m - self.points_m[:, :2].mean(axis=1).reshape(shape)
        return (
            np.sum(from_heel * self.forward.reshape(shape), axis=-1),
            np.sum(from_heel * self.sideways.reshape(shape), axis=-1),
        )

    def place_m(self, forward_m: Array, sideways_m: Array, height_m: float | Array) -> Array:
        """Ground point of these distances from the heel, at a height, shape (n_frames, 3) [m]."""
        heel = self.points_m[:, :2].mean(axis=1)
        point = heel + forward_m[:, None] * self.forward + sideways_m[:, None] * self.sideways
        point[:, 1] = height_m
        return point


def find_soles(motion: BodyMotion) -> dict[str, Sole]:
    """Soles of both feet of a body that moves.

    Raises
    ------
    ContactForceError
        The model has no calcn and toes on both sides.
    """
    followed = {
        joint: offset for joint, offset in motion.foot_offsets_m.items() if joint.split("_to_")[1] in motion.bodies
    }
    return {
        side: make_sole(
            side,
            np.stack([motion.bodies[body].point_m(offset) for body, offset in points], axis=1),
            motion.bodies[f"calcn_{side}"].body_to_ground[:, :, 0],
            motion.time_s,
        )
        for side, points in sole_points(followed).items()
    }


def sole_points(foot_offsets_m: dict[str, Array]) -> dict[str, list[tuple[str, Array]]]:
    """Body and place in it [m] of the points of each sole, heel first, sized by the model's own feet.

    Length and width follow the distance from the heel's origin to the toe joint, depth the height of the talus over
    the calcaneus.

    Parameters
    ----------
    foot_offsets_m : dict of str to ndarray
        Where, in its parent body, each foot joint sits: ``talus_to_calcn_r``, ``calcn_to_toes_r``, same for ``_l``.

    Raises
    ------
    ContactForceError
        The model has no calcn and toes on both sides.
    """
    needed = [f"{joint}_{side}" for joint in ("talus_to_calcn", "calcn_to_toes") for side in SIDES]
    if not set(needed) <= set(foot_offsets_m):
        raise ContactForceError(
            "The model has no feet to stand on.",
            hint=f"Contact forces need the bodies {', '.join(f'{body}_{side}' for body in FEET for side in SIDES)}.",
        )
    points = {}
    for side in SIDES:
        length = foot_offsets_m[f"calcn_to_toes_{side}"][0] / GENERIC_FOOT_LENGTH_M
        depth = abs(foot_offsets_m[f"talus_to_calcn_{side}"][1]) / GENERIC_ANKLE_HEIGHT_M
        scale = np.array([length, depth, length if side == "r" else -length])
        points[side] = [(f"calcn_{side}", scale * np.array(offset)) for offset in CALCN_POINTS_M]
        points[side] += [(f"toes_{side}", scale * np.array(offset)) for offset in TOES_POINTS_M]
    return points


def points_of_soles(tree: SkeletonTree) -> dict[str, list[tuple[str, Array]]]:
    """Body and place in it [m] of the points of each sole of a skeleton, heel first; see `sole_points`."""
    on_parent = dict(zip(tree.bodies, tree.offsets().on_parent[..., 0].numpy(), strict=True))
    parents = {body: tree.bodies[parent] for body, parent in zip(tree.bodies, tree.parents, strict=True)}
    return sole_points(
        {
            f"{parents[foot].rsplit('_', 1)[0]}_to_{foot}": on_parent[foot]
            for foot in (f"{body}_{side}" for body in FEET for side in SIDES)
            if foot in on_parent
        }
    )


def make_sole(side: str, points_m: Array, foot_axis: Array, time_s: Array) -> Sole:
    """A sole from its points, (n_frames, n_points, 3) [m], and the direction of the foot, (n_frames, 3)."""
    forward = horizontal(foot_axis)
    speeds = np.linalg.norm(np.gradient(points_m, time_s, axis=0), axis=-1)
    return Sole(f"calcn_{side}", points_m, speeds, time_s, forward, to_the_right(forward))


def heading(soles: Iterable[Sole]) -> tuple[Array, Array]:
    """Horizontal unit vectors the feet point to together, and to the right of it, each shape (n_frames, 3)."""
    forward = horizontal(np.sum([sole.forward for sole in soles], axis=0))
    return forward, to_the_right(forward)


def horizontal(direction: Array) -> Array:
    """Horizontal unit vectors along directions, shape (n_frames, 3)."""
    flat = direction * np.array([1.0, 0.0, 1.0])
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)


def to_the_right(forward: Array) -> Array:
    """Horizontal unit vectors to the right of horizontal ones, shape (n_frames, 3): X forward has Z to its right."""
    return np.column_stack([-forward[:, 2], np.zeros(len(forward)), forward[:, 0]])
