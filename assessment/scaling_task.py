"""Scaling as the work of a worker process: a session's markers in, scaled .osim out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assessment.prepared import PreparedSession
from assessment.scaling_movements import ScalingMovements, choose_movements
from assessment.workers import Workers
from models.errors import SarcoscopeError
from models.outcomes import attempt, for_those_left, result_of
from models.subject import Subject
from pipeline.scaling import ModelTask, ScaledModel, build_scaled_models, make_scaler
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
    (outcome,) = run_scaling_of_many([task])
    return result_of(outcome)


def run_scaling_of_many(tasks: Sequence[ScalingTask], *, device: str = "cpu") -> list[ScaledModel | SarcoscopeError]:
    """Scale for many people in one search; an error takes its own task only.

    The same tasks in the same order give the same models to the last bit; with others beside it, a task's factors
    differ by rounding.

    Parameters
    ----------
    device : str
        Torch's name of where to search.
    """
    chosen = [attempt(_chosen, task) for task in tasks]
    models = for_those_left(lambda given: build_scaled_models([one for one, _ in given], device=device), chosen)
    return [_placed(*one) for one in zip(tasks, chosen, models, strict=True)]


def _chosen(task: ScalingTask) -> tuple[ModelTask, ScalingMovements]:
    """The recordings that a model is scaled on, and where it goes."""
    models = task.folder / "OpenSimData" / "Model"
    moving = task.session.static_trial is None
    if moving:
        models = models / task.trial.name
    settings = task.settings
    generic = settings.model.stem if settings.model else "LaiUhlrich2022"
    uses_movements = make_scaler(settings.scaler, policy=settings.policy).uses_movements
    prepared = task.prepared or PreparedSession(task.session)
    chosen = choose_movements(task.session, prepared) if uses_movements and not moving else ScalingMovements()
    given = ModelTask(
        prepared.trial(task.trial.name).prepared.markers,
        task.subject,
        settings,
        task.session.marker_set,
        models / f"{generic.removesuffix('_scaled')}_scaled.osim",
        moving,
        chosen.markers,
    )
    return given, chosen


def _placed(
    task: ScalingTask,
    chosen: tuple[ModelTask, ScalingMovements] | SarcoscopeError,
    model: ScaledModel | SarcoscopeError,
) -> ScaledModel | SarcoscopeError:
    """The outcome of a task, with what it rests on or where it failed."""
    if isinstance(chosen, SarcoscopeError):
        return chosen.within(trial=task.trial.name, stage="scaling")
    if isinstance(model, SarcoscopeError):
        return model.within(trial=task.trial.name, stage="scaling")
    _, movements = chosen
    return replace(model, scaled_on=(task.trial.name, *movements.trials), notes=(*model.notes, *movements.notes))


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
    asked = scaled_on(session, trials)
    tasks = [(ScalingTask(session, trial, subject, settings, folder),) for trial in asked]
    outcomes = {asked[index].name: outcome for index, outcome in workers.run_all(run_scaling, tasks)}
    return models_by_trial(session, trials, outcomes)


def scaled_on(session: Session, trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Trials whose markers give these trials their models: the static one, or each its own (Monocular)."""
    return trials if session.static_trial is None else (session.trial(session.static_trial),)


def models_by_trial(
    session: Session, trials: tuple[Trial, ...], outcomes: Mapping[str, ScaledModel | SarcoscopeError]
) -> tuple[dict[str, ScaledModel], dict[str, SarcoscopeError]]:
    """Give every trial its model.

    Parameters
    ----------
    outcomes : mapping
        By the name of the trial that was `scaled_on`.

    Returns
    -------
    tuple of dict
        As `scale_trials`.

    Raises
    ------
    SarcoscopeError
        There is a static trial, and no model can be made of it.
    """
    if session.static_trial is not None:
        model = result_of(outcomes[session.static_trial])
        return {trial.name: model for trial in trials}, {}
    models: dict[str, ScaledModel] = {}
    failed: dict[str, SarcoscopeError] = {}
    for trial in trials:
        outcome = outcomes[trial.name]
        if isinstance(outcome, SarcoscopeError):
            failed[trial.name] = outcome
        else:
            models[trial.name] = outcome
    return models, failed
