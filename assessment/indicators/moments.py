"""Joint moments: descriptive, with their uncertainty, never against a cut-off (none exists)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.catalogue import catalogue
from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.stretch import Quantity, Stretch, estimated, loaded_repetitions, taken, told
from assessment.motion import EXTENSION_SIGN, SIDES, Side
from assessment.repetitions import Repetition
from pipeline.quality import Quality

# Indicator and its coordinate.
PEAKS = (
    ("peak_hip_extension_moment", "hip_flexion"),
    ("peak_knee_extension_moment", "knee_angle"),
    ("peak_ankle_plantarflexion_moment", "ankle_angle"),
)


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Peak hip, knee and ankle moments of every complete repetition and side."""
    for repetition in loaded_repetitions(results):
        for name, coordinate in PEAKS:
            for side in SIDES:
                yield from told(
                    results, repetition, side, name, peak_moment(results, repetition, name, coordinate, side)
                )


def peak_moment(results: TrialResults, repetition: Repetition, name: str, coordinate: str, side: Side) -> Quantity:
    """Greatest extension moment of a joint [Nm]; of estimated forces it says what such peaks were off by from plates.

    Parameters
    ----------
    results : TrialResults
    repetition : Repetition
        Its window is looked at.
    name : str
        In the catalogue, which declares that error per body mass.
    coordinate : str
        Without side.
    side : {'r', 'l'}
    """
    peak = taken(results, repetition, f"{coordinate}_{side}", greatest_moment)
    if not estimated(results):
        return peak
    per_kg = catalogue()[f"{name}_per_kg"].estimated_forces_error
    caution = Quality.caution(
        f"Forces are estimated from the movement, not measured: in a comparison with force plates such peaks were "
        f"off by {per_kg} Nm/kg."
    )
    return Quantity(peak.quality & caution, peak.value, peak.error)


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
