"""Results of sessions that never were: summaries with the numbers a test needs. Synthetic data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assessment.catalogue import catalogue
from assessment.summary import (
    ActivityRecord,
    ForceRecord,
    IndicatorRecord,
    Provenance,
    QualityRecord,
    SubjectRecord,
    Summary,
    TrialRecord,
)
from pipeline.quality import Mark

FIVE_TIMES = "five_times_sit_to_stand_time"
SPEED = "gait_speed"
KNEE = "peak_knee_extension_moment_per_kg"
SPPB = "sppb_score"


def indicator(name: str, value: float | None, error: float | None = None, **changes: Any) -> IndicatorRecord:
    """One declared indicator; withheld where there is no value."""
    declared = catalogue()[name]
    fields: dict[str, Any] = {
        "name": name,
        "label": declared.label,
        "value": value,
        "unit": declared.unit,
        "side": None,
        "repetition": None,
        "standard_error": error,
        "quality": QualityRecord(mark=Mark.REPORTED, reasons=[])
        if value is not None
        else QualityRecord(mark=Mark.WITHHELD, reasons=["The recording is too short."]),
        "tier": declared.tier,
        "definition": declared.definition,
        "protocol": declared.protocol,
        "source": declared.source,
    }
    return IndicatorRecord(**(fields | changes))


def trial(name: str, activity: str, indicators: Iterable[IndicatorRecord], *, forces: str = "estimated") -> TrialRecord:
    """An assessed trial of one movement, written ``name`` or ``name/variant``."""
    movement, _, variant = activity.partition("/")
    return TrialRecord(
        name=name,
        status="assessed",
        activity=ActivityRecord(name=movement, variant=variant, confidence=0.9, evidence=[]),
        forces=ForceRecord(
            origin=forces,  # type: ignore[arg-type]
            contacts=["r", "l"],
            floor_height_m=0.0,
            mean_vertical_share_of_weight=1.0,
            residual_force_rms_n_per_kg=0.0,
            residual_moment_rms_nm_per_kg=0.0,
            cutoff_hz=6.0,
            notes=[],
        ),
        indicators=list(indicators),
    )


def person(*trials: TrialRecord, session: str = "visit", **changes: Any) -> Summary:
    """A session's summary: a woman of 72 years, 1.60 m and 62 kg, unless told otherwise."""
    subject = {"height_m": 1.60, "mass_kg": 62.0, "sex": "f", "age_years": 72.0}
    subject |= {key: changes.pop(key) for key in list(changes) if key in subject}
    settings = changes.pop("settings", {"scaler": "optimiser", "ik_engine": "batched"})
    fields: dict[str, Any] = {
        "session": session,
        "kind": "opencap",
        "synthetic": False,
        "subject": SubjectRecord(**subject),
        "models": [],
        "trials": list(trials),
        "warnings": [],
        "provenance": Provenance(
            created="2026-01-01T00:00:00+00:00",
            sarcoscope_version="0.1.0",
            opensim_version="4.6",
            python_version="3.11",
            settings=settings,
            generic_model_sha256="0",
            input_sha256={},
        ),
    }
    return Summary(**(fields | changes))


def chair_stand(seconds: float | None, error: float | None = 0.9) -> TrialRecord:
    """A five-times sit-to-stand."""
    return trial("5xSTS", "sit-to-stand", [indicator(FIVE_TIMES, seconds, error)])


def save(summary: Summary, folder: Path) -> Path:
    """Write it where results lie."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(summary.model_dump_json(), encoding="utf-8")
    return folder
