"""Inverse kinematics of whole trials: marker trajectories in, joint coordinates and marker errors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InverseKinematicsError, SarcoscopeError
from models.markers import MarkerTrajectories
from models.skeleton.marker_sets import marker_set as marker_set_of
from pipeline.files.storage import write_storage
from pipeline.kinematics.engine import Engine, Solution
from pipeline.settings import IkEngine
from pipeline.trajectories import TRANSLATIONS, Kinematics

# Three coordinates per marker: with fewer markers than this share of the unknown coordinates a frame has fewer
# equations than unknowns.
_COORDINATES_PER_MARKER = 3
# Beyond this share of frames without a solution an interpolated trial would be an invention.
MAX_INTERPOLATED_SHARE = 0.2


@dataclass(frozen=True)
class TrialMarkers:
    """What the angles of a trial are found from.

    Attributes
    ----------
    model_path : Path
        A scaled model.
    markers : MarkerTrajectories
        A whole trial; NaN where a marker is not seen, it then has no weight in that frame.
    marker_set : {'study', 'optical'}
        Names the markers and their weights.
    """

    model_path: Path
    markers: MarkerTrajectories
    marker_set: str


def solve_kinematics(
    model_path: Path, markers: MarkerTrajectories, marker_set: str, engine: IkEngine = "batched"
) -> Kinematics:
    """Find the joint coordinates of one trial, see `solve_kinematics_of_many` and `TrialMarkers`.

    Raises
    ------
    InverseKinematicsError
        The model has none of the markers, too few are seen in more than a fifth of the frames, or the pelvis is
        never seen.
    ModelError
        The batched skeleton does not know a joint, function or constraint of the model.
    """
    (kinematics,) = solve_kinematics_of_many([TrialMarkers(model_path, markers, marker_set)], engine)
    if isinstance(kinematics, SarcoscopeError):
        raise kinematics
    return kinematics


def solve_kinematics_of_many(
    trials: Sequence[TrialMarkers], engine: IkEngine = "batched", *, device: str = "cpu"
) -> list[Kinematics | SarcoscopeError]:
    """Find the joint coordinates of trials, of one person or of several, with OpenCap's marker weights.

    The patellae are taken out for this (they follow the knees and slow the solver tenfold; reference in
    `models.skeleton.without_patellae`). Coordinates that no marker observes, such as the toes', stay at their
    default value. What is found for a trial does not depend on the others, but for the rounding of sums; the same
    trials in the same order give the same numbers to the last bit.

    Parameters
    ----------
    trials : sequence of TrialMarkers
    engine : {'batched', 'opensim'}
        All frames at once on the torch skeleton, or OpenSim's solver, the reference. Both find the same optimum
        (docs/inverse-kinematics.md).
    device : str
        Where the batched engine computes: ``cpu`` or torch's name of a GPU.

    Returns
    -------
    list of Kinematics or SarcoscopeError
        In the order given: all coordinates of the model but the patellae's, or why there are none. Frames without a
        solution are interpolated; they are listed in ``interpolated`` and in ``notes``, and their marker errors are
        NaN.
    """
    outcomes: dict[int, Kinematics | SarcoscopeError] = {}
    asked: dict[int, _Asked] = {}
    for place, trial in enumerate(trials):
        try:
            asked[place] = _Asked.of(trial, engine, device)
        except SarcoscopeError as error:
            outcomes[place] = error
    jobs = [(one.solver, one.solvable) for one in asked.values()]
    solutions = type(jobs[0][0]).solve_together(jobs) if jobs else []
    for (place, one), solution in zip(asked.items(), solutions, strict=True):
        try:
            outcomes[place] = solution if isinstance(solution, InverseKinematicsError) else one.kinematics(solution)
        except InverseKinematicsError as error:
            outcomes[place] = error
    return [outcomes[place] for place in range(len(trials))]


def write_kinematics(path: Path, kinematics: Kinematics) -> None:
    """Write coordinates as a .mot in degrees, with OpenCap's columns: time, then the model's coordinates in order."""
    in_degrees = np.where(is_translation(kinematics.coordinates), kinematics.values, np.rad2deg(kinematics.values))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_storage(path, kinematics.time_s, kinematics.coordinates, in_degrees, in_degrees=True, name="Coordinates")


def is_translation(coordinates: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which coordinates are metres; all others are angles."""
    return np.array([name in TRANSLATIONS for name in coordinates])


@dataclass(frozen=True)
class _Asked:
    """A trial, its engine, and the frames that show enough markers to be solved."""

    markers: MarkerTrajectories
    solver: Engine
    n_seen: NDArray[np.int_]
    solvable: NDArray[np.int_]

    @classmethod
    def of(cls, trial: TrialMarkers, engine: IkEngine, device: str) -> _Asked:
        solver = _make_engine(engine, trial, device)
        n_free = len(solver.coordinates) - len(solver.unobserved)
        n_needed = -(-n_free // _COORDINATES_PER_MARKER)
        n_seen = np.isfinite(trial.markers.select(solver.tracked).positions_m).all(axis=2).sum(axis=1)
        solvable = np.flatnonzero(n_seen >= n_needed)
        _check_share(len(solvable), len(n_seen), f"show the {n_needed} markers that are needed", n_seen)
        return cls(trial.markers, solver, n_seen, solvable)

    def kinematics(self, solution: Solution) -> Kinematics:
        """All frames, from those that are solved."""
        markers, solver = self.markers, self.solver
        values = np.full((markers.n_frames, len(solver.coordinates)), np.nan)
        errors_m = np.full((markers.n_frames, len(solver.tracked)), np.nan)
        values[self.solvable], errors_m[self.solvable] = solution
        is_solved = np.isfinite(values).all(axis=1)
        _check_share(int(is_solved.sum()), markers.n_frames, "have a solution", self.n_seen)
        for place in solver.root_angles:
            values[is_solved, place] = np.unwrap(values[is_solved, place])
        interpolated = tuple(int(frame) for frame in np.flatnonzero(~is_solved))
        return Kinematics(
            time_s=markers.time_s,
            coordinates=solver.coordinates,
            values=_interpolate(markers.time_s, values, is_solved),
            marker_names=solver.tracked,
            marker_errors_m=errors_m,
            interpolated=interpolated,
            notes=_notes(markers, interpolated, solver.unobserved),
        )


def _make_engine(name: IkEngine, trial: TrialMarkers, device: str) -> Engine:
    """Each engine is loaded when asked for: torch takes seconds."""
    weights = marker_set_of(trial.marker_set).ik_weights
    if name == "opensim":
        from pipeline.kinematics.opensim_engine import OpenSimEngine

        return OpenSimEngine(trial.model_path, trial.markers, weights)
    from pipeline.kinematics.batched_engine import BatchedEngine

    return BatchedEngine(trial.model_path, trial.markers, weights, device)


def _check_share(n_good: int, n_frames: int, what: str, n_seen: NDArray[np.int_]) -> None:
    if n_good < max(1, (1 - MAX_INTERPOLATED_SHARE) * n_frames):
        raise InverseKinematicsError(
            f"Only {n_good} of {n_frames} frames {what} (markers seen: {n_seen.min()} to {n_seen.max()}).",
            hint=f"At least {1 - MAX_INTERPOLATED_SHARE:.0%} of the frames must. Record the trial again, or cut it to "
            "where the person is seen.",
            stage="inverse kinematics",
        )


def _interpolate(
    time_s: NDArray[np.float64], values: NDArray[np.float64], is_solved: NDArray[np.bool_]
) -> NDArray[np.float64]:
    return np.column_stack([np.interp(time_s, time_s[is_solved], column[is_solved]) for column in values.T])


def _notes(markers: MarkerTrajectories, interpolated: tuple[int, ...], unobserved: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if interpolated:
        first, last = markers.time_s[interpolated[0]], markers.time_s[interpolated[-1]]
        notes.append(
            f"{len(interpolated)} of {markers.n_frames} frames have no solution and were interpolated "
            f"(between {first:.2f} and {last:.2f} s)."
        )
    if unobserved:
        notes.append(f"No marker shows {', '.join(unobserved)}: held at the default value.")
    return tuple(notes)
