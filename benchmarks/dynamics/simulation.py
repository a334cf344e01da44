"""OpenCap's field-study squats against the forces and moments OpenSimAD simulated of them: not a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from assessment.motion import mean_heading, pelvis_rotation
from assessment.validation import JOINTS, Dynamics
from assessment.validation.agreement import ground_to_person, push_apart_n_per_kg
from benchmarks.dynamics.rows import Movement
from models.subject import Subject
from pipeline.files.storage import Storage, read_storage
from pipeline.kinematics import read_kinematics
from pipeline.trajectories import Array

FOLDER = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData"
TRIALS = ("Squats_0", "Asym_0")
SUBJECT = Subject(height_m=1.78, mass_kg=72.0, sex="m")
# As an assessment filters squats on video.
CUTOFF_HZ = 3.0
# A repetition in percent of its duration.
PHASE = np.linspace(0.0, 1.0, 101)

Curves = dict[str, Array]
"""Quantity -> both sides side by side over a repetition, shape (101, 2)."""


@dataclass(frozen=True)
class Difference:
    """RMS differences of one quantity, per body mass: ours to OpenSimAD, and OpenSimAD's repetitions to each other."""

    ours: float
    repetitions: float

    @property
    def met(self) -> bool:
        """Whether we are no further from the simulation than its own repetitions are from each other."""
        return self.ours <= self.repetitions


def differences(data: Path, trial: str) -> dict[str, Difference]:
    """Forces along the person's axes [N/kg] and moments [Nm/kg] of one trial's repetitions."""
    root = data / FOLDER
    movement = _movement(root, trial)
    turn = ground_to_person(mean_heading(pelvis_rotation(movement.kinematics)))
    solved = movement.solve("estimated")
    simulated, ours = [], []
    for folder in sorted((root / "Dynamics").glob(f"{trial}_*")):
        forces, kinetics = read_storage(folder / "forces_resultant.mot"), read_storage(folder / "kinetics.mot")
        at_s = forces.time_s[0] + PHASE * (forces.time_s[-1] - forces.time_s[0])
        simulated.append(_simulated(forces, kinetics, turn, at_s))
        ours.append(_ours(solved, turn, at_s))
    return {
        quantity: Difference(
            ours=_rms([mine[quantity] - theirs[quantity] for mine, theirs in zip(ours, simulated, strict=True)]),
            repetitions=_rms([first[quantity] - second[quantity] for first, second in combinations(simulated, 2)]),
        )
        for quantity in simulated[0]
    }


def pushes(data: Path, trial: str) -> dict[str, float]:
    """Mean force with which the feet push apart, ours and OpenSimAD's [N/kg]: a plate shows what the movement hides."""
    root = data / FOLDER
    movement = _movement(root, trial)
    heading = mean_heading(pelvis_rotation(movement.kinematics))
    right = ground_to_person(heading)[2]
    simulated = []
    for folder in sorted((root / "Dynamics").glob(f"{trial}_*")):
        forces = read_storage(folder / "forces_resultant.mot")
        feet = {
            side: np.column_stack([forces.column(f"ground_force_{side}_v{axis}") for axis in "xyz"]) for side in "rl"
        }
        simulated.append(float(np.mean(0.5 * (feet["l"] - feet["r"]) @ right)) / SUBJECT.mass_kg)
    ours = push_apart_n_per_kg(movement.solve("estimated").forces, heading, SUBJECT.mass_kg)
    return {"ours": ours, "OpenSimAD": float(np.mean(simulated))}


def _movement(root: Path, trial: str) -> Movement:
    return Movement(
        trial,
        next((root / "Model").glob("*_scaled.osim")),
        read_kinematics(root / f"Kinematics/{trial}.mot"),
        SUBJECT,
        CUTOFF_HZ,
        None,
        np.eye(3),
    )


def _simulated(forces: Storage, kinetics: Storage, turn: Array, at_s: Array) -> Curves:
    force = {side: np.column_stack([forces.column(f"ground_force_{side}_v{axis}") for axis in "xyz"]) for side in "rl"}
    moment = {f"{joint}_{side}": kinetics.column(f"{joint}_{side}_moment") for joint in JOINTS for side in "rl"}
    return _curves(forces.time_s, force, kinetics.time_s, moment, turn, at_s)


def _ours(solved: Dynamics, turn: Array, at_s: Array) -> Curves:
    force = {side: solved.forces.forces[side].force_n for side in "rl"}
    moment = {f"{joint}_{side}": solved.moments.moment_nm(f"{joint}_{side}") for joint in JOINTS for side in "rl"}
    return _curves(solved.forces.time_s, force, solved.moments.time_s, moment, turn, at_s)


def _curves(
    force_time_s: Array, force: Curves, moment_time_s: Array, moment: Curves, turn: Array, at_s: Array
) -> Curves:
    curves = {
        f"force {direction}": np.column_stack([np.interp(at_s, force_time_s, force[side] @ axis) for side in "rl"])
        for direction, axis in zip(("forward", "up", "right"), turn, strict=True)
    }
    curves |= {
        joint: np.column_stack([np.interp(at_s, moment_time_s, moment[f"{joint}_{side}"]) for side in "rl"])
        for joint in JOINTS
    }
    return {quantity: values / SUBJECT.mass_kg for quantity, values in curves.items()}


def _rms(parts: list[Array]) -> float:
    return float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
