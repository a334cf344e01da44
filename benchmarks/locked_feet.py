"""Movements with and without locked feet: slip, marker errors, and contact forces against force plates.

``python -m benchmarks.locked_feet LAB_SESSION FIELD_SESSION``: a subject of OpenCap's laboratory validation with
force plates, and an OpenCap session without. Three kinds of movement: the laboratory's own (reflective markers), the
same with OpenCap's errors on the markers (`video_noise`, model perfectly scaled), and OpenCap video without plates.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.dynamics import model_with_mass
from benchmarks.dynamics.shipped import GROUPS, STATIC_KG
from benchmarks.saving import save
from benchmarks.video_noise import seen_by_phones
from models.markers import MarkerTrajectories
from models.skeleton import load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from pipeline.contact import estimate, from_plates
from pipeline.contact.ground.floor import find_floor
from pipeline.contact.ground.soles import SIDES, find_soles
from pipeline.contact.ground.stances import find_stances
from pipeline.contact.plates.reading import read_force_plates
from pipeline.dynamics import joint_moments
from pipeline.files.trc import read_trc
from pipeline.kinematics import read_kinematics
from pipeline.motion.body_motion import BodyMotion, body_motion
from pipeline.motion.locked_feet import with_locked_feet
from pipeline.trajectories import TRANSLATIONS, Array, ContactForces, Kinematics
from rl_scaling.people.marker_errors import Regime

LAB_CUTOFFS_HZ = (6.0, 8.0)
VIDEO_CUTOFFS_HZ = (3.0, 4.0, 6.0)
SEEDS = range(3)
# Centres of pressure are compared where the plate bears this much [N/kg], and the estimate a third of it.
LOADED_N_PER_KG = 1.0
TRIALS = {
    name: [trial for trial, group in GROUPS.items() if group.endswith(name)]
    for name in ("sit-to-stand", "squats", "walks")
}
# A point counts as standing where its activation is above this.
STANDING_ACTIVATION = 0.7
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Case:
    """A movement to be compared; ``session`` is the one whose plates it is judged by, ``markers`` what was recorded."""

    model: Path
    trial: str
    kinematics: Kinematics
    session: Path | None = None
    markers: MarkerTrajectories | None = None


def main(lab: Path, field: Path) -> None:
    """Print and save the comparison."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        model = model_with_mass(lab / "Models/manually_scaled.osim", Path(folder) / "model.osim", STATIC_KG)
        for group, trials in TRIALS.items():
            regime: Regime = "gait" if group == "walks" else "task"
            movements = {trial: read_kinematics(lab / f"IK/{trial}_manual_scaling_ik.mot") for trial in trials}
            reflective = [
                Case(model, trial, movement, lab, read_trc(lab / f"MarkerData/{trial}.trc"))
                for trial, movement in movements.items()
            ]
            _report(figures, f"{group}, reflective", LAB_CUTOFFS_HZ, reflective)
            seen = [
                Case(model, trial, seen_by_phones(model, movement, regime, seed), lab)
                for trial, movement in movements.items()
                for seed in SEEDS
            ]
            _report(figures, f"{group}, as phones see it", VIDEO_CUTOFFS_HZ, seen)
    model = next((field / "OpenSimData/Model").glob("*_scaled.osim"))
    for trial in ("Squats_0", "Asym_0"):
        movement = read_kinematics(field / f"OpenSimData/Kinematics/{trial}.mot")
        case = Case(model, trial, movement, markers=read_trc(field / f"MarkerData/{trial}.trc"))
        _report(figures, f"{trial}, video", VIDEO_CUTOFFS_HZ, [case])
    print(f"saved {save('locked_feet', figures).name}")


def _report(figures: Figures, name: str, cutoffs_hz: tuple[float, ...], cases: list[Case]) -> None:
    """Figures of each way, mean over the cases."""
    for cutoff_hz in cutoffs_hz:
        pairs = [_compare(case, cutoff_hz) for case in cases]
        for way, rows in zip(("free", "locked"), zip(*pairs, strict=True), strict=True):
            key = f"{name}, {cutoff_hz:g} Hz, {way}"
            figures[key] = {measure: float(np.mean([row[measure] for row in rows])) for measure in rows[0]}
            print(f"{key:46s}", "  ".join(f"{m} {value:.3g}" for m, value in figures[key].items()), flush=True)


def _compare(case: Case, cutoff_hz: float) -> tuple[dict[str, float], dict[str, float]]:
    """Figures without and with locked feet; stances and frames of both are those of the free movement."""
    free = body_motion(case.model, case.kinematics, cutoff_hz=cutoff_hz)
    begin = perf_counter()
    kept = with_locked_feet(case.model, case.kinematics, cutoff_hz=cutoff_hz)
    seconds = perf_counter() - begin
    locked = body_motion(case.model, kept, cutoff_hz=cutoff_hz)
    soles = find_soles(free)
    stances = find_stances(soles, find_floor(soles))
    standing = {side: stance.activation > STANDING_ACTIVATION for side, stance in stances.items()}
    rows = [_movement(case, motion, standing) for motion in (free, locked)]
    rows[1]["lock_s_per_1000_frames"] = 1000.0 * seconds / len(case.kinematics.time_s)
    if case.session is not None:
        recording = read_force_plates(case.session / f"ID/{case.trial}_grf.mot", np.eye(3))
        seated = GROUPS[case.trial] == "sit-to-stand"
        plates = from_plates(free, recording, seated)
        for row, motion in zip(rows, (free, locked), strict=True):
            row |= _against_plates(free, plates, motion, estimate(motion, seated))
    return rows[0], rows[1]


def _movement(case: Case, motion: BodyMotion, standing: dict[str, NDArray[np.bool_]]) -> dict[str, float]:
    soles = find_soles(motion)
    slips = np.concatenate([soles[side].speeds_m_per_s[standing[side]] for side in SIDES])
    spreads = [
        np.std(soles[side].points_m[standing[side][:, point], point, 1])
        for side in SIDES
        for point in range(standing[side].shape[1])
        if standing[side][:, point].any()
    ]
    angles = [index for index, name in enumerate(motion.coordinates) if name not in TRANSLATIONS]
    row = {
        "slip_mm_per_s": 1000.0 * _rms(slips),
        "height_sd_mm": 1000.0 * float(np.mean(spreads)),
        "acceleration_deg_per_s2": float(np.rad2deg(_rms(motion.accelerations[motion.valid][:, angles]))),
    }
    if case.markers is not None:
        tree = SkeletonTree.from_model(without_patellae(load_model(case.model)))
        ours = tree.forward(torch.from_numpy(motion.values.copy())).numpy()
        shared = [name for name in tree.markers if name in case.markers.names]
        errors = ours[:, [tree.markers.index(name) for name in shared]] - case.markers.select(shared).positions_m
        row["marker_rms_mm"] = 1000.0 * float(np.sqrt(np.nanmean(np.sum(errors**2, axis=2))))
    return row


def _against_plates(
    free: BodyMotion, plates: ContactForces, motion: BodyMotion, guess: ContactForces
) -> dict[str, float]:
    """Errors over valid frames: of the total, of half the difference between the feet, of both pressure points."""
    valid = plates.valid & guess.valid
    ours, theirs = (
        {side: forces.forces[side].force_n[valid, 1] / STATIC_KG for side in SIDES} for forces in (guess, plates)
    )
    shifts = []
    for side in SIDES:
        loaded = (theirs[side] > LOADED_N_PER_KG) & (ours[side] > LOADED_N_PER_KG / 3)
        shift = guess.forces[side].point_m - plates.forces[side].point_m
        shifts.append(shift[valid][loaded][:, [0, 2]])
    moments = [joint_moments(one, forces) for one, forces in ((free, plates), (motion, guess))]
    knees = [np.column_stack([m.moment_nm(f"knee_angle_{side}")[valid] for side in SIDES]) for m in moments]
    return {
        "total_vertical_n_per_kg": _rms((guess.total_vertical_n - plates.total_vertical_n)[valid]) / STATIC_KG,
        "split_n_per_kg": _rms((ours["r"] - ours["l"]) - (theirs["r"] - theirs["l"])) / 2.0,
        "cop_mm": 1000.0 * float(np.mean(np.linalg.norm(np.concatenate(shifts), axis=1))),
        "knee_nm_per_kg": _rms(knees[1] - knees[0]) / STATIC_KG,
    }


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
