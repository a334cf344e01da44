"""`summary.json`: what a run found, as a documented and versioned schema.

The pydantic models below *are* the documentation of the file; `python -m assessment schema` prints their JSON Schema.
Lengths of marker errors are in centimetres (as clinicians read them), everything else in SI with the unit in the name.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.criteria.results import FrameworkResult
from pipeline.quality import Mark, Quality

SCHEMA_VERSION = "1.4"
"""Raised in its first part when a reader of the older version would break, in its second when fields are added."""

NOT_A_DIAGNOSIS = (
    "For research and educational use. Not a medical device. Not intended to diagnose, treat or monitor any disease. "
    "Results must be reviewed by a qualified health professional."
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QualityRecord(_Record):
    """A quality mark with its reasons."""

    mark: Mark
    reasons: list[str]

    @classmethod
    def of(cls, quality: Quality) -> QualityRecord:
        """Record a `Quality`."""
        return cls(mark=quality.mark, reasons=list(quality.reasons))


class ErrorRecord(_Record):
    """Why something could not be done, and what to do next."""

    kind: str
    message: str
    hint: str
    where: str = ""


class SubjectRecord(_Record):
    """The participant as used; never a name."""

    height_m: float
    mass_kg: float
    sex: Literal["f", "m", "unspecified"]
    age_years: float | None = Field(description="null where it was not given; never guessed")


class ClinicalMeasures(_Record):
    """What was measured by hand or asked, as typed in; null where it was not."""

    grip_kg: float | None = Field(None, description="grip strength, best value")
    asm_kg: float | None = Field(None, description="muscle mass of arms and legs")
    asm_method: Literal["bia", "dxa"] | None = Field(None, description="how the muscle mass was measured")
    calf_cm: float | None = Field(None, description="largest circumference of the calf")
    sarc_f: int | None = Field(None, description="SARC-F, 0 to 10 points")


class FactorRecord(_Record):
    """One estimated scale factor and how sure it is."""

    parameter: str = Field(description="segment and axis; left and right share one")
    factor: float
    standard_error: float
    verdict: str = Field(description="where the factor comes from")
    text: str = Field(description="the verdict in a sentence")


class SearchStepRecord(_Record):
    """One step of the search for scale factors."""

    objective: float = Field(description="what the search lowers: marker errors and distance from people of that build")
    marker_rms_cm: float = Field(description="root mean square over markers and frames")


class ModelRecord(_Record):
    """The scaled model, how it came about, and how well it fits the static trial."""

    file: str = Field(description="relative to the session's results folder")
    scaler: str
    policy: str | None = Field(description="name and version of the learned policy; null where none was used")
    scaled_on: list[str] = Field(description="trials whose markers decided the factors, the static one first")
    factor_estimates: list[FactorRecord] = Field(description="empty where the scaler cannot tell how sure it is")
    mass_kg: float
    mass_distribution: Literal["f", "m", "model"] = Field(
        description="how segments share the mass: mean of women or of men (de Leva 1996), or as the generic model"
    )
    scale_factors: dict[str, tuple[float, float, float]] = Field(description="body -> X, Y, Z in the body's frame")
    measured_factors: dict[str, tuple[float, float, float]] = Field(
        default={},
        description="the same from distances between markers, as OpenSim's ScaleTool has them, to compare with; empty "
        "where the scaler is that one, or the markers do not tell",
    )
    search_path: list[SearchStepRecord] = Field(
        default=[], description="from the first guess on; empty where the scaler does not search"
    )
    static_marker_error_cm: dict[str, float] = Field(
        description="marker -> error on the static pose, with the markers as they are in the model"
    )
    unplaced_marker_error_cm: dict[str, float] = Field(
        description="the same before marker placement: what the scale factors alone achieve"
    )
    notes: list[str]


class ScalingRecord(_Record):
    """What `python -m assessment scale --json` prints: a scaled model without an assessment."""

    schema_version: str = SCHEMA_VERSION
    subject: SubjectRecord
    model: ModelRecord = Field(description="its file is relative to the folder it was written to")
    sarcoscope_version: str


class RepetitionRecord(_Record):
    """One repetition of a movement."""

    index: int = Field(ge=1)
    start_s: float
    stop_s: float
    complete: bool
    events_s: dict[str, float]
    note: str = Field("", description="why it does not count, and what else a reader should know of it")
    lead_side: Literal["r", "l"] | None = Field(None, description="leg that goes first onto a step")


class StrideRecord(_Record):
    """One regular stride of a walk, from heel strike to heel strike of one foot."""

    side: Literal["r", "l"]
    start_s: float
    stop_s: float
    toe_off_percent: float | None


class SeatOffRecord(_Record):
    """The pelvis leaves the seat: from here on hip moments can be known."""

    time_s: float
    standard_deviation_s: float


class IndicatorRecord(_Record):
    """One number a reader may use, or the reason why there is none."""

    name: str
    label: str
    value: float | None = Field(description="null exactly when the mark is 'withheld'")
    unit: str
    tier: Literal["clinical", "descriptive", "research"] = Field(
        description="known from clinical tests, to be read with its interval, or for researchers"
    )
    side: Literal["r", "l"] | None
    repetition: int | None = Field(description="1-based; null for a whole trial")
    standard_error: float | None = Field(
        description="in the same unit, of markers, events and forces together (docs/uncertainty.md); of work and "
        "impulse an upper bound; null where none is known"
    )
    quality: QualityRecord
    definition: str
    protocol: str = Field(description="where it starts and stops; norms hold for their own protocol only")
    source: str


class MarkerErrorRecord(_Record):
    """How far the scaled model's markers are from the measured ones during the trial."""

    rms_cm: float = Field(description="mean over frames of the root mean square over markers")
    max_cm: float = Field(description="mean over frames of the worst marker")
    per_marker_cm: dict[str, float] = Field(description="root mean square over frames")
    held_out: bool = Field(description="false where this trial's own markers also scaled the model")


class ForceRecord(_Record):
    """Where the contact forces came from and how well they explain the movement."""

    origin: Literal["measured", "estimated", "simulated"]
    contacts: list[str]
    floor_height_m: float
    mean_vertical_share_of_weight: float = Field(description="mean total vertical contact force / body weight")
    residual_force_rms_n_per_kg: float
    residual_moment_rms_nm_per_kg: float
    cutoff_hz: float
    notes: list[str]


class ActivityRecord(_Record):
    """Which movement this is taken to be, and why."""

    name: str
    variant: str = Field("", description="kind of the movement with a protocol of its own, e.g. five-times")
    confidence: float = Field(ge=0, le=1)
    evidence: list[str]

    @property
    def text(self) -> str:
        """Movement and variant for people: ``sit-to-stand, five-times``."""
        return f"{self.name}, {self.variant}" if self.variant else self.name


class TrialRecord(_Record):
    """One trial: what was found, or why it failed."""

    name: str
    status: Literal["assessed", "failed"]
    error: ErrorRecord | None = None
    duration_s: float | None = None
    rate_hz: float | None = None
    n_frames: int | None = None
    activity: ActivityRecord | None = None
    seat_offs: list[SeatOffRecord] = Field(default=[], description="from the contact forces; empty without a seat")
    repetitions: list[RepetitionRecord] = []
    strides: list[StrideRecord] = Field(default=[], description="of a walk; those that its mean curves are made of")
    kinematics_quality: QualityRecord | None = None
    kinetics_quality: QualityRecord | None = None
    explanation: str = Field("", description="why numbers are withheld and what to do, in one sentence")
    marker_error: MarkerErrorRecord | None = None
    marker_findings: list[str] = Field(default=[], description="faults found in the markers, and what was done")
    notes: list[str] = Field(default=[], description="what inverse kinematics could not see or had to bridge")
    forces: ForceRecord | None = None
    indicators: list[IndicatorRecord] = []
    files: dict[str, str] = Field(default={}, description="what -> path relative to the session's results folder")


class Provenance(_Record):
    """Everything that shaped the result."""

    created: str = Field(description="ISO 8601, UTC")
    sarcoscope_version: str
    opensim_version: str
    python_version: str
    settings: dict[str, object]
    generic_model_sha256: str
    criteria_sha256: str = Field("", description="of the tables of published criteria")
    input_sha256: dict[str, str] = Field(description="trial name with the file's suffix -> SHA-256")


class Summary(_Record):
    """One assessed session."""

    schema_version: str = SCHEMA_VERSION
    session: str
    kind: Literal["opencap", "opencap-monocular", "lab"]
    synthetic: bool = Field(description="true for generated data; such results describe no person")
    subject: SubjectRecord
    models: list[ModelRecord]
    trials: list[TrialRecord]
    clinical: ClinicalMeasures = ClinicalMeasures()
    indicators: list[IndicatorRecord] = Field(default=[], description="of the person, from several trials: SPPB")
    criteria: list[FrameworkResult] = Field(
        default=[], description="published criteria: met, not met, indeterminate or not assessable; not a diagnosis"
    )
    warnings: list[str]
    disclaimer: str = NOT_A_DIAGNOSIS
    provenance: Provenance
