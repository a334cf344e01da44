"""A small results folder: two trials, one that failed, criteria, curves; every free text can be planted with a word."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from assessment.criteria import FrameworkResult, Measurement, Person, evaluate
from assessment.records import indicator_of
from assessment.summary import (
    ActivityRecord,
    ClinicalMeasures,
    ErrorRecord,
    FactorRecord,
    ForceRecord,
    IndicatorRecord,
    MarkerErrorRecord,
    ModelRecord,
    Provenance,
    QualityRecord,
    RepetitionRecord,
    SubjectRecord,
    Summary,
    TrialRecord,
)
from assessment.visit import Signature, VisitDetails
from pipeline.quality import Mark, Quality

ESTIMATED = "Contact forces are estimated from the movement, not measured."
CAUTION = Quality.caution(ESTIMATED)
WITHHELD = Quality.withheld("No rise is seen in this trial.")


def indicators(word: str = "") -> list[IndicatorRecord]:
    """Of a five-times test: a time, a moment of both sides and two repetitions, one withheld value."""
    time = indicator_of("five_times_sit_to_stand_time", 13.637, 0.9, Quality())
    moments = [
        indicator_of("peak_knee_extension_moment_per_kg", value, 0.2, CAUTION).model_copy(
            update={"side": side, "repetition": repetition}
        )
        for side, value, repetition in (("r", 1.04, 1), ("r", 1.16, 2), ("l", 0.9, 1), ("l", 0.98, 2))
    ]
    withheld = indicator_of("thirty_second_sit_to_stand_count", None, None, WITHHELD)
    every = [time, *moments, withheld]
    if not word:
        return every
    texts = {"label": word, "definition": word, "protocol": word, "source": word}
    return [
        *(
            one.model_copy(
                update=texts | {"quality": QualityRecord(mark=one.quality.mark, reasons=[f"{word} was seen."])}
            )
            for one in every
        ),
        time.model_copy(update={"name": word}),
    ]


def visit(folder: Path | None = None, word: str = "") -> VisitDetails:
    """A visit; signed for the results in a folder where one is given."""
    signed = None
    if folder is not None:
        digest = hashlib.sha256((folder / "summary.json").read_bytes()).hexdigest()
        signed = Signature(
            signer=word or "Dr. Who", signed_at=datetime(2026, 11, 20, tzinfo=UTC), summary_sha256=digest
        )
    names = (
        "site", "operator", "referral_question", "footwear", "walking_aid", "pain", "history", "adverse_events",
        "interpretation", "recommendation",
    )  # fmt: skip
    return VisitDetails.model_validate(
        {"study_code": word or "P-017", "visit_date": date(2026, 11, 19), "walk_length_m": 6.0, "signature": signed}
        | {name: f"{word or name} text" for name in names}
    )


def write_results(
    folder: Path,
    *,
    word: str = "",
    age_years: float | None = 72.4,
    synthetic: bool = False,
    grip_kg: float | None = 17.2,
) -> Summary:
    """Write summary.json and tables, and return the summary; ``word`` stands in every text that is not a code."""
    trial = _trial("5xSTS" if not word else f"{word}_5xSTS", word)
    failed = TrialRecord(
        name=f"walk{word}",
        status="failed",
        error=ErrorRecord(kind=f"Marker{word}Error", message=f"{word} failed.", hint=f"{word}.", where=word),
    )
    subject = SubjectRecord(height_m=1.56, mass_kg=58.0, sex="f", age_years=age_years)
    clinical = ClinicalMeasures(grip_kg=17.2, sarc_f=3)
    chair = Measurement(13.637, 0.9, "stop at full stand", "estimated")
    given = {"chair_stand_s": chair, "sarc_f": Measurement(3.0), "grip_kg": Measurement(17.2)}
    criteria = evaluate(Person("f", age_years, 1.56, 58.0), given)
    if word:
        criteria = [_planted(one, word) for one in criteria]
    summary = Summary(
        session=f"OpenCapData_{word or 'example'}",
        kind="opencap",
        synthetic=synthetic,
        subject=subject,
        models=[_model(word)],
        trials=[trial, failed],
        clinical=clinical,
        criteria=criteria,
        warnings=[word] if word else [],
        disclaimer=word or "Not a diagnosis.",
        provenance=_provenance(word),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(summary.model_dump_json(), encoding="utf-8")
    _write_tables(folder, word)
    return summary


def _planted(one: FrameworkResult, word: str) -> FrameworkResult:
    texts = ("sentence", "label", "title", "edition", "citation", "doi", "region", "population")
    lists = ("used", "missing", "would_change", "notes")
    of_criteria = dict.fromkeys(("label", "protocol", "provenance", "doi"), word)
    lists_of_criteria = {name: [word] for name in ("protocol_notes", "inputs", "missing")}
    criteria = [part.model_copy(update=of_criteria | lists_of_criteria) for part in one.criteria]
    return one.model_copy(update=dict.fromkeys(texts, word) | {name: [word] for name in lists} | {"criteria": criteria})


def _trial(name: str, word: str) -> TrialRecord:
    quality = QualityRecord(mark=Mark.REPORTED, reasons=[word] if word else [])
    return TrialRecord(
        name=name,
        status="assessed",
        duration_s=18.0,
        rate_hz=60.0,
        n_frames=3,
        activity=ActivityRecord(
            name="sit-to-stand", variant=word or "five-times", confidence=0.9, evidence=[f"{word} rises."]
        ),
        repetitions=[
            RepetitionRecord(
                index=1, start_s=1.0, stop_s=2.0, complete=True, events_s={word or "stand": 1.5}, note=word
            )
        ],
        kinematics_quality=quality,
        kinetics_quality=quality,
        explanation=word,
        marker_error=MarkerErrorRecord(
            rms_cm=0.4, max_cm=0.9, per_marker_cm={word or "r_knee_study": 0.3}, held_out=True
        ),
        marker_findings=[word] if word else [],
        notes=["Feet were not kept in place.", *([word] if word else [])],
        forces=ForceRecord(
            origin="estimated",
            contacts=["r", word or "l"],
            floor_height_m=0.0,
            mean_vertical_share_of_weight=1.0,
            residual_force_rms_n_per_kg=0.1,
            residual_moment_rms_nm_per_kg=0.1,
            cutoff_hz=3.0,
            notes=[word] if word else [],
        ),
        indicators=indicators(word),
        files={
            "curves": "Tables/a_curves.csv", "cycles": "Tables/a_cycles.csv", "kinematics": f"OpenSimData/{word}a.mot"
        },
    )  # fmt: skip


def _model(word: str) -> ModelRecord:
    return ModelRecord(
        file=f"OpenSimData/{word}_scaled.osim",
        scaler=word or "optimiser",
        policy=f"{word or 'adults'} 1a2b3c",
        scaled_on=[f"{word}neutral", f"{word}_5xSTS" if word else "5xSTS"],
        factor_estimates=[
            FactorRecord(parameter=f"{word or 'pelvis'}_x", factor=1.0, standard_error=0.1, verdict=word, text=word)
        ],
        mass_kg=58.0,
        mass_distribution="f",
        scale_factors={word or "pelvis": (1.0, 1.0, 1.0)},
        static_marker_error_cm={word or "r_knee_study": 0.1},
        unplaced_marker_error_cm={word or "r_knee_study": 0.2},
        notes=[word] if word else [],
    )


def _provenance(word: str) -> Provenance:
    return Provenance(
        created="2026-11-20T10:11:12+00:00",
        sarcoscope_version=f"0.1.0{word}",
        opensim_version=f"4.6{word}",
        python_version=f"3.11.7{word}",
        settings={"scaler": "optimiser", "model": word or None, "activities": {f"{word}_5xSTS": "sit-to-stand"}}
        | {f"{word}setting": 1},
        generic_model_sha256=word or "a" * 64,
        criteria_sha256=word or "b" * 64,
        input_sha256={f"{word}5xSTS.trc": f"{word}deadbeefdeadbeef"},
    )


def _write_tables(folder: Path, word: str) -> None:
    (folder / "Tables").mkdir()
    (folder / "OpenSimData").mkdir()
    (folder / "OpenSimData" / f"{word}a.mot").write_text(f"name={word or 'a'}\n", encoding="utf-8")
    (folder / "OpenSimData" / f"{word}_scaled.osim").write_text(f"<Model name='{word}'/>\n", encoding="utf-8")
    curves = {"time_s": [0.0, 0.1, 0.2], "knee_angle_r_deg": [1.0, 2.0, 3.0], "valid": [True, True, False]}
    marks = {"angles_quality": word or "reported", "moments_quality": word or "reported"}
    own = {f"{word}_deg": [1.0] * 3, "remark": [word] * 3} if word else {}
    pd.DataFrame(curves | own).assign(**marks).to_csv(folder / "Tables" / "a_curves.csv", index=False)
    cycle = {"side": "r", "coordinate": "knee_angle", "quantity": "angle", "unit": "deg", "percent": 0, "mean": 1.0}
    rows = [cycle | {"n": 2}, *([cycle | {"n": 2, "coordinate": word}] if word else [])]
    pd.DataFrame(rows).to_csv(folder / "Tables" / "a_cycles.csv", index=False)
