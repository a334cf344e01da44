"""How markers move when bodies are scaled: analytic, because joint rotations do not depend on the scales.

A marker is a sum of offsets along the chain from ground to its body, each turned by a body's rotation and linear in
that body's three scale factors. So body ``b`` contributes three terms at most: the joint that carries it (minus its
lever on ``b``), the next joint of the chain (its lever and scaled translations on ``b``), or the marker's own lever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.skeleton.batched_algebra import lift, multiply

if TYPE_CHECKING:
    from models.skeleton.kinematics import Kinematic, SkeletonTree


def by_scale(tree: SkeletonTree, pose: Kinematic) -> Tensor:
    """Derivative of marker positions by scale factors, batch last.

    Returns
    -------
    Tensor, shape (n_markers, 3, n_bodies, 3, *batch)
        Metres per unit of factor.
    """
    n_batch = pose.markers.dim() - 2
    batch = pose.markers.shape[2:]
    outer = tree.translation_axes.unsqueeze(2) * tree.translation_levers.unsqueeze(1)
    sliding = lift(outer, n_batch) * pose.translations.unsqueeze(1).unsqueeze(1)
    levers = lift(tree.parent_lever, n_batch).expand(-1, -1, -1, *batch)
    levers = levers.index_add(0, tree.translation_joints, sliding)
    nothing = pose.markers.new_zeros(1, 3, 3, *batch)
    onwards = torch.cat([multiply(pose.rotations[tree.parent_frames], levers), nothing])
    inwards = torch.cat([-multiply(pose.rotations[1:], lift(tree.child_lever, n_batch)), nothing])
    own = multiply(pose.rotations[tree.marker_bodies + 1], lift(tree.marker_lever, n_batch))

    moved = inwards[tree.carrying] + onwards[tree.following]
    moved = moved + lift(tree.sitting.unsqueeze(2).unsqueeze(2), n_batch) * own.unsqueeze(1)
    return moved.movedim(2, 1)
