"""What is wanted of each kind of trial, and whether the mean of its rows gives it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.validation import peak_errors
from benchmarks.dynamics.rows import Row

SAGITTAL = ("hip_flexion", "knee_angle", "ankle_angle")


@dataclass(frozen=True)
class Target:
    """Upper limits; a moment's holds for each sagittal joint, the knee's for the mean absolute error of its peaks."""

    grf_n_per_kg: float
    pressure_point_mm: float
    moment_nm_per_kg: float
    knee_peak_percent: float | None = 10.0


TARGETS: dict[str, Target | None] = {
    "sit-to-stand": Target(0.36, 30.0, 0.13),
    "squats": Target(0.23, 30.0, 0.13),
    "asymmetric squats": Target(0.38, 30.0, 0.13),
    "walks": Target(0.38, 25.0, 0.12),
    "standing": None,
    "walks, legs only": None,
    "video": Target(0.60, 35.0, 0.20, None),
}
"""By group; None where nothing is wanted yet."""


def verdicts(rows: list[Row], target: Target) -> dict[str, dict[str, float | bool]]:
    """Mean of the rows, the limit, and whether it is met, by column."""
    found = {
        "GRF N/kg": (_mean([row.agreement.grf_n_per_kg for row in rows]), target.grf_n_per_kg),
        "CoP mm": (
            _mean([row.agreement.pressure_point_mm for row in rows if row.agreement.pressure_point_mm is not None]),
            target.pressure_point_mm,
        ),
        "worst sagittal moment Nm/kg": (
            max(_mean([row.agreement.moment_rmse_nm_per_kg[joint] for row in rows]) for joint in SAGITTAL),
            target.moment_nm_per_kg,
        ),
    }
    knee = peak_errors([pair for row in rows for pair in row.peaks]).get("knee_extension")
    if knee is not None and target.knee_peak_percent is not None:
        found["knee peak %"] = (knee.mean_absolute_percent, target.knee_peak_percent)
    return {key: {"mean": mean, "target": limit, "met": mean <= limit} for key, (mean, limit) in found.items()}


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
