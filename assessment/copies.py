"""Copies of a trial with other marker errors: what its indicators owe to them (`assessment.indicators.errors`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from assessment.indicators import TrialResults
from assessment.repetitions import find_repetitions
from pipeline.kinematics.replicates import marker_error_replicates, regime_of
from pipeline.motion.filtering import derivatives, low_pass
from pipeline.motion.landmarks import Landmarks, find_landmarks
from pipeline.quality import Mark
from pipeline.trajectories import TRANSLATIONS, JointMoments, Kinematics

# A standard error from ten copies is itself off by about a quarter; more copies take time that a session does not have.
COPIES = 10
# Lengths on video are as true as the calibration board and its detection; 1 % is assumed. Plates and optical systems
# are calibrated to a tenth of that.
LENGTH_ERROR = {"study": 0.01, "optical": 0.001}


def marker_error_copies(
    results: TrialResults, model_path: Path, marker_set: str, *, count: int = COPIES, seed: int = 0
) -> list[TrialResults]:
    """Make the copies: angles, landmarks, repetitions and joint speeds anew; forces and moments are the trial's.

    Nothing is copied where the trial's angles are withheld: none of its numbers is given out.

    Parameters
    ----------
    results : TrialResults
    model_path : Path
        The model that the angles were found with.
    marker_set : {'study', 'optical'}
    count, seed : int
    """
    if results.kinematic_gate.mark is Mark.WITHHELD:
        return []
    regime = regime_of(results.activity.name)
    moved = marker_error_replicates(model_path, results.kinematics, marker_set, regime, count, seed)
    lengths = 1.0 + LENGTH_ERROR[marker_set] * np.random.default_rng(seed).standard_normal(count)
    moved = [_stretched(copy, factor) for copy, factor in zip(moved, lengths, strict=True)]
    places = _landmarks(model_path, moved) if results.landmarks is not None else [None] * count
    return [
        replace(
            results,
            kinematics=kinematics,
            landmarks=landmarks,
            repetitions=find_repetitions(results.activity, kinematics, landmarks),
            moments=None if results.moments is None else _as_fast_as(results.moments, kinematics),
        )
        for kinematics, landmarks in zip(moved, places, strict=True)
    ]


def _as_fast_as(moments: JointMoments, kinematics: Kinematics) -> JointMoments:
    """The same moments at the speeds of a copy: forces are not found anew, their errors are known otherwise."""
    shared = [name for name in moments.coordinates if name in kinematics.coordinates]
    given = np.column_stack([kinematics.coordinate(name) for name in shared])
    smooth = low_pass(given, moments.time_s, moments.cutoff_hz)
    values, speeds = moments.values.copy(), moments.speeds.copy()
    places = [moments.coordinates.index(name) for name in shared]
    values[:, places], speeds[:, places] = smooth, derivatives(smooth, moments.time_s)[0]
    return replace(moments, values=values, speeds=speeds)


def _stretched(kinematics: Kinematics, factor: float) -> Kinematics:
    """The same movement in a room that is a little larger: angles stay, the pelvis goes further."""
    ways = [index for index, name in enumerate(kinematics.coordinates) if name in TRANSLATIONS]
    values = kinematics.values.copy()
    values[:, ways] *= factor
    return replace(kinematics, values=values)


def _landmarks(model_path: Path, copies: list[Kinematics]) -> list[Landmarks]:
    """Landmarks of all copies in one go: frames of one after those of the other."""
    rows = np.concatenate([copy.values for copy in copies])
    together = find_landmarks(model_path, replace(copies[0], time_s=np.arange(float(len(rows))), values=rows))
    parts = {name: np.split(points, len(copies)) for name, points in together.points_m.items()}
    return [
        replace(together, time_s=copy.time_s, points_m={name: part[index] for name, part in parts.items()})
        for index, copy in enumerate(copies)
    ]
