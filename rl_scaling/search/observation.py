"""What a policy sees: a token for every segment and numbers of the person and the fit; never the truth.

Markers enter through the segment they sit on, so any marker set will do. Left and right share a segment's factors and
so its token: the left side is mirrored in its body's frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.skeleton.batched_algebra import apply
from models.skeleton.kinematics import Kinematic, SkeletonTree
from rl_scaling.people.anthropometry import parameters, ties
from rl_scaling.search.objective import MarkerFit
from rl_scaling.tasks.scaling_tasks import PERSON

FEATURES = (
    *(f"{what}_{axis}" for what in ("factor", "apart", "residual", "stretch", "observed", "step") for axis in "xyz"),
    "distance_static",
    "distance_moving",
)
"""What a segment's token holds."""

CONTEXT = (*PERSON, "step", "objective", "rms", "max")
"""What the context holds."""

# Scales that bring the numbers near one: lengths of 10 mm, ratios of 5 %, errors around 10 and 20 mm.
_LENGTH_M, _RATIO = 0.01, 0.05
_RMS_M, _MAX_M = 0.01, 0.02
# Markers of a segment closer together than this along an axis say nothing of its stretch [m^2].
_LEAST_SPREAD_M2 = 1e-4


@dataclass(frozen=True)
class Observation:
    """State of many people.

    Attributes
    ----------
    tokens : Tensor, shape (n_subjects, n_segments, len(FEATURES))
        The least-squares step is in units of the longest action, the others near one.
    context : Tensor, shape (n_subjects, len(CONTEXT))
    privileged : Tensor, shape (n_subjects, n_privileged)
        For a critic only.
    """

    tokens: Tensor
    context: Tensor
    privileged: Tensor


STEP_FEATURES = tuple(FEATURES.index(f"step_{axis}") for axis in "xyz")
"""Places of the least-squares step in a token."""


@dataclass(frozen=True)
class SegmentLayout:
    """How bodies, markers and parameters belong to segments.

    Attributes
    ----------
    segments : tuple of str
    of_body : Tensor of int, shape (n_bodies,)
        The segment of each body.
    tie : Tensor, shape (n_bodies * 3, n_params)
        Parameters are segment after segment, x, y, z.
    exists : Tensor of bool, shape (n_segments, 3)
        Axes of which the skeleton has a body.
    members : Tensor, shape (n_segments, n_markers)
        1 where a marker sits on the segment.
    chains : Tensor, shape (n_chains, 2, n_markers)
        Pairs of neighbouring segments of one side: 1 at the markers of a segment, and at those of the one it hangs on.
    of_chain : Tensor, shape (n_segments, n_chains)
    mirror : Tensor, shape (n_markers, 3)
        Z is -1 on the left side, and 0 on bodies of the midline: shifted sideways is neither wide nor narrow.
    local_m : Tensor, shape (n_markers, 3)
        Where markers sit on their bodies, less the mean of the body's.
    """

    segments: tuple[str, ...]
    of_body: Tensor
    tie: Tensor
    exists: Tensor
    members: Tensor
    chains: Tensor
    of_chain: Tensor
    mirror: Tensor
    local_m: Tensor

    @classmethod
    def of(cls, tree: SkeletonTree) -> SegmentLayout:
        """Work out the layout of a skeleton."""
        matrix = ties(tree.bodies)
        segments = tuple(dict.fromkeys(name.rpartition("_")[0] for name in parameters()))
        of_body = matrix[::3].argmax(axis=1) // 3
        sides = [body[-2:] if body.endswith(("_r", "_l")) else "" for body in tree.bodies]
        bodies = tree.marker_bodies.tolist()
        markers = np.arange(len(bodies))
        members = np.zeros((len(segments), len(bodies)))
        members[of_body[bodies], markers] = 1.0
        mirror = np.ones((len(bodies), 3))
        mirror[:, 2] = [{"_r": 1.0, "_l": -1.0, "": 0.0}[sides[body]] for body in bodies]
        local = tree.offsets().markers[..., 0].cpu().numpy().astype(float)
        for body in set(bodies):
            own = np.array(bodies) == body
            local[own] -= local[own].mean(axis=0)
        chains, owners = [], []
        for body, parent in enumerate(tree.parents):
            if parent < 0 or of_body[body] == of_body[parent]:
                continue
            pair = np.zeros((2, len(bodies)))
            for row, (segment, side) in enumerate(((of_body[body], sides[body]), (of_body[parent], sides[parent]))):
                pair[row] = [of_body[one] == segment and sides[one] == side for one in bodies]
            chains.append(pair)
            owners.append(of_body[body])
        of_chain = np.eye(len(segments))[:, owners]
        like = tree.default
        return cls(
            segments,
            torch.as_tensor(of_body).to(like.device),
            torch.as_tensor(matrix).to(like),
            torch.as_tensor(matrix.any(axis=0).reshape(-1, 3)).to(like.device),
            *(torch.as_tensor(np.array(one)).to(like) for one in (members, chains, of_chain, mirror, local)),
        )


@dataclass(frozen=True)
class Fitted:
    """Skeletons laid onto their markers: all that an observation is made of.

    Attributes
    ----------
    pose : Kinematic
        Batch n_subjects * n_frames.
    measured_m : Tensor, shape (n_markers, 3, n_subjects * n_frames)
        Finite where not seen.
    seen : Tensor, shape (n_markers, n_subjects * n_frames)
        One or zero.
    log_factors, apart, observed, step : Tensor, shape (n_subjects, n_params)
        Present parameters, distance from the prior's mean in its SD, see `ScaleStep`, least-squares step in units of
        the longest action.
    """

    pose: Kinematic
    measured_m: Tensor
    seen: Tensor
    log_factors: Tensor
    apart: Tensor
    observed: Tensor
    step: Tensor

    def by_person(self, of_frames: Tensor) -> Tensor:
        """Split the last dimension, (..., n_subjects * n_frames), into people and their frames."""
        return of_frames.unflatten(-1, (len(self.log_factors), -1))

    @property
    def residuals_m(self) -> Tensor:
        """Measured minus modelled, zero where not seen, shape (n_markers, 3, n_subjects * n_frames)."""
        return (self.measured_m - self.pose.markers) * self.seen.unsqueeze(1)


def segment_tokens(tree: SkeletonTree, layout: SegmentLayout, fitted: Fitted) -> Tensor:
    """Tokens of all segments, shape (n_subjects, n_segments, len(FEATURES))."""
    to_body = fitted.pose.rotations[tree.marker_bodies + 1].transpose(1, 2)
    own = fitted.by_person(apply(to_body, fitted.residuals_m)).sum(dim=-1)
    counts = fitted.by_person(fitted.seen).sum(dim=-1)
    n_seen = (layout.members @ counts).T.clamp(min=1.0).unsqueeze(2)
    mean_m = torch.einsum("sm,mjn->nsj", layout.members, own * layout.mirror.unsqueeze(2)) / n_seen
    spread = torch.einsum("sm,mjn->nsj", layout.members, counts.unsqueeze(1) * layout.local_m.square().unsqueeze(2))
    stretch = torch.einsum("sm,mjn->nsj", layout.members, own * layout.local_m.unsqueeze(2)) / n_seen
    stretch = stretch / (spread / n_seen).clamp(min=_LEAST_SPREAD_M2)
    by_axis = [one.unflatten(1, (-1, 3)) for one in (fitted.log_factors / _RATIO, fitted.apart)]
    known = [one.unflatten(1, (-1, 3)) for one in (fitted.observed, fitted.step)]
    ratio = _distances(layout, fitted)
    return torch.cat([*by_axis, mean_m / _LENGTH_M, stretch / _RATIO, *known, ratio / _RATIO], dim=2)


def context_numbers(person: Tensor, step: Tensor, objective: Tensor, fit: MarkerFit) -> Tensor:
    """Context, shape (n_subjects, len(CONTEXT)); ``step`` is the share of the episode that is over, (n_subjects,)."""
    errors = torch.stack([objective, fit.rms_m / _RMS_M, fit.max_m / _MAX_M], 1)
    return torch.cat([person, step.unsqueeze(1), errors.clamp(min=1e-6).log()], dim=1)


def _distances(layout: SegmentLayout, fitted: Fitted) -> Tensor:
    """Log of measured over modelled distance to the segment it hangs on, standing and moving: (n, n_segments, 2)."""
    ends = layout.chains.flatten(0, 1)
    n_seen = ends @ fitted.seen
    there = (n_seen > 0).unflatten(0, (-1, 2)).all(dim=1)
    lengths_m = []
    for positions_m in (fitted.measured_m, fitted.pose.markers):
        seen_m = (positions_m * fitted.seen.unsqueeze(1)).flatten(1)
        means_m = (ends @ seen_m).unflatten(1, (3, -1)) / n_seen.clamp(min=1.0).unsqueeze(1)
        lengths_m.append((means_m[::2] - means_m[1::2]).norm(dim=1).clamp(min=1e-3))
    ratio = torch.where(there, (lengths_m[0] / lengths_m[1]).log(), 0.0)
    ratio, counted = fitted.by_person(ratio), fitted.by_person(there.to(ratio.dtype))
    parts = []
    for frames in (slice(0, 1), slice(1, None)):
        total, count = (layout.of_chain @ one[..., frames].sum(dim=-1) for one in (ratio, counted))
        parts.append((total / count.clamp(min=1.0)).T)
    return torch.stack(parts, 2)
