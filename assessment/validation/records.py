"""`validation.json`: how far estimated forces and moments are from measured ones, as a documented schema.

Directions are the person's, not the laboratory's: forward is where the pelvis faces on average over the trial, up is
the vertical, right is across. Forces and moments are per body mass; "both feet" pools right and left.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.summary import ActivityRecord, ErrorRecord, Provenance, QualityRecord, SubjectRecord

VALIDATION_SCHEMA_VERSION = "1.0"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agreement(_Record):
    """Errors of one trial over the frames in which both ways of finding forces are valid."""

    frames: int = Field(description="frames compared")
    share_of_trial: float = Field(description="the same as a share of the trial's frames")
    grf_n_per_kg: float = Field(
        description="mean over frames and both feet of the norm of the 3-D force error, swing included: the metric "
        "of MAISE"
    )
    force_rmse_n_per_kg: dict[Literal["forward", "up", "right"], float] = Field(description="both feet")
    pressure_point_mm: float | None = Field(
        description="mean horizontal distance of the centres of pressure while the measured foot bears more than "
        "1 N/kg, both feet; null where none does"
    )
    pressure_point_masked_mm: float = Field(
        description="the same sum over all frames, those out of contact counting as zero: MAISE's masked mean, which "
        "is smaller"
    )
    feet_push_apart_n_per_kg: dict[str, float] = Field(
        description="measured, estimated -> mean force with which the feet push away from each other against the floor"
    )
    load_split_points: float | None = Field(
        description="mean absolute error of the right foot's share of what both feet bear, in percentage points, while "
        "the measured feet bear more than 1 N/kg; null where they do not"
    )
    moment_rmse_nm_per_kg: dict[str, float] = Field(
        description="coordinate without side -> RMSE of both legs; hips only while no seat bears load"
    )
    interval_coverage: dict[str, float] = Field(
        description="coordinate without side -> share of the same frames in which the measured moment lies within the "
        "95 % interval of the estimated one; empty where the estimate states no standard errors"
    )


class PeakPair(_Record):
    """A peak moment found in both ways."""

    joint: Literal["hip_extension", "knee_extension", "ankle_plantarflexion"]
    side: Literal["r", "l"]
    repetition: int | None = Field(description="null: of all compared frames, in trials without complete repetitions")
    measured_nm_per_kg: float
    estimated_nm_per_kg: float


class PeakError(_Record):
    """Peaks of one joint over repetitions and sides."""

    n: int
    bias_percent: float = Field(description="mean error over mean measured peak; negative: estimated too small")
    mean_absolute_percent: float = Field(description="mean absolute error over mean measured peak")


class TrialValidation(_Record):
    """One trial: compared, or the reason why not."""

    name: str
    status: Literal["compared", "no measured forces", "failed"]
    error: ErrorRecord | None = Field(default=None, description="why it failed")
    activity: ActivityRecord | None = None
    kinematics_quality: QualityRecord | None = None
    agreement: Agreement | None = None
    peaks: list[PeakPair] = []
    peak_errors: dict[str, PeakError] = {}
    measured_notes: list[str] = []
    estimated_notes: list[str] = []
    figure: str | None = Field(default=None, description="file in the same folder")


class Validation(_Record):
    """One session."""

    schema_version: str = VALIDATION_SCHEMA_VERSION
    session: str
    synthetic: bool
    subject: SubjectRecord
    trials: list[TrialValidation]
    warnings: list[str]
    provenance: Provenance
