"""One trial from markers to indicators: the work a worker process does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import opensim as osim

from assessment import records
from assessment.activities import Activity
from assessment.copies import marker_error_copies
from assessment.cycle_curves import cycle_curves
from assessment.gates import explain, judge_kinematics, judge_kinetics
from assessment.indicators import TrialResults, compute_indicators
from assessment.indicators.forces_error import with_errors_of_plates
from assessment.movements import TrialMovement, movements_of_many
from assessment.opencap_layout import write_marker_file
from assessment.outputs import EVERYTHING, Outputs
from assessment.prepared import PreparedSession
from assessment.repetitions import find_repetitions
from assessment.stages import Stage, StageLog
from assessment.summary import QualityRecord, TrialRecord
from assessment.tables import write_curves, write_cycles
from models.errors import SarcoscopeError
from models.skeleton import GENERIC_MODEL
from models.subject import Subject
from pipeline.dynamics import solve_dynamics
from pipeline.dynamics_files import write_dynamics
from pipeline.kinematics import write_kinematics
from pipeline.motion.cutoff import Cutoff, RecordingKind, find_cutoff
from pipeline.posed_figure import stick_figure
from pipeline.quality import Mark, Quality
from pipeline.scaling import ScaledModel, load_generic
from pipeline.session import Session, Trial
from pipeline.settings import ForceMode, Settings
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

# Movements in which the seat carries part of the weight.
SEATED_ACTIVITIES = frozenset({"sit-to-stand"})
# The movement in which the hands lift an object.
LIFTING_ACTIVITY = "pick-up"
# Movements whose forces are not looked for, and why.
WITHOUT_FORCES = {
    "timed-up-and-go": "Joint moments are not estimated where somebody sits, walks and turns in one trial."
}
LOAD_NOT_GIVEN = (
    "The mass of the object that is picked up is not given (form field 'Object', or --load-kg): moments "
    "after the grasp leave it out."
)


@dataclass(frozen=True)
class TrialTask:
    """What a worker needs to assess one trial.

    Attributes
    ----------
    folder : Path
        The session's results folder; files are written below it in OpenCap's layout.
    stages : StageLog or None
        Where it is told how far the trial is; None where nobody follows.
    outputs : Outputs
        Which files are written.
    prepared : PreparedSession or None
        The session's markers, where they have been needed before.
    movement : TrialMovement or None
        What inverse kinematics found, where it was done for many trials together (`movements_of_many`).
    """

    session: Session
    trial: Trial
    model: ScaledModel
    subject: Subject
    settings: Settings
    folder: Path
    stages: StageLog | None = None
    outputs: Outputs = EVERYTHING
    prepared: PreparedSession | None = None
    movement: TrialMovement | None = None

    def tell(self, stage: Stage) -> None:
        """Say how far the trial is, to whoever follows the run."""
        if self.stages is not None:
            self.stages.tell(self.trial.name, stage)


def run_trial(task: TrialTask) -> TrialRecord:
    """Assess one trial and write its files.

    Inverse kinematics must succeed. If forces or moments fail, the trial keeps its angles and times, and says why it
    has no moments.

    Raises
    ------
    SarcoscopeError
        Markers cannot be read or angles not be found.
    """
    name = task.trial.name
    task.tell("inverse kinematics")
    try:
        seen = trial_movement(task)
        kinematics, activity = seen.kinematics, seen.activity
        files = _write_motion(task, seen)
    except SarcoscopeError as error:
        raise error.within(trial=name) from None

    task.tell("contact forces")
    found = None if activity.name in WITHOUT_FORCES else _dynamics_or_why_not(task, kinematics, activity)
    failure = found if isinstance(found, SarcoscopeError) else None
    cutoff, forces, moments = (None, None, None) if found is None or isinstance(found, SarcoscopeError) else found
    if forces is not None and moments is not None:
        moments = with_errors_of_plates(forces, moments, task.subject)
        files |= _write_forces(task, forces, moments)
    task.tell("indicators")
    repetitions = find_repetitions(activity, kinematics, seen.landmarks)
    kinematic_gate = judge_kinematics(kinematics, task.model, seen.prepared.quality, task.subject)
    if activity.name in WITHOUT_FORCES:
        kinetic_gate = Quality.withheld(WITHOUT_FORCES[activity.name])
    elif failure is not None:
        kinetic_gate = Quality.withheld(f"No joint moments: {failure.message}")
    else:
        kinetic_gate = judge_kinetics(kinematic_gate, forces, moments, task.subject)
    if activity.name == LIFTING_ACTIVITY and task.settings.load_kg is None:
        kinetic_gate &= Quality.caution(LOAD_NOT_GIVEN)
    files["curves"] = f"Tables/{name}_curves.{task.outputs.curves}"
    write_curves(
        task.folder / files["curves"],
        kinematics,
        forces,
        moments,
        kinematic_gate=kinematic_gate,
        kinetic_gate=kinetic_gate,
    )
    results = TrialResults(
        activity=activity,
        repetitions=repetitions,
        kinematics=kinematics,
        landmarks=seen.landmarks,
        forces=forces,
        moments=moments,
        subject=task.subject,
        kinematic_gate=kinematic_gate,
        kinetic_gate=kinetic_gate,
        seat_height_m=task.settings.seat_height_m,
    )
    # Curves of moments that are withheld are not drawn.
    shown = replace(results, forces=None, moments=None) if kinetic_gate.mark is Mark.WITHHELD else results
    indicators = compute_indicators(results, marker_error_copies(results, task.model.path, task.session.marker_set))
    curves = [] if kinematic_gate.mark is Mark.WITHHELD else cycle_curves(shown)
    if curves:
        files["cycles"] = f"Tables/{name}_cycles.{task.outputs.curves}"
        write_cycles(task.folder / files["cycles"], curves)
    return TrialRecord(
        name=name,
        status="assessed",
        error=None if failure is None else records.error_record(failure),
        duration_s=float(kinematics.time_s[-1] - kinematics.time_s[0]),
        rate_hz=kinematics.rate_hz,
        n_frames=len(kinematics.time_s),
        activity=records.activity_record(activity),
        seat_offs=[] if forces is None else records.seat_off_records(forces),
        repetitions=[records.repetition_record(repetition) for repetition in repetitions],
        strides=records.stride_records(curves),
        kinematics_quality=QualityRecord.of(kinematic_gate),
        kinetics_quality=QualityRecord.of(kinetic_gate),
        explanation=explain(
            kinematic_gate,
            kinetic_gate,
            kinematics,
            task.model,
            task.subject,
            None if forces is None or moments is None else (forces, moments),
        ),
        marker_error=records.marker_error_record(kinematics, held_out=name not in task.model.scaled_on),
        marker_findings=[finding.text for finding in seen.prepared.findings],
        notes=[*kinematics.notes, *([] if cutoff is None else [cutoff.text, _lock_note(task, activity)])],
        forces=None if forces is None or moments is None else records.force_record(forces, moments, task.subject),
        indicators=[records.indicator_record(indicator) for indicator in indicators],
        files=files,
    )


def _write_motion(task: TrialTask, seen: TrialMovement) -> dict[str, str]:
    """Write angles, markers and the stick figure, as far as wanted; the files by kind."""
    name, files = task.trial.name, {}
    if task.outputs.opensim:
        files["kinematics"] = f"OpenSimData/Kinematics/{name}.mot"
        write_kinematics(task.folder / files["kinematics"], seen.kinematics)
        markers_file = write_marker_file(task.folder, name, seen.recorded, seen.kinematics.time_s)
        files |= {} if markers_file is None else {"markers": markers_file}
    if task.outputs.viewer:
        files["viewer"] = f"Viewer/{name}.npz"
        stick_figure(task.model.path, seen.kinematics, _unscaled(task)).write(task.folder / files["viewer"])
    return files


def _write_forces(task: TrialTask, forces: ContactForces, moments: JointMoments) -> dict[str, str]:
    """Write contact forces and moments for OpenSim, if wanted; the files by kind."""
    if not task.outputs.opensim:
        return {}
    folder = f"OpenSimData/Dynamics/{task.trial.name}"
    write_dynamics(task.folder / folder, task.model.path, forces, moments)
    files = {
        "contact_forces": f"{folder}/contact_forces.mot",
        "external_loads": f"{folder}/external_loads.xml",
        "coordinates_filtered": f"{folder}/coordinates_filtered.mot",
        "inverse_dynamics": f"{folder}/inverse_dynamics.sto",
        "id_setup": f"{folder}/id_setup.xml",
    }
    if moments.standard_errors_nm is not None:
        files["inverse_dynamics_se"] = f"{folder}/inverse_dynamics_se.sto"
    return files


def trial_movement(task: TrialTask) -> TrialMovement:
    """Markers of a trial, its angles, and which movement it shows; those that the task brings along, or found here.

    Raises
    ------
    SarcoscopeError
        Markers cannot be read or angles not be found.
    """
    if task.movement is not None:
        return task.movement
    (movement,) = movements_of_many([task])
    if isinstance(movement, SarcoscopeError):
        raise movement
    return movement


def trial_cutoff(task: TrialTask, kinematics: Kinematics, activity: Activity) -> Cutoff:
    """Low-pass cut-off of a trial: as set for the run, else by residual analysis.

    Raises
    ------
    SarcoscopeError
        See `pipeline.motion.cutoff.find_cutoff`.
    """
    given_hz = task.settings.cutoff_hz
    if given_hz is not None:
        return Cutoff(given_hz, f"Low-pass at {given_hz:g} Hz, as set for this run.")
    try:
        return find_cutoff(kinematics, recording_kind(activity, task.session))
    except SarcoscopeError as error:
        raise error.within(trial=task.trial.name, stage="dynamics") from None


def trial_dynamics(
    task: TrialTask, kinematics: Kinematics, activity: Activity, cutoff: Cutoff, force_mode: ForceMode
) -> tuple[ContactForces, JointMoments]:
    """Contact forces and moments of a trial, forces found in the given way.

    Raises
    ------
    SarcoscopeError
        See `pipeline.dynamics.solve_dynamics`.
    """
    try:
        return solve_dynamics(
            task.model.path,
            kinematics,
            cutoff_hz=cutoff.hz,
            lock_feet=locks_feet(task, activity),
            seated=activity.name in SEATED_ACTIVITIES,
            force_file=task.trial.force_file,
            force_file_to_ground=task.session.conversion.file_to_ground,
            force_mode=force_mode,
            load_kg=task.settings.load_kg if activity.name == LIFTING_ACTIVITY else None,
        )
    except SarcoscopeError as error:
        raise error.within(trial=task.trial.name, stage="dynamics") from None


def _dynamics_or_why_not(
    task: TrialTask, kinematics: Kinematics, activity: Activity
) -> tuple[Cutoff, ContactForces, JointMoments] | SarcoscopeError:
    """A trial without contact forces and moments still has angles and times."""
    try:
        cutoff = trial_cutoff(task, kinematics, activity)
        return cutoff, *trial_dynamics(task, kinematics, activity, cutoff, task.settings.forces)
    except SarcoscopeError as error:
        return error


def _unscaled(task: TrialTask) -> osim.Model:
    """The model that was scaled, as the viewer sets it against the scaled one."""
    model, _ = load_generic(task.settings.model or GENERIC_MODEL, task.session.marker_set)
    return model


def _lock_note(task: TrialTask, activity: Activity) -> str:
    return "Feet that stand were kept from slipping." if locks_feet(task, activity) else "Feet were not kept in place."


def locks_feet(task: TrialTask, activity: Activity) -> bool:
    """Whether feet that stand are kept from slipping: as set, else where it helps (docs/contact-forces.md)."""
    if task.settings.lock_feet is not None:
        return task.settings.lock_feet
    return recording_kind(activity, task.session) == "slow movement on video"


def recording_kind(activity: Activity, session: Session) -> RecordingKind:
    """What the cut-off of a trial is chosen by."""
    if session.kind == "lab":
        return "reflective markers"
    return "walking on video" if activity.name == "walking" else "slow movement on video"
