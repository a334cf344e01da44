"""Scale factors as rows: each segment and axis with its interval, and what distances between markers give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.language import _
from assessment.summary import ModelRecord
from assessment.uncertainty import interval

AXES = "xyz"
# Bodies whose factors are those of a segment; both sides are averaged.
BODIES = {
    "pelvis": ("pelvis",),
    "femur": ("femur_r", "femur_l"),
    "tibia": ("tibia_r", "tibia_l"),
    "foot": ("calcn_r", "calcn_l"),
    "torso": ("torso",),
    "humerus": ("humerus_r", "humerus_l"),
    "forearm": ("ulna_r", "ulna_l"),
}


@dataclass(frozen=True)
class FactorRow:
    """One factor; 1 is the generic model.

    Attributes
    ----------
    ends : tuple of float or None
        95 % interval; None where the scaler cannot tell how sure it is.
    by_distances : float or None
        From distances between markers.
    verdict : str
        Where it comes from: measured, partly, from anthropometry; empty where the scaler cannot tell.
    """

    segment: str
    axis: str
    factor: float
    ends: tuple[float, float] | None
    by_distances: float | None
    verdict: str
    text: str


def factor_rows(model: ModelRecord) -> list[FactorRow]:
    """Every segment and axis of a model."""
    known = {estimate.parameter: estimate for estimate in model.factor_estimates}
    rows = []
    for segment in BODIES:
        for axis in AXES:
            estimate = known.get(f"{segment}_{axis}")
            factor = estimate.factor if estimate else _of_bodies(model.scale_factors, segment, axis)
            if factor is None:
                continue
            rows.append(
                FactorRow(
                    segment=segment,
                    axis=axis,
                    factor=factor,
                    ends=interval(factor, estimate.standard_error) if estimate else None,
                    by_distances=_of_bodies(model.measured_factors, segment, axis),
                    verdict=estimate.verdict if estimate else "",
                    text=estimate.text if estimate else "",
                )
            )
    return rows


def segment_word(segment: str) -> str:
    """A segment for people."""
    return {
        "pelvis": _("pelvis"),
        "femur": _("thigh"),
        "tibia": _("shank"),
        "foot": _("foot"),
        "torso": _("trunk"),
        "humerus": _("upper arm"),
        "forearm": _("forearm"),
    }[segment]


def axis_word(axis: str) -> str:
    """An axis of a body's frame, in upright standing."""
    return {"x": _("X (forward)"), "y": _("Y (up)"), "z": _("Z (to the right)")}[axis]


def _of_bodies(factors: dict[str, tuple[float, float, float]], segment: str, axis: str) -> float | None:
    found = [factors[body][AXES.index(axis)] for body in BODIES[segment] if body in factors]
    return float(np.mean(found)) if found else None
