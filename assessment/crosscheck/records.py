"""What `python -m assessment crosscheck --json` prints."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.crosscheck.quantities import AnalysisName
from pipeline.quality import Mark

CROSSCHECK_SCHEMA_VERSION = "1.0"

RunOn = Literal["session", "results"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CrosscheckRow(_Record):
    """One quantity of one trial, theirs and ours; or the reason why there is nothing to compare."""

    trial: str
    analysis: AnalysisName | None = Field(description="null where opencap-processing has none for the movement")
    run_on: RunOn | None = Field(
        default=None,
        description="whose angles opencap-processing was given: the session's own, or those of our results",
    )
    side: Literal["r", "l"] | None = None
    quantity: str | None = Field(default=None, description="our indicator; null where the analysis as a whole failed")
    label: str = ""
    unit: str = ""
    theirs: float | None = Field(default=None, description="mean over its strides or repetitions, in our unit")
    n_theirs: int = Field(default=0, description="strides or repetitions it found")
    ours: float | None = Field(default=None, description="mean over the repetitions that count")
    ours_mark: Mark | None = Field(default=None, description="the worst quality mark of ours; null: no such indicator")
    difference: float | None = Field(default=None, description="ours minus theirs; null unless both are there")
    reasons: list[str] = Field(default=[], description="why a value is missing")
    note: str = Field(default="", description="where the definitions differ")


class Crosscheck(_Record):
    """One session."""

    schema_version: str = CROSSCHECK_SCHEMA_VERSION
    session: str
    synthetic: bool
    sarcoscope_version: str
    opencap_processing_revision: str | None = Field(description="git commit of the copy that ran; null: not known")
    rows: list[CrosscheckRow]
