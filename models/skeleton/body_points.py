"""Points fixed to bodies of the skeleton that are no markers of the model, such as those of a sole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.skeleton.batched_algebra import apply, cross, lift
from models.skeleton.kinematics import Kinematic, SkeletonTree

ALL = slice(None)


@dataclass(frozen=True)
class BodyPoints:
    """Points of a skeleton.

    Attributes
    ----------
    tree : SkeletonTree
    bodies : Tensor of int, shape (n_points,)
        Place of each point's body among the bodies of the tree.
    offsets_m : Tensor, shape (n_points, 3)
        In the frame of the body [m].
    """

    tree: SkeletonTree
    bodies: Tensor
    offsets_m: Tensor

    @classmethod
    def of(cls, tree: SkeletonTree, points: list[tuple[str, NDArray[np.float64]]]) -> BodyPoints:
        """Points given as name of the body and offset in its frame [m]."""
        return cls(
            tree=tree,
            bodies=torch.tensor([tree.bodies.index(body) for body, _ in points]),
            offsets_m=torch.as_tensor(np.array([offset for _, offset in points]), dtype=tree.default.dtype),
        )

    @property
    def limbs(self) -> Tensor:
        """Places of the free coordinates that move some point against the root body."""
        tree = self.tree
        joints = torch.tensor(tree.joint_of[: len(tree.coordinates)])
        inner = torch.tensor([joint >= 0 and tree.parents[joint] >= 0 for joint in joints.tolist()])
        return (inner & (tree.ancestors[self.bodies].amax(dim=0)[joints] > 0)).nonzero().flatten()

    def positions_m(self, pose: Kinematic) -> Tensor:
        """Where the points are in ground, shape (n_points, 3, n_frames) [m]."""
        carrying = self.bodies + 1
        return pose.origins[carrying] + apply(pose.rotations[carrying], lift(self.offsets_m, 1))

    def jacobian(self, values: Tensor, pose: Kinematic, chosen: Tensor | slice = ALL) -> Tensor:
        """Derivative of the positions by the free coordinates.

        Parameters
        ----------
        values : Tensor, shape (n_coordinates, n_frames)
        pose : Kinematic
            In these values, with twists.
        chosen : Tensor of int or slice
            Places of the coordinates that are asked for; all without.

        Returns
        -------
        Tensor, shape (n_chosen, n_points, 3, n_frames) [m/rad or 1]
        """
        tree, places = self.tree, self.positions_m(pose)
        driven = chosen if len(tree.driven) == len(tree.coordinates) else ALL
        joints = torch.tensor(tree.joint_of)[driven]
        # A coordinate without a joint (-1) moves nothing.
        moves = tree.ancestors[self.bodies][:, joints].T * (joints >= 0).unsqueeze(1)
        arms = torch.stack([cross(turn.expand_as(places), places) for turn in pose.angular[driven].unsqueeze(1)])
        of_driven = lift(moves, 2) * (arms + pose.linear[driven].unsqueeze(1))
        if len(tree.driven) == len(tree.coordinates):
            return of_driven
        return torch.einsum("dct,dpit->cpit", tree.coupling(values)[:, chosen], of_driven)
