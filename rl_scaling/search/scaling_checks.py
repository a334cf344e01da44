"""Persons and markers that cannot be scaled: too few markers, sides exchanged, a height that is not the person's."""

from __future__ import annotations

from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.errors import ScalingError
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import mirrored_names
from models.subject import Subject
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.tasks.scaling_frames import ScalingFrames, cold_poses
from rl_scaling.tasks.scaling_tasks import joint_bodies, segment_lengths_m

FEWEST_MARKERS = 6
BMI_RANGE = (10.0, 70.0)
"""Beyond, height or mass is wrong, or in another unit [kg/m^2]."""
HEIGHT_WITHIN = 0.12
"""Share by which legs and trunk may differ from those of a person of the height given. They vary by 3 % (SD)."""
POOR_FIT_M = 0.02
"""A fit worse than this is looked into: good recordings fit at 5 to 15 mm, exchanged sides at 50 and more."""

RUINED_FIT_M = 0.04
"""Beyond, some marker is another's or far off, and factors follow it: nothing is scaled on such a fit."""

# Names put right lower a fit with exchanged sides manifold.
_MARKEDLY = 0.5
_PARTS = {
    "pelvis": ("pelvis",),
    "legs": ("femur", "tibia", "foot"),
    "trunk": ("torso",),
    "arms": ("humerus", "forearm"),
}
# Bodies whose joints lie at the ends of thigh, shank and trunk.
_LENGTHS = ("tibia_r", "tibia_l", "talus_r", "talus_l", "torso", "humerus_r", "humerus_l")


def check_person(subject: Subject) -> None:
    """Refuse a mass that nobody of this height has.

    Raises
    ------
    ScalingError
    """
    index = subject.mass_kg / subject.height_m**2
    if not BMI_RANGE[0] <= index <= BMI_RANGE[1]:
        raise ScalingError(
            f"{subject.mass_kg:g} kg at {subject.height_m:g} m are a body mass index of {index:.1f} kg/m²: no person "
            "can be scaled to both.",
            hint=f"Accepted: {BMI_RANGE[0]:g} to {BMI_RANGE[1]:g} kg/m². Check height (metres) and mass (kilograms).",
            stage="scaling",
        )


def check_count(tree: SkeletonTree, frames: ScalingFrames) -> None:
    """Refuse fewer markers than a person can be scaled on.

    Raises
    ------
    ScalingError
    """
    seen = np.asarray(np.isfinite(frames.markers_m).all(axis=2).any(axis=0))
    if seen.sum() < FEWEST_MARKERS:
        names = ", ".join(name for name, ok in zip(tree.markers, seen, strict=True) if ok)
        raise ScalingError(
            f"Only {seen.sum()} markers can be used; {FEWEST_MARKERS} are needed.",
            hint=f"Markers found on the model: {names or 'none'}. Check the marker names and the marker set.",
            stage="scaling",
        )


def check_fit(rms_m: float) -> None:
    """Refuse markers that no skeleton fits.

    Raises
    ------
    ScalingError
    """
    if rms_m > RUINED_FIT_M:
        raise ScalingError(
            f"No skeleton fits these markers: {1e3 * rms_m:.0f} mm remain.",
            hint=f"Accepted: {1e3 * RUINED_FIT_M:.0f} mm. Check for exchanged, misplaced or jumping markers, also of "
            "single joints.",
            stage="scaling",
        )


def check_sides(tree: SkeletonTree, layout: SegmentLayout, frames: ScalingFrames, log_scales: Tensor) -> None:
    """Refuse markers whose sides are exchanged: the standing pose fits markedly better with left and right swapped.

    Parameters
    ----------
    log_scales : Tensor, shape (n_bodies, 3)
        Expected of the person.

    Raises
    ------
    ScalingError
    """
    other = mirrored_names(tree.markers)
    partner = np.array([tree.markers.index(other.get(name, name)) for name in tree.markers])
    of_part = {part: _members(layout, segments) for part, segments in _PARTS.items()}
    choices = list(product((False, True), repeat=len(_PARTS)))
    tried = np.stack([_swapped(frames.markers_m[0], partner, of_part, choice) for choice in choices])
    n_seen = int(np.isfinite(frames.markers_m[0]).all(axis=1).sum())
    errors = np.sqrt(cold_poses(tree, tried, log_scales)[1].cost.cpu().numpy() / n_seen)
    best = int(errors.argmin())
    if errors[best] < _MARKEDLY * errors[0]:
        parts = ", ".join(part for part, chosen in zip(_PARTS, choices[best], strict=True) if chosen)
        raise ScalingError(
            f"Left and right are exchanged in the markers of: {parts}. With the names swapped the standing pose "
            f"fits at {1e3 * errors[best]:.0f} mm, as they are at {1e3 * errors[0]:.0f} mm.",
            hint="Swap the names of left and right markers there, and scale again.",
            stage="scaling",
        )


def check_height(tree: SkeletonTree, subject: Subject, found: Tensor, expected: Tensor) -> None:
    """Refuse a height that is not that of the person seen, told by legs and trunk, so that a stoop does not matter.

    Parameters
    ----------
    found, expected : Tensor, shape (n_bodies, 3)
        Log scales from the markers, and from height, mass, sex and age.

    Raises
    ------
    ScalingError
    """
    ratio = float(height_ratio(tree, found, expected))
    if abs(ratio - 1.0) > HEIGHT_WITHIN:
        raise ScalingError(
            f"The markers show legs and trunk of a person of about {ratio * subject.height_m:.2f} m; the height given "
            f"is {subject.height_m:.2f} m.",
            hint=f"Accepted: within {100 * HEIGHT_WITHIN:.0f} %. Check the height, and whether the recording's lengths "
            "are right: in OpenCap the size of the squares of the calibration board, elsewhere the unit of the file.",
            stage="scaling",
        )


def height_ratio(tree: SkeletonTree, found: Tensor, expected: Tensor) -> Tensor:
    """Legs and trunk found over those expected, shape (...,).

    Parameters
    ----------
    found, expected : Tensor, shape (..., n_bodies, 3)
        Log scales from the markers, and from height, mass, sex and age.
    """
    bodies = [tree.bodies[body] for body in joint_bodies(tree)]
    counted = [place for place, name in enumerate(bodies) if name in _LENGTHS]
    lengths_m = segment_lengths_m(tree, torch.stack([found, expected]))[..., counted].sum(dim=-1)
    return lengths_m[0] / lengths_m[1]


def _members(layout: SegmentLayout, segments: tuple[str, ...]) -> NDArray[np.bool_]:
    """Markers that sit on these segments."""
    rows = [layout.segments.index(segment) for segment in segments]
    return np.asarray(layout.members[rows].sum(dim=0).cpu().numpy() > 0)


def _swapped(
    markers_m: NDArray[np.float64],
    partner: NDArray[np.int_],
    of_part: dict[str, NDArray[np.bool_]],
    choice: tuple[bool, ...],
) -> NDArray[np.float64]:
    """One frame with left and right swapped in the chosen parts."""
    source = np.arange(len(partner))
    for members, chosen in zip(of_part.values(), choice, strict=True):
        if chosen:
            source = np.where(members, partner, source)
    return markers_m[source]
