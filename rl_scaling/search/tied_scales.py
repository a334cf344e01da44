"""How markers move with the factors of segments: the derivative by bodies, summed over the bodies of each segment.

A marker is a chain of offsets. Each lies on one body, is turned with it and is linear in its three factors: from the
joint that carries the body to the next joint of the chain, or at its end to the marker. The sum over a segment's
bodies is a product with a constant matrix of zeros and ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.skeleton.batched_algebra import lift
from models.skeleton.kinematics import Kinematic, SkeletonTree


@dataclass(frozen=True)
class TiedScales:
    """The offsets of a skeleton, and the segments whose factors stretch them.

    Attributes
    ----------
    tree : SkeletonTree
    segment_of : Tensor of int, shape (n_bodies,)
    n_segments : int
    frames : Tensor of int, shape (n_offsets,)
        Frame that turns each offset: of bodies that hang on another the offset from joint to joint, then of markers
        the offset from joint to marker.
    levers : Tensor, shape (n_offsets, 3, 3)
        Offset by factors, in the body's frame.
    slides : Tensor of int, shape (n_slides,)
        Translation functions that are scaled with a body.
    of_slides : Tensor of int, shape (n_slides,)
        The offset that each belongs to.
    chains : Tensor, shape (n_markers * n_segments, n_offsets)
        1 where an offset is on the marker's chain and on the segment.
    """

    tree: SkeletonTree
    segment_of: Tensor
    n_segments: int
    frames: Tensor
    levers: Tensor
    slides: Tensor
    of_slides: Tensor
    chains: Tensor

    @classmethod
    def of(cls, tree: SkeletonTree, segment_of: Tensor, n_segments: int) -> TiedScales:
        """Work out the constants.

        Parameters
        ----------
        tree : SkeletonTree
        segment_of : Tensor of int, shape (n_bodies,)
            On the tree's device.
        n_segments : int
        """
        parents = tree.parent_frames - 1
        hanging, on_body = (parents >= 0).nonzero().flatten(), (tree.marker_bodies >= 0).nonzero().flatten()
        above, below = parents[hanging], tree.marker_bodies[on_body]
        levers = torch.cat(
            [tree.parent_lever[hanging] - tree.child_lever[above], tree.marker_lever[on_body] - tree.child_lever[below]]
        )
        # The joint's own offset is on the chain if it carries the marker.
        passed = (tree.carrying.unsqueeze(2) == hanging).any(dim=1)
        at_end = on_body == torch.arange(len(tree.markers), device=on_body.device).unsqueeze(1)
        on_chain = torch.cat([passed, at_end], dim=1)
        segments = torch.arange(n_segments, device=on_body.device)
        of_segment = segment_of[torch.cat([above, below])] == segments.unsqueeze(1)
        scaled = (tree.translation_levers != 0).any(dim=1) & (parents[tree.translation_joints] >= 0)
        slides = scaled.nonzero().flatten()
        return cls(
            tree=tree,
            segment_of=segment_of,
            n_segments=n_segments,
            frames=torch.cat([above, below]) + 1,
            levers=levers,
            slides=slides,
            of_slides=(tree.translation_joints[slides].unsqueeze(1) == hanging).to(levers.dtype).argmax(dim=1),
            chains=(on_chain.unsqueeze(1) & of_segment).flatten(0, 1).to(levers.dtype),
        )

    def by_factor(self, pose: Kinematic, weights: Tensor) -> Tensor:
        """Derivative of the markers by the factors of the segments, times the markers' weights.

        Parameters
        ----------
        pose : Kinematic
            Batch n_frames.
        weights : Tensor, shape (n_markers, n_frames)

        Returns
        -------
        Tensor, shape (n_frames, 3 * n_markers, 3 * n_segments)
            Contiguous; rows are all x of the markers, then y, then z; columns segment after segment [m].
        """
        turned = pose.rotations.transpose(0, 1)[:, self.frames]
        levers = lift(self.levers, 1)
        offsets = turned[:, :, 0:1] * levers[:, 0]
        offsets.addcmul_(turned[:, :, 1:2], levers[:, 1].expand_as(offsets[0]))
        offsets.addcmul_(turned[:, :, 2:3], levers[:, 2].expand_as(offsets[0]))
        axes = lift(self.tree.translation_axes[self.slides], 1)
        along = (turned[:, self.of_slides] * axes).sum(dim=2) * pose.translations[self.slides]
        slid = along.unsqueeze(2) * lift(self.tree.translation_levers[self.slides], 1)
        offsets.index_add_(1, self.of_slides, slid)
        found = torch.matmul(self.chains, offsets.flatten(2)).unflatten(1, (len(weights), -1))
        found = found.unflatten(3, (3, -1)).mul_(weights[:, None, None])
        return found.flatten(0, 3).T.contiguous().unflatten(1, (3 * len(weights), -1))
