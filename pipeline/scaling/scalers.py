"""How scale factors are found: the interface of all scalers, and their names in the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from models.errors import SarcoscopeError, SettingsError
from models.markers import ScalingMarkers
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling.measurement_scaler import MeasurementScaler
from pipeline.scaling.policy_scaler import LearnedScaler, OptimiserScaler
from pipeline.settings import Settings


class Scaler(Protocol):
    """Finds scale factors."""

    @property
    def name(self) -> str:
        """How the method is called in settings and results."""

    @property
    def uses_movements(self) -> bool:
        """Whether movements make a difference to it, so that they need not be read where they do not."""

    def scale(self, markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
        """Scale factors of every body from a person's markers and anthropometry."""

    def scale_many(
        self, people: Sequence[tuple[ScalingMarkers, Subject]], device: str = "cpu"
    ) -> list[ScaleFactors | SarcoscopeError]:
        """Scale factors of many people, each as if alone; an error is in the place of whose it is.

        ``device`` is torch's name of where to compute.
        """

    def check(self) -> None:
        """Raise the error that everybody's scaling would end in: of the model or the policy."""


SCALERS: dict[str, Callable[[Path, MarkerSetName], Scaler]] = {
    "measurement": MeasurementScaler,
    "optimiser": OptimiserScaler,
    "rl": LearnedScaler,
}
"""Name in the settings -> what makes the scaler for a generic model and a marker set."""


def make_scaler(
    name: str,
    *,
    model_file: Path = GENERIC_MODEL,
    marker_set: MarkerSetName = "study",
    policy: str | None = None,
) -> Scaler:
    """Return the scaler of this name.

    Parameters
    ----------
    policy : str, optional
        Name or file of the policy of the learned scaler; None chooses it by age.

    Raises
    ------
    SettingsError
        There is none, or a policy is given to one that has no use for it.
    """
    if name not in SCALERS:
        raise SettingsError(f"There is no scaler {name!r}.", hint=f"Accepted: {', '.join(sorted(SCALERS))}.")
    if policy is None:
        return SCALERS[name](model_file, marker_set)
    if name != LearnedScaler.name:
        raise SettingsError(
            f"The scaler {name!r} uses no policy, but {policy!r} was given.",
            hint=f"Choose the learned policy (form field 'How the model is scaled', or --scaler {LearnedScaler.name}), "
            "or leave the policy out.",
        )
    return LearnedScaler(model_file, marker_set, policy)


def check_scaling(settings: Settings) -> None:
    """Refuse settings that nobody can be scaled with, before anybody is.

    Raises
    ------
    SettingsError
        There is no such scaler or policy, or they do not go together.
    ModelError
        ``settings.model`` cannot be used as a model.
    ScalingError
        The scaler cannot scale that model.
    """
    model = settings.model or GENERIC_MODEL
    scaler = make_scaler(settings.scaler, model_file=model, policy=settings.policy)
    if settings.model is not None or settings.policy is not None:  # what the project brings can be used
        scaler.check()
