"""A cohort that never was: results of about 40 visits of 30 fictional people, in a second. Synthetic data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assessment.cohort.failures import SessionFailure
from assessment.cohort.layout import CohortFolder
from assessment.cohort.rows import session_rows, write_session_rows
from assessment.cohort.run import ABOUT_VERSION
from assessment.cohort.sessions import CohortSession
from assessment.cohort.tables import write_tables
from assessment.cohort.visit_record import VisitRecord, write_record
from assessment.person import judge_person
from assessment.summary import (
    ClinicalMeasures,
    ErrorRecord,
    IndicatorRecord,
    MarkerErrorRecord,
    QualityRecord,
    RepetitionRecord,
    Summary,
    TrialRecord,
)
from assessment.tables import write_curve_table
from assessment.version import SARCOSCOPE_VERSION
from models.subject import Subject, SubjectMetadata
from pipeline.quality import Mark
from tests.assessment.uncertainty.people import FIVE_TIMES, KNEE, SPEED, indicator, person, trial

GROUPS = ("robust", "frail")
VISITS = ("V1", "V2")
WHY_NOT = "Markers of the left leg are hidden for most of the trial."
WHY_CAREFUL = "The forces explain the movement only roughly."
UNREADABLE = ErrorRecord(
    kind="SessionReadError",
    message="The archive is damaged.",
    hint="Download the session again.",
)
HUNG = ErrorRecord(
    kind="WorkerError",
    message="The visit took longer than 20 minutes and was stopped.",
    hint="Give --session-timeout-s more, or look at the recordings.",
)
TOO_SHORT = ErrorRecord(
    kind="InverseKinematicsError",
    message="The trial is too short to show a movement: 3 frames in 0.05 s.",
    hint="Leave this one out, or record it again.",
)


@dataclass(frozen=True)
class MadeCohort:
    """The folder, and the rows of the manifest that it was made of."""

    folder: CohortFolder
    sessions: tuple[CohortSession, ...]


def made_cohort(out: Path, *, participants: int = 30, seed: int = 0) -> MadeCohort:
    """Write the folder of a finished cohort.

    People are ``P001`` ..., every other in the second group, which is slower and weaker; the first third came twice. At
    the end of the list one visit could not be read and one hung; some trials failed, some values are withheld.

    Parameters
    ----------
    out : Path
    participants : int
        At least 6.
    seed : int
    """
    generator = np.random.default_rng(seed)
    cohort = MadeCohort(CohortFolder(out), tuple(_sessions(generator, participants)))
    failures = {cohort.sessions[-1].key: UNREADABLE, cohort.sessions[-3].key: HUNG}
    for session in cohort.sessions:
        if session.key in failures:
            write_failure(cohort.folder, session, failures[session.key])
        else:
            write_visit(cohort.folder, session, made_visit(session, generator))
    about = {
        "about_version": ABOUT_VERSION,
        "finished": True,
        "created": "2026-01-01T00:00:00+00:00",
        "sarcoscope_version": SARCOSCOPE_VERSION,
        "code_sha256": "",
        "n_visits": len(cohort.sessions),
        "n_bad_rows": 0,
        "settings": {},
        "outputs": {},
        "limits": {},
    }
    cohort.folder.about.write_text(json.dumps(about), encoding="utf-8")
    write_tables(cohort.folder, cohort.sessions)
    return cohort


def write_visit(folder: CohortFolder, session: CohortSession, summary: Summary) -> Path:
    """Write the results of a visit, as far as anything reads them: record, rows and the curves of the chair rises."""
    results = folder.session(session)
    (results / "Tables").mkdir(parents=True)
    for one in summary.trials:
        if "curves" in one.files:
            write_curve_table(results / one.files["curves"], _curves(one, summary.subject.mass_kg))
    (results / "summary.json").write_text(summary.model_dump_json(), encoding="utf-8")
    write_session_rows(results, session_rows(session, summary))
    about = VisitRecord(
        participant=session.participant, visit=session.visit, recordings_sha256="", work_sha256="", kept={}
    )
    write_record(results, about)
    return results


def write_failure(folder: CohortFolder, session: CohortSession, error: ErrorRecord) -> None:
    """Write why a visit has no results."""
    failure = SessionFailure(
        participant=session.participant,
        visit=session.visit,
        stage="reading" if error is UNREADABLE else "trials",
        error=error,
        attempts=1 if error is UNREADABLE else 2,
        work_sha256="",
    )
    path = folder.failure(session)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(failure.model_dump_json(), encoding="utf-8")


def made_visit(session: CohortSession, generator: np.random.Generator) -> Summary:
    """What might have been found at a visit: chair rises, two walks and a squat; the frail are slower and weaker."""
    frail = float(session.group == GROUPS[1])
    later = float(session.visit == VISITS[1])
    level = generator.normal()
    trials = [
        _chair(generator, 12.0 + 3.0 * frail + 0.6 * later - 1.2 * level, 0.55 - 0.12 * frail + 0.1 * level),
        *(_walk(f"walk{k}", generator, 1.15 - 0.2 * frail - 0.02 * later + 0.12 * level) for k in (1, 2)),
        _squat(generator, 0.8 - 0.1 * frail + 0.1 * level),
    ]
    given = session.given
    sex = given.sex or "unspecified"
    assert given.height_m is not None and given.mass_kg is not None
    subject = Subject(height_m=given.height_m, mass_kg=given.mass_kg, sex=sex, age_years=given.age_years)
    of_person, criteria = judge_person(trials, subject, session.clinical)
    return person(
        *trials,
        session=f"recording-{session.participant}-{session.visit}",
        synthetic=True,
        height_m=given.height_m,
        mass_kg=given.mass_kg,
        sex=sex,
        age_years=given.age_years,
        clinical=session.clinical,
        indicators=of_person,
        criteria=criteria,
    )


def _sessions(generator: np.random.Generator, participants: int) -> Iterator[CohortSession]:
    for number in range(participants):
        tall = bool(generator.uniform() < 0.4)
        frail = number % 2
        height_m = round(float(generator.normal(1.68 if tall else 1.55, 0.06)), 2)
        age_years = float(generator.integers(65, 91))
        for later, visit in enumerate(VISITS[: 2 if number < participants // 3 else 1]):
            yield CohortSession(
                participant=f"P{number + 1:03d}",
                visit=visit,
                source=Path(f"session-{number + 1}-{visit}"),
                given=SubjectMetadata(
                    height_m=height_m,
                    mass_kg=round(float(generator.normal(24.0, 2.0)) * height_m**2, 1),
                    sex="m" if tall else "f",
                    age_years=None if number == 3 else age_years + later,
                ),
                clinical=ClinicalMeasures(
                    grip_kg=None if number % 7 == 3 else round(float(generator.normal(28.0 - 7.0 * frail, 4.0)), 1),
                    sarc_f=int(generator.integers(0, 4 + 4 * frail)),
                ),
                group=GROUPS[frail],
            )


def _chair(generator: np.random.Generator, seconds: float, moment: float) -> TrialRecord:
    values = [_drawn(generator, FIVE_TIMES, seconds + generator.normal(0.0, 0.5), 0.7)]
    for repetition in range(1, 6):
        for side in ("r", "l"):
            drawn = moment + generator.normal(0.0, 0.05)
            values.append(_drawn(generator, KNEE, drawn, 0.08, side=side, repetition=repetition))
    step_s = seconds / 5.0
    repetitions = [
        RepetitionRecord(index=k + 1, start_s=k * step_s, stop_s=(k + 0.9) * step_s, complete=True, events_s={})
        for k in range(5)
    ]
    return _with_quality(
        trial("5xSTS", "sit-to-stand/five-times", values),
        generator,
        repetitions=repetitions,
        files={"curves": "Tables/5xSTS_curves.parquet"},
    )


def _walk(name: str, generator: np.random.Generator, speed: float) -> TrialRecord:
    values = [
        _drawn(generator, SPEED, speed + generator.normal(0.0, 0.03), 0.03),
        _drawn(generator, "step_width", 90.0 / 1000.0 + generator.normal(0.0, 0.01), 0.008),
        *(_drawn(generator, "stride_length", 1.1 * speed**0.5, 0.02, side=side) for side in ("r", "l")),
    ]
    return _with_quality(trial(name, "walking/overground", values), generator)


def _squat(generator: np.random.Generator, moment: float) -> TrialRecord:
    if generator.uniform() < 0.1:
        return TrialRecord(name="squats", status="failed", error=TOO_SHORT)
    values = [
        _drawn(generator, KNEE, moment + generator.normal(0.0, 0.05), 0.1, side=side, repetition=k)
        for k in (1, 2, 3)
        for side in ("r", "l")
    ]
    return _with_quality(trial("squats", "squat", values), generator)


def _drawn(generator: np.random.Generator, name: str, value: float, error: float, **changes: Any) -> IndicatorRecord:
    drawn = generator.uniform()
    if drawn < 0.04:
        # What only calls for caution stands behind, as `pipeline.quality` joins them.
        withheld = QualityRecord(mark=Mark.WITHHELD, reasons=[WHY_NOT, WHY_CAREFUL])
        return indicator(name, None, None, quality=withheld, **changes)
    if drawn < 0.15:
        changes["quality"] = QualityRecord(mark=Mark.WITH_CAUTION, reasons=[WHY_CAREFUL])
    return indicator(name, value, error, **changes)


def _with_quality(record: TrialRecord, generator: np.random.Generator, **changes: Any) -> TrialRecord:
    worst = max((one.quality for one in record.indicators), key=lambda quality: list(Mark).index(quality.mark))
    seen = {
        "kinematics_quality": QualityRecord(mark=Mark.REPORTED, reasons=[]),
        "kinetics_quality": worst,
        "marker_error": MarkerErrorRecord(
            rms_cm=float(generator.uniform(1.0, 2.2)), max_cm=3.0, per_marker_cm={}, held_out=True
        ),
    }
    return record.model_copy(update=seen | changes)


def _curves(record: TrialRecord, mass_kg: float) -> pd.DataFrame:
    """Knees of somebody who rises as often as the trial has repetitions."""
    time_s = np.arange(0.0, record.repetitions[-1].stop_s, 1.0 / 20.0)
    phase = np.sin(np.pi * time_s * len(record.repetitions) / time_s[-1]) ** 2
    knees = {
        f"knee_angle_{side}_{unit}": scale * phase
        for side in ("r", "l")
        for unit, scale in (("deg", 90.0), ("nm", -0.5 * mass_kg), ("se_nm", 0.05 * mass_kg))
    }
    marks = {"valid": True, "angles_quality": Mark.REPORTED.value, "moments_quality": Mark.REPORTED.value}
    return pd.DataFrame({"time_s": time_s} | knees).assign(**marks)
