"""What a scaling is worth: the published marker objective, and in simulation the distance from the truth."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class ObjectiveWeights:
    """Weights of ``J = total E_total + rms E_rms + max E_max + prior M^2``.

    The published weights are not known. These make the three errors count alike, about one each, at the published
    initial errors of OpenCap subjects (4.7e-3 m^2, 14.7 mm, 27.7 mm), and the prior as much as a marker error of 6 mm
    (standard deviation) makes it: ``prior = total (6 mm)^2``.

    Attributes
    ----------
    total_per_m2, rms_per_m, max_per_m : float
    prior : float
        Of the squared Mahalanobis distance M^2 from what height, mass, sex and age say.
    """

    total_per_m2: float = 200.0
    rms_per_m: float = 70.0
    max_per_m: float = 35.0
    prior: float = 0.0072


@dataclass(frozen=True)
class TruthWeights:
    """Weights of the distance ``D = joints + lengths + max E_max`` [1/m]; 10 mm of either counts as one."""

    joints_per_m: float = 100.0
    lengths_per_m: float = 100.0
    max_per_m: float = 35.0


@dataclass(frozen=True)
class MarkerFit:
    """Marker errors of many people, each shape (n_subjects,): means over the frames that are used.

    Attributes
    ----------
    total_m2, rms_m, max_m : Tensor
        Sum of squares, root mean square and largest distance of a frame's markers, as OpenSim's scale tool reports.
    """

    total_m2: Tensor
    rms_m: Tensor
    max_m: Tensor


def marker_fit(residuals_m: Tensor, seen: Tensor) -> MarkerFit:
    """Errors of each person.

    Parameters
    ----------
    residuals_m : Tensor, shape (n_subjects, n_frames, n_markers, 3)
        Finite where a marker is not seen.
    seen : Tensor of bool, shape (n_subjects, n_frames, n_markers)
    """
    squared = residuals_m.square().sum(dim=-1) * seen
    n_seen = seen.sum(dim=2)
    used = (n_seen > 0).to(squared.dtype)
    share = used / used.sum(dim=1, keepdim=True).clamp(min=1.0)
    of_frame = squared.sum(dim=2)
    return MarkerFit(
        total_m2=(share * of_frame).sum(dim=1),
        rms_m=(share * (of_frame / n_seen.clamp(min=1)).sqrt()).sum(dim=1),
        max_m=(share * squared.amax(dim=2).sqrt()).sum(dim=1),
    )


def objective(
    fit: MarkerFit, log_factors: Tensor, mean: Tensor, precision: Tensor, weights: ObjectiveWeights
) -> Tensor:
    """J of each person, shape (n_subjects,), dimensionless.

    Parameters
    ----------
    fit : MarkerFit
    log_factors, mean : Tensor, shape (n_subjects, n_params)
    precision : Tensor, shape (n_subjects, n_params, n_params)
    weights : ObjectiveWeights
    """
    apart = log_factors - mean
    distance = torch.einsum("np,npq,nq->n", apart, precision, apart)
    of_markers = weights.total_per_m2 * fit.total_m2 + weights.rms_per_m * fit.rms_m + weights.max_per_m * fit.max_m
    return of_markers + weights.prior * distance
