"""What an indicator is, and what the families of indicators compute from."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.activities import Activity
from assessment.catalogue import Tier, catalogue
from assessment.motion import Side
from assessment.repetitions import Repetition
from models.subject import Subject
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Mark, Quality
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

# Below this the movement itself is in doubt, and with it what its numbers mean.
DOUBTFUL_ACTIVITY = 0.5


@dataclass(frozen=True)
class Indicator:
    """One number a reader may use, or the reason why there is none.

    Attributes
    ----------
    name, label, unit, tier, definition, protocol, source : str
        As declared in the catalogue.
    value : float or None
        In ``unit``; None if and only if it is withheld.
    side : {'r', 'l'} or None
        None where the body as a whole is meant.
    repetition : int or None
        `Repetition.index`; None for the whole trial.
    activity : str
        The movement it was taken from.
    quality : Quality
    standard_error : float or None
        In ``unit``; None where none is known.
    """

    name: str
    label: str
    value: float | None
    unit: str
    tier: Tier
    side: Side | None
    repetition: int | None
    activity: str
    quality: Quality
    standard_error: float | None
    definition: str
    protocol: str
    source: str

    def __post_init__(self) -> None:
        if (self.value is None) != (self.quality.mark is Mark.WITHHELD):
            raise ValueError(f"{self.name}: a value is absent if and only if it is withheld.")
        if self.quality.mark is Mark.WITHHELD and not self.quality.reasons:
            raise ValueError(f"{self.name}: a withheld value must say why.")


@dataclass(frozen=True)
class TrialResults:
    """Everything the families of indicators compute from.

    Attributes
    ----------
    landmarks : Landmarks or None
        None where the model does not have them.
    forces, moments : ContactForces and JointMoments, or None
        None together.
    seat_height_m : float or None
        Of the chair, as the user gave it [m].
    """

    activity: Activity
    repetitions: tuple[Repetition, ...]
    kinematics: Kinematics
    landmarks: Landmarks | None
    forces: ContactForces | None
    moments: JointMoments | None
    subject: Subject
    kinematic_gate: Quality
    kinetic_gate: Quality
    seat_height_m: float | None = None

    @property
    def complete_repetitions(self) -> tuple[Repetition, ...]:
        """Repetitions that count."""
        return tuple(repetition for repetition in self.repetitions if repetition.complete)

    def indicator(
        self,
        name: str,
        value: float | None,
        quality: Quality | None = None,
        *,
        side: Side | None = None,
        repetition: int | None = None,
        standard_error: float | None = None,
    ) -> Indicator:
        """Make a declared indicator: the trial's gate applies, and a withheld value is dropped.

        Parameters
        ----------
        name : str
            As in the catalogue.
        value : float or None
            None only with a quality that withholds it.
        quality : Quality or None
            What this number's own checks say, beyond the trial's gate.
        standard_error : float or None
            The catalogue's where None.
        """
        declared = catalogue()[name]
        gate = self.kinetic_gate if declared.needs == "moments" else self.kinematic_gate
        mark = gate & (quality or Quality())
        if self.activity.confidence < DOUBTFUL_ACTIVITY:
            mark &= Quality.caution(f"The movement is not clearly {self.activity.name}; look at the trial.")
        kept = None if mark.mark is Mark.WITHHELD else value
        error = declared.standard_error if standard_error is None else standard_error
        return Indicator(
            name=name,
            label=declared.label,
            value=kept,
            unit=declared.unit,
            tier=declared.tier,
            side=side,
            repetition=repetition,
            activity=self.activity.name,
            quality=mark,
            standard_error=None if kept is None else error,
            definition=declared.definition,
            protocol=declared.protocol,
            source=declared.source,
        )
