"""A made-up trial with curves: two rises of known angles and moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assessment.summary import (
    ForceRecord,
    QualityRecord,
    RepetitionRecord,
    StrideRecord,
    Summary,
    TrialRecord,
)
from pipeline.quality import Mark

RATE_HZ = 60.0
PEAK_NM = 60.0
ESTIMATED = QualityRecord(mark=Mark.WITH_CAUTION, reasons=["Contact forces are estimated from the movement."])


def add_curves(
    results: Path, *, moments: QualityRecord = ESTIMATED, strides: bool = False, shift_deg: float = 0.0
) -> Path:
    """Give every trial of a results folder the same curves; its moments are unknown in the first half second."""
    path = results / "summary.json"
    summary = Summary.model_validate_json(path.read_text(encoding="utf-8"))
    (results / "Tables").mkdir()
    trials = [_with_curves(results, trial, moments, strides=strides, shift_deg=shift_deg) for trial in summary.trials]
    path.write_text(summary.model_copy(update={"trials": trials}).model_dump_json(), encoding="utf-8")
    return results


def _with_curves(
    results: Path, trial: TrialRecord, moments: QualityRecord, *, strides: bool, shift_deg: float
) -> TrialRecord:
    file = f"Tables/{trial.name}_curves.csv"
    time_s = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    wave = np.sin(np.pi * time_s) ** 2
    columns: dict[str, object] = {"time_s": time_s}
    for name in ("hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l", "ankle_angle_r", "ankle_angle_l"):
        columns[f"{name}_deg"] = 90.0 * wave + shift_deg
        columns[f"{name}_nm"] = np.where(time_s < 0.5, np.nan, -PEAK_NM * wave)
        columns[f"{name}_se_nm"] = np.where(time_s < 0.5, np.nan, 6.0)
        columns[f"{name}_w"] = np.where(time_s < 0.5, np.nan, 100.0 * wave)
        columns[f"{name}_se_w"] = np.where(time_s < 0.5, np.nan, 9.0)
    columns["lumbar_extension_deg"] = -30.0 * wave
    columns["mtp_angle_r_deg"] = columns["mtp_angle_l_deg"] = np.zeros_like(time_s)
    columns["valid"] = time_s >= 0.5
    pd.DataFrame(columns).to_csv(results / file, index=False)
    repetitions = [
        RepetitionRecord(index=n, start_s=n, stop_s=n + 1.0, complete=True, events_s={"stand": n + 0.4}) for n in (1, 2)
    ]
    return trial.model_copy(
        update={
            "kinematics_quality": QualityRecord(mark=Mark.REPORTED, reasons=[]),
            "kinetics_quality": moments,
            "repetitions": [] if strides else repetitions,
            "strides": [
                StrideRecord(side=side, start_s=n, stop_s=n + 1.0, toe_off_percent=62.0)
                for side in ("r", "l")
                for n in (1, 2)
            ]
            if strides
            else [],
            "forces": ForceRecord(
                origin="estimated",
                contacts=["r", "l"],
                floor_height_m=0.0,
                mean_vertical_share_of_weight=1.0,
                residual_force_rms_n_per_kg=0.1,
                residual_moment_rms_nm_per_kg=0.1,
                cutoff_hz=3.0,
                notes=[],
            ),
            "files": {"curves": file},
        }
    )
