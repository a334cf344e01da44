"""Cost, gradient and Gauss-Newton Hessian of a pose against measured markers, without a stored Jacobian.

Every coordinate is a world twist (w, v) that moves the markers downstream of its joint. With them as point masses of
their weights, J'WJ has the form of a mass matrix, and the composite-rigid-body algorithm applies (Featherstone, Rigid
Body Dynamics Algorithms, 2008, chapter 6): per coordinate M0 = sum W, M1 = sum W x, M2 = sum W x x', f = sum W r and
n = sum W x x r over the markers downstream; then p = w x M1 + M0 v and h = tr(M2) w - M2 w + M1 x v, and

    H[c, d] = w_d . h_c + v_d . p_c   where d is upstream of c or in the same joint,   g[c] = v_c . f_c + w_c . n_c.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from models.skeleton.batched_algebra import cross
from models.skeleton.kinematics import Kinematic, Offsets, SkeletonTree

# Damping that is always there, relative to the mean weight of a frame.
LEAST = 1e-8


class NormalEquations(NamedTuple):
    """Of half the cost: cost (n_frames,), gradient (n_frames, n_active), hessian (n_frames, n_active, n_active)."""

    cost: Tensor
    gradient: Tensor
    hessian: Tensor


@dataclass(frozen=True)
class PoseProblem:
    """Poses of many frames to be found from their markers.

    The cost of a frame is ``sum(weight * distance^2) + sum(pull * (value - default)^2)``.

    Attributes
    ----------
    tree : SkeletonTree
    offsets : Offsets
        One batch dimension: one skeleton for all frames (length 1), or one a frame.
    measured_m : Tensor, shape (n_markers, 3, n_frames)
        Anything finite where the weight is zero.
    weights : Tensor, shape (n_markers, n_frames)
    active : Tensor, shape (n_active,)
        Places of the coordinates that are to be found; the others stay as they are.
    pulls, targets : Tensor, shape (n_active, 1)
        How strongly each coordinate is drawn [1/rad^2, times the markers' 1/m^2], and to where.
    low, high : Tensor, shape (n_active,)
    floor : Tensor, shape (n_frames,)
        Keeps the equations solvable where markers of a frame are missing. Of the recording that a frame belongs to, so
        that a frame's solution does not depend on what it is solved together with.
    """

    tree: SkeletonTree
    offsets: Offsets
    measured_m: Tensor
    weights: Tensor
    active: Tensor
    pulls: Tensor
    targets: Tensor
    low: Tensor
    high: Tensor
    floor: Tensor
    # Constants of the structure: driven coordinates that matter, markers downstream of them, who is upstream of whom.
    driven: Tensor
    downstream: Tensor
    upstream: Tensor

    @classmethod
    def of(
        cls,
        tree: SkeletonTree,
        offsets: Offsets,
        measured_m: Tensor,
        weights: Tensor,
        active: Tensor,
        pulls: Tensor,
        targets: Tensor,
    ) -> PoseProblem:
        """State a problem; the constants of its structure are worked out here."""
        driven = active
        if len(tree.driven) > len(tree.coordinates):
            n_free = len(tree.coordinates)
            follows = torch.isin(tree.coupler_inputs, active).nonzero().flatten()
            driven = torch.cat([active, follows + n_free])
        joints = torch.tensor(tree.joint_of, device=active.device)[driven]
        carries = tree.ancestors[joints][:, joints]
        same = joints[:, None] == joints[None, :]
        # A range of a full turn or more is no limit: angles may be counted through.
        bounded = tree.high[active] - tree.low[active] < 2 * torch.pi
        endless = torch.full_like(tree.low[active], torch.inf)
        return cls(
            tree=tree,
            offsets=offsets,
            measured_m=measured_m,
            weights=weights,
            active=active,
            pulls=pulls,
            targets=targets,
            low=torch.where(bounded, tree.low[active], -endless),
            high=torch.where(bounded, tree.high[active], endless),
            floor=(LEAST * weights.sum(dim=0).mean()).expand(weights.shape[1]),
            driven=driven,
            downstream=tree.downstream[driven],
            # Both halves of the Hessian are added up below, so pairs within a joint count half.
            upstream=torch.where(same, 0.5, carries),
        )

    def frames(self, chosen: Tensor | slice) -> PoseProblem:
        """The problem of some of the frames."""
        return replace(
            self,
            measured_m=self.measured_m[..., chosen],
            weights=self.weights[..., chosen],
            floor=self.floor[chosen],
            offsets=select_offsets(self.offsets, chosen),
        )

    def residuals_m(self, values: Tensor) -> Tensor:
        """Modelled minus measured positions, shape (n_markers, 3, n_frames) [m]."""
        return self.tree.kinematics(values, self.offsets, twists=False).markers - self.measured_m

    def cost(self, values: Tensor) -> Tensor:
        """Cost of each frame, shape (n_frames,)."""
        return self.cost_at(values, self.tree.kinematics(values, self.offsets, twists=False).markers)

    def cost_at(self, values: Tensor, markers_m: Tensor) -> Tensor:
        """Cost of each frame whose modelled markers, (n_markers, 3, n_frames), are known."""
        of_markers = (self.weights * (markers_m - self.measured_m).square().sum(dim=1)).sum(dim=0)
        return of_markers + (self.pulls * (values[self.active] - self.targets).square()).sum(dim=0)

    def at(self, values: Tensor) -> NormalEquations:
        """Normal equations in these poses, shape (n_coordinates, n_frames)."""
        return self.at_pose(values, self.tree.kinematics(values, self.offsets))

    def at_pose(self, values: Tensor, pose: Kinematic) -> NormalEquations:
        """Normal equations in poses whose kinematics are known."""
        gradient, hessian = self._of_markers(pose, pose.markers - self.measured_m)
        if len(self.driven) > len(self.active):
            coupling = self._coupling(values)
            gradient = (gradient.unsqueeze(1) @ coupling).squeeze(1)
            hessian = coupling.transpose(1, 2) @ hessian @ coupling
        pulled = self.pulls * (values[self.active] - self.targets)
        hessian.diagonal(dim1=1, dim2=2).add_(self.pulls.flatten())
        return NormalEquations(self.cost_at(values, pose.markers), gradient + pulled.T, hessian)

    def jacobian(self, values: Tensor, pose: Kinematic) -> Tensor:
        """How markers move with the active coordinates, times the roots of their weights.

        Returns
        -------
        Tensor, shape (n_frames, n_active, 3 * n_markers)
            Contiguous, for products of whole batches; all x of the markers, then y, then z.
        """
        x, y, z = pose.markers.unbind(1)
        zero, one = torch.zeros_like(x), torch.ones_like(x)
        # The unit vectors' cross products with the markers, and the unit vectors.
        arms = [[zero, -z, y], [z, zero, -x], [-y, x, zero], [one, zero, zero], [zero, one, zero], [zero, zero, one]]
        rows = torch.stack([component for arm in arms for component in arm]) * self.weights.sqrt()
        rows = rows.flatten(0, 1).T.contiguous().unflatten(1, (6, -1))
        twists = torch.cat([pose.angular[self.driven], pose.linear[self.driven]], 1).flatten(0, 1).T.contiguous()
        found = torch.bmm(twists.unflatten(1, (-1, 6)), rows).mul_(self.downstream.repeat(1, 3))
        if len(self.driven) == len(self.active):
            return found
        return self._coupling(values).mT @ found

    def _coupling(self, values: Tensor) -> Tensor:
        """Derivative of the driven coordinates by the active ones, shape (n_frames, n_driven, n_active)."""
        return self.tree.coupling(values)[self.driven][:, self.active].permute(2, 0, 1)

    def _of_markers(self, pose: Kinematic, residuals: Tensor) -> tuple[Tensor, Tensor]:
        weights = self.weights.unsqueeze(1)
        x, y, z = (pose.markers * weights).unbind(1)
        forces = weights * residuals
        moments = cross(pose.markers, forces)
        own = pose.markers
        second = torch.stack(
            [x * own[:, 0], y * own[:, 1], z * own[:, 2], x * own[:, 1], x * own[:, 2], y * own[:, 2]], 1
        )
        per_marker = torch.cat([weights, torch.stack([x, y, z], 1), second, forces, moments], 1)
        n_frames = per_marker.shape[-1]
        sums = (self.downstream @ per_marker.flatten(1)).unflatten(1, (16, n_frames))
        angular, linear = pose.angular[self.driven], pose.linear[self.driven]
        gradient = (linear * sums[:, 10:13] + angular * sums[:, 13:16]).sum(dim=1)
        momentum = cross(angular, sums[:, 1:4]) + sums[:, 0:1] * linear
        w0, w1, w2 = angular.unbind(1)
        xx, yy, zz, xy, xz, yz = sums[:, 4:10].unbind(1)
        turning = torch.stack(
            [
                (yy + zz) * w0 - xy * w1 - xz * w2,
                (xx + zz) * w1 - xy * w0 - yz * w2,
                (xx + yy) * w2 - xz * w0 - yz * w1,
            ],
            1,
        ) + cross(sums[:, 1:4], linear)
        spatial_momentum = torch.cat([turning, momentum], 1).permute(2, 0, 1).contiguous()
        twists = torch.cat([angular, linear], 1).permute(2, 1, 0).contiguous()
        half = torch.bmm(spatial_momentum, twists).mul_(self.upstream)
        return gradient.T, half + half.transpose(1, 2)


def select_offsets(offsets: Offsets, chosen: Tensor | slice) -> Offsets:
    """Offsets of some of the frames; one skeleton for all frames stays what it is."""
    if offsets.markers.shape[-1] == 1:
        return offsets
    return Offsets(
        offsets.on_parent[..., chosen],
        offsets.on_child[..., chosen],
        offsets.markers[..., chosen],
        offsets.translations[..., chosen],
    )
