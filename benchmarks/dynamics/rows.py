"""One trial compared: the row of a table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assessment.activities import Activity
from assessment.activities.recognition import recognise_activity
from assessment.motion import mean_heading, pelvis_rotation
from assessment.repetitions import find_repetitions
from assessment.trial import SEATED_ACTIVITIES
from assessment.validation import Agreement, Dynamics, PeakPair, agreement, jointly_valid, peak_errors, peak_pairs
from benchmarks.dynamics.seat_offs import SeatOffError, seat_off_errors
from models.subject import Subject
from pipeline.dynamics import solve_dynamics
from pipeline.settings import ForceMode
from pipeline.trajectories import Array, Kinematics


@dataclass(frozen=True)
class Row:
    """One trial.

    Attributes
    ----------
    name : str
    group : str
        Whose targets hold, a key of `benchmarks.dynamics.targets.TARGETS`.
    agreement : Agreement
    peaks : list of PeakPair
    seat_offs : list of SeatOffError
    seconds : float
        Of estimating forces and moments, on one thread.
    """

    name: str
    group: str
    agreement: Agreement
    peaks: list[PeakPair]
    seat_offs: list[SeatOffError]
    seconds: float

    def saved(self) -> dict[str, Any]:
        """As it is kept in the results file."""
        errors = {joint: error.model_dump() for joint, error in peak_errors(self.peaks).items()}
        return {"group": self.group, **self.agreement.model_dump(), "peaks": errors, "seconds": round(self.seconds, 2)}


@dataclass(frozen=True)
class Movement:
    """A trial's angles and what is known of it; cut-off in Hz, forces and markers in OpenSim's axes or as turned."""

    trial: str
    model: Path
    kinematics: Kinematics
    subject: Subject
    cutoff_hz: float
    force_file: Path | None
    file_to_ground: Array
    lock_feet: bool = False

    @property
    def activity(self) -> Activity:
        """Which movement it shows."""
        return recognise_activity(self.trial, self.kinematics)

    def solve(self, mode: ForceMode) -> Dynamics:
        """Forces and moments."""
        return Dynamics(
            *solve_dynamics(
                self.model,
                self.kinematics,
                cutoff_hz=self.cutoff_hz,
                lock_feet=self.lock_feet,
                seated=self.activity.name in SEATED_ACTIVITIES,
                force_file=self.force_file,
                force_file_to_ground=self.file_to_ground,
                force_mode=mode,
            )
        )


def compare(name: str, group: str, measured: Movement, estimated: Movement | None = None) -> Row:
    """Measured forces of one movement against estimated ones of the same or, from other markers, of another."""
    truth = measured.solve("measured")
    start = time.perf_counter()
    guess = (estimated or measured).solve("estimated")
    seconds = time.perf_counter() - start
    truth, guess = jointly_valid(truth, guess)
    kinematics, activity = measured.kinematics, measured.activity
    peaks = peak_pairs(activity, find_repetitions(activity, kinematics), kinematics, truth, guess, measured.subject)
    heading = mean_heading(pelvis_rotation(kinematics))
    found = agreement(truth, guess, heading, measured.subject.mass_kg)
    return Row(name, group, found, peaks, seat_off_errors(truth, guess), seconds)


def peak_table(rows: list[Row]) -> dict[str, dict[str, float]]:
    """Peaks of all repetitions, joint by joint: number, mean measured, bias and RMS of the error [Nm/kg]."""
    pairs = [pair for row in rows for pair in row.peaks if pair.repetition is not None]
    table: dict[str, dict[str, float]] = {}
    for joint in dict.fromkeys(pair.joint for pair in pairs):
        peaks = np.array([(pair.measured_nm_per_kg, pair.estimated_nm_per_kg) for pair in pairs if pair.joint == joint])
        error = peaks[:, 1] - peaks[:, 0]
        table[joint] = {
            "n": len(peaks),
            "plates_nm_per_kg": float(np.mean(peaks[:, 0])),
            "bias_nm_per_kg": float(np.mean(error)),
            "rms_nm_per_kg": float(np.sqrt(np.mean(error**2))),
        }
    return table
