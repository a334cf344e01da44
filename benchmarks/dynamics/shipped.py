"""Subject 4 of OpenCap's laboratory validation from the model and inverse kinematics shipped with the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.dynamics.masses import model_with_mass
from benchmarks.dynamics.rows import Movement
from models.subject import Subject
from pipeline.kinematics import read_kinematics

FOLDER = "lab_opencap_labvalidation_subject4_nimble"
# What the person weighs on the plates of the static trial, and what the shipped model (and the walkway's plates) say.
STATIC_KG, WALKWAY_KG = 60.05, 62.6
SUBJECT = Subject(height_m=1.72, mass_kg=STATIC_KG, sex="unspecified")
CUTOFF_HZ = 6.0
GROUPS = {
    "STS1": "sit-to-stand",
    "STSAsym1": "sit-to-stand",
    "STSweakLegs1": "sit-to-stand",
    "squats1": "squats",
    "squatsAsym1": "asymmetric squats",
    "walking1": "walks",
    "walking2": "walks",
    "walking4": "walks",
    "walkingTI1": "walks",
    "walkingTO1": "walks",
    "walkingTS1": "walks",
    "static1": "standing",
}
"""Trials and the group whose targets hold."""


def masses_kg(trial: str) -> tuple[float, ...]:
    """The static plates and the walkway's disagree by 4 % about this person's weight: walks are shown with both."""
    return (STATIC_KG, WALKWAY_KG) if GROUPS[trial] == "walks" else (STATIC_KG,)


def movements(data: Path, work: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str, Movement]]:
    """Name of the row, group and movement of every wanted trial that has shipped angles."""
    folder = data / FOLDER
    for mass_kg in (STATIC_KG, WALKWAY_KG):
        model = model_with_mass(folder / "Models/manually_scaled.osim", work / f"shipped_{mass_kg}.osim", mass_kg)
        for trial, group in GROUPS.items():
            angles = folder / f"IK/{trial}_manual_scaling_ik.mot"
            if mass_kg in masses_kg(trial) and angles.is_file() and wanted(trial):
                subject = replace(SUBJECT, mass_kg=mass_kg)
                forces = folder / f"ID/{trial}_grf.mot"
                yield (
                    f"{trial} {mass_kg:g} kg",
                    group,
                    Movement(trial, model, read_kinematics(angles), subject, CUTOFF_HZ, forces, np.eye(3)),
                )
