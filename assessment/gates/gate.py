"""One check: what is measured, its two thresholds, and what it says where it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from pipeline.quality import Quality

EvidenceT = TypeVar("EvidenceT")


@dataclass(frozen=True)
class Gate(Generic[EvidenceT]):
    """One check.

    Attributes
    ----------
    name : str
    label : str
        What is measured, as the subject of a sentence.
    measure : callable
        Evidence -> value in ``unit``; None where there is nothing to measure.
    caution, withheld : float
        Thresholds, in ``unit``. The value passes while it is on the good side of ``caution``, itself included.
    unit : str
        As printed; ``%`` values are measured as shares and printed in per cent.
    source : str
        Where the thresholds come from.
    plain : str
        What it means and what to do, for a clinician who has to read one sentence.
    low_is_bad : bool
        Whether small values fail instead of large ones.
    """

    name: str
    label: str
    measure: Callable[[EvidenceT], float | None]
    caution: float
    withheld: float
    unit: str
    source: str
    plain: str
    low_is_bad: bool = False

    def judge(self, evidence: EvidenceT) -> Quality:
        """Mark and reason; reported without a reason where the gate is passed or has nothing to measure."""
        value = self.measure(evidence)
        if value is None:
            return Quality()
        if not np.isfinite(value):
            return Quality.withheld(f"{self.label} cannot be determined.")
        sign = -1.0 if self.low_is_bad else 1.0
        if sign * value > sign * self.withheld:
            return Quality.withheld(self._reason(value, self.withheld, "accepted"))
        if sign * value > sign * self.caution:
            return Quality.caution(self._reason(value, self.caution, "expected"))
        return Quality()

    def _reason(self, value: float, threshold: float, what: str) -> str:
        return (
            f"{self.label}: {self._text(value)} "
            f"({'at least' if self.low_is_bad else 'at most'} {self._text(threshold)} is {what})."
        )

    def _text(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.unit == "%" else f"{value:.3g} {self.unit}".rstrip()
