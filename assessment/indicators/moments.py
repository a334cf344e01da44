"""Joint moments: descriptive, with their uncertainty, never against a cut-off (none exists)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assessment.indicators.base import Indicator, TrialResults, catalogue
from assessment.motion import SIDES, Side
from assessment.repetitions import Repetition
from pipeline.quality import Quality

# In LaiUhlrich2022 flexion and dorsiflexion are positive: extension and plantarflexion moments are the negative ones.
EXTENSION_SIGN = -1.0
# A peak of a window with fewer usable frames may have been missed.
ENOUGH_FRAMES = 0.8


@dataclass(frozen=True)
class PeakMoment:
    """One joint's peak: its indicator, its coordinate, and the sit-to-stand event from which it can be known."""

    indicator: str
    coordinate: str
    known_from: str


PEAKS = (
    PeakMoment("peak_hip_extension_moment", "hip_flexion", "seat_off"),
    PeakMoment("peak_knee_extension_moment", "knee_angle", "rise_start"),
    PeakMoment("peak_ankle_plantarflexion_moment", "ankle_angle", "rise_start"),
)


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Peak hip, knee and ankle moments of every complete repetition and side."""
    for repetition in results.complete_repetitions:
        for peak in PEAKS:
            start_s, stop_s = _window_s(results, repetition, peak)
            for side in SIDES:
                yield from _peak(results, repetition, peak, side, start_s, stop_s)


def _window_s(results: TrialResults, repetition: Repetition, peak: PeakMoment) -> tuple[float, float]:
    if results.activity.name == "sit-to-stand":
        return repetition.events[peak.known_from], repetition.events["stand"]
    return repetition.start_s, repetition.stop_s


def _peak(
    results: TrialResults, repetition: Repetition, peak: PeakMoment, side: Side, start_s: float, stop_s: float
) -> Iterator[Indicator]:
    value, quality = _greatest(results, f"{peak.coordinate}_{side}", start_s, stop_s)
    error_per_kg = None
    if results.forces is not None and results.forces.origin == "estimated":
        error_per_kg = catalogue()[f"{peak.indicator}_per_kg"].estimated_forces_error
        quality &= Quality.caution(
            f"Forces are estimated from the movement, not measured: in a comparison with force plates such peaks were "
            f"off by {error_per_kg} Nm/kg."
        )
    mass_kg = results.subject.mass_kg
    for name, per in ((peak.indicator, 1.0), (f"{peak.indicator}_per_kg", mass_kg)):
        yield results.indicator(
            name,
            None if value is None else value / per,
            quality,
            side=side,
            repetition=repetition.index,
            standard_error=None if error_per_kg is None else error_per_kg * mass_kg / per,
        )


def _greatest(results: TrialResults, coordinate: str, start_s: float, stop_s: float) -> tuple[float | None, Quality]:
    """Greatest extension moment among the usable frames of a window [Nm]."""
    forces, moments = results.forces, results.moments
    if forces is None or moments is None:
        return None, Quality.withheld("Joint moments are not known.")
    inside = (moments.time_s >= start_s) & (moments.time_s <= stop_s)
    usable = inside & moments.valid & forces.valid
    share = float(usable.sum()) / max(int(inside.sum()), 1)
    if share < ENOUGH_FRAMES:
        return None, Quality.withheld(f"Forces are usable in only {share:.0%} of this repetition.")
    value = float(np.max(EXTENSION_SIGN * moments.moment_nm(coordinate)[usable]))
    if value < 0.0:
        return value, Quality.caution("The moment never turns to extension in this repetition.")
    return value, Quality()
