"""Which frames of a person's recordings the scaler is given, and the poses they are in to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import ScalingError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import COLD, Minimum, minimise
from models.skeleton.normal_equations import LEAST, PoseProblem
from models.skeleton.pose_branches import join_branches
from models.skeleton.pose_fit import pose_problem
from models.skeleton.pose_start import MIN_ROOT_MARKERS, Root

Array = NDArray[np.float64]

N_FRAMES = 10
"""Frames of movement, over all recordings; docs/scaling-search.md says what more or fewer do."""

# OpenCap's marker predictor settles within a second (docs/scaling.md); shorter recordings are used whole.
SETTLING_S, LONG_ENOUGH_S = 1.0, 3.0
# Multiples of the golden ratio, less whole numbers, are spread evenly, and keep step with no rhythm: at equal distances
# every frame may be from the bottom of a squat.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_TOLERANCE, _MAX_ITERATIONS = 1e-3, 40


@dataclass(frozen=True)
class ScalingFrames:
    """Frames that a person is scaled on.

    Attributes
    ----------
    markers_m : ndarray, shape (n_frames, n_markers, 3)
        Of the skeleton's markers, in its order; the standing pose first; NaN where not seen or of no use.
    notes : tuple of str
    """

    markers_m: Array
    notes: tuple[str, ...]


def choose_frames(tree: SkeletonTree, markers: ScalingMarkers, n_frames: int = N_FRAMES) -> ScalingFrames:
    """Take the mean of standing, and frames evenly spread over the movements.

    Only frames that show three markers of the root body count; of a recording longer than 3 s the first second is left
    out. Without a standing pose the first frame of movement takes its place.

    Parameters
    ----------
    tree : SkeletonTree
    markers : ScalingMarkers
    n_frames : int
        Frames of movement, shared out alike among the recordings that show the root body; each gives one at least.

    Raises
    ------
    ScalingError
        No frame shows three markers of the root body.
    """
    root = _root_markers(tree)
    usable = ~np.array(_placeholders(tree))
    standing: list[Array] = []
    notes: list[str] = []
    if markers.static is not None:
        of_static = _on_skeleton(tree, markers.static, usable)
        seen = np.asarray(np.isfinite(of_static).all(axis=2))
        total = np.where(seen[..., None], of_static, 0.0).sum(axis=0)
        n_seen = np.asarray(seen.sum(axis=0))[:, None]
        mean = np.where(n_seen > 0, total / np.maximum(n_seen, 1), np.nan)[None]
        if _rooted(mean, root)[0]:
            standing = [mean]
        else:
            notes.append("The standing pose shows fewer than three markers of the pelvis and was not used.")
    moving = [
        (recording, shown)
        for movement in markers.movements
        for recording in [_on_skeleton(tree, movement, usable)]
        for shown in [_settled(movement, _rooted(recording, root))]
        if len(shown)
    ]
    left_out = len(markers.movements) - len(moving)
    if left_out:
        notes.append(f"Movements that never show three markers of the pelvis were left out: {left_out}.")
    chosen = []
    for place, (recording, shown) in enumerate(moving):
        # One at least: of more movements than frames, each was given to be used.
        n_here = max(n_frames // len(moving) + (place < n_frames % len(moving)), 1)
        spread = (np.arange(1, n_here + 1) * _GOLDEN % 1.0 * len(shown)).astype(int)
        chosen.append(recording[shown[np.unique(spread)]])
    frames = [*standing, *chosen]
    if not sum(map(len, frames)):
        raise ScalingError(
            "No frame shows three markers of the pelvis together.",
            hint="Check the marker names; the pose of a person is found from the pelvis outwards. Markers of the "
            f"pelvis: {', '.join(tree.markers[marker] for marker in root)}.",
            stage="scaling",
        )
    if not standing and not notes:
        notes.append("There is no standing pose: the model is scaled on the movement alone.")
    if not chosen:
        notes.append("There is no movement: the model is scaled on the standing pose alone, which says less of joints.")
    return ScalingFrames(np.concatenate(frames), tuple(notes))


@torch.no_grad()
def poses_of_frames(tree: SkeletonTree, people: Sequence[ScalingFrames], log_scales: Tensor) -> tuple[Tensor, ...]:
    """Poses of the frames of each person, shape (n_coordinates, n_frames).

    Each is found from its markers alone; where neighbours then lie in different minima, an arm turned the other way,
    the frames between are solved again from either side.

    Parameters
    ----------
    log_scales : Tensor, shape (n_people, n_bodies, 3)
    """
    n_frames = [len(frames.markers_m) for frames in people]
    of_frames = log_scales.repeat_interleave(torch.tensor(n_frames, device=log_scales.device), dim=0)
    problem, cold = cold_poses(tree, np.concatenate([frames.markers_m for frames in people]), of_frames)
    return join_branches(problem, cold, _TOLERANCE, n_frames).values.split(n_frames, dim=1)


@torch.no_grad()
def cold_poses(tree: SkeletonTree, markers_m: Array, log_scales: Tensor) -> tuple[PoseProblem, Minimum]:
    """Poses of frames, shape (n_frames, n_markers, 3), each found from its markers alone; every marker counts alike.

    ``log_scales`` has shape (n_bodies, 3), or (n_frames, n_bodies, 3).
    """
    problem = problem_of_people(tree, markers_m, log_scales)
    laid = Root.of(tree, tree.default.new_ones(len(tree.markers))).lay_onto(
        tree, problem.offsets, problem.measured_m, problem.weights
    )
    found = minimise(problem, laid, damping=COLD, tolerance=_TOLERANCE, max_iterations=_MAX_ITERATIONS)
    return problem, found


def problem_of_people(tree: SkeletonTree, markers_m: Array | Tensor, log_scales: Tensor | None = None) -> PoseProblem:
    """The problem of frames of any people, every marker counting alike; none depends on which others there are."""
    problem = pose_problem(tree, markers_m, tree.default.new_ones(len(tree.markers)), log_scales)
    return replace(problem, floor=torch.full_like(problem.floor, LEAST * len(tree.markers)))


def _on_skeleton(tree: SkeletonTree, recording: MarkerTrajectories, usable: NDArray[np.bool_]) -> Array:
    """Positions of the skeleton's markers, in its order; NaN where the recording has none or they are of no use."""
    positions_m = np.full((recording.n_frames, len(tree.markers), 3), np.nan)
    for place, name in enumerate(tree.markers):
        if usable[place] and recording.has(name):
            positions_m[:, place] = recording.position_m(name)
    return positions_m


def _placeholders(tree: SkeletonTree) -> list[bool]:
    """Markers that share a place with another: laboratory clusters have none of their own on the generic skeleton."""
    places = [
        (body, *np.round(place, 9).tolist())
        for body, place in zip(
            tree.marker_bodies.tolist(), tree.offsets().markers[..., 0].cpu().numpy().astype(float), strict=True
        )
    ]
    return [places.count(place) > 1 for place in places]


def _root_markers(tree: SkeletonTree) -> list[int]:
    return list(Root.of(tree, torch.ones_like(tree.marker_lever[:, 0, 0])).markers)


def _rooted(positions_m: Array, root: list[int]) -> NDArray[np.bool_]:
    """Frames that show enough markers of the root body."""
    return np.isfinite(positions_m[:, root]).all(axis=2).sum(axis=1) >= MIN_ROOT_MARKERS


def _settled(recording: MarkerTrajectories, rooted: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Places of the frames that may be used."""
    late = recording.time_s - recording.time_s[:1] >= SETTLING_S - 1e-9
    whole = recording.n_frames < 2 or recording.duration_s <= LONG_ENOUGH_S or not (late & rooted).any()
    return np.flatnonzero(rooted if whole else rooted & late)
