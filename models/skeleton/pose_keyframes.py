"""Poses of a whole recording to begin with: keyframes solved from their markers alone, and what lies between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.skeleton.levenberg_marquardt import COLD, minimise_in_chunks
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_start import Root, without_jumps

_TOLERANCE = 1e-3
_STRIDE = 16


def starts(problem: PoseProblem, root: Root, recordings: Sequence[tuple[Tensor, slice]]) -> list[Tensor]:
    """Start of all frames of several recordings, whose keyframes are solved together.

    Parameters
    ----------
    problem : PoseProblem
    root : Root
    recordings : sequence of (Tensor of bool, slice)
        Frames of each in which the root can be laid onto its markers, and its place in the problem.

    Returns
    -------
    list of Tensor, each of shape (n_coordinates, n_frames)
    """
    keyframes = [_keyframes(seen) for seen, _ in recordings]
    some = problem.frames(torch.cat([own.start + one for one, (_, own) in zip(keyframes, recordings, strict=True)]))
    cold = root.lay_onto(some.tree, some.offsets, some.measured_m, some.weights)
    solved = minimise_in_chunks(some, cold, damping=COLD, tolerance=_TOLERANCE).values
    keys = solved.split([len(one) for one in keyframes], dim=1)
    return [
        _between(problem, root, one, poses, len(seen))
        for one, poses, (seen, _) in zip(keyframes, keys, recordings, strict=True)
    ]


def _keyframes(seen: Tensor) -> Tensor:
    able = seen.nonzero().flatten()
    return torch.unique(torch.cat([able[::_STRIDE], able[-1:]]))


def _between(problem: PoseProblem, root: Root, keyframes: Tensor, keys: Tensor, n_frames: int) -> Tensor:
    """Poses of all frames from those of the keyframes."""
    at_keys = without_jumps(problem.tree, keys.cpu().numpy().astype(float))
    for place in root.angles:
        at_keys[place] = np.unwrap(at_keys[place])
    frames = np.arange(n_frames)
    between = np.array([np.interp(frames, keyframes.cpu().numpy(), row) for row in at_keys])
    return torch.as_tensor(between, dtype=keys.dtype, device=keys.device)
