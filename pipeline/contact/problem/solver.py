"""The contact forces of a whole trial as one convex problem: least squares over unilateral, frictional contacts."""

from __future__ import annotations

from dataclasses import dataclass

import clarabel
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.errors import ContactForceError
from pipeline.contact.problem.patches import N_BESIDE, Layout
from pipeline.trajectories import Array

# Nodes less active than this are off the surface: their force is zero.
LEAST_ACTIVATION = 0.02
# Keeps the problem strictly convex where no term speaks [1 / (N/kg)^2].
FLOOR_OF_CURVATURE = 1e-6


@dataclass(frozen=True)
class Rows:
    """Statements ``matrix @ unknowns = target``, each already divided by its standard deviation.

    Attributes
    ----------
    matrix : ndarray, shape (n_frames, n_rows, width)
    target : ndarray, shape (n_frames, n_rows)
    """

    matrix: Array
    target: Array


@dataclass(frozen=True)
class Smoothness:
    """Linear functions of the unknowns that should change slowly, already divided by their standard deviation a frame.

    Attributes
    ----------
    matrix : ndarray, shape (n_frames, n_rows, width)
    """

    matrix: Array


def curvature(layout: Layout, rows: list[Rows]) -> Array:
    """Hessian of the frames' own terms, shape (n_frames, width, width); unknowns that are off are left in."""
    blocks = np.broadcast_to(FLOOR_OF_CURVATURE * np.eye(layout.width), (layout.n_frames, layout.width, layout.width))
    return blocks + sum(np.swapaxes(row.matrix, 1, 2) @ row.matrix for row in rows)


def solve(layout: Layout, rows: list[Rows], smoothness: Smoothness) -> Array:
    """Unknowns of all frames, shape (n_frames, width) [N/kg, Nm/kg].

    Minimises the sum of squares of all rows and of the changes of the smooth functions from frame to frame, subject to
    normal forces that push, shear within the friction cone and free moment within its bound.

    Raises
    ------
    ContactForceError
        The solver does not converge.
    """
    blocks = curvature(layout, rows)
    linear = -sum(np.einsum("trw,tr->tw", row.matrix, row.target) for row in rows)
    smooth = smoothness.matrix
    own = np.swapaxes(smooth, 1, 2) @ smooth
    blocks[:-1] += own[:-1]
    blocks[1:] += np.swapaxes(smooth[1:], 1, 2) @ smooth[1:]
    coupling = -np.swapaxes(smooth[:-1], 1, 2) @ smooth[1:]

    active = layout.active(LEAST_ACTIVATION)
    place = np.full(active.shape, -1)
    place[active] = np.arange(np.count_nonzero(active))
    hessian = _hessian(blocks, coupling, place)
    matrix, cones = _cones(layout, place)
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-6
    answer = clarabel.DefaultSolver(
        hessian, np.asarray(linear)[active], matrix, np.zeros(matrix.shape[0]), cones, settings
    ).solve()
    if str(answer.status) not in ("Solved", "AlmostSolved"):
        raise ContactForceError(
            f"The contact forces of this trial could not be found ({answer.status}).",
            hint="The movement may hold jumps. Look at the joint angles, cut the trial, or use force plates.",
        )
    unknowns = np.zeros(active.shape)
    unknowns[active] = answer.x
    return unknowns


def _hessian(blocks: Array, coupling: Array, place: NDArray[np.intp]) -> sp.csc_matrix:
    """Upper triangle over the active unknowns."""
    width = blocks.shape[1]
    upper = np.triu(np.ones((width, width), dtype=bool))
    row = np.repeat(place[:, :, None], width, axis=2)[:, upper]
    column = np.repeat(place[:, None, :], width, axis=1)[:, upper]
    next_row = np.repeat(place[:-1, :, None], width, axis=2)
    next_column = np.repeat(place[1:, None, :], width, axis=1)
    rows = np.concatenate([row.ravel(), next_row.ravel()])
    columns = np.concatenate([column.ravel(), next_column.ravel()])
    values = np.concatenate([blocks[:, upper].ravel(), coupling.ravel()])
    keep = (rows >= 0) & (columns >= 0) & (values != 0.0)
    size = int(place.max()) + 1
    return sp.csc_matrix((values[keep], (rows[keep], columns[keep])), shape=(size, size))


def _cones(layout: Layout, place: NDArray[np.intp]) -> tuple[sp.csc_matrix, list[object]]:
    """Clarabel's ``s = -matrix x`` in its cones: forces that push, bounds of the free moment, friction cones."""
    bearing, pushes = [], []
    for patch in layout.patches:
        own = place[:, layout.slice_of(patch)]
        nodes = own[:, : patch.n_nodes]
        pushes.append(nodes[nodes >= 0])
        bears = own[:, patch.n_nodes] >= 0
        bearing.append((patch, nodes[bears], own[bears, patch.n_nodes :]))
    pushed = np.concatenate(pushes)
    entries = [_entries(np.arange(len(pushed)), pushed[:, None], -1.0)]
    line = len(pushed)
    for patch, nodes, beside in bearing:
        for place_of_sign, sign in enumerate((1.0, -1.0)):
            lines = line + place_of_sign + 2 * np.arange(len(nodes))
            entries += [_entries(lines, nodes, -patch.free_moment_arm_m), _entries(lines, beside[:, 2:], sign)]
        line += 2 * len(nodes)
    n_linear = line
    for patch, nodes, beside in bearing:
        lines = line + N_BESIDE * np.arange(len(nodes))
        entries += [_entries(lines, nodes, -patch.friction)]
        entries += [_entries(lines + 1 + shear, beside[:, [shear]], -1.0) for shear in (0, 1)]
        line += N_BESIDE * len(nodes)
    lines, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = sp.csc_matrix((values, (lines, columns)), shape=(line, int(place.max()) + 1))
    n_cones = (line - n_linear) // N_BESIDE
    return matrix, [clarabel.NonnegativeConeT(n_linear), *(clarabel.SecondOrderConeT(3) for _ in range(n_cones))]


def _entries(
    lines: NDArray[np.intp], unknowns: NDArray[np.intp], value: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """One value at each active unknown of each line; unknowns, (n_lines, n), are negative where they are off."""
    active = unknowns >= 0
    return np.broadcast_to(lines[:, None], active.shape)[active], unknowns[active], np.full(active.sum(), value)
