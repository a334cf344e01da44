"""The batched inverse kinematics against OpenSim's solver: speed in one run, and whether both find the same poses.

``python -m benchmarks.inverse_kinematics OPENCAP_SESSION``: the folder of OpenCap's field-study subject with its
neutral, Squats_0 and Asym_0. Times are of the whole station, model file to `Kinematics`, on one thread each; the
median of `REPEATS` for the batched engine, one run for OpenSim's. The converged OpenSim is its interior-point solver on
the model with patellae at accuracy 1e-9, on `CONVERGED_FRAMES` frames spread over each trial.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import opensim as osim
import torch
from numpy.typing import NDArray

from benchmarks.saving import save
from models.markers import MarkerTrajectories
from models.skeleton import load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.subject import Subject
from pipeline.files.trc import read_trc
from pipeline.kinematics import is_translation, solve_kinematics
from pipeline.scaling import build_scaled_model
from pipeline.settings import IkEngine, Settings
from pipeline.trajectories import Kinematics

FIELD_SUBJECT = Subject(height_m=1.78, mass_kg=72.0, sex="m")
TRIALS = ("Squats_0", "Asym_0")
TOES = ("mtp_angle_r", "mtp_angle_l")
REPEATS = 5
CONVERGED_FRAMES = 20

Array = NDArray[np.float64]
Figures = dict[str, float | str]


def compare(model_file: Path, markers: MarkerTrajectories) -> Figures:
    """Both engines on one trial."""
    tree = SkeletonTree.from_model(without_patellae(load_model(model_file)))
    batched, seconds = _timed(model_file, markers, "batched", REPEATS)
    reference, reference_seconds = _timed(model_file, markers, "opensim", 1)
    figures: Figures = {
        "frames": markers.n_frames,
        "batched: frames per second": round(markers.n_frames / seconds, 1),
        "OpenSim, patellae removed, refined: frames per second": round(markers.n_frames / reference_seconds, 1),
        "times faster": round(reference_seconds / seconds, 2),
        "batched: marker RMS [cm]": round(100 * float(batched.marker_rms_m.mean()), 5),
        "OpenSim, refined: marker RMS [cm]": round(100 * float(reference.marker_rms_m.mean()), 5),
        **_difference("refined OpenSim", tree, batched.coordinates, batched.values, reference.values),
    }
    frames = np.linspace(0, markers.n_frames - 1, CONVERGED_FRAMES).astype(int)
    converged = _converged_opensim(model_file, markers, frames, batched)
    label = f"OpenSim at accuracy 1e-9, {CONVERGED_FRAMES} frames"
    return figures | _difference(label, tree, batched.coordinates, batched.values[frames], converged)


def _timed(model_file: Path, markers: MarkerTrajectories, engine: IkEngine, repeats: int) -> tuple[Kinematics, float]:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        kinematics = solve_kinematics(model_file, markers, "study", engine)
        seconds.append(time.perf_counter() - start)
    return kinematics, float(np.median(seconds))


def _difference(label: str, tree: SkeletonTree, coordinates: tuple[str, ...], ours: Array, theirs: Array) -> Figures:
    """Largest differences over all frames: angles, translations, places of modelled markers."""
    apart = np.abs(ours - theirs)
    angle = ~is_translation(coordinates)
    worst = int(np.argmax(np.where(angle, apart.max(axis=0), 0.0)))
    markers_m = [tree.forward(torch.from_numpy(np.ascontiguousarray(values))) for values in (ours, theirs)]
    moved_mm = 1000 * (markers_m[0] - markers_m[1]).norm(dim=2)
    return {
        f"largest angle difference from {label} [deg]": round(float(np.rad2deg(apart[:, angle].max())), 5),
        f"in coordinate ({label})": coordinates[worst],
        f"largest translation difference from {label} [mm]": round(1000 * float(apart[:, ~angle].max()), 5),
        f"largest marker difference from {label} [mm]": round(float(moved_mm.max()), 5),
    }


def _converged_opensim(
    model_file: Path, markers: MarkerTrajectories, frames: NDArray[np.int_], start: Kinematics
) -> Array:
    """Poses by OpenSim's solver at accuracy 1e-9; the toes, which no marker shows, are locked.

    Each frame starts from our own pose, turned by a degree at every joint: the same local minimum is compared.
    """
    model = load_model(model_file)
    for name in TOES:
        model.getCoordinateSet().get(name).setDefaultLocked(True)
    state = model.initSystem()
    weights = marker_set("study").ik_weights
    table = osim.TimeSeriesTableVec3()
    tracked = markers.select(list(weights))
    table.setColumnLabels(tracked.names)
    for frame in frames:
        row = [osim.Vec3(*map(float, point)) for point in tracked.positions_m[frame]]
        table.appendRow(float(tracked.time_s[frame]), osim.RowVectorVec3(row))
    marker_weights = osim.SetMarkerWeights()
    for name in tracked.names:
        marker_weights.cloneAndAppend(osim.MarkerWeight(name, weights[name]))
    solver = osim.InverseKinematicsSolver(
        model, osim.MarkersReference(table, marker_weights), osim.SimTKArrayCoordinateReference(), float("inf")
    )
    solver.setAccuracy(1e-9)
    values = []
    for frame in frames:
        state.setTime(float(tracked.time_s[frame]))
        for name, value in zip(start.coordinates, start.values[frame], strict=True):
            if name not in TOES:
                model.getCoordinateSet().get(name).setValue(state, float(value) + np.deg2rad(1.0), False)
        solver.assemble(state)
        values.append([model.getCoordinateSet().get(name).getValue(state) for name in start.coordinates])
    return np.array(values)


def main(session: Path) -> None:
    """Print and save all figures."""
    torch.set_num_threads(1)
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as name:
        model_file = Path(name) / "scaled.osim"
        neutral = read_trc(session / "MarkerData" / "neutral.trc")
        build_scaled_model(neutral, FIELD_SUBJECT, Settings.model_validate({}), "study", model_file)
        for trial in TRIALS:
            figures[trial] = compare(model_file, read_trc(session / "MarkerData" / f"{trial}.trc"))
            for label, value in figures[trial].items():
                print(f"{trial:9s} {label:80s} {value}")
    print(f"saved: {save('inverse_kinematics', figures)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m benchmarks.inverse_kinematics OPENCAP_SESSION")
    main(Path(sys.argv[1]))
