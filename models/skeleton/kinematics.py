"""The skeleton in torch: marker positions, body frames and analytic Jacobians of many poses and scale factors at once.

Inside, the batch comes last: ``(entity, 3, *batch)``. Small matrix products are then sums over long contiguous rows,
several times faster than batches of 3x3 matrices. The public methods take and give the batch first.

Conventions are OpenSim's: a joint moves its child's frame in its parent's frame, translations first, then body-fixed
rotations; scale factors stretch a body along its own axes (`Model.scale`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from models.skeleton.batched_algebra import apply, cross, lift, multiply, skew
from models.skeleton.functions import FunctionTable

if TYPE_CHECKING:
    import opensim as osim


@dataclass(frozen=True)
class Offsets:
    """Lengths of a scaled skeleton: where joints and markers sit on their bodies; batch last, may be 1 long.

    Attributes
    ----------
    on_parent, on_child : Tensor, shape (n_bodies, 3, *batch)
        Origin of the joint that carries each body, in the parent's and in the body's own frame [m].
    markers : Tensor, shape (n_markers, 3, *batch)
    translations : Tensor, shape (n_translations, *batch)
        Factor on each translation function.
    """

    on_parent: Tensor
    on_child: Tensor
    markers: Tensor
    translations: Tensor


@dataclass(frozen=True)
class Kinematic:
    """The skeleton in a pose; batch last.

    Attributes
    ----------
    rotations : Tensor, shape (1 + n_bodies, 3, 3, *batch)
        Body to ground; ground itself comes first.
    origins : Tensor, shape (1 + n_bodies, 3, *batch)
    markers : Tensor, shape (n_markers, 3, *batch)
    translations : Tensor, shape (n_translations, *batch)
        Values of the translation functions [m], unscaled.
    angular, linear : Tensor, shape (n_driven, 3, *batch)
        World twist per unit speed of each coordinate: angular velocity, and velocity of the body's point that is at
        the ground's origin. A point x of any body downstream moves with ``angular x x + linear``.
    """

    rotations: Tensor
    origins: Tensor
    markers: Tensor
    translations: Tensor
    angular: Tensor
    linear: Tensor


@dataclass(frozen=True)
class SkeletonTree:
    """A kinematic tree of torch constants; see `from_model`. Movable with `to`, picklable, never changed.

    Attributes
    ----------
    bodies : tuple of str
        From ground outwards, without ground.
    coordinates : tuple of str
        Free coordinates in the model's order; radians, metres for translations.
    markers : tuple of str
    driven : tuple of str
        ``coordinates`` and after them those that couplers prescribe.
    order : tuple of str
        The same, in the model's order.
    parents : tuple of int
        Place of each body's parent among the bodies; -1 for ground.
    default, low, high : Tensor, shape (n_coordinates,)
        Default value and range; infinite where not clamped.
    locked : tuple of bool
    """

    bodies: tuple[str, ...]
    coordinates: tuple[str, ...]
    markers: tuple[str, ...]
    driven: tuple[str, ...]
    order: tuple[str, ...]
    parents: tuple[int, ...]
    levels: tuple[tuple[int, int], ...]
    parent_frames: Tensor
    marker_bodies: Tensor
    default: Tensor
    low: Tensor
    high: Tensor
    locked: tuple[bool, ...]
    # Frames of the joints and places of the markers.
    parent_rotation: Tensor
    child_rotation: Tensor
    parent_lever: Tensor
    child_lever: Tensor
    marker_lever: Tensor
    # Axes: all rotations, sorted by their place in the joint, then all translations.
    functions: FunctionTable
    inputs: Tensor
    rotation_slots: tuple[tuple[int, int], ...]
    rotation_joints: Tensor
    rotation_axes: Tensor
    translation_joints: Tensor
    translation_axes: Tensor
    translation_levers: Tensor
    drives: Tensor
    # Couplers: dependent = function(independent).
    coupler_functions: FunctionTable
    coupler_inputs: Tensor
    # The joint that each driven coordinate belongs to; -1: none.
    joint_of: tuple[int, ...]
    # Who carries whom, as numbers 0 and 1: ancestors[b, a], body a is body b or carries it; downstream[c, m], driven
    # coordinate c moves marker m; sitting[m, b], marker m sits on body b.
    ancestors: Tensor
    downstream: Tensor
    sitting: Tensor
    # Chains from ground to each marker, per marker and body on the chain: the joint that carries the body, and the next
    # one towards the marker; n_bodies: none.
    carrying: Tensor
    following: Tensor

    @classmethod
    def from_model(cls, model: osim.Model) -> SkeletonTree:
        """Read a model (float64, CPU).

        Raises
        ------
        ModelError
            A joint, function or constraint is of a kind that is not supported, or the joints form no tree.
        """
        from models.skeleton.tree import read_tree
        from models.skeleton.tree_tensors import tensors_of

        return cls(**tensors_of(read_tree(model)))

    def to(self, dtype: torch.dtype | None = None, device: torch.device | str | None = None) -> SkeletonTree:
        """Copy with another precision, on another device."""
        dtype, device = dtype or self.default.dtype, device or self.default.device
        moved: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, FunctionTable):
                moved[one.name] = value.to(dtype, device)
            elif isinstance(value, Tensor):
                moved[one.name] = value.to(device, dtype if value.is_floating_point() else value.dtype)
        return replace(self, **moved)

    def forward(self, values: Tensor, log_scales: Tensor | None = None) -> Tensor:
        """Positions of all markers in ground.

        Parameters
        ----------
        values : Tensor, shape (*batch, n_coordinates)
            Radians, metres for translations.
        log_scales : Tensor, shape (*batch, n_bodies, 3), optional
            Natural logarithms of the scale factors; broadcast against the batch of ``values``: for people and frames
            ``(n_people, 1, n_bodies, 3)``. Default: the model as it is.

        Returns
        -------
        Tensor, shape (*batch, n_markers, 3)
            Metres.
        """
        return self.kinematics(*self.batch_last(values, log_scales), twists=False).markers.movedim((0, 1), (-2, -1))

    def body_frames(self, values: Tensor, log_scales: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Rotations (*batch, n_bodies, 3, 3), body to ground, and origins (*batch, n_bodies, 3) [m]."""
        pose = self.kinematics(*self.batch_last(values, log_scales), twists=False)
        return pose.rotations[1:].movedim((0, 1, 2), (-3, -2, -1)), pose.origins[1:].movedim((0, 1), (-2, -1))

    def pose_jacobian(self, values: Tensor, log_scales: Tensor | None = None) -> Tensor:
        """Derivative of the markers by the coordinates, shape (*batch, n_markers, 3, n_coordinates) [m/rad or 1]."""
        values, offsets = self.batch_last(values, log_scales)
        return self.marker_velocities(self.kinematics(values, offsets), values).movedim((0, 1, 2), (-1, -3, -2))

    def scale_jacobian(self, values: Tensor, log_scales: Tensor | None = None) -> Tensor:
        """Derivative of the markers by the log-scales, shape (*batch, n_markers, 3, n_bodies, 3) [m]."""
        from models.skeleton.scale_derivatives import by_scale

        values, offsets = self.batch_last(values, log_scales)
        by_factor = by_scale(self, self.kinematics(values, offsets, twists=False)).movedim(
            (0, 1, 2, 3), (-4, -3, -2, -1)
        )
        return by_factor if log_scales is None else by_factor * log_scales.exp()[..., None, None, :, :]

    def offsets(self, log_scales: Tensor | None = None) -> Offsets:
        """Offsets of a skeleton with these log-scales, shape (n_bodies, 3, *batch); None: as it is."""
        scales = self.default.new_ones(len(self.bodies), 3, 1) if log_scales is None else log_scales.exp()
        with_ground = torch.cat([torch.ones_like(scales[:1]), scales])
        parents = with_ground[self.parent_frames]
        # OpenSim scales a translation by the sum of its axis' components times the factors. Along an oblique axis this
        # is not 1 even for factors of 1: a model that is not scaled keeps its translations.
        scaled = self.translation_levers if log_scales is not None else torch.zeros_like(self.translation_levers)
        return Offsets(
            on_parent=torch.einsum("bij,bj...->bi...", self.parent_lever, parents),
            on_child=torch.einsum("bij,bj...->bi...", self.child_lever, scales),
            markers=torch.einsum("mij,mj...->mi...", self.marker_lever, with_ground[self.marker_bodies + 1]),
            translations=torch.einsum("ti,ti...->t...", scaled, parents[self.translation_joints])
            + lift((scaled == 0).all(dim=1).to(scales.dtype), scales.dim() - 2),
        )

    def kinematics(self, values: Tensor, offsets: Offsets, *, twists: bool = True) -> Kinematic:
        """Frames, markers and twists of poses; batch last.

        Parameters
        ----------
        values : Tensor, shape (n_coordinates, *batch)
        offsets : Offsets
        twists : bool
            False leaves the twists empty.
        """
        driven, constant = self.with_couplers(values), values.new_zeros(1, *values.shape[1:])
        sizes, slopes = self.functions(torch.cat([driven, constant])[self.inputs])
        pose, turning, moving = self.place(sizes, offsets, twists=twists)
        if not twists:
            return pose
        n_rotations = len(self.rotation_joints)
        by_turning = self.drives[:, :n_rotations]
        angular = torch.einsum("ca,a...->c...", by_turning, turning * slopes[:n_rotations].unsqueeze(1))
        linear = torch.einsum("ca,a...->c...", self.drives, moving * slopes.unsqueeze(1))
        return Kinematic(pose.rotations, pose.origins, pose.markers, pose.translations, angular, linear)

    def place(self, sizes: Tensor, offsets: Offsets, *, twists: bool = True) -> tuple[Kinematic, Tensor, Tensor]:
        """Frames and markers of poses, and the world twist of every single axis; batch last.

        Parameters
        ----------
        sizes : Tensor, shape (n_axes, *batch)
            How far each axis turns [rad] or slides [m]: rotations first, then translations, as in ``functions``.
        offsets : Offsets
        twists : bool
            False leaves the twists empty.

        Returns
        -------
        pose : Kinematic
            Without twists of coordinates.
        angular : Tensor, shape (n_rotations, 3, *batch)
            Angular velocity per unit rate of the axis; translations have none.
        linear : Tensor, shape (n_axes, 3, *batch)
            Velocity of the body's point that is at the ground's origin, per unit rate of the axis.
        """
        n_batch, batch, n_rotations = sizes.dim() - 1, sizes.shape[1:], len(self.rotation_joints)
        local, axes = self._rotate(sizes[:n_rotations], n_batch)
        local = multiply(local, lift(self.child_rotation.transpose(1, 2), n_batch))
        moved = (sizes[n_rotations:] * offsets.translations).unsqueeze(1) * lift(self.translation_axes, n_batch)
        origin = offsets.on_parent.expand(-1, -1, *batch).index_add(0, self.translation_joints, moved)
        rotations, origins = self._compose(local, origin - apply(local, offsets.on_child))
        of_marker = self.marker_bodies + 1
        markers = origins[of_marker] + apply(rotations[of_marker], offsets.markers)
        empty = sizes.new_zeros(0, 3, *batch)
        pose = Kinematic(rotations, origins, markers, sizes[n_rotations:], empty, empty)
        if not twists:
            return pose, empty, empty

        parent_rotations = rotations[self.parent_frames]
        joint_origins = origins[self.parent_frames] + apply(parent_rotations, origin)
        turning = apply(parent_rotations[self.rotation_joints], axes)
        passing = cross(joint_origins[self.rotation_joints], turning)
        sliding = apply(parent_rotations[self.translation_joints], lift(self.translation_axes, n_batch))
        return pose, turning, torch.cat([passing, sliding * offsets.translations.unsqueeze(1)])

    def with_couplers(self, values: Tensor) -> Tensor:
        """Values of all driven coordinates, shape (n_driven, *batch), from those of the free ones."""
        if len(self.driven) == len(self.coordinates):
            return values
        return torch.cat([values, self.coupler_functions(values[self.coupler_inputs])[0]])

    def coupling(self, values: Tensor) -> Tensor:
        """Derivative of all driven coordinates by the free ones, shape (n_driven, n_coordinates, *batch)."""
        n_free, n_batch = len(self.coordinates), values.dim() - 1
        own = lift(torch.eye(n_free, dtype=values.dtype, device=values.device), n_batch).expand(
            -1, -1, *values.shape[1:]
        )
        slopes = self.coupler_functions(values[self.coupler_inputs])[1]
        chosen = torch.nn.functional.one_hot(self.coupler_inputs, n_free).to(values.dtype)
        return torch.cat([own, lift(chosen, n_batch) * slopes.unsqueeze(1)])

    def marker_velocities(self, pose: Kinematic, values: Tensor) -> Tensor:
        """Derivative of the markers by the coordinates, batch last: (n_coordinates, n_markers, 3, *batch)."""
        arms = torch.linalg.cross(pose.angular.unsqueeze(1), pose.markers.unsqueeze(0), dim=2)
        of_driven = lift(self.downstream.unsqueeze(2), pose.markers.dim() - 2) * (arms + pose.linear.unsqueeze(1))
        if len(self.driven) == len(self.coordinates):
            return of_driven
        return torch.einsum("dc...,dmi...->cmi...", self.coupling(values), of_driven)

    def _rotate(self, angles: Tensor, n_batch: int) -> tuple[Tensor, Tensor]:
        """Rotations of all joints, child frame to parent body, and their axes in the parent body."""
        along = lift(self.rotation_axes, n_batch)
        across = skew(along)
        # Rodrigues' formula; axes are unit vectors.
        identity = lift(torch.eye(3, dtype=angles.dtype, device=angles.device), n_batch)
        angles = angles.unsqueeze(1).unsqueeze(1)
        turns = identity + torch.sin(angles) * across + (1 - torch.cos(angles)) * multiply(across, across)
        local = lift(self.parent_rotation, n_batch).expand(-1, -1, -1, *angles.shape[3:])
        axes = []
        for start, stop in self.rotation_slots:
            joints = self.rotation_joints[start:stop]
            before = local[joints]
            axes.append(apply(before, along[start:stop]))
            local = local.index_copy(0, joints, multiply(before, turns[start:stop]))
        return local, torch.cat(axes) if axes else angles.new_zeros(0, 3, *angles.shape[3:])

    def _compose(self, local: Tensor, shifts: Tensor) -> tuple[Tensor, Tensor]:
        """Body frames in ground from those in their parents, level by level."""
        batch = shifts.shape[2:]
        identity = lift(torch.eye(3, dtype=local.dtype, device=local.device), len(batch))
        rotations = identity.expand(1, 3, 3, *batch)
        origins = shifts.new_zeros(1, 3, *batch)
        for start, stop in self.levels:
            parents = self.parent_frames[start:stop]
            above = rotations[parents]
            origins = torch.cat([origins, origins[parents] + apply(above, shifts[start:stop])])
            rotations = torch.cat([rotations, multiply(above, local[start:stop])])
        return rotations, origins

    def batch_last(self, values: Tensor, log_scales: Tensor | None = None) -> tuple[Tensor, Offsets]:
        """Values with the batch at the end, and the skeleton's offsets with as many batch dimensions."""
        values = values.movedim(-1, 0)
        n_batch = values.dim() - 1
        if log_scales is None:
            return values, _with_batch(self.offsets(), n_batch)
        scales = log_scales.reshape((1,) * (n_batch + 2 - log_scales.dim()) + log_scales.shape)
        return values, self.offsets(scales.movedim((-2, -1), (0, 1)))


def _with_batch(offsets: Offsets, n_batch: int) -> Offsets:
    """The same offsets for any number of batch dimensions."""
    return Offsets(
        *(
            one.squeeze(-1).reshape(*one.shape[:-1], *(1,) * n_batch)
            for one in (offsets.on_parent, offsets.on_child, offsets.markers, offsets.translations)
        )
    )
