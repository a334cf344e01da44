"""What comes out: one record a framework, with one record a criterion."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.criteria.verdicts import Verdict
from assessment.uncertainty import Operator


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CriterionResult(_Record):
    """One value against one cut-off."""

    name: str
    quantity: str
    label: str
    value: float | None = Field(description="null where not known, or where the test could not be completed")
    completed: bool = Field(description="false for a timed test that was begun and could not be completed")
    standard_error: float | None = Field(description="0 for a value taken as exact; null without a value")
    unit: str
    operator: Operator
    cut_off: float | None = Field(description="null where sex, age or method leave it open")
    verdict: Verdict
    probability_beyond: float | None = Field(
        description="that the true value meets the criterion, from the standard error; null for exact values"
    )
    origin: Literal["typed in", "measured", "estimated"] | None
    inputs: list[str] = Field(description="what the value was made of")
    missing: list[str] = Field(description="inputs without which it cannot be judged")
    protocol: str = Field(description="what the cut-off was made for")
    protocol_notes: list[str] = Field(description="where the value was, or may have been, taken in another way")
    provenance: str = Field(description="where the cut-off was read: V, S or M, with words")
    verified: bool = Field(description="whether the cut-off was read in the paper's own abstract or table")
    doi: str


class FrameworkResult(_Record):
    """What one set of published rules says of one person. Not a diagnosis."""

    framework: str
    title: str
    edition: str
    citation: str
    doi: str
    region: str
    population: str
    verdict: Verdict = Field(description="about the framework's own finding, at any of its stages")
    label: str = Field(description="the most severe stage that is met, in the framework's word; empty where none is")
    sentence: str
    case_finding: Verdict | None = Field(description="null where the framework has none; never decides")
    used: list[str] = Field(description="inputs that were compared with a cut-off or chose it")
    missing: list[str] = Field(description="inputs that could still change verdict or label; of alternatives all")
    would_change: list[str] = Field(description="single results that would change verdict or label")
    criteria: list[CriterionResult]
    notes: list[str]
