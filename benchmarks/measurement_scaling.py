"""Marker errors and angles of the measurement-based model, and what decides them.

``python -m benchmarks.measurement_scaling OPENCAP_SESSION [LAB_SESSION]``: OPENCAP_SESSION is the folder of OpenCap's
field-study subject with its neutral, Squats_0 and Asym_0; LAB_SESSION that of its lab-validation subject (static1,
walking1, squats1, STS1). Errors are root mean squares over markers, per frame, averaged over frames [cm]; markers are
raw.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.measurement_questions import ask
from benchmarks.saving import save
from models.markers import MarkerTrajectories
from models.subject import Subject
from pipeline.files.storage import read_storage
from pipeline.files.trc import read_trc
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import build_scaled_model
from pipeline.settings import Settings
from pipeline.trajectories import Kinematics

FIELD_SUBJECT = Subject(height_m=1.78, mass_kg=72.0, sex="m")
LAB_SUBJECT = Subject(height_m=1.72, mass_kg=60.05, sex="unspecified")
MEASURED = {place: Settings(scaler="measurement", marker_placement=place) for place in (True, False)}
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")


def field_study(session: Path, folder: Path) -> dict[str, float]:
    """OpenCap's field-study subject: marker errors of three models, angles against OpenCap's own."""
    neutral = read_trc(session / "MarkerData" / "neutral.trc")
    models = {
        "own, offsets kept": _scaled(neutral, FIELD_SUBJECT, "study", folder / "kept.osim", place=False),
        "own, markers placed": _scaled(neutral, FIELD_SUBJECT, "study", folder / "placed.osim", place=True),
        "shipped by OpenCap": next((session / "OpenSimData" / "Model").glob("*_scaled.osim")),
    }
    figures: dict[str, float] = {}
    for trial in ("Squats_0", "Asym_0"):
        markers = read_trc(session / "MarkerData" / f"{trial}.trc")
        for label, path in models.items():
            start = time.process_time()
            kinematics = solve_kinematics(path, markers, "study")
            seconds = time.process_time() - start
            _tell(figures, f"{trial}, {label}: RMS [cm]", 100 * float(kinematics.marker_rms_m.mean()))
            _tell(figures, f"{trial}, {label}: worst marker [cm]", 100 * float(kinematics.marker_max_m.mean()))
            if label == "own, markers placed":
                _tell(figures, f"{trial}: frames per CPU second", markers.n_frames / seconds)
                figures |= _angles(trial, kinematics, session / "OpenSimData" / "Kinematics" / f"{trial}.mot")
    return figures


def laboratory(session: Path, folder: Path) -> dict[str, float]:
    """The lab-validation subject, reflective markers, placed."""
    static = read_trc(session / "MarkerData" / "static1.trc")
    path = _scaled(static, LAB_SUBJECT, "optical", folder / "lab.osim", place=True)
    figures: dict[str, float] = {}
    for trial in ("walking1", "squats1", "STS1"):
        kinematics = solve_kinematics(path, read_trc(session / "MarkerData" / f"{trial}.trc"), "optical")
        _tell(figures, f"laboratory {trial}, markers placed: RMS [cm]", 100 * float(kinematics.marker_rms_m.mean()))
    return figures


def _scaled(static: MarkerTrajectories, subject: Subject, marker_set: str, path: Path, *, place: bool) -> Path:
    scaled = build_scaled_model(static, subject, MEASURED[place], marker_set, path)
    for note in scaled.notes:
        print(f"    note: {note}")
    return path


def _angles(trial: str, kinematics: Kinematics, reference_file: Path) -> dict[str, float]:
    """Root mean square difference from OpenCap's own angles [degrees], worse side."""
    theirs = read_storage(reference_file)
    figures: dict[str, float] = {}
    for joint in JOINTS:
        differences = [
            np.rad2deg(kinematics.coordinate(f"{joint}_{side}")) - theirs.column(f"{joint}_{side}") for side in "rl"
        ]
        worse = max(float(np.sqrt(np.mean(difference**2))) for difference in differences)
        _tell(figures, f"{trial}, {joint}: RMS from OpenCap's own angles, worse side [deg]", worse)
    return figures


def _tell(figures: dict[str, float], label: str, value: float) -> None:
    figures[label] = round(value, 4)
    print(f"{label:75s} {value:8.3f}")


def main(field_session: Path, lab_session: Path | None) -> None:
    """Print and save all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = field_study(field_session, folder)
        if lab_session is not None:
            figures |= laboratory(lab_session, folder)
        answers = ask(field_session, FIELD_SUBJECT, folder)
        for label, value in answers.items():
            _tell(figures, label, value)
    print(f"saved: {save('measurement_scaling', figures)}")


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit("python -m benchmarks.measurement_scaling OPENCAP_SESSION [LAB_SESSION]")
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None)
