"""One trial from markers to indicators: the work a worker process does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assessment import records
from assessment.activities import Activity, recognise_activity
from assessment.gates import judge_kinematics, judge_kinetics
from assessment.indicators import compute_indicators
from assessment.repetitions import find_repetitions
from assessment.summary import QualityRecord, TrialRecord
from assessment.tables import write_curves
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.dynamics import solve_dynamics
from pipeline.dynamics_files import write_dynamics
from pipeline.kinematics import solve_kinematics, write_kinematics
from pipeline.preparation import prepare_markers
from pipeline.quality import Quality
from pipeline.scaling import ScaledModel
from pipeline.session import Session, Trial, read_markers
from pipeline.settings import Settings
from pipeline.stick_figure import write_stick_figure
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

# Movements in which the seat carries part of the weight.
SEATED_ACTIVITIES = frozenset({"sit-to-stand"})
# The movement in which the hands lift an object.
LIFTING_ACTIVITY = "pick-up"
LOAD_NOT_GIVEN = (
    "The mass of the object that is picked up is not given (--load-kg): moments after the grasp leave it out."
)


@dataclass(frozen=True)
class TrialTask:
    """What a worker needs to assess one trial.

    Attributes
    ----------
    folder : Path
        The session's results folder; files are written below it in OpenCap's layout.
    """

    session: Session
    trial: Trial
    model: ScaledModel
    subject: Subject
    settings: Settings
    folder: Path


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
    try:
        prepared = prepare_markers(read_markers(task.session, task.trial), filter_spec=task.session.conversion.filter)
        kinematics = solve_kinematics(
            task.model.path, prepared.markers, task.session.marker_set, task.settings.ik_engine
        )
        activity = recognise_activity(name, kinematics)
        files = {"kinematics": f"OpenSimData/Kinematics/{name}.mot"}
        write_kinematics(task.folder / files["kinematics"], kinematics)
        files["viewer"] = f"Viewer/{name}.npz"
        write_stick_figure(task.folder / files["viewer"], task.model.path, kinematics)
    except SarcoscopeError as error:
        raise error.within(trial=name) from None

    dynamics = _dynamics(task, kinematics, activity)
    failure = dynamics if isinstance(dynamics, SarcoscopeError) else None
    forces, moments = (None, None) if isinstance(dynamics, SarcoscopeError) else dynamics
    if forces is not None and moments is not None:
        folder = f"OpenSimData/Dynamics/{name}"
        write_dynamics(task.folder / folder, task.model.path, forces, moments)
        files |= {
            "contact_forces": f"{folder}/contact_forces.mot",
            "external_loads": f"{folder}/external_loads.xml",
            "coordinates_filtered": f"{folder}/coordinates_filtered.mot",
            "inverse_dynamics": f"{folder}/inverse_dynamics.sto",
            "id_setup": f"{folder}/id_setup.xml",
        }
    repetitions = find_repetitions(activity, kinematics)
    kinematic_gate = judge_kinematics(kinematics, task.model, prepared.quality, task.subject)
    kinetic_gate = (
        Quality.withheld(f"No joint moments: {failure.message}")
        if failure is not None
        else judge_kinetics(kinematic_gate, forces, moments, task.subject)
    )
    if activity.name == LIFTING_ACTIVITY and task.settings.load_kg is None:
        kinetic_gate &= Quality.caution(LOAD_NOT_GIVEN)
    files["curves"] = f"Tables/{name}_curves.csv"
    write_curves(
        task.folder / files["curves"],
        kinematics,
        forces,
        moments,
        kinematic_gate=kinematic_gate,
        kinetic_gate=kinetic_gate,
    )
    indicators = compute_indicators(
        activity, repetitions, kinematics, forces, moments, task.subject, kinematic_gate, kinetic_gate
    )
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
        kinematics_quality=QualityRecord.of(kinematic_gate),
        kinetics_quality=QualityRecord.of(kinetic_gate),
        marker_error=records.marker_error_record(kinematics, held_out=name not in task.model.scaled_on),
        marker_findings=[finding.text for finding in prepared.findings],
        notes=list(kinematics.notes),
        forces=None if forces is None or moments is None else records.force_record(forces, moments, task.subject),
        indicators=[records.indicator_record(indicator) for indicator in indicators],
        files=files,
    )


def _dynamics(
    task: TrialTask, kinematics: Kinematics, activity: Activity
) -> tuple[ContactForces, JointMoments] | SarcoscopeError:
    """Contact forces and moments, or why there are none: a trial without them still has angles and times."""
    try:
        return solve_dynamics(
            task.model.path,
            kinematics,
            cutoff_hz=task.settings.cutoff_hz or cutoff_hz(activity, task.session),
            seated=activity.name in SEATED_ACTIVITIES,
            force_file=task.trial.force_file,
            force_file_to_ground=task.session.conversion.file_to_ground,
            force_mode=task.settings.forces,
            load_kg=task.settings.load_kg if activity.name == LIFTING_ACTIVITY else None,
        )
    except SarcoscopeError as error:
        return error.within(trial=task.trial.name, stage="dynamics")


def cutoff_hz(activity: Activity, session: Session) -> float:
    """Low-pass cut-off by activity and kind of markers, half-power frequency of both passes [Hz].

    Walking and reflective markers bear 6 Hz. In slow movements on video 3 Hz halve the noise of the load split and
    come closer to OpenCap's simulation than 4 Hz do (docs/contact-forces.md).
    """
    if session.kind == "lab" or activity.name == "walking":
        return 6.0
    return 3.0
