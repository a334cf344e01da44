"""What a person's recordings hold for scaling: markers of the model's names, and the pose to place them in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from models.errors import ModelError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.subject import Subject
from pipeline.scaling.generic import GenericModel, generic_model
from pipeline.scaling.measurements import with_hip_centres
from pipeline.scaling.static_window import SETTLING_S, find_static_window, most_complete_frame
from pipeline.settings import Settings


@dataclass(frozen=True)
class ModelTask:
    """A model that is to be scaled to a person.

    Attributes
    ----------
    static : MarkerTrajectories
        The neutral trial, cleaned; or a movement.
    subject : Subject
    settings : Settings
        ``scaler``, ``policy``, ``model`` and ``marker_placement`` are used.
    marker_set : {'study', 'optical'}
    path : Path
        Where the .osim goes; folders are made.
    moving : bool
        ``static`` is a movement, because there is no neutral trial (OpenCap Monocular): the scaler is given it as such,
        and markers are not placed, since no pose is known to be upright and still.
    movements : tuple of MarkerTrajectories
        Further recordings of the person, cleaned, for scalers that use them.
    """

    static: MarkerTrajectories
    subject: Subject
    settings: Settings
    marker_set: str
    path: Path
    moving: bool = False
    movements: tuple[MarkerTrajectories, ...] = ()

    @property
    def set_name(self) -> MarkerSetName:
        """The marker set, as what it is."""
        return cast(MarkerSetName, self.marker_set)

    @property
    def generic_file(self) -> Path:
        """The model that is scaled."""
        return self.settings.model or GENERIC_MODEL

    @property
    def generic(self) -> GenericModel:
        """The same, read.

        Raises
        ------
        ModelError
            The file cannot be used as a model.
        """
        return generic_model(self.generic_file, self.set_name)

    @property
    def places_markers(self) -> bool:
        """Whether markers are moved to where they were seen."""
        return self.settings.marker_placement and not self.moving


@dataclass(frozen=True)
class Recorded:
    """What a scaler and marker placement are given.

    Attributes
    ----------
    task : ModelTask
    markers : ScalingMarkers
    pose : MarkerTrajectories
        One frame, that marker errors are taken in.
    notes : tuple of str
    """

    task: ModelTask
    markers: ScalingMarkers
    pose: MarkerTrajectories
    notes: tuple[str, ...]


def recorded(task: ModelTask) -> Recorded:
    """Find what the recordings hold.

    Raises
    ------
    ModelError
        ``settings.model`` lacks markers.
    ScalingError
        Nobody stands still.
    """
    generic, static, movements = task.generic, task.static, task.movements
    names = generic.markers.names
    _check_markers(task, static)
    hip_notes: tuple[str, ...] = ()
    if task.set_name == "optical":
        static, hip_notes = with_hip_centres(static)
        movements = tuple(with_hip_centres(movement)[0] for movement in movements)
    movements = tuple(movement.select(names) for movement in movements)
    measured, pose, window_notes = _measured_and_pose(
        static.select(names), movements, task.set_name, moving=task.moving
    )
    return Recorded(task, measured, pose, (*generic.notes, *hip_notes, *window_notes))


def _measured_and_pose(
    static: MarkerTrajectories, movements: tuple[MarkerTrajectories, ...], set_name: MarkerSetName, *, moving: bool
) -> tuple[ScalingMarkers, MarkerTrajectories, tuple[str, ...]]:
    """What the scaler is given, one frame as the pose that marker errors are taken in, and notes."""
    if moving:
        note = "There is no neutral trial: the model is scaled on the movement itself, and its markers are not placed."
        return ScalingMarkers(None, (static, *movements)), most_complete_frame(static), (note,)
    settling_s = SETTLING_S if set_name == "study" else 0.0
    window = find_static_window(static, settling_s=settling_s)
    return ScalingMarkers(window.markers, movements), window.mean, window.notes


def _check_markers(task: ModelTask, static: MarkerTrajectories) -> None:
    names = task.generic.markers.names
    missing = [name for name in marker_set(task.set_name).ik_weights if name in static.names and name not in names]
    if missing:
        raise ModelError(
            f"The model lacks {len(missing)} markers of the session: {', '.join(missing)}.",
            hint="Add them to the model under these names, or leave out --model to use LaiUhlrich2022. A model without "
            "any of them gets them only if it is the unscaled LaiUhlrich2022.",
            file=task.generic_file.name,
        )
