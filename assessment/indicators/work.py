"""Power, work, angular impulse and rate of rise of joint moments: descriptive, as the moments are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.stretch import Quantity, Stretch, estimated, loaded_repetitions, taken, told
from assessment.motion import EXTENSION_SIGN, SIDES
from pipeline.joint_work import JointValue, angular_impulse_nms, greatest_power_w, steepest_rise, work_j
from pipeline.quality import Mark, Quality

ESTIMATED_FORCES = Quality.caution(
    "Forces are estimated from the movement, not measured; this number has not been compared with force plates."
)
HOLE = Quality.withheld("The moment is not known in part of this repetition: a sum over the rest would be too small.")


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Power, work, impulse and rate of rise of hip, knee and ankle, of every complete repetition and side."""
    for repetition in loaded_repetitions(results):
        for name, coordinate, quantity in QUANTITIES:
            for side in SIDES:
                found = taken(results, repetition, f"{coordinate}_{side}", quantity)
                yield from told(results, repetition, side, name, with_caution_of_forces(results, found))


def with_caution_of_forces(results: TrialResults, found: Quantity) -> Quantity:
    """The quantity, with the caution that estimated forces ask for."""
    return replace(found, quality=found.quality & ESTIMATED_FORCES) if estimated(results) else found


def greatest_power(stretch: Stretch, coordinate: str) -> Quantity:
    """Greatest power that the joint generates [W]."""
    found = greatest_power_w(stretch.moments, coordinate, stretch.known)
    assert found is not None  # noqa: S101 - a stretch has a known frame
    quality = Quality()
    if stretch.meets_hidden(found.first, found.last):
        quality = Quality.caution(
            "The peak is right at seat-off, where it begins to be known: just before, it may have been greater."
        )
    elif found.value < 0.0:
        quality = Quality.caution("The joint only absorbs power in this repetition.")
    return Quantity(quality, found.value, found.standard_error)


def _work(stretch: Stretch, coordinate: str) -> Quantity:
    return _sum(stretch, work_j(stretch.moments, coordinate, stretch.known))


def _impulse(stretch: Stretch, coordinate: str) -> Quantity:
    return _sum(stretch, angular_impulse_nms(stretch.moments, coordinate, stretch.known, EXTENSION_SIGN))


def _sum(stretch: Stretch, found: JointValue | None) -> Quantity:
    # On the seat the sum begins at seat-off, by definition; anywhere else a frame without forces is a hole.
    if found is None or bool((stretch.inside & ~stretch.usable).any()):
        return Quantity(HOLE)
    return Quantity(Quality(), found.value, found.standard_error)


def _rate_of_rise(stretch: Stretch, coordinate: str) -> Quantity:
    found = steepest_rise(stretch.moments, coordinate, stretch.known, EXTENSION_SIGN)
    if found is None:
        return Quantity(Quality.withheld("The moment is known too briefly for the filter to let a rise be seen."))
    rate = found.rate_nm_per_s
    if rate.value <= 0.0:
        return Quantity(Quality.withheld("The moment does not rise while it is known in this repetition."))
    window = f"{1000.0 * found.window_s:.0f} ms (low-pass at {stretch.moments.cutoff_hz:g} Hz)"
    quality = Quality(Mark.REPORTED, (f"Steepest over {window}.",))
    if found.filter_limited:
        quality &= Quality.caution("The rise is hardly longer than the filter makes any: at least this steep.")
    if stretch.meets_hidden(rate.first, rate.last):
        quality &= Quality.caution(
            "The rise is right at seat-off, where it begins to be known: just before, it may have been steeper."
        )
    return Quantity(quality, rate.value, rate.standard_error)


JOINTS = (
    ("hip", "extension", "hip_flexion"),
    ("knee", "extension", "knee_angle"),
    ("ankle", "plantarflexion", "ankle_angle"),
)
# Indicator, its coordinate, and how it is found.
QUANTITIES: tuple[tuple[str, str, Callable[[Stretch, str], Quantity]], ...] = tuple(
    row
    for joint, direction, coordinate in JOINTS
    for row in (
        (f"peak_{joint}_power", coordinate, greatest_power),
        (f"positive_{joint}_work", coordinate, _work),
        (f"{joint}_{direction}_impulse", coordinate, _impulse),
        (f"{joint}_{direction}_moment_rise_rate", coordinate, _rate_of_rise),
    )
)
