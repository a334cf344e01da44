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


# Indicator and its coordinate.
PEAKS = (
    ("peak_hip_extension_moment", "hip_flexion"),
    ("peak_knee_extension_moment", "knee_angle"),
    ("peak_ankle_plantarflexion_moment", "ankle_angle"),
)


@dataclass(frozen=True)
class _Peak:
    """A peak and its standard error [Nm]; no value where it is withheld, no error where none is known."""

    quality: Quality
    value_nm: float | None = None
    error_nm: float | None = None


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Peak hip, knee and ankle moments of every complete repetition and side."""
    for repetition in results.complete_repetitions:
        for indicator, coordinate in PEAKS:
            for side in SIDES:
                yield from _indicators(results, repetition, indicator, f"{coordinate}_{side}", side)


def _indicators(
    results: TrialResults, repetition: Repetition, indicator: str, coordinate: str, side: Side
) -> Iterator[Indicator]:
    peak = _greatest(results, coordinate, *_window_s(results, repetition))
    mass_kg = results.subject.mass_kg
    quality, error_nm = peak.quality, peak.error_nm
    if results.forces is not None and results.forces.origin == "estimated":
        per_kg = catalogue()[f"{indicator}_per_kg"].estimated_forces_error
        quality &= Quality.caution(
            f"Forces are estimated from the movement, not measured: in a comparison with force plates such peaks were "
            f"off by {per_kg} Nm/kg."
        )
        if error_nm is None and per_kg is not None:
            error_nm = per_kg * mass_kg
    for name, per in ((indicator, 1.0), (f"{indicator}_per_kg", mass_kg)):
        yield results.indicator(
            name,
            None if peak.value_nm is None else peak.value_nm / per,
            quality,
            side=side,
            repetition=repetition.index,
            standard_error=None if error_nm is None else error_nm / per,
        )


def _window_s(results: TrialResults, repetition: Repetition) -> tuple[float, float]:
    if results.activity.name == "sit-to-stand":
        return repetition.events["rise_start"], repetition.events["stand"]
    return repetition.start_s, repetition.stop_s


def _greatest(results: TrialResults, coordinate: str, start_s: float, stop_s: float) -> _Peak:
    """Greatest extension moment among the frames of a window in which it can be known."""
    forces, moments = results.forces, results.moments
    if forces is None or moments is None:
        return _Peak(Quality.withheld("Joint moments are not known."))
    inside = (moments.time_s >= start_s) & (moments.time_s <= stop_s)
    usable = inside & moments.valid & forces.valid
    share = float(usable.sum()) / max(int(inside.sum()), 1)
    if share < ENOUGH_FRAMES:
        return _Peak(Quality.withheld(f"Forces are usable in only {share:.0%} of this repetition."))
    # Who helps with the hands does so where it is hardest: the peak would be the one that is hidden.
    hidden = [
        support.text
        for support in forces.hand_supports
        if coordinate in support.coordinates and np.any(support.frames(moments.time_s) & inside)
    ]
    if hidden:
        return _Peak(Quality.withheld(*hidden))
    known = usable & moments.known(coordinate)
    if not known.any():
        return _Peak(Quality.withheld("A seat may bear load throughout this repetition: the moment is not known."))
    extension_nm = np.where(known, EXTENSION_SIGN * moments.moment_nm(coordinate), -np.inf)
    frame = int(np.argmax(extension_nm))
    errors_nm = moments.standard_error_nm(coordinate)
    quality = Quality()
    if np.any((usable & ~known)[max(frame - 1, 0) : frame + 2]):
        quality = Quality.caution(
            "The peak is right at seat-off, where it begins to be known: just before, it may have been greater."
        )
    elif extension_nm[frame] < 0.0:
        quality = Quality.caution("The moment never turns to extension in this repetition.")
    return _Peak(quality, float(extension_nm[frame]), None if errors_nm is None else float(errors_nm[frame]))
