"""The table of real recordings: marker errors of inverse kinematics with OpenCap's weights, generic marker offsets."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.addbiomechanics.peer import addbiomechanics_factors, saved_names
from benchmarks.scaling.methods import Methods, log_scales_of, skeleton_of
from benchmarks.scaling.recordings import OC_A, RECORDINGS, Recorded, Recording, own_model, read_recording
from models.errors import SarcoscopeError
from models.skeleton import GENERIC_MODEL
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import apply_factors, load_generic
from pipeline.scaling.marker_placement import remove_unplaced
from rl_scaling.people.anthropometry import prior, ties
from rl_scaling.policy import ScalingPolicy

Array = NDArray[np.float64]
Numbers = dict[str, float | str]
"""Figures of a row by name; or why there are none."""

OWN_MODEL = "the recording's own model, markers moved"
REFUSED = "refused"

# Repetitions of the timed scaling; the median counts.
_REPEATS = 3


def real_table(methods: Methods, data: Path) -> dict[str, dict[str, Numbers]]:
    """Every method on every recording that is there: recording -> method -> figures."""
    table = {}
    for recording in RECORDINGS:
        if (data / recording.folder).is_dir():
            print(f"    {recording.name}: {recording.text}", flush=True)
            table[recording.name] = judged(recording, read_recording(recording, data), methods, data)
    return table


def judged(recording: Recording, recorded: Recorded, methods: Methods, data: Path) -> dict[str, Numbers]:
    """Figures of every method on one recording; a scaler that refuses the person says why."""
    rows: dict[str, Numbers] = {}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "scaled.osim"
        for method, scale in methods.on_recordings(recording.marker_set).items():
            began_s = time.process_time()
            try:
                factors = scale(recorded.given, recording.subject)
                cpu_s = time.process_time() - began_s
                write_model(recording, factors, path)
                rows[method] = _errors_cm(recording, recorded, path) | _about(recording, factors, cpu_s)
            except SarcoscopeError as refusal:
                rows[method] = {REFUSED: str(refusal)}
            print(f"        {method}: done", flush=True)
        for row, run in recording.addbiomechanics.items():
            if run in saved_names():
                fit = addbiomechanics_factors(run)
                write_model(recording, fit.factors, path)
                rows[row] = _errors_cm(recording, recorded, path) | _about(recording, fit.factors, fit.cpu_s)
    shipped = own_model(recording, data)
    if shipped is not None:
        rows[OWN_MODEL] = _errors_cm(recording, recorded, shipped)
    return rows


def write_model(recording: Recording, factors: ScaleFactors, path: Path) -> None:
    """Write the generic model scaled, its markers where they are on the generic body."""
    model, _ = load_generic(GENERIC_MODEL, recording.marker_set)
    apply_factors(model, factors, recording.subject.mass_kg)
    remove_unplaced(model, None, recording.marker_set)
    model.finalizeConnections()
    model.printToXML(str(path))


@dataclass(frozen=True)
class Cost:
    """What scaling one person costs.

    Attributes
    ----------
    wall_s, cpu_s : float
        Median of repetitions, on two threads.
    """

    wall_s: float
    cpu_s: float


def cost_of(policy: ScalingPolicy, data: Path) -> Cost:
    """Time `ScalingPolicy.scale` on the field-study subject with two threads, after one run to warm up."""
    recording = next(one for one in RECORDINGS if one.name == OC_A)
    recorded, tree = read_recording(recording, data), skeleton_of(recording.marker_set)
    subject: Subject = recording.subject
    n_threads, spent = torch.get_num_threads(), []
    torch.set_num_threads(2)
    try:
        for _ in range(_REPEATS + 1):
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            policy.scale(recorded.given, subject, tree)
            spent.append((time.perf_counter() - wall_s, time.process_time() - cpu_s))
    finally:
        torch.set_num_threads(n_threads)
    return Cost(*(float(one) for one in np.median(np.array(spent[1:]), axis=0)))


def _errors_cm(recording: Recording, recorded: Recorded, model: Path) -> Numbers:
    """Root mean square over markers and worst marker, means over frames, of standing and of what was kept back."""
    found: Numbers = {}
    for name, markers in (("static", recorded.static), ("unseen", recorded.unseen)):
        if markers is not None:
            fit = solve_kinematics(model, markers, recording.marker_set, recording.judged_by)
            found[f"{name}_rms_cm"] = round(100.0 * float(np.nanmean(fit.marker_rms_m)), 4)
            found[f"{name}_max_cm"] = round(100.0 * float(np.nanmean(fit.marker_max_m)), 4)
    return found


def _about(recording: Recording, factors: ScaleFactors, cpu_s: float) -> Numbers:
    """CPU seconds, and how far the factors are from what height, mass, sex and age say, per parameter."""
    tree, known = skeleton_of(recording.marker_set), prior(recording.subject)
    tie = ties(tree.bodies)
    log_factors = tie.T @ log_scales_of(tree, [factors]).numpy().astype(float).ravel() / tie.sum(axis=0)
    z: Array = log_factors - known.mean_log
    return {
        "prior_distance": round(float(z @ np.linalg.solve(known.covariance, z)) / len(z), 3),
        "cpu_s": round(cpu_s, 3),
    }
