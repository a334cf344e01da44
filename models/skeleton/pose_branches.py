"""Neighbouring frames in different local minima: solve each from the other's pose, and keep one branch.

With an arm raised or little seen, the marker error has several minima that differ little. Frames solved on their own
fall into one or the other, and joints jump. Around every jump the frames are solved again from the last pose before
it and the first after it; among the solutions of each frame a path is chosen that has the lowest sum of costs plus a
price on movement between frames (dynamic programming, Viterbi 1967). The price is small: a branch that fits clearly
better is kept, of branches that fit alike the continuous one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.skeleton.levenberg_marquardt import WARM, Minimum, joined, minimise_in_chunks
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_start import ball_joints, without_jumps

Array = NDArray[np.float64]

# A coordinate that moves by more in one frame may have jumped [rad]: 20 degrees, or 1200 degrees per second at 60 Hz.
JUMP_RAD = 0.35
# Frames solved again on each side of a jump.
_REACH = 24
# Price of a radian squared between frames, as a share of a frame's median cost. Ordinary movement of 0.05 rad a frame
# costs a forty-thousandth of it; a jump of 2 rad and back as much as fitting 0.1 % worse for 80 frames.
_PRICE = 0.01
_ROUNDS = 4


def join_branches(
    problem: PoseProblem, solved: Minimum, tolerance: float, n_frames: Sequence[int] | None = None
) -> Minimum:
    """Solve around jumps again and choose among the solutions.

    Parameters
    ----------
    problem : PoseProblem
    solved : Minimum
        Of all frames.
    n_frames : sequence of int, optional
        Frames of each recording; recordings follow one another, and none has to do with another. Without: all frames
        are of one recording.
    """
    balls = ball_joints(problem.tree)
    angles = [place for place in problem.active.tolist() if _is_angle(problem, place)]
    joints = [place for place in angles if not _is_root(problem, place)]
    if not balls or not joints:
        return solved
    stops = np.cumsum([solved.values.shape[1]] if n_frames is None else n_frames).tolist()
    starts = [0, *stops[:-1]]
    best = [_counted(problem, balls, solved.frames(slice(*ends))) for ends in zip(starts, stops, strict=True)]
    for _ in range(_ROUNDS):
        jumping = [(place, jumps) for place, one in enumerate(best) for jumps in [_jumps(one, joints)] if len(jumps)]
        if not jumping:
            break
        roads = [
            _Road(starts[place], best[place], _sources(jumps, len(best[place].cost), forward=forward))
            for place, jumps in jumping
            for forward in (True, False)
        ]
        again = [_counted(problem, balls, one) for one in _solved_along(problem, roads, joints, tolerance)]
        for (place, _), forth, back in zip(jumping, again[::2], again[1::2], strict=True):
            best[place] = _cheapest_path([best[place], forth, back], joints)
    return joined(best)


def _jumps(solved: Minimum, joints: list[int]) -> NDArray[np.int_]:
    """Frames of a recording after which a joint jumps."""
    return np.flatnonzero(np.abs(np.diff(_numpy(solved.values)[joints])).max(axis=0, initial=0.0) > JUMP_RAD)


def _sources(jumps: NDArray[np.int_], n_frames: int, *, forward: bool) -> NDArray[np.int_]:
    """Whose joint angles each frame begins with: beyond a jump those on its near side, elsewhere its own."""
    source = np.arange(n_frames)
    if forward:
        for jump, stop in zip(jumps, [*(jumps[1:] + 1), n_frames], strict=True):
            source[jump + 1 : min(stop, jump + 1 + _REACH)] = jump
    else:
        for jump, start in zip(jumps, [0, *(jumps[:-1] + 1)], strict=True):
            source[max(start, jump + 1 - _REACH) : jump + 1] = jump + 1
    return source


@dataclass(frozen=True)
class _Road:
    """A recording that is to be solved again: its first place among all frames, its poses, and where each begins."""

    first: int
    solved: Minimum
    source: NDArray[np.int_]

    @property
    def frames(self) -> NDArray[np.int_]:
        """Its frames that begin elsewhere."""
        return np.flatnonzero(self.source != np.arange(len(self.source)))


def _solved_along(problem: PoseProblem, roads: list[_Road], joints: list[int], tolerance: float) -> list[Minimum]:
    """Solve the recordings again, all at once."""
    device = problem.active.device
    begin = []
    for road in roads:
        start = road.solved.values[:, road.frames].clone()
        start[joints] = road.solved.values[joints][:, road.source[road.frames]]
        begin.append(start)
    among_all = torch.as_tensor(np.concatenate([road.first + road.frames for road in roads]), device=device)
    found = minimise_in_chunks(problem.frames(among_all), torch.cat(begin, dim=1), damping=WARM, tolerance=tolerance)
    again, done = [], 0
    for road in roads:
        own = found.frames(slice(done, done + len(road.frames)))
        done += len(road.frames)
        merged = Minimum(*(one.clone() for one in vars(road.solved).values()))
        for whole, part in zip(vars(merged).values(), vars(own).values(), strict=True):
            whole[..., road.frames] = part
        again.append(merged)
    return again


def _cheapest_path(candidates: list[Minimum], joints: list[int]) -> Minimum:
    """One of the candidates for each frame, so that costs plus the price on movement are lowest in sum."""
    costs = np.stack([_numpy(one.cost) for one in candidates])
    values = np.stack([_numpy(one.values)[joints] for one in candidates])
    price = _PRICE * float(np.median(costs[0]))
    n_candidates, n_frames = costs.shape
    total, came_from = costs[:, 0], np.zeros((n_candidates, n_frames), dtype=int)
    for frame in range(1, n_frames):
        moved = values[:, None, :, frame - 1] - values[None, :, :, frame]
        reached = total[:, None] + price * (moved**2).sum(axis=2)
        came_from[:, frame] = reached.argmin(axis=0)
        total = reached.min(axis=0) + costs[:, frame]
    path = np.zeros(n_frames, dtype=int)
    path[-1] = int(total.argmin())
    for frame in range(n_frames - 1, 0, -1):
        path[frame - 1] = came_from[path[frame], frame]
    chosen, frames = torch.as_tensor(path), torch.arange(n_frames)
    return Minimum(
        values=torch.stack([one.values for one in candidates])[chosen, :, frames].T,
        cost=torch.stack([one.cost for one in candidates])[chosen, frames],
        converged=torch.stack([one.converged for one in candidates])[chosen, frames],
        stiffness=torch.stack([one.stiffness for one in candidates])[chosen, :, frames].T,
    )


def _counted(problem: PoseProblem, balls: tuple[tuple[int, ...], ...], solved: Minimum) -> Minimum:
    values = without_jumps(problem.tree, _numpy(solved.values), balls)
    return replace(solved, values=torch.as_tensor(values, dtype=solved.values.dtype, device=solved.values.device))


def _is_angle(problem: PoseProblem, place: int) -> bool:
    n_rotations = len(problem.tree.rotation_joints)
    return bool((problem.tree.inputs[:n_rotations] == place).any())


def _is_root(problem: PoseProblem, place: int) -> bool:
    return problem.tree.parents[problem.tree.joint_of[place]] < 0


def _numpy(tensor: Tensor) -> Array:
    return tensor.cpu().numpy().astype(float)
