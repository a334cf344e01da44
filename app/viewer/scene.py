"""What there is to see of a trial, read from its results: points, markers, forces and curves at the same times."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessment.presentation import SAGITTAL_JOINTS, moment_factor, usable
from assessment.results_folder import trial_file, trial_table
from assessment.summary import SubjectRecord, Summary, TrialRecord
from assessment.visit import MomentUnit
from pipeline.files.markers import read_marker_file
from pipeline.files.storage import read_storage
from pipeline.stick_figure import StickFigure

# One metre of arrow for a kilonewton: body weight of an adult is then about as long as a thigh and shank.
ARROW_M_PER_N = 1e-3
# Where less pushes, the centre of pressure means nothing.
_SMALLEST_FORCE_N = 20.0
# What is farther from the figure than this was not on the person (a swapped or lost marker).
_NEAR_M = 1.0

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Curve:
    """One quantity of one joint, both sides, at the figure's times.

    Attributes
    ----------
    kind : {'angle', 'moment'}
    title : str
        As in `assessment.presentation.SAGITTAL_JOINTS`.
    unit : str
    standard_error : float or None
        Median over the trial, in ``unit``; None where it is not known.
    sides : dict of str to ndarray, shape (n_frames,)
        NaN in frames that may not be used.
    """

    kind: str
    title: str
    unit: str
    standard_error: float | None
    sides: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Scene:
    """A trial as the viewer shows it.

    Attributes
    ----------
    figure : StickFigure
    markers_m : ndarray, shape (n_frames, n_markers, 3)
        Measured [m]; NaN in gaps.
    arrows_m : dict of str to ndarray, shape (n_frames, 2, 3)
        Start and end of every contact force's arrow [m]; NaN while there is no contact.
    curves : list of Curve
    floor_m : float
        Height of the floor in the ground frame [m].
    """

    figure: StickFigure
    markers_m: Points
    arrows_m: dict[str, Points]
    curves: list[Curve]
    floor_m: float


def read_scene(folder: Path, summary: Summary, trial: TrialRecord, moment_unit: MomentUnit) -> Scene | None:
    """Read a trial's scene; None where its figure was not kept.

    Parameters
    ----------
    folder : Path
        Results folder.
    summary : Summary
    trial : TrialRecord
    moment_unit : {'Nm/kg', 'Nm', '%BW*height'}

    Raises
    ------
    SarcoscopeError
        A file is damaged, or the record names one outside the folder.
    """
    path = trial_file(folder, trial, "viewer")
    if path is None:
        return None
    figure = StickFigure.read(path)
    floor_m = float(figure.points_m[..., 1].min()) if trial.forces is None else trial.forces.floor_height_m
    return Scene(
        figure=figure,
        markers_m=_markers(folder, trial, figure),
        arrows_m=_arrows(folder, trial, figure.time_s),
        curves=_curves(trial_table(folder, trial, "curves"), trial, figure.time_s, summary.subject, moment_unit),
        floor_m=floor_m,
    )


def _markers(folder: Path, trial: TrialRecord, figure: StickFigure) -> Points:
    path = trial_file(folder, trial, "markers")
    if path is None:
        return np.empty((len(figure.time_s), 0, 3), dtype=np.float32)
    measured = read_marker_file(path)
    points_m = measured.positions_m[_nearest(measured.time_s, figure.time_s)].astype(np.float32)
    low, high = figure.points_m.min(axis=(0, 1)) - _NEAR_M, figure.points_m.max(axis=(0, 1)) + _NEAR_M
    points_m[((points_m < low) | (points_m > high)).any(axis=2)] = np.nan
    return points_m


def _arrows(folder: Path, trial: TrialRecord, time_s: NDArray[np.float64]) -> dict[str, Points]:
    """Start and end of every force's arrow; none where moments are withheld."""
    path = trial_file(folder, trial, "contact_forces")
    if trial.forces is None or path is None or not usable(trial.kinetics_quality):
        return {}
    stored = read_storage(path)

    def vector(name: str) -> NDArray[np.float64]:
        return np.stack([np.interp(time_s, stored.time_s, stored.column(f"{name}{axis}")) for axis in "xyz"], axis=1)

    arrows = {}
    for contact in trial.forces.contacts:
        start_m, force_n = vector(f"ground_force_{contact}_p"), vector(f"ground_force_{contact}_v")
        start_m[np.linalg.norm(force_n, axis=1) < _SMALLEST_FORCE_N] = np.nan
        arrows[contact] = np.stack([start_m, start_m + force_n * ARROW_M_PER_N], axis=1).astype(np.float32)
    return arrows


def _curves(
    table: pd.DataFrame | None,
    trial: TrialRecord,
    time_s: NDArray[np.float64],
    person: SubjectRecord,
    moment_unit: MomentUnit,
) -> list[Curve]:
    """Angles and moments; nothing that is withheld."""
    if table is None or not usable(trial.kinematics_quality):
        return []
    rows = table.iloc[_nearest(table["time_s"].to_numpy(), time_s)]
    curves = []
    for coordinate, title, _, _ in SAGITTAL_JOINTS:
        sides = {side: rows[f"{coordinate}_{side}_deg"].to_numpy(dtype=float) for side in "rl"}
        curves.append(Curve("angle", title, "deg", None, sides))
    if "valid" not in rows or not usable(trial.kinetics_quality):
        return curves
    valid = rows["valid"].to_numpy(dtype=bool)
    per_nm = moment_factor(moment_unit, person.mass_kg, person.height_m) / person.mass_kg
    for coordinate, _, title, sign in SAGITTAL_JOINTS:
        columns = {side: f"{coordinate}_{side}" for side in "rl"}
        sides = {
            side: np.where(valid, sign * per_nm * rows[f"{name}_nm"].to_numpy(dtype=float), np.nan)
            for side, name in columns.items()
        }
        errors = [rows[f"{name}_se_nm"].median() * per_nm for name in columns.values() if f"{name}_se_nm" in rows]
        known = [float(error) for error in errors if np.isfinite(error)]
        curves.append(Curve("moment", title, moment_unit, max(known, default=None), sides))
    return curves


def _nearest(given_s: NDArray[np.float64], wanted_s: NDArray[np.float64]) -> NDArray[np.intp]:
    """Rows nearest to the wanted times."""
    after = np.clip(np.searchsorted(given_s, wanted_s), 1, len(given_s) - 1)
    before = after - 1
    return np.where(wanted_s - given_s[before] <= given_s[after] - wanted_s, before, after)
