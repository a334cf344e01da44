"""One trial found in both ways and compared: the work a worker process does."""

from __future__ import annotations

from pathlib import Path

from assessment.gates import judge_kinematics
from assessment.motion import mean_heading, pelvis_rotation
from assessment.records import activity_record
from assessment.repetitions import find_repetitions
from assessment.summary import QualityRecord
from assessment.trial import TrialTask, trial_cutoff, trial_dynamics, trial_movement
from assessment.validation.agreement import Dynamics, agreement, jointly_valid
from assessment.validation.figure import write_figure
from assessment.validation.peaks import peak_errors, peak_pairs
from assessment.validation.records import TrialValidation
from models.errors import SarcoscopeError


def validate_trial(task: TrialTask) -> TrialValidation:
    """Angles once, forces and moments twice, and a figure of both in the task's folder.

    Raises
    ------
    SarcoscopeError
        Angles cannot be found, the plates cannot be used, or forces cannot be estimated.
    """
    try:
        return _validate(task)
    except SarcoscopeError as error:
        raise error.within(trial=task.trial.name) from None


def _validate(task: TrialTask) -> TrialValidation:
    seen = trial_movement(task)
    kinematics, activity = seen.kinematics, seen.activity
    cutoff = trial_cutoff(task, kinematics, activity)
    measured, estimated = jointly_valid(
        Dynamics(*trial_dynamics(task, kinematics, activity, cutoff, "measured")),
        Dynamics(*trial_dynamics(task, kinematics, activity, cutoff, "estimated")),
    )
    gate = judge_kinematics(kinematics, task.model, seen.prepared.quality, task.subject)
    heading = mean_heading(pelvis_rotation(kinematics))
    repetitions = find_repetitions(activity, kinematics, seen.landmarks)
    pairs = peak_pairs(activity, repetitions, kinematics, measured, estimated, task.subject)
    figure = Path(f"{task.trial.name}.png")
    write_figure(task.folder / figure, task.trial.name, measured, estimated, heading, task.subject.mass_kg)
    return TrialValidation(
        name=task.trial.name,
        status="compared",
        activity=activity_record(activity),
        kinematics_quality=QualityRecord.of(gate),
        agreement=agreement(measured, estimated, heading, task.subject.mass_kg),
        peaks=pairs,
        peak_errors=peak_errors(pairs),
        measured_notes=list(measured.forces.notes),
        estimated_notes=list(estimated.forces.notes),
        figure=figure.name,
    )
