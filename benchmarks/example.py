"""The bundled synthetic session against its truth: ``python -m benchmarks.example``.

Synthetic: what a real person's recording adds (soft tissue, clothes, a spine that bends) is missing, so these figures
are the floor of the error and not an estimate of it. Moments are compared in the frames that may be
used; of the hip these are the ones in which the seat bears no load.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assessment.assess import assess
from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS
from assessment.presentation import usable
from assessment.summary import Summary, TrialRecord
from assessment.workers import Workers, default_workers
from benchmarks.saving import save
from pipeline.files.storage import Storage, read_storage
from pipeline.session import read_session
from pipeline.settings import Settings

TRUTH = EXAMPLE.parent / "truth"
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
# Small rotations that markers show less well; no indicator rests on them.
OTHER_JOINTS = ("hip_adduction", "hip_rotation", "subtalar_angle")
SIDES = ("r", "l")


def angle_errors_deg(folder: Path, trial: TrialRecord) -> dict[str, float]:
    """Root mean square difference from the true angles, worse side, per joint [deg]."""
    found = read_storage(folder / trial.files["kinematics"])
    true = read_storage(TRUTH / f"{trial.name}_angles.mot")
    return {
        joint: max(
            _rms(_at(found, f"{joint}_{side}", found.time_s) - _at(true, f"{joint}_{side}", found.time_s))
            for side in SIDES
        )
        for joint in JOINTS + OTHER_JOINTS
    }


def moment_errors_nm_per_kg(folder: Path, trial: TrialRecord, mass_kg: float) -> dict[str, float]:
    """Root mean square difference from the true moments over usable frames, worse side, per joint [Nm/kg]."""
    curves = pd.read_csv(folder / trial.files["curves"])
    usable = curves["valid"].to_numpy(dtype=bool)
    time_s = curves["time_s"].to_numpy()[usable]
    true = read_storage(TRUTH / f"{trial.name}_moments.sto")
    return {
        joint: max(
            _rms(curves[f"{joint}_{side}_nm"].to_numpy()[usable] - _at(true, f"{joint}_{side}_moment", time_s))
            for side in SIDES
        )
        / mass_kg
        for joint in JOINTS
    }


def scale_errors_percent(summary: Summary) -> dict[str, float]:
    """Difference of the found from the true scale factors, per body, along the body's length (Y) [%]."""
    true = pd.read_csv(TRUTH / "scale_factors.csv", comment="#").set_index("body")
    found = summary.models[0].scale_factors
    bodies = ("pelvis", "femur_r", "femur_l", "tibia_r", "tibia_l", "torso", "humerus_r", "humerus_l")
    return {body: 100.0 * (found[body][1] / float(true["y"][body]) - 1.0) for body in bodies}


def main() -> None:
    """Assess the example, print the table and keep the figures."""
    with tempfile.TemporaryDirectory() as work, Workers(default_workers()) as workers:
        session = read_session(EXAMPLE, Path(work))
        subject = session.subject.complete(age_years=EXAMPLE_AGE_YEARS)
        summary = assess(session, subject, Settings(), Path(work) / "out", workers=workers)
        folder = Path(work) / "out" / summary.session
        figures: dict[str, Any] = {"scale_error_percent": scale_errors_percent(summary)}
        print(f"{'trial':10} {'markers cm':>10}  " + "".join(f"{joint:>26}" for joint in JOINTS))
        for trial in summary.trials:
            if trial.marker_error is None:
                continue
            angles = angle_errors_deg(folder, trial)
            moments = (
                moment_errors_nm_per_kg(folder, trial, subject.mass_kg) if usable(trial.kinetics_quality) else None
            )
            figures[trial.name] = {
                "marker_rms_cm": trial.marker_error.rms_cm,
                "angle_rms_deg": angles,
                "moment_rms_nm_per_kg": moments,
                "moments": trial.kinetics_quality.mark.value if trial.kinetics_quality else "",
            }
            cells = "".join(
                f"{angles[joint]:>12.2f} deg {f'{moments[joint]:.2f}' if moments else '-':>5} Nm/kg" for joint in JOINTS
            )
            print(f"{trial.name:10} {trial.marker_error.rms_cm:10.2f} {cells}  {figures[trial.name]['moments']}")
    others = {
        joint: max(figures[name]["angle_rms_deg"][joint] for name in figures if name != "scale_error_percent")
        for joint in OTHER_JOINTS
    }
    print("worst of all trials: " + ", ".join(f"{joint} {error:.2f} deg" for joint, error in others.items()))
    print("scale factors, error along the body [%]: ", end="")
    print(", ".join(f"{body} {error:+.1f}" for body, error in figures["scale_error_percent"].items()))
    print(f"saved {save('example', figures).name}")


def _at(storage: Storage, column: str, time_s: np.ndarray) -> np.ndarray:
    return np.interp(time_s, storage.time_s, storage.values[:, storage.columns.index(column)])


def _rms(difference: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean(difference**2)))


if __name__ == "__main__":
    main()
