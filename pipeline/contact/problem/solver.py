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
# Of Clarabel, on optimality and bounds: joint moments are then within 0.003 Nm of the minimum's.
TOLERANCE = 1e-8


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
    matrix = np.concatenate([row.matrix for row in rows], axis=1)
    blocks = np.asarray(np.swapaxes(matrix, 1, 2) @ matrix)
    blocks[:, range(layout.width), range(layout.width)] += FLOOR_OF_CURVATURE
    return blocks


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
    linear = -sum((row.target[:, None, :] @ row.matrix)[:, 0] for row in rows)
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
    unknowns = np.zeros(active.shape)
    unknowns[active] = _minimum(hessian, np.asarray(linear)[active], matrix, cones)
    return unknowns


def _minimum(hessian: sp.csc_matrix, linear: Array, matrix: sp.csc_matrix, cones: list[object]) -> Array:
    """Clarabel's answer; with all its precautions only where it does not come without them.

    All unknowns are of one size, so that scaling them only slows the solver down: it stops further from the minimum,
    after more steps (docs/contact-forces.md). Refining each linear step again adds digits that the tolerance drops.
    """
    for careful in (False, True):
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
        settings.equilibrate_enable = settings.iterative_refinement_enable = careful
        bounds = np.zeros(matrix.shape[0])
        answer = clarabel.DefaultSolver(hessian, linear, matrix, bounds, cones, settings).solve()
        if str(answer.status) in ("Solved", "AlmostSolved"):
            return np.array(answer.x)
    raise ContactForceError(
        f"The contact forces of this trial could not be found ({answer.status}).",
        hint="The movement may hold jumps. Look at the joint angles, cut the trial, or use force plates.",
    )


def _hessian(blocks: Array, coupling: Array, place: NDArray[np.intp]) -> sp.csc_matrix:
    """Upper triangle over the active unknowns, column by column: what the frame before holds of it, then its own."""
    n_frames, width, _ = blocks.shape
    columns = np.zeros((n_frames, width, 2 * width))
    columns[1:, :, :width] = np.swapaxes(coupling, 1, 2)
    columns[:, :, width:] = np.tril(np.swapaxes(blocks, 1, 2))
    rows = np.full((n_frames, 2 * width), -1)
    rows[1:, :width] = place[:-1]
    rows[:, width:] = place
    keep = (columns != 0.0) & (rows >= 0)[:, None, :] & (place >= 0)[:, :, None]
    ends = np.cumsum(keep.sum(axis=2)[place >= 0])
    indices = np.broadcast_to(rows[:, None, :], keep.shape)[keep]
    return sp.csc_matrix((columns[keep], indices, np.concatenate([[0], ends])), shape=(len(ends), len(ends)))


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
