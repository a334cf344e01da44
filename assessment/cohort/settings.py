"""How a cohort is assessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assessment.cohort.guard import DEFAULT_LIMITS, Limits
from assessment.cohort.sessions import CohortSession
from assessment.outputs import Outputs
from pipeline.settings import Settings

LEAN = Outputs(opensim=False, viewer=False, report=False, readable=False, curves="parquet")
"""What cohorts keep of a visit unless asked for more: results, model and curves (docs/scale.md has the sizes)."""


@dataclass(frozen=True)
class CohortSettings:
    """How a cohort is assessed.

    Attributes
    ----------
    settings : Settings
        Of all visits; seat and load of a visit go before.
    outputs : Outputs
        A visit that was kept with less is done again.
    limits : Limits
        Of every piece of work: a group's scaling, a trial, a visit's conclusion.
    device : {'cpu', 'cuda'}
        Where scale factors and angles are computed; the last digits of results differ between them.
    retry_failed : bool
        Try again what failed before on the same recordings.
    """

    settings: Settings
    outputs: Outputs = LEAN
    limits: Limits = DEFAULT_LIMITS
    device: Literal["cpu", "cuda"] = "cpu"
    retry_failed: bool = False

    def of(self, visit: CohortSession) -> Settings:
        """The settings of a visit: the study's, with its own seat and load."""
        own = {"seat_height_m": visit.seat_height_m, "load_kg": visit.load_kg}
        return self.settings.model_copy(update={name: value for name, value in own.items() if value is not None})
