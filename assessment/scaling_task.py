"""Scaling as the work of a worker process: a session's markers in, scaled .osim out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assessment.prepared import PreparedSession
from assessment.scaling_movements import ScalingMovements, choose_movements
from assessment.workers import Workers
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.scaling import ScaledModel, build_scaled_model, make_scaler
from pipeline.session import Session, Trial
from pipeline.settings import Settings


@dataclass(frozen=True)
class ScalingTask:
    """What a worker needs to scale a model on one trial.

    Attributes
    ----------
    trial : Trial
        The static trial, or the movement itself where a session has none (Monocular).
    folder : Path
        The session's results folder.
    prepared : PreparedSession or None
        The session's markers, where they are needed further.
    """

    session: Session
    trial: Trial
    subject: Subject
    settings: Settings
    folder: Path
    prepared: PreparedSession | None = None


def run_scaling(task: ScalingTask) -> ScaledModel:
    """Scale the generic model and write it in OpenCap's place, ``OpenSimData/Model``.

    Raises
    ------
    SarcoscopeError
        The trial cannot be read, or no model be made of it.
    """
    models = task.folder / "OpenSimData" / "Model"
    moving = task.session.static_trial is None
    if moving:
        models = models / task.trial.name
    generic = task.settings.model.stem if task.settings.model else "LaiUhlrich2022"
    settings = task.settings
    try:
        uses_movements = make_scaler(settings.scaler, policy=settings.policy).uses_movements
        prepared = task.prepared or PreparedSession(task.session)
        chosen = choose_movements(task.session, prepared) if uses_movements and not moving else ScalingMovements()
        model = build_scaled_model(
            prepared.trial(task.trial.name).prepared.markers,
            task.subject,
            settings,
            task.session.marker_set,
            models / f"{generic.removesuffix('_scaled')}_scaled.osim",
            moving=moving,
            movements=chosen.markers,
        )
    except SarcoscopeError as error:
        raise error.within(trial=task.trial.name, stage="scaling") from None
    return replace(model, scaled_on=(task.trial.name, *chosen.trials), notes=(*model.notes, *chosen.notes))


def scale_trials(
    session: Session,
    trials: tuple[Trial, ...],
    subject: Subject,
    settings: Settings,
    folder: Path,
    workers: Workers,
) -> tuple[dict[str, ScaledModel], dict[str, SarcoscopeError]]:
    """Scaled model of every trial; one for all where there is a static trial, else one each.

    Returns
    -------
    tuple of dict
        The models by trial name, and why trials could not be scaled.

    Raises
    ------
    SarcoscopeError
        There is a static trial, and no model can be made of it.
    """
    if session.static_trial is not None:
        task = ScalingTask(session, session.trial(session.static_trial), subject, settings, folder)
        model = workers.run(run_scaling, task)
        return {trial.name: model for trial in trials}, {}
    tasks = [ScalingTask(session, trial, subject, settings, folder) for trial in trials]
    models: dict[str, ScaledModel] = {}
    failed: dict[str, SarcoscopeError] = {}
    for index, outcome in workers.run_all(run_scaling, [(task,) for task in tasks]):
        if isinstance(outcome, SarcoscopeError):
            failed[trials[index].name] = outcome
        else:
            models[trials[index].name] = outcome
    return models, failed


def run_scaling_of_many(
    tasks: Sequence[ScalingTask],
    *,
    device: str = "cpu",  # noqa: ARG001 - scaled one by one on the processor
) -> list[ScaledModel | SarcoscopeError]:
    """Scale for many people; an error takes its own task only."""
    found: list[ScaledModel | SarcoscopeError] = []
    for task in tasks:
        try:
            found.append(run_scaling(task))
        except SarcoscopeError as error:
            found.append(error)
    return found
