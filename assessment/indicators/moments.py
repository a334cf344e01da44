"""Joint moments: descriptive, with their uncertainty, never against a cut-off (none exists)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.indicators.base import Indicator, TrialResults, catalogue
from assessment.indicators.stretch import EXTENSION_SIGN, Quantity, Stretch, estimated, taken, told
from assessment.motion import SIDES
from pipeline.quality import Quality

# Indicator and its coordinate.
PEAKS = (
    ("peak_hip_extension_moment", "hip_flexion"),
    ("peak_knee_extension_moment", "knee_angle"),
    ("peak_ankle_plantarflexion_moment", "ankle_angle"),
)


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Peak hip, knee and ankle moments of every complete repetition and side."""
    for repetition in results.complete_repetitions:
        for name, coordinate in PEAKS:
            for side in SIDES:
                peak = taken(results, repetition, f"{coordinate}_{side}", greatest_moment)
                yield from told(results, repetition, side, name, _of_estimated_forces(results, name, peak))


def _of_estimated_forces(results: TrialResults, name: str, peak: Quantity) -> Quantity:
    """The peak with what estimating the forces does to it."""
    if not estimated(results):
        return peak
    per_kg = catalogue()[f"{name}_per_kg"].estimated_forces_error
    caution = Quality.caution(
        f"Forces are estimated from the movement, not measured: in a comparison with force plates such peaks were "
        f"off by {per_kg} Nm/kg."
    )
    declared = None if per_kg is None else per_kg * results.subject.mass_kg
    return Quantity(peak.quality & caution, peak.value, declared if peak.error is None else peak.error)


def greatest_moment(stretch: Stretch, coordinate: str) -> Quantity:
    """Greatest extension moment [Nm]."""
    moments = stretch.moments
    extension_nm = np.where(stretch.known, EXTENSION_SIGN * moments.moment_nm(coordinate), -np.inf)
    frame = int(np.argmax(extension_nm))
    errors_nm = moments.standard_error_nm(coordinate)
    quality = Quality()
    if stretch.meets_hidden(frame, frame):
        quality = Quality.caution(
            "The peak is right at seat-off, where it begins to be known: just before, it may have been greater."
        )
    elif extension_nm[frame] < 0.0:
        quality = Quality.caution("The moment never turns to extension in this repetition.")
    return Quantity(quality, float(extension_nm[frame]), None if errors_nm is None else float(errors_nm[frame]))
