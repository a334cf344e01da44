"""Scaling as the work of a worker process: static markers in, scaled .osim out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.preparation import prepare_markers
from pipeline.scaling import ScaledModel, build_scaled_model
from pipeline.session import Session, Trial, read_markers
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
    """

    session: Session
    trial: Trial
    subject: Subject
    settings: Settings
    folder: Path


def run_scaling(task: ScalingTask) -> ScaledModel:
    """Scale the generic model and write it in OpenCap's place, ``OpenSimData/Model``."""
    models = task.folder / "OpenSimData" / "Model"
    if task.session.static_trial is None:
        models = models / task.trial.name
    generic = task.settings.model.stem if task.settings.model else "LaiUhlrich2022"
    try:
        prepared = prepare_markers(read_markers(task.session, task.trial), filter_spec=task.session.conversion.filter)
        return build_scaled_model(
            prepared.markers,
            task.subject,
            task.settings,
            task.session.marker_set,
            models / f"{generic.removesuffix('_scaled')}_scaled.osim",
            moving=task.session.static_trial is None,
        )
    except SarcoscopeError as error:
        raise error.within(trial=task.trial.name, stage="scaling") from None
