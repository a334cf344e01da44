"""Peak moments of every repetition, measured and estimated."""

from __future__ import annotations

import numpy as np

from assessment.activities import Activity
from assessment.indicators import TrialResults, moments
from assessment.motion import EXTENSION_SIGN, SIDES
from assessment.repetitions import Repetition
from assessment.validation.agreement import Dynamics
from assessment.validation.records import PeakError, PeakPair
from models.subject import Subject
from pipeline.quality import Quality
from pipeline.trajectories import Kinematics

COORDINATE_OF = {
    "hip_extension": "hip_flexion",
    "knee_extension": "knee_angle",
    "ankle_plantarflexion": "ankle_angle",
}
"""Peaks that indicators report, and the coordinates they are found on."""


def peak_pairs(
    activity: Activity,
    repetitions: tuple[Repetition, ...],
    kinematics: Kinematics,
    measured: Dynamics,
    estimated: Dynamics,
    subject: Subject,
) -> list[PeakPair]:
    """Peaks of every complete repetition that both ways give.

    They are the product's own indicators, windows included. Where no repetition gives any, as in a walk over a few
    plates, the peaks of all compared frames stand in; quiet standing has none.

    Parameters
    ----------
    measured, estimated : Dynamics
        As `jointly_valid` returns them.
    """
    found = [
        {
            (joint, indicator.side, indicator.repetition): indicator.value
            for joint in COORDINATE_OF
            for indicator in moments.compute(
                TrialResults(
                    activity, repetitions, kinematics, None, one.forces, one.moments, subject, Quality(), Quality()
                )
            )
            if indicator.name == f"peak_{joint}_moment_per_kg"
        }
        for one in (measured, estimated)
    ]
    pairs = [
        _pair(joint, side, repetition, value, other)
        for (joint, side, repetition), value in found[0].items()
        if value is not None and (other := found[1][joint, side, repetition]) is not None
    ]
    if pairs or activity.name == "standing":
        return pairs
    return [
        _pair(joint, side, None, *(_peak(one, f"{coordinate}_{side}", subject) for one in (measured, estimated)))
        for joint, coordinate in COORDINATE_OF.items()
        for side in SIDES
    ]


def peak_errors(pairs: list[PeakPair]) -> dict[str, PeakError]:
    """Bias and mean absolute error of each joint's peaks, relative to the mean measured peak."""
    errors = {}
    for joint in COORDINATE_OF:
        peaks = np.array([(one.measured_nm_per_kg, one.estimated_nm_per_kg) for one in pairs if one.joint == joint])
        if len(peaks) and (size := float(np.mean(peaks[:, 0]))) > 0.0:
            error = peaks[:, 1] - peaks[:, 0]
            errors[joint] = PeakError(
                n=len(peaks),
                bias_percent=100.0 * float(np.mean(error)) / size,
                mean_absolute_percent=100.0 * float(np.mean(np.abs(error))) / size,
            )
    return errors


def _pair(joint: str, side: str | None, repetition: int | None, measured: float, estimated: float) -> PeakPair:
    return PeakPair.model_validate(
        {
            "joint": joint,
            "side": side,
            "repetition": repetition,
            "measured_nm_per_kg": measured,
            "estimated_nm_per_kg": estimated,
        }
    )


def _peak(dynamics: Dynamics, coordinate: str, subject: Subject) -> float:
    """Greatest extension moment of all valid frames [Nm/kg]."""
    moment_nm = EXTENSION_SIGN * dynamics.moments.moment_nm(coordinate)[dynamics.moments.valid]
    return float(np.max(moment_nm)) / subject.mass_kg
