"""Where the search for a pose begins: the root body laid onto its markers; and angles counted without jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.errors import InverseKinematicsError
from models.skeleton.kinematics import Offsets, SkeletonTree

# A rigid fit needs three points that are not on one line.
MIN_ROOT_MARKERS = 3


@dataclass(frozen=True)
class Root:
    """The body that moves freely in ground (the pelvis).

    Attributes
    ----------
    body : int
    markers : tuple of int
        Places of its markers that have a weight.
    angles, shifts : tuple of int
        Places of its coordinates, in the order in which the joint turns and moves.
    turns, moves : ndarray, shape (3, 3)
        Axes of the joint, one a row.
    """

    body: int
    markers: tuple[int, ...]
    angles: tuple[int, ...]
    shifts: tuple[int, ...]
    turns: NDArray[np.float64]
    moves: NDArray[np.float64]

    @classmethod
    def of(cls, tree: SkeletonTree, weights: Tensor) -> Root:
        """Find the root.

        Raises
        ------
        InverseKinematicsError
            Not exactly one body moves freely, or fewer than three of its markers have a weight.
        """
        free = [body for body, parent in enumerate(tree.parents) if parent < 0 and tree.joint_of.count(body) == 6]
        if len(free) != 1:
            raise InverseKinematicsError(
                f"The model has {len(free)} bodies that move freely in space; one is expected, the pelvis.",
                hint="Use a model with a six-coordinate joint between ground and pelvis.",
            )
        (body,) = free
        n_rotations = len(tree.rotation_joints)
        turning = (tree.rotation_joints == body).nonzero().flatten()
        moving = (tree.translation_joints == body).nonzero().flatten()
        tracked = (tree.marker_bodies == body) & (weights > 0)
        markers = tuple(tracked.nonzero().flatten().tolist())
        if len(markers) < MIN_ROOT_MARKERS:
            names = ", ".join(tree.markers[marker] for marker in markers)
            raise InverseKinematicsError(
                f"Only {len(markers)} markers of the trial sit on the {tree.bodies[body]}; three are needed to find "
                "its position.",
                hint=f"Markers found there: {names or 'none'}. Check the marker names.",
            )
        return cls(
            body=body,
            markers=markers,
            angles=tuple(tree.inputs[turning].tolist()),
            shifts=tuple(tree.inputs[n_rotations + moving].tolist()),
            turns=tree.rotation_axes[turning].cpu().numpy().astype(float),
            moves=(tree.parent_rotation[body].T @ tree.translation_axes[moving].T).T.cpu().numpy().astype(float),
        )

    def seen(self, weights: Tensor) -> Tensor:
        """Frames in which enough of its markers are seen, weights (n_markers, n_frames) -> bool (n_frames,)."""
        return (weights[list(self.markers)] > 0).sum(dim=0) >= MIN_ROOT_MARKERS

    def lay_onto(self, tree: SkeletonTree, offsets: Offsets, measured_m: Tensor, weights: Tensor) -> Tensor:
        """Poses with the root's markers closest to the measured ones (Kabsch), all other coordinates at default.

        Parameters
        ----------
        measured_m : Tensor, shape (n_markers, 3, n_frames)
        weights : Tensor, shape (n_markers, n_frames)
            Frames in which `seen` is false get nonsense.

        Returns
        -------
        Tensor, shape (n_coordinates, n_frames)
        """
        chosen = list(self.markers)
        share = weights[chosen] / weights[chosen].sum(dim=0)
        share = share.unsqueeze(1)
        own, there = offsets.markers[chosen], measured_m[chosen]
        own_mean, mean = (share * own).sum(dim=0), (share * there).sum(dim=0)
        spread = torch.einsum("mit,mjt->tij", share * (there - mean), (own - own_mean).expand_as(there))
        left, _, right = torch.linalg.svd(torch.nan_to_num(spread))
        upright = torch.ones_like(left[:, 0])
        upright[:, 2] = torch.det(left @ right).sign()
        rotation = left @ (upright.unsqueeze(2) * right)
        origin = mean.T - (rotation @ own_mean.T.expand(len(rotation), 3).unsqueeze(2)).squeeze(2)

        parent, child = tree.parent_rotation[self.body], tree.child_rotation[self.body]
        on_child = offsets.on_child[self.body].T.expand(len(rotation), 3).unsqueeze(2)
        shift = origin + (rotation @ on_child).squeeze(2) - offsets.on_parent[self.body].T
        in_joint = (parent.T @ rotation @ child).cpu().numpy()
        letters = "".join("XYZ"[axis] for axis in np.abs(self.turns).argmax(axis=1))
        angles = Rotation.from_matrix(in_joint).as_euler(letters) * self.turns.sum(axis=1)
        shifts = (shift @ parent).cpu().numpy() @ self.moves.T
        values = tree.default.unsqueeze(1).repeat(1, len(rotation))
        values[list(self.angles)] = torch.as_tensor(angles.T, dtype=values.dtype, device=values.device)
        values[list(self.shifts)] = torch.as_tensor(shifts.T, dtype=values.dtype, device=values.device)
        return values


def ball_joints(tree: SkeletonTree) -> tuple[tuple[int, ...], ...]:
    """Coordinates of joints that turn without limit about three perpendicular axes, such as the shoulders.

    The same rotation has other angles there: (a, b, c) and (a + pi, pi - b, c + pi), and whole turns of each.
    """
    found = []
    for body in range(len(tree.bodies)):
        axes = (tree.rotation_joints == body).nonzero().flatten()
        places = tree.inputs[axes].tolist()
        directions = tree.rotation_axes[axes].double()
        if len(set(places)) != 3 or max(places) >= len(tree.coordinates):
            continue
        perpendicular = torch.allclose(directions @ directions.T, torch.eye(3, dtype=torch.float64), atol=1e-6)
        endless = bool((tree.high[places] - tree.low[places] >= 2 * torch.pi).all())
        zero = tree.functions(torch.zeros(len(tree.inputs), 1, dtype=tree.default.dtype))
        plain = bool((zero[0][axes] == 0).all() and (zero[1][axes] == 1).all())
        if perpendicular and endless and plain:
            found.append(tuple(places))
    return tuple(found)


def without_jumps(
    tree: SkeletonTree, values: NDArray[np.float64], balls: tuple[tuple[int, ...], ...] | None = None
) -> NDArray[np.float64]:
    """The same poses with angles of ball joints counted from frame to frame without jumps.

    Parameters
    ----------
    values : ndarray, shape (n_coordinates, n_frames)
    balls : tuple of tuple of int, optional
        `ball_joints` of the tree, where they are known.
    """
    values = values.copy()
    for places in map(list, ball_joints(tree) if balls is None else balls):
        default = tree.default[places].cpu().numpy().astype(float)[:, None]
        angles = np.concatenate([default, values[places]], axis=1)
        other = _other_branch(angles)
        stay = _turned_back(np.diff(angles)) ** 2
        change = _turned_back(other[:, 1:] - angles[:, :-1]) ** 2
        # Changing branch twice leads back: what counts is how often it changed up to a frame.
        flips = np.cumsum(change.sum(axis=0) < stay.sum(axis=0)) % 2 == 1
        angles[:, 1:] = np.where(flips, other[:, 1:], angles[:, 1:])
        values[places] = np.unwrap(angles, axis=1)[:, 1:]
    return values


def _other_branch(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    first, second, third = angles
    return np.stack([first + np.pi, np.pi - second, third + np.pi])


def _turned_back(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles less whole turns, within +-pi."""
    return (angles + np.pi) % (2 * np.pi) - np.pi
