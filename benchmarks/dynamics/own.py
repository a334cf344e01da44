"""Lab sessions from their markers, through our own preparation, scaling and inverse kinematics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from assessment.scaling_task import ScalingTask, run_scaling
from assessment.trial import TrialTask, locks_feet, trial_cutoff, trial_movement
from benchmarks.dynamics.masses import model_with_mass
from benchmarks.dynamics.rows import Movement
from benchmarks.dynamics.shipped import GROUPS, masses_kg
from models.subject import Sex
from pipeline.scaling import ScaledModel
from pipeline.session import Session, Trial, read_session
from pipeline.settings import Settings

DESCRIPTIONS = Path(__file__).resolve().parents[2] / "tests" / "lab_sessions"
SUBJECT_4 = "opencap_labvalidation_subject4"
WALKS_OF_OTHERS = ("bmc_walk1", "bmc_walk2")
Wanted = Callable[[str], bool]


def movements(work: Path, wanted: Wanted, sex: Sex | None = None) -> Iterator[tuple[str, str, Movement]]:
    """Name of the row, group and movement of every wanted trial; nobody's sex is recorded, ``sex`` supposes one."""
    session = _of_sex(read_session(DESCRIPTIONS / f"{SUBJECT_4}.toml", work), sex)
    trials = [trial for trial in session.trials if trial.name in GROUPS and wanted(trial.name)]
    if trials:
        assert session.static_trial is not None  # noqa: S101 - its description names one
        model = scaled(session, session.trial(session.static_trial), work)
        for trial in trials:
            found = movement(session, trial, model, work)
            for mass_kg in masses_kg(trial.name):
                heavy = model_with_mass(model.path, work / f"own_{mass_kg}.osim", mass_kg)
                subject = replace(found.subject, mass_kg=mass_kg)
                name = f"{trial.name} {mass_kg:g} kg"
                yield name, GROUPS[trial.name], replace(found, model=heavy, subject=subject)
    for name in WALKS_OF_OTHERS:
        if wanted(name):
            session = _of_sex(read_session(DESCRIPTIONS / f"{name}.toml", work), sex)
            (trial,) = session.trials
            yield name, "walks, legs only", movement(session, trial, scaled(session, trial, work / name), work)


def _of_sex(session: Session, sex: Sex | None) -> Session:
    return session if sex is None else replace(session, subject=replace(session.subject, sex=sex))


def scaled(session: Session, trial: Trial, work: Path) -> ScaledModel:
    """The session's model, scaled as an assessment scales it."""
    return run_scaling(ScalingTask(session, trial, session.subject.complete(), Settings(), work))


def movement(session: Session, trial: Trial, model: ScaledModel, work: Path) -> Movement:
    """A trial's angles, found as an assessment finds them."""
    subject = session.subject.complete()
    task = TrialTask(session, trial, model, subject, Settings(), work)
    seen = trial_movement(task)
    kinematics, activity = seen.kinematics, seen.activity
    return Movement(
        trial.name,
        model.path,
        kinematics,
        subject,
        trial_cutoff(task, kinematics, activity).hz,
        trial.force_file,
        session.conversion.file_to_ground,
        locks_feet(task, activity),
    )
