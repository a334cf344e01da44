"""Estimated contact forces and joint moments against force plates, and against OpenCap's simulation.

``python -m benchmarks.contact LAB_SESSION [FIELD_SESSION]``: LAB_SESSION is the folder of the OpenCap lab-validation
subject (optical markers, plates under the feet, chair not on a plate), FIELD_SESSION the OpenCap field-study squats
with the simulation results shipped beside them. One young person each: optimistic for older people.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim as osim

from benchmarks.saving import save
from models.gravity import GRAVITY_M_PER_S2
from models.skeleton import load_model
from pipeline.dynamics import solve_dynamics
from pipeline.files.storage import read_storage
from pipeline.kinematics import read_kinematics
from pipeline.trajectories import ContactForces, JointMoments

CUTOFF_HZ = 6.0
VIDEO_CUTOFF_HZ = (3.0, 4.0)
JOINTS = ("hip_flexion", "hip_adduction", "knee_angle", "ankle_angle")
# What the person weighs on the plates of the static trial, and what the shipped model (and the walkway's plates) say.
STATIC_KG, WALKWAY_KG = 60.05, 62.6
SEATED = ("STS1", "STSweakLegs1", "STSAsym1")
STANDING = ("squats1", "squatsAsym1")
WALKS = ("walking1", "walking2", "walking4", "walkingTI1", "walkingTO1", "walkingTS1")
# Centres of pressure are compared where the plate bears this much [N/kg], and the estimate a third of it.
LOADED_N_PER_KG = 1.0
FIELD_KG = 72.0


@dataclass(frozen=True)
class Result:
    """Forces and moments of one trial found in one way."""

    forces: ContactForces
    moments: JointMoments


def main(lab: Path, field: Path | None) -> None:
    """Print and save the comparison."""
    figures: dict[str, dict[str, float]] = {}
    print(f"{'trial':28s} {'GRF':>6s} {'x':>5s} {'y':>5s} {'z':>5s} {'CoP':>5s}  {'  '.join(JOINTS)}   knee peak")
    print(f"{'':28s} {'N/kg':>6s} {'RMSE N/kg':>17s} {'mm':>5s}  RMSE Nm/kg")
    with tempfile.TemporaryDirectory() as folder:
        for mass_kg, trials in ((STATIC_KG, SEATED + STANDING + WALKS), (WALKWAY_KG, WALKS)):
            model = model_with_mass(lab / "Models/manually_scaled.osim", Path(folder) / f"{mass_kg}.osim", mass_kg)
            for trial in trials:
                measured, estimated = (_lab_trial(lab, model, trial, mode) for mode in ("measured", "estimated"))
                name = f"{trial} {mass_kg:g} kg"
                figures[name] = _against_plates(measured, estimated, mass_kg)
                _print(name, figures[name])
            for group, members in (("sit-to-stand", SEATED), ("squats", STANDING), ("walks", WALKS)):
                rows = [figures[f"{trial} {mass_kg:g} kg"] for trial in members if trial in trials]
                if rows:
                    name = f"mean of {group} {mass_kg:g} kg"
                    figures[name] = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
                    _print(name, figures[name])
    if field is not None:
        figures |= _field(field)
    print(f"saved {save('contact', figures).name}")


def _print(name: str, row: dict[str, float]) -> None:
    joints = "  ".join(f"{row[f'{joint}_rmse_nm_per_kg']:{len(joint)}.3f}" for joint in JOINTS)
    print(
        f"{name:28s} {row['grf_n_per_kg']:6.3f} {row['fx_rmse_n_per_kg']:5.2f} {row['fy_rmse_n_per_kg']:5.2f} "
        f"{row['fz_rmse_n_per_kg']:5.2f} {row['cop_mm']:5.0f}  {joints}   {row['knee_peak_error_percent']:+.0f} %"
    )


def _lab_trial(lab: Path, model: Path, trial: str, mode: str) -> Result:
    return Result(
        *solve_dynamics(
            model,
            read_kinematics(lab / f"IK/{trial}_manual_scaling_ik.mot"),
            cutoff_hz=CUTOFF_HZ,
            lock_feet=False,
            seated=trial in SEATED,
            force_file=lab / f"ID/{trial}_grf.mot",
            force_file_to_ground=np.eye(3),
            force_mode=mode,  # type: ignore[arg-type]
        )
    )


def _against_plates(measured: Result, estimated: Result, mass_kg: float) -> dict[str, float]:
    """Errors over valid frames and both feet; ``grf_n_per_kg`` is MAISE's metric: mean norm of the 3-D force error."""
    valid = measured.forces.valid & estimated.forces.valid
    force_errors, point_errors = [], []
    for side in "rl":
        plate, guess = measured.forces.forces[side], estimated.forces.forces[side]
        force_errors.append((guess.force_n - plate.force_n)[valid] / mass_kg)
        loaded = valid & (plate.force_n[:, 1] > LOADED_N_PER_KG * mass_kg)
        loaded &= guess.force_n[:, 1] > LOADED_N_PER_KG / 3 * mass_kg
        point_errors.append((guess.point_m - plate.point_m)[loaded][:, [0, 2]])
    force, point = np.concatenate(force_errors), np.concatenate(point_errors)
    row = {
        "grf_n_per_kg": float(np.mean(np.linalg.norm(force, axis=1))),
        "cop_mm": 1000.0 * float(np.mean(np.linalg.norm(point, axis=1))),
        "valid_share": float(np.mean(valid)),
    }
    for axis, error in zip("xyz", force.T, strict=True):
        row[f"f{axis}_rmse_n_per_kg"] = float(np.sqrt(np.mean(error**2)))
    for joint in JOINTS:
        error = np.concatenate(
            [
                (estimated.moments.moment_nm(f"{joint}_{side}") - measured.moments.moment_nm(f"{joint}_{side}"))[valid]
                for side in "rl"
            ]
        )
        row[f"{joint}_rmse_nm_per_kg"] = float(np.sqrt(np.mean(error**2))) / mass_kg
    # Extension moments of the knee are negative: the peak is the minimum. Mean over both legs.
    peaks = [
        np.mean([result.moments.moment_nm(f"knee_angle_{side}")[valid].min() for side in "rl"])
        for result in (measured, estimated)
    ]
    row["knee_peak_error_percent"] = 100.0 * float(peaks[1] / peaks[0] - 1.0)
    return row


def _field(session: Path) -> dict[str, dict[str, float]]:
    """OpenCap squats from video: body weight, and the difference to the shipped simulation (not a measurement)."""
    root = session / "OpenSimData"
    model = next((root / "Model").glob("*_scaled.osim"))
    figures = {}
    for trial in ("Squats_0", "Asym_0"):
        for cutoff_hz in VIDEO_CUTOFF_HZ:
            result = Result(
                *solve_dynamics(
                    model,
                    read_kinematics(root / f"Kinematics/{trial}.mot"),
                    cutoff_hz=cutoff_hz,
                    lock_feet=False,
                    seated=False,
                    force_file=None,
                    force_file_to_ground=np.eye(3),
                    force_mode="estimated",
                )
            )
            row = {
                "vertical_over_weight": float(np.mean(result.forces.total_vertical_n)) / (FIELD_KG * GRAVITY_M_PER_S2)
            }
            one_foot = result.forces.forces["r"].force_n[result.forces.valid, 1]
            row["foot_vertical_sd_over_mean"] = float(np.std(one_foot) / np.mean(one_foot))
            row |= _against_simulation(result, sorted((root / "Dynamics").glob(f"{trial}_*")))
            figures[f"{trial} {cutoff_hz:g} Hz"] = row
            values = ", ".join(f"{key} {value:.3f}" for key, value in row.items())
            print(f"{trial} {cutoff_hz:g} Hz against OpenCap's simulation: {values}")
    return figures


def _against_simulation(result: Result, folders: list[Path]) -> dict[str, float]:
    force_errors = []
    moment_errors: dict[str, list[np.ndarray]] = {joint: [] for joint in JOINTS}
    for folder in folders:
        forces, kinetics = read_storage(folder / "forces_resultant.mot"), read_storage(folder / "kinetics.mot")
        for side in "rl":
            ours = result.forces.forces[side].force_n
            for axis, own in zip("xyz", ours.T, strict=True):
                at = np.interp(forces.time_s, result.forces.time_s, own)
                force_errors.append((at - forces.column(f"ground_force_{side}_v{axis}")) / FIELD_KG)
            for joint in JOINTS:
                at = np.interp(kinetics.time_s, result.moments.time_s, result.moments.moment_nm(f"{joint}_{side}"))
                moment_errors[joint].append((at - kinetics.column(f"{joint}_{side}_moment")) / FIELD_KG)
    return {"force_rms_difference_n_per_kg": _rms(force_errors)} | {
        f"{joint}_rms_difference_nm_per_kg": _rms(errors) for joint, errors in moment_errors.items()
    }


def _rms(parts: list[np.ndarray]) -> float:
    return float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))


def model_with_mass(source: Path, path: Path, mass_kg: float) -> Path:
    """Write a copy of a model whose bodies are scaled to a body mass."""
    model = load_model(source)
    ratio = mass_kg / model.getTotalMass(model.initSystem())
    bodies = model.getBodySet()
    for index in range(bodies.getSize()):
        body = bodies.get(index)
        inertia = body.get_inertia()
        body.setMass(body.getMass() * ratio)
        body.set_inertia(osim.Vec6(*[inertia.get(entry) * ratio for entry in range(6)]))
    model.printToXML(str(path))
    return path


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None)
