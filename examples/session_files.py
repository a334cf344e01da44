"""Write the example as OpenCap would have, and its truth beside it. Every file says that it is synthetic."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.files import SYNTHETIC
from assessment.synthetic.truth import Truth
from examples.person import PERSON
from models.skeleton.scale_factors import ScaleFactors
from pipeline.files.storage import write_storage

Array = NDArray[np.float64]

MARKER_DECIMALS = 4
METADATA = f"""# {SYNTHETIC}
augmentermodel: v0.3
calibrationSettings:
  overwriteDeployedIntrinsics: false
  saveSessionIntrinsics: false
checkerBoard:
  black2BlackCornersHeight_n: 4
  black2BlackCornersWidth_n: 5
  placement: backWall
  squareSideLength_mm: 35.0
filterfrequency: default
gender_mf: Woman
height_m: {PERSON.height_m}
iphoneModel:
  Cam0: synthetic
  Cam1: synthetic
markerAugmentationSettings:
  markerAugmenterModel: LSTM
mass_kg: {PERSON.mass_kg}
openSimModel: LaiUhlrich2022
posemodel: hrnet
scalingsetup: upright_standing_pose
sex: {PERSON.sex}
subjectID: nobody
synthetic: true
"""
README = f"""{SYNTHETIC}

This folder has the layout of an OpenCap download, so that Sarcoscope can be tried without a recording.
Nobody was filmed. A skeleton of published body proportions (a woman of 1.56 m and 58 kg) moves by published
joint-angle patterns; errors like those of video were added to its markers.

- MarkerData/<trial>.trc: 20 video keypoints and 43 anatomical markers (_study), metres, 60 Hz.
- MarkerData/Settings/settings_<trial>.yaml: as OpenCap writes them.
- OpenSimData/Kinematics/<trial>.mot: inverse kinematics of those markers.
- OpenSimData/Model/LaiUhlrich2022_scaled.osim: a scaled model that is slightly wrong, as a real one is.
- sessionMetadata.yaml: about the session. As in OpenCap, it holds no age.

The true scale factors, angles, contact forces and moments are in the folder truth beside this one.
Made by `python -m examples.synthesise` of Sarcoscope.
"""


def write_angles(path: Path, coordinates: Sequence[str], time_s: Array, q: Array, decimals: int) -> None:
    """Write coordinates in degrees (pelvis translations in metres), with OpenCap's columns."""
    values = np.rad2deg(q)
    for name in ("pelvis_tx", "pelvis_ty", "pelvis_tz"):
        column = list(coordinates).index(name)
        values[:, column] = np.round(q[:, column], decimals + 2)
    write_storage(
        path,
        np.round(time_s, 7),
        coordinates,
        _rounded(values, decimals, coordinates),
        in_degrees=True,
        name="Coordinates_SYNTHETIC",
    )


def write_truth(folder: Path, trial: str, coordinates: Sequence[str], truth: Truth) -> None:
    """Write the true angles, contact forces and joint moments of a trial."""
    folder.mkdir(parents=True, exist_ok=True)
    time_s = np.round(truth.time_s, 7)
    write_angles(folder / f"{trial}_angles.mot", coordinates, truth.time_s, truth.q, 5)
    columns, tables = [], []
    for key, contact in truth.forces.items():
        for stem, table, decimals in (
            (f"ground_force_{key}_v", contact.force_n, 3),
            (f"ground_force_{key}_p", contact.point_m, 6),
            (f"ground_torque_{key}_", contact.free_moment_nm, 4),
        ):
            columns += [f"{stem}{axis}" for axis in "xyz"]
            tables.append(np.round(table, decimals) + 0.0)
    write_storage(
        folder / f"{trial}_contact_forces.mot",
        time_s,
        columns,
        np.hstack(tables),
        in_degrees=False,
        name="contact_forces_SYNTHETIC_simulated",
    )
    labels = [
        f"{name}_{'force' if name.startswith('pelvis_t') and name[-1] in 'xyz' else 'moment'}" for name in coordinates
    ]
    write_storage(
        folder / f"{trial}_moments.sto",
        time_s,
        labels,
        np.round(truth.moments_nm, 3) + 0.0,
        in_degrees=False,
        name="inverse_dynamics_SYNTHETIC_simulated",
    )


def write_scale_factors(path: Path, factors: ScaleFactors) -> None:
    """Write scale factors, one body a line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {SYNTHETIC} True scale factors over the generic LaiUhlrich2022.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["body", "x", "y", "z"])
        for body, factor in zip(factors.bodies, factors.factors, strict=True):
            writer.writerow([body, *(f"{value:.4f}" for value in factor)])


def write_events(path: Path, truths: dict[str, Truth], seeds: dict[str, int]) -> None:
    """Write what happens when, the height of the floor, and the seed of the noise, trial by trial (TOML)."""
    lines = [f"# {SYNTHETIC}", "# Times in seconds from the first frame; heights in metres in the frame of the .trc."]
    for trial, truth in truths.items():
        lines += ["", f'["{trial}"]', f"floor_height_m = {truth.floor_height_m:.6f}", f"noise_seed = {seeds[trial]}"]
        lines += [
            f"{event} = [{', '.join(f'{time:.3f}' for time in times)}]" for event, times in truth.events_s.items()
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rounded(values: Array, decimals: int, coordinates: Sequence[str]) -> Array:
    angles = [index for index, name in enumerate(coordinates) if name not in ("pelvis_tx", "pelvis_ty", "pelvis_tz")]
    values[:, angles] = np.round(values[:, angles], decimals)
    return values + 0.0
