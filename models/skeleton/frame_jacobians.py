"""How bodies move with the coordinates: frame Jacobians of many poses at once, as OpenSim's `calcFrameJacobian`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from models.skeleton.axis_functions import AxisFunctions
from models.skeleton.batched_algebra import cross, lift
from models.skeleton.heavy_skeleton import HeavySkeleton, axis_twists


@dataclass(frozen=True)
class BodyFrames:
    """Frames of some bodies and their Jacobians; one body after the other, then the batch.

    Attributes
    ----------
    body_to_ground : Tensor, shape (n_bodies, *batch, 3, 3)
    origins_m : Tensor, shape (n_bodies, *batch, 3)
    jacobians : Tensor, shape (n_bodies, *batch, 6, n_coordinates)
        Angular (rows 0-2) and linear (rows 3-5) velocity of the body's origin in ground, per unit speed of each free
        coordinate; followers move with their leaders.
    """

    body_to_ground: Tensor
    origins_m: Tensor
    jacobians: Tensor


def body_frames(skeleton: HeavySkeleton, values: Tensor, bodies: Sequence[str]) -> BodyFrames:
    """Frames and Jacobians of the named bodies.

    Parameters
    ----------
    skeleton : HeavySkeleton
    values : Tensor, shape (*batch, n_coordinates)
        [rad or m].
    bodies : sequence of str
    """
    tree, batch = skeleton.tree, values.shape[:-1]
    values, offsets = tree.batch_last(values)
    axes = AxisFunctions.of(tree, values)
    pose, angular, linear = tree.place(axes.sizes, offsets)
    twists = axis_twists(angular, linear)
    places = [tree.bodies.index(name) for name in bodies]
    jacobians = values.new_empty(len(places), *batch, 6, len(tree.coordinates))
    for jacobian, place in zip(jacobians, places, strict=True):
        moving = twists * lift(skeleton.carries[:, place], twists.dim() - 1)
        columns = axes.gather(moving, len(tree.coordinates))
        columns[:, 3:] += cross(columns[:, :3], pose.origins[1 + place].unsqueeze(0))
        jacobian.copy_(columns.movedim((0, 1), (-1, -2)))
    of_bodies = [1 + place for place in places]
    return BodyFrames(
        body_to_ground=pose.rotations[of_bodies].movedim((1, 2), (-2, -1)),
        origins_m=pose.origins[of_bodies].movedim(1, -1),
        jacobians=jacobians,
    )
