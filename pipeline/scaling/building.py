"""From neutral trials to scaled OpenSim models, of many people at once: a scaler that can searches for all in one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.errors import SarcoscopeError
from models.markers import MarkerTrajectories
from models.outcomes import attempt, for_those_left, result_of
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling.recorded import ModelTask, Recorded, recorded
from pipeline.scaling.scaled_model import ScaledModel, finished_model
from pipeline.scaling.scalers import Scaler, make_scaler
from pipeline.settings import Settings


def build_scaled_models(tasks: Sequence[ModelTask], *, device: str = "cpu") -> list[ScaledModel | SarcoscopeError]:
    """Scale the generic model to each person and write it.

    Parameters
    ----------
    tasks : sequence of ModelTask
    device : str
        Torch's name of where scalers search.

    Returns
    -------
    list of ScaledModel or SarcoscopeError
        In the order of the tasks; why there is no model of somebody is in its place, and stops nobody else's.
    """

    def finished(given: list[Recorded]) -> list[ScaledModel | SarcoscopeError]:
        found = _factors(given, device)
        return [
            one if isinstance(one, SarcoscopeError) else attempt(finished_model, own, one)
            for own, one in zip(given, found, strict=True)
        ]

    return for_those_left(finished, [attempt(recorded, task) for task in tasks])


def build_scaled_model(
    static: MarkerTrajectories,
    subject: Subject,
    settings: Settings,
    marker_set: str,
    path: Path,
    *,
    moving: bool = False,
    movements: tuple[MarkerTrajectories, ...] = (),
) -> ScaledModel:
    """Scale the generic model to one person and write it; for the parameters see `ModelTask`.

    Raises
    ------
    ModelError
        ``settings.model`` lacks markers.
    SettingsError
        There is no such scaler or policy.
    ScalingError
        Nobody stands still, or the markers do not tell the factors.
    """
    (outcome,) = build_scaled_models([ModelTask(static, subject, settings, marker_set, path, moving, movements)])
    return result_of(outcome)


def _factors(people: Sequence[Recorded], device: str) -> list[ScaleFactors | SarcoscopeError]:
    """Factors of all, those together who are scaled by the same scaler."""
    scalers = [attempt(_scaler_of, one.task) for one in people]
    outcomes: dict[int, ScaleFactors | SarcoscopeError] = {
        place: one for place, one in enumerate(scalers) if isinstance(one, SarcoscopeError)
    }
    for scaler in dict.fromkeys(one for one in scalers if not isinstance(one, SarcoscopeError)):
        places = [place for place, its in enumerate(scalers) if its == scaler]
        given = [(people[place].markers, people[place].task.subject) for place in places]
        outcomes |= zip(places, scaler.scale_many(given, device), strict=True)
    return [outcomes[place] for place in range(len(people))]


def _scaler_of(task: ModelTask) -> Scaler:
    settings = task.settings
    return make_scaler(settings.scaler, model_file=task.generic_file, marker_set=task.set_name, policy=settings.policy)
