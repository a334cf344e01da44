"""What an indicator is, and where indicators are declared."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from assessment.activities import Activity
from assessment.motion import Side
from assessment.repetitions import Repetition
from models.subject import Subject
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Mark, Quality
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

CATALOGUE = Path(__file__).parent / "catalogue"
# Below this the movement itself is in doubt, and with it what its numbers mean.
DOUBTFUL_ACTIVITY = 0.5


Tier = Literal["clinical", "descriptive", "research"]


@dataclass(frozen=True)
class Definition:
    """One indicator as declared in the catalogue, whose README says what each entry means.

    ``standard_error`` is a published one, ``estimated_forces_error`` what estimating the forces adds, both in ``unit``.
    """

    name: str
    label: str
    unit: str
    tier: Tier
    tasks: tuple[str, ...]
    per: Literal["trial", "repetition"]
    sided: bool
    needs: Literal["kinematics", "moments"]
    definition: str
    protocol: str
    source: str
    standard_error: float | None = None
    estimated_forces_error: float | None = None
    largest_error_share: float | None = None
    decimals: int | None = None


@cache
def catalogue() -> dict[str, Definition]:
    """All declared indicators, by name; those that are also given per body mass have a second one."""
    families = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(CATALOGUE.glob("*.toml"))]
    return {
        definition.name: definition
        for family in families
        for name, entry in family.items()
        for definition in _declared(name, **entry)
    }


def _declared(
    name: str,
    *,
    tasks: list[str],
    per_body_mass: bool = False,
    estimated_forces_error_per_kg: float | None = None,
    **entry: Any,
) -> Iterator[Definition]:
    whole = Definition(name=name, tasks=tuple(tasks), **entry)
    yield whole
    if per_body_mass:
        yield replace(
            whole,
            name=f"{name}_per_kg",
            label=f"{whole.label} per body mass",
            unit=f"{whole.unit}/kg",
            definition=f"{whole.label} divided by body mass.",
            protocol=f"As {name}.",
            estimated_forces_error=estimated_forces_error_per_kg,
        )


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
