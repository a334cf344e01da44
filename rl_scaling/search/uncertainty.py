"""How far scale factors would be off if the same person's markers and build had been misjudged otherwise.

The search is repeated, all replicas at once, on what it might as well have been given:

- the residuals of each marker with a random sign (wild bootstrap, Wu 1986): what this recording's markers are seen
  to be off by;
- markers moved on their bodies as `rl_scaling.people.marker_errors` says that OpenCap misplaces them for a whole
  session, a segment's together and alike on both sides, and each on its own: what no resampling shows, because poses
  and factors absorb it. What a fit could not absorb counts twice, with the residuals: rather too wide than too narrow;
- a prior's mean drawn from the prior: what height, mass, sex and age leave open, which is all there is where no marker
  shows an axis; it also is where each replica begins, so that a search that ends elsewhere from elsewhere shows.

The standard error is the replicas' standard deviation.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from rl_scaling.people.marker_clusters import LEVELS_TABLE, levels_of
from rl_scaling.people.tables import read_levels, read_rows
from rl_scaling.search.environment import Start
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.tasks.scaling_tasks import ScalingTasks

N_REPLICAS = 24
"""A standard deviation of so many is itself uncertain by a seventh."""
REPLICA_STEPS = 6
"""Six of the longest steps reach a factor 15 % away; more change no standard error by more than a tenth."""

# Of the poses that a replica begins with [rad or m]; each step refits them anyway. 1e-5 changes no error by more
# than a thousandth.
_TOLERANCE = 1e-2
# Any; the same recordings have the same standard errors each time.
_SEED = 20240


def replicas(
    tree: SkeletonTree, layout: SegmentLayout, tasks: ScalingTasks, log_factors: Tensor, values: Tensor
) -> tuple[ScalingTasks, Start]:
    """State what each person's search might as well have been given, and where each replica begins.

    Parameters
    ----------
    tree : SkeletonTree
    layout : SegmentLayout
    tasks : ScalingTasks
    log_factors : Tensor, shape (n_subjects, n_params)
    values : Tensor, shape (n_coordinates, n_subjects * n_frames)
        Factors and poses that were found.

    Returns
    -------
    tasks : ScalingTasks
        `N_REPLICAS` of the first person, then of the next. All are disturbed by the same numbers, so that nobody's
        answer depends on who else is there.
    start : Start
    """
    generator = torch.Generator().manual_seed(_SEED)
    scales = (log_factors @ layout.tie.T).unflatten(1, (-1, 3))
    poses = values.T.unflatten(0, tasks.markers_m.shape[:2])
    modelled_m = tree.forward(poses, scales[:, None])
    rotations = tree.body_frames(poses, scales[:, None])[0][:, :, tree.marker_bodies]
    n_markers = len(tree.markers)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator).to(tree.default)

    residual_m = tasks.markers_m - modelled_m
    sign = torch.randint(2, (N_REPLICAS, 1, n_markers, 1), generator=generator).to(tree.default) * 2.0 - 1.0
    side = torch.where(layout.mirror[:, 2] < 0, -1.0, 1.0)
    mirror = torch.stack([torch.ones_like(side), torch.ones_like(side), side], 1)
    share = read_levels(LEVELS_TABLE)["bias"]["shared"]
    together = torch.einsum("rsj,sm,mj->rmj", normal(N_REPLICAS, len(layout.segments), 3), layout.members, mirror)
    alone = normal(N_REPLICAS, n_markers, 3)
    sd_m = torch.tensor([bias_sd_m(name) for name in layout.segments]).to(tree.default) @ layout.members
    moved_m = sd_m[:, None] * (share**0.5 * together + (1.0 - share) ** 0.5 * alone)
    shift_m = torch.einsum("nfmij,rmj->nrfmi", rotations, moved_m)

    factor = torch.linalg.cholesky(tasks.prior_covariance)
    mean = tasks.prior_mean[:, None] + normal(N_REPLICAS, tasks.prior_mean.shape[1]) @ factor.mT
    people = torch.arange(len(tasks), device=mean.device).repeat_interleave(N_REPLICAS)
    markers_m = modelled_m[:, None] + sign * residual_m[:, None] + shift_m
    disturbed = replace(
        tasks.chosen(people), markers_m=markers_m.flatten(0, 1), prior_mean=(mean := mean.flatten(0, 1))
    )
    return disturbed, Start(mean, poses[people].flatten(0, 1).T, _TOLERANCE)


@cache
def bias_sd_m(segment: str) -> float:
    """SD per axis of what OpenCap misplaces a segment's markers by for a session, markers' mean [m]."""
    segment_of = {row["body"]: row["segment"] for row in read_rows("segments.csv")}
    squares = [
        levels_of(marker.name)["bias_sd_m"] ** 2
        for marker in marker_set("study").markers
        if segment_of[marker.body.removesuffix("_r").removesuffix("_l")] == segment
    ]
    return float(np.sqrt(np.mean(squares)))
