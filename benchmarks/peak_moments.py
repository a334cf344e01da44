"""Peak moments from estimated forces against those from force plates, repetition by repetition.

``python -m benchmarks.peak_moments LAB_SESSION`` where LAB_SESSION is the folder of the OpenCap lab-validation subject
(optical markers, plates under the feet, chair not on a plate). One young person: the only public recording with plates
in sit-to-stand and squats, and therefore optimistic for video and for older people.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from assessment.activities import recognise_activity
from assessment.indicators import compute_indicators
from assessment.repetitions import find_repetitions
from benchmarks.saving import save
from models.subject import Subject
from pipeline.dynamics import solve_dynamics
from pipeline.kinematics import read_kinematics
from pipeline.quality import Quality

TRIALS = ("STS1", "STSAsym1", "STSweakLegs1", "squats1", "squatsAsym1")
# The mass of the scaled model, so that both ways of finding forces carry the same body.
SUBJECT = Subject(height_m=1.72, mass_kg=62.6, sex="unspecified")
CUTOFF_HZ = 6.0
JOINTS = ("hip_extension", "knee_extension", "ankle_plantarflexion")


def main(session: Path) -> None:
    """Print and save bias, root mean square and size of the peaks, per movement and joint."""
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for trial in TRIALS:
        measured, estimated = (_peaks(session, trial, use_plates=plates) for plates in (True, False))
        for key in measured.keys() & estimated.keys():
            pairs.setdefault(key[:2], []).append((measured[key], estimated[key]))
    figures = {}
    print(f"{'movement':14s} {'joint':22s} {'n':>3s} {'plates':>7s} {'bias':>7s} {'RMS':>6s}   [Nm/kg]")
    joint_pairs = {
        ("both", joint): [pair for key, values in pairs.items() if key[1] == joint for pair in values]
        for joint in JOINTS
    }
    for (movement, joint), values in sorted(pairs.items()) + sorted(joint_pairs.items()):
        plates, estimate = np.array(values).T
        difference = estimate - plates
        row = {
            "n": len(values),
            "plates_nm_per_kg": float(np.mean(plates)),
            "bias_nm_per_kg": float(np.mean(difference)),
            "rms_nm_per_kg": float(np.sqrt(np.mean(difference**2))),
        }
        figures[f"{movement} {joint}"] = row
        print(
            f"{movement:14s} {joint:22s} {row['n']:3d} {row['plates_nm_per_kg']:7.2f} {row['bias_nm_per_kg']:+7.2f} "
            f"{row['rms_nm_per_kg']:6.2f}"
        )
    print(f"saved {save('peak_moments', figures).name}")


def _peaks(session: Path, trial: str, *, use_plates: bool) -> dict[tuple[str, str, str, int, str], float]:
    """Peak per movement, joint, trial, repetition and side [Nm/kg]."""
    kinematics = read_kinematics(session / "IK" / f"{trial}_manual_scaling_ik.mot")
    activity = recognise_activity(trial, kinematics)
    repetitions = find_repetitions(activity, kinematics)
    forces, moments = solve_dynamics(
        session / "Models" / "manually_scaled.osim",
        kinematics,
        cutoff_hz=CUTOFF_HZ,
        lock_feet=False,
        seated=activity.name == "sit-to-stand",
        force_file=session / "ID" / f"{trial}_grf.mot" if use_plates else None,
        force_file_to_ground=np.eye(3),
        force_mode="measured" if use_plates else "estimated",
    )
    found = compute_indicators(activity, repetitions, kinematics, forces, moments, SUBJECT, Quality(), Quality())
    return {
        (activity.name, joint, trial, indicator.repetition, indicator.side): indicator.value
        for joint in JOINTS
        for indicator in found
        if indicator.name == f"peak_{joint}_moment_per_kg"
        and indicator.value is not None
        and indicator.repetition is not None
        and indicator.side is not None
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m benchmarks.peak_moments LAB_SESSION")
    main(Path(sys.argv[1]))
