"""Skeletons of several people, alike but for their lengths, as one problem: offsets frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import torch
from torch import Tensor

from models.skeleton.functions import FunctionTable
from models.skeleton.kinematics import Offsets, SkeletonTree
from models.skeleton.normal_equations import PoseProblem

# Where lengths are: these may differ.
_LENGTHS = {"parent_lever", "child_lever", "marker_lever", "functions"}
# Scaled models are written with twenty digits and read again: a factor is the same function's to rounding.
_ROUNDING = 1e-12


def offsets_on(tree: SkeletonTree, other: SkeletonTree, offsets: Offsets) -> Offsets | None:
    """Lengths of another tree such that this one, with them, is in every pose where the other is.

    Scaling a model multiplies the translations within its joints: what a translation's function has more than this
    tree's becomes a length.

    Parameters
    ----------
    tree, other : SkeletonTree
    offsets : Offsets
        Of the other.

    Returns
    -------
    Offsets or None
        None where the trees differ in more than lengths.
    """
    if tree is other:
        return offsets
    same = (
        _equal(getattr(tree, one.name), getattr(other, one.name)) for one in fields(tree) if one.name not in _LENGTHS
    )
    factors = _factors(tree.functions, other.functions) if all(same) else None
    if factors is None:
        return None
    n_rotations = len(tree.rotation_joints)
    if not torch.equal(factors[:n_rotations], torch.ones_like(factors[:n_rotations])):
        return None
    of_translations = factors[n_rotations:].reshape(-1, *(1,) * (offsets.translations.dim() - 1))
    return replace(offsets, translations=offsets.translations * of_translations)


def joined_problems(problems: Sequence[PoseProblem]) -> PoseProblem:
    """Frames of one problem after those of another; the tree and what is looked for are the first one's."""
    first = problems[0]
    parts = [problem.offsets for problem in problems]
    offsets = parts[0]
    if not all(_equal(offsets, one) and one.markers.shape[-1] == 1 for one in parts):
        by_frame = [_by_frame(problem) for problem in problems]
        offsets = Offsets(*(torch.cat(one, dim=-1) for one in zip(*by_frame, strict=True)))
    return replace(
        first,
        offsets=offsets,
        measured_m=torch.cat([problem.measured_m for problem in problems], dim=-1),
        weights=torch.cat([problem.weights for problem in problems], dim=-1),
        floor=torch.cat([problem.floor for problem in problems]),
    )


def _by_frame(problem: PoseProblem) -> list[Tensor]:
    n_frames = problem.weights.shape[-1]
    return [one.expand(*one.shape[:-1], n_frames) for one in vars(problem.offsets).values()]


def _factors(mine: FunctionTable, theirs: FunctionTable) -> Tensor | None:
    """What each of my functions is to be multiplied by to be theirs; None where that does not do."""
    if not (_equal(mine.breaks, theirs.breaks) and _equal(mine.origins, theirs.origins)):
        return None
    if mine.coefficients.shape != theirs.coefficients.shape:
        return None
    own, other = (table.coefficients.transpose(0, 1).flatten(1) for table in (mine, theirs))
    largest = own.abs().argmax(dim=1, keepdim=True)
    factors = other.gather(1, largest) / own.gather(1, largest)
    close = (factors * own - other).abs() <= _ROUNDING * other.abs().amax(dim=1, keepdim=True)
    return factors.flatten() if bool(close.all()) else None


def _equal(one: object, other: object) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    if isinstance(one, FunctionTable | Offsets):
        return type(one) is type(other) and all(_equal(value, vars(other)[name]) for name, value in vars(one).items())
    return one == other
