"""What is wanted of each kind of trial, and whether the mean of its rows gives it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.validation import peak_errors
from benchmarks.dynamics.rows import Row

SAGITTAL = ("hip_flexion", "knee_angle", "ankle_angle")


@dataclass(frozen=True)
class Target:
    """Upper limits; a moment's holds for each sagittal joint, the knee's for the mean error of a trial's peaks."""

    grf_n_per_kg: float
    pressure_point_mm: float
    moment_nm_per_kg: float
    knee_peak_percent: float | None = None


# So much of what plates say is to lie in the 95 % intervals: more means that they are too wide to be of use.
COVERAGE = (0.85, 0.99)

TARGETS: dict[str, Target | None] = {
    "sit-to-stand": Target(0.36, 30.0, 0.13, 10.0),
    "squats": Target(0.23, 30.0, 0.13),
    "asymmetric squats": Target(0.38, 30.0, 0.13),
    "walks": Target(0.38, 25.0, 0.12),
    "standing": None,
    "walks, legs only": None,
    "video": Target(0.60, 35.0, 0.20),
}
"""By group; None where nothing is wanted yet."""


@dataclass(frozen=True)
class Verdict:
    """What the rows give on average, and within which limits it is wanted."""

    mean: float
    most: float
    least: float = 0.0

    @property
    def met(self) -> bool:
        """Whether it lies within the limits."""
        return self.least <= self.mean <= self.most

    @property
    def text(self) -> str:
        """For the print-out."""
        limits = f"{self.least:g} to {self.most:g}" if self.least else f"{self.most:g}"
        return f"{self.mean:.2f} (wanted {limits}: {'met' if self.met else 'missed'})"


def verdicts(rows: list[Row], target: Target) -> dict[str, Verdict]:
    """Verdict by column; of the knee's peaks the trial with the largest mean error counts."""
    points = [row.agreement.pressure_point_mm for row in rows if row.agreement.pressure_point_mm is not None]
    worst = max(_mean([row.agreement.moment_rmse_nm_per_kg[joint] for row in rows]) for joint in SAGITTAL)
    found = {
        "GRF N/kg": Verdict(_mean([row.agreement.grf_n_per_kg for row in rows]), target.grf_n_per_kg),
        "CoP mm": Verdict(_mean(points), target.pressure_point_mm),
        "worst sagittal moment Nm/kg": Verdict(worst, target.moment_nm_per_kg),
    }
    knees = [error for row in rows if (error := peak_errors(row.peaks).get("knee_extension")) is not None]
    if knees and target.knee_peak_percent is not None:
        found["knee peak %"] = Verdict(max(abs(knee.bias_percent) for knee in knees), target.knee_peak_percent)
    covered = [share for row in rows for share in row.agreement.interval_coverage.values()]
    if covered:
        found["95 % intervals cover"] = Verdict(_mean(covered), COVERAGE[1], COVERAGE[0])
    return found


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
