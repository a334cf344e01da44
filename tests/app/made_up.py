"""Results made up for tests of pages that show many people: a summary with a few indicators, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assessment.summary import (
    ActivityRecord,
    IndicatorRecord,
    Provenance,
    QualityRecord,
    SubjectRecord,
    Summary,
    TrialRecord,
)
from pipeline.quality import Mark

LABELS = {
    "five_times_sit_to_stand_time": ("Five-times sit-to-stand time", "s", "sit-to-stand", "five-times"),
    "gait_speed": ("Gait speed", "m/s", "walking", "overground"),
}


def made_up(
    folder: Path,
    *,
    sex: str = "f",
    age_years: float | None = 72.0,
    synthetic: bool = False,
    reasons: Sequence[str] = ("The marks on the floor are hidden.",),
    **values: tuple[float, float] | None,
) -> Path:
    """Write a results folder.

    Parameters
    ----------
    folder : Path
        It is made.
    sex, age_years, synthetic
    reasons : sequence of str
        Why an indicator is withheld.
    **values : tuple of value and standard error, or None
        By name of the indicator; None withholds it.
    """
    folder.mkdir(parents=True)
    trials = [_trial(name, value, reasons) for name, value in values.items()]
    summary = Summary(
        session="made-up",
        kind="opencap",
        synthetic=synthetic,
        subject=SubjectRecord.model_validate({"height_m": 1.6, "mass_kg": 60.0, "sex": sex, "age_years": age_years}),
        models=[],
        trials=trials,
        warnings=[],
        provenance=Provenance(
            created="2026-01-05T09:00:00Z",
            sarcoscope_version="0",
            opensim_version="0",
            python_version="0",
            settings={},
            generic_model_sha256="",
            input_sha256={},
        ),
    )
    (folder / "summary.json").write_text(summary.model_dump_json(), encoding="utf-8")
    return folder


def _trial(name: str, value: tuple[float, float] | None, reasons: Sequence[str]) -> TrialRecord:
    label, unit, activity, variant = LABELS[name]
    quality = QualityRecord(mark=Mark.REPORTED if value else Mark.WITHHELD, reasons=[] if value else list(reasons))
    return TrialRecord(
        name=f"trial of {name}",
        status="assessed",
        activity=ActivityRecord(name=activity, variant=variant, confidence=1.0, evidence=[]),
        indicators=[
            IndicatorRecord(
                name=name,
                label=label,
                value=value[0] if value else None,
                unit=unit,
                tier="clinical",
                side=None,
                repetition=None,
                standard_error=value[1] if value else None,
                quality=quality,
                definition="",
                protocol="",
                source="",
            )
        ],
    )
