"""Patches of contact: where a body touches the world, and which wrenches each patch can pass on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.contact.problem.axes import HeadingAxes
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

# Beside the normal forces of its nodes a patch has two shears and a free moment.
N_BESIDE = 3


@dataclass(frozen=True)
class Patch:
    """One body's contact with a level surface, as nodes that can push and never pull.

    All vectors are in heading axes (forward, up, to the right), seen from the body's centre of mass.

    Attributes
    ----------
    name : str
        Key of the contact force: ``r``, ``l`` or ``seat``.
    body : str
        OpenSim body it acts on.
    nodes_m : ndarray, shape (n_frames, n_nodes, 3)
        On the surface; the centre of pressure stays in their hull.
    activation : ndarray, shape (n_frames, n_nodes)
        0 off the surface, 1 on it.
    friction : float
        Largest shear per normal force.
    free_moment_arm_m : float
        Largest free moment per normal force [m].
    """

    name: str
    body: str
    nodes_m: Array
    activation: Array
    friction: float
    free_moment_arm_m: float

    @property
    def n_nodes(self) -> int:
        """Nodes of the patch."""
        return self.nodes_m.shape[1]

    @property
    def size(self) -> int:
        """Unknowns of the patch in one frame: normal forces, shear forward, shear to the right, free moment."""
        return self.n_nodes + N_BESIDE

    @property
    def centre_m(self) -> Array:
        """Middle of the nodes, where the shear is taken to act, shape (n_frames, 3) [m]."""
        return self.nodes_m.mean(axis=1)

    @property
    def load(self) -> Array:
        """Row that sums the normal forces, shape (n_unknowns,)."""
        return np.concatenate([np.ones(self.n_nodes), np.zeros(N_BESIDE)])

    @cached_property
    def wrench(self) -> Array:
        """Force and moment about the centre of mass per unit of each unknown, shape (n_frames, 6, n_unknowns)."""
        n_frames = len(self.nodes_m)
        forward, up, right = np.eye(3)
        per_unit = np.zeros((n_frames, 6, self.size))
        per_unit[:, 1, : self.n_nodes] = 1.0
        per_unit[:, 3:, : self.n_nodes] = np.swapaxes(np.cross(self.nodes_m, up), 1, 2)
        for place, axis in ((self.n_nodes, forward), (self.n_nodes + 1, right)):
            per_unit[:, :3, place] = axis
            per_unit[:, 3:, place] = np.cross(self.centre_m, axis)
        per_unit[:, 4, self.n_nodes + 2] = 1.0
        return per_unit

    def moment_about(self, place_m: Array) -> Array:
        """Moment about a place per unit of each unknown, shape (n_frames, 3, n_unknowns)."""
        force, moment = self.wrench[:, :3], self.wrench[:, 3:]
        return np.asarray(moment - np.cross(place_m[:, :, None], force, axis=1))

    def pressure_offset(self, place_m: Array) -> Array:
        """First moment of the load about places of the surface, forward and to the right, (n_frames, 2, n_unknowns)."""
        offset = np.zeros((len(self.nodes_m), 2, self.size))
        offset[:, :, : self.n_nodes] = np.swapaxes((self.nodes_m - place_m[:, None])[:, :, [0, 2]], 1, 2)
        return offset


@dataclass(frozen=True)
class Layout:
    """Where every patch's unknowns stand in the vector of one frame."""

    patches: tuple[Patch, ...]

    @property
    def width(self) -> int:
        """Unknowns of one frame."""
        return sum(patch.size for patch in self.patches)

    @property
    def n_frames(self) -> int:
        """Frames of the movement."""
        return len(self.patches[0].nodes_m)

    def slice_of(self, patch: Patch) -> slice:
        """Places of one patch's unknowns."""
        names = [other.name for other in self.patches]
        begin = sum(other.size for other in self.patches[: names.index(patch.name)])
        return slice(begin, begin + patch.size)

    def widen(self, patch: Patch, rows: Array) -> Array:
        """Rows of one patch's unknowns as rows of all unknowns, shape (n_frames, n_rows, width)."""
        wide = np.zeros((self.n_frames, rows.shape[-2], self.width))
        wide[:, :, self.slice_of(patch)] = rows
        return wide

    def active(self, least: float) -> NDArray[np.bool_]:
        """Unknowns that may differ from zero, shape (n_frames, width): nodes on the surface, and what rides on them."""
        columns = []
        for patch in self.patches:
            down = patch.activation > least
            columns += [down, np.repeat(down.any(axis=1, keepdims=True), N_BESIDE, axis=1)]
        return np.hstack(columns)


def wrench_on_body(patch: Patch, motion: BodyMotion, axes: HeadingAxes) -> Array:
    """Moment about the body's origin and force in ground per unit of each unknown, shape (n_frames, 6, n_unknowns)."""
    moment = patch.moment_about(axes.place(motion.bodies[patch.body].origin_m))
    to_ground = np.swapaxes(axes.ground_to_heading, 1, 2)
    return np.concatenate([to_ground @ moment, to_ground @ patch.wrench[:, :3]], axis=1)
