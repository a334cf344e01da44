"""Why one scaled model fits better than another: one thing changed at a time (docs/scaling.md tells the answers).

All on the field-study subject, every eighth frame of Squats_0 and Asym_0, root mean square over markers [cm].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.marker_sets import marker_set
from models.subject import Subject
from pipeline.files.trc import read_trc
from pipeline.kinematics import solve_kinematics
from pipeline.kinematics.pose_refinement import CoordinateTarget
from pipeline.kinematics.pose_solver import PoseSolver
from pipeline.scaling import MeasurementScaler, apply_factors, marker_placement
from pipeline.scaling.static_window import SETTLING_S, WINDOW_S, find_static_window

MARKERS = marker_set("study")
TRIALS = ("Squats_0", "Asym_0")
EVERY = 8
GENERIC_SUBJECT = Subject(height_m=1.70, mass_kg=75.0, sex="m")
FLEXED_DEG = {"pelvis_tilt": -12.0, "lumbar_extension": -15.0} | {
    f"{joint}_{side}": angle
    for joint, angle in (("hip_flexion", 25.0), ("knee_angle", 20.0), ("ankle_angle", 12.0))
    for side in "rl"
}
_STRAIGHT = (
    *(f"{joint}_{side}" for joint in ("hip_flexion", "knee_angle") for side in "rl"),
    *(f"lumbar_{way}" for way in ("extension", "bending", "rotation")),
)


def _pull(straight: float, ankles: float) -> tuple[CoordinateTarget, ...]:
    return (
        *(CoordinateTarget(name, 0.0, straight) for name in _STRAIGHT),
        *(CoordinateTarget(f"ankle_angle_{side}", float(np.deg2rad(5.0)), ankles) for side in "rl"),
    )


PULLS = {
    "no pull": (),
    "OpenCap's pull (all joints 0.1)": _pull(0.1, 0.1),
    "all joints 10": _pull(10.0, 10.0),
    "ankles only 0.1 (adopted)": _pull(0.0, 0.1),
    "ankles only 0.2": _pull(0.0, 0.2),
    "ankles only 1": _pull(0.0, 1.0),
}


def ask(session: Path, subject: Subject, folder: Path) -> dict[str, float]:
    """Answer all questions; label -> figure."""
    neutral = read_trc(session / "MarkerData" / "neutral.trc").select(MARKERS.names)
    trials = {name: _thinned(read_trc(session / "MarkerData" / f"{name}.trc")) for name in TRIALS}
    answers: dict[str, float] = {}

    def fit(label: str, static: MarkerTrajectories, generic: Path = GENERIC_MODEL) -> None:
        path = _model(static, subject, generic, folder / "question.osim")
        for trial, markers in trials.items():
            rms_m = solve_kinematics(path, markers, "study").marker_rms_m
            answers[f"{label}: {trial} RMS [cm]"] = round(100 * float(rms_m.mean()), 3)

    for start_s in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2):
        fit(f"static window {start_s:.1f}-{start_s + WINDOW_S:.1f} s", _stretch(neutral, start_s, start_s + WINDOW_S))
    fit("whole neutral trial", neutral)
    fit("quietest window", find_static_window(neutral).markers)
    settled = find_static_window(neutral, settling_s=SETTLING_S).markers
    fit("quietest window after settling (adopted)", settled)
    for older in sorted((session.parent / "other" / "OpenSimData" / "Model").glob("*_generic.osim")):
        fit("adopted, generic model of the field study", settled, older)
    adopted = marker_placement.ANKLE_TARGETS
    for pull, targets in PULLS.items():
        marker_placement.ANKLE_TARGETS = targets
        fit(f"adopted window, {pull}", settled)
        for joint, error_deg in flexed_stance(folder / "flexed.osim").items():
            answers[f"{joint} of a person who stands flexed, {pull}: error [deg]"] = error_deg
    marker_placement.ANKLE_TARGETS = adopted
    for time_s, deviation_m in settling(neutral):
        answers[f"within segments, off the settled distances at {time_s:.1f} s [mm]"] = round(1e3 * deviation_m, 2)
    path = _model(settled, subject, GENERIC_MODEL, folder / "question.osim")
    for refined in (False, True):
        for name, scatter_deg in heading_scatter(path, trials["Squats_0"], refined=refined).items():
            label = "refined" if refined else "OpenSim alone"
            answers[f"largest change of {name} when the person faces 90 deg aside, {label} [deg]"] = scatter_deg
    return answers


def flexed_stance(path: Path) -> dict[str, float]:
    """Error of the angles of a synthetic person who stands stooped, on the model scaled and placed on that stance."""
    model = load_model(GENERIC_MODEL)
    state = model.initSystem()
    for name, angle_deg in FLEXED_DEG.items():
        model.getCoordinateSet().get(name).setValue(state, float(np.deg2rad(angle_deg)), False)
    model.realizePosition(state)
    in_model = model.getMarkerSet()
    stance = np.array([in_model.get(name).getLocationInGround(state).to_numpy() for name in MARKERS.names])
    static = MarkerTrajectories(MARKERS.names, np.repeat(stance[None], 2, axis=0), np.array([0.0, 0.1]))
    kinematics = solve_kinematics(_model(static, GENERIC_SUBJECT, GENERIC_MODEL, path), static, "study")
    return {
        name: round(float(np.rad2deg(kinematics.coordinate(name)[0]) - FLEXED_DEG[name]), 2)
        for name in ("hip_flexion_r", "knee_angle_r", "ankle_angle_r", "lumbar_extension")
    }


def settling(markers: MarkerTrajectories) -> Iterator[tuple[float, float]]:
    """How far distances between markers of one body are from their median after `SETTLING_S` (time [s], RMS [m])."""
    pairs = [
        (first.name, second.name) for first, second in combinations(MARKERS.markers, 2) if first.body == second.body
    ]
    distance_m = np.array(
        [np.linalg.norm(markers.position_m(first) - markers.position_m(second), axis=1) for first, second in pairs]
    ).T
    time_s = markers.time_s - markers.time_s[0]
    settled_m = np.median(distance_m[time_s >= SETTLING_S], axis=0)
    deviation_m = np.sqrt(np.mean((distance_m - settled_m) ** 2, axis=1))
    for when_s in (0.0, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3):
        yield when_s, float(deviation_m[np.argmin(np.abs(time_s - when_s))])


def heading_scatter(model_file: Path, markers: MarkerTrajectories, *, refined: bool) -> dict[str, float]:
    """Largest change of an arm, lumbar and leg angle when the recording is turned a quarter about the vertical."""
    quarter = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    aside = markers.with_positions(markers.positions_m @ quarter.T)
    angles = {}
    for label, recording in (("ahead", markers), ("aside", aside)):
        solver = PoseSolver(
            without_patellae(load_model(model_file)), recording, MARKERS.ik_weights, accuracy=1e-5, refined=refined
        )
        solver.solve_first(0)
        values = [solver.values]
        for frame in range(1, recording.n_frames):
            solver.solve_next(frame)
            values.append(solver.values)
        angles[label] = dict(zip(solver.coordinates, np.rad2deg(values).T, strict=True))
    names = ("pro_sup_r", "elbow_flex_l", "arm_rot_r", "lumbar_rotation", "hip_flexion_r", "knee_angle_r")
    return {name: round(float(np.abs(angles["ahead"][name] - angles["aside"][name]).max()), 3) for name in names}


def _model(static: MarkerTrajectories, subject: Subject, generic: Path, path: Path) -> Path:
    """Scaled on exactly these frames, markers placed."""
    model = load_model(generic, "study")
    apply_factors(model, MeasurementScaler(model_file=generic).scale(ScalingMarkers(static), subject), subject.mass_kg)
    mean = replace(static, positions_m=static.positions_m.mean(axis=0, keepdims=True), time_s=static.time_s[:1])
    solver = marker_placement.solve_static(without_patellae(model), mean, "study")
    marker_placement.place_markers([model], mean, solver)
    model.finalizeConnections()
    model.printToXML(str(path))
    return path


def _stretch(markers: MarkerTrajectories, start_s: float, end_s: float) -> MarkerTrajectories:
    start, stop = np.searchsorted(markers.time_s, [start_s - 1e-6, end_s + 1e-6])
    return markers.frames(int(start), int(stop))


def _thinned(markers: MarkerTrajectories) -> MarkerTrajectories:
    return replace(markers, positions_m=markers.positions_m[::EVERY], time_s=markers.time_s[::EVERY])
