"""Neighbouring frames in different local minima: solve each from the other's pose, and keep one branch.

With an arm raised or little seen, the marker error has several minima that differ little. Frames solved on their own
fall into one or the other, and joints jump. Around every jump the frames are solved again from the last pose before
it and the first after it; among the solutions of each frame a path is chosen that has the lowest sum of costs plus a
price on movement between frames (dynamic programming, Viterbi 1967). The price is small: a branch that fits clearly
better is kept, of branches that fit alike the continuous one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.skeleton.levenberg_marquardt import WARM, Minimum, minimise
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


def join_branches(problem: PoseProblem, solved: Minimum, tolerance: float) -> Minimum:
    """Solve around jumps again and choose among the solutions.

    Parameters
    ----------
    problem : PoseProblem
    solved : Minimum
        Of all frames.
    """
    balls = {place for places in ball_joints(problem.tree) for place in places}
    angles = [place for place in problem.active.tolist() if _is_angle(problem, place)]
    joints = [place for place in angles if not _is_root(problem, place)]
    if not balls or not joints:
        return solved
    candidates = [_counted(problem, solved)]
    for _ in range(_ROUNDS):
        best = _cheapest_path(candidates, joints)
        jumps = np.flatnonzero(np.abs(np.diff(_numpy(best.values)[joints])).max(axis=0, initial=0.0) > JUMP_RAD)
        if not len(jumps):
            break
        again = [_solved_from(problem, best, jumps, joints, tolerance, forward=forward) for forward in (True, False)]
        candidates = [best, *again]
    else:
        best = _cheapest_path(candidates, joints)
    return best


def _solved_from(
    problem: PoseProblem,
    solved: Minimum,
    jumps: NDArray[np.int_],
    joints: list[int],
    tolerance: float,
    *,
    forward: bool,
) -> Minimum:
    """Frames beyond each jump solved from the joint angles on its near side; other frames as they are."""
    n_frames = solved.values.shape[1]
    source = np.arange(n_frames)
    if forward:
        for jump, stop in zip(jumps, [*(jumps[1:] + 1), n_frames], strict=True):
            source[jump + 1 : min(stop, jump + 1 + _REACH)] = jump
    else:
        for jump, start in zip(jumps, [0, *(jumps[:-1] + 1)], strict=True):
            source[max(start, jump + 1 - _REACH) : jump + 1] = jump + 1
    frames = torch.as_tensor(np.flatnonzero(source != np.arange(n_frames)), device=solved.values.device)
    start = solved.values[:, frames].clone()
    start[joints] = solved.values[joints][:, source[frames.cpu().numpy()]]
    found = minimise(problem.frames(frames), start, damping=WARM, tolerance=tolerance)
    merged = Minimum(*(one.clone() for one in (solved.values, solved.cost, solved.converged, solved.stiffness)))
    merged.values[:, frames], merged.cost[frames] = found.values, found.cost
    merged.converged[frames], merged.stiffness[:, frames] = found.converged, found.stiffness
    return _counted(problem, merged)


def _cheapest_path(candidates: list[Minimum], joints: list[int]) -> Minimum:
    """One of the candidates for each frame, so that costs plus the price on movement are lowest in sum."""
    if len(candidates) == 1:
        return candidates[0]
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


def _counted(problem: PoseProblem, solved: Minimum) -> Minimum:
    values = without_jumps(problem.tree, _numpy(solved.values))
    return replace(solved, values=torch.as_tensor(values, dtype=solved.values.dtype, device=solved.values.device))


def _is_angle(problem: PoseProblem, place: int) -> bool:
    n_rotations = len(problem.tree.rotation_joints)
    return bool((problem.tree.inputs[:n_rotations] == place).any())


def _is_root(problem: PoseProblem, place: int) -> bool:
    return problem.tree.parents[problem.tree.joint_of[place]] < 0


def _numpy(tensor: Tensor) -> Array:
    return tensor.cpu().numpy().astype(float)
