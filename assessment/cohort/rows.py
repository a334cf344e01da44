"""What a visit adds to a cohort's tables, kept in a small file beside its results, so that collecting only joins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from assessment.catalogue import catalogue
from assessment.cohort.failures import tries_of
from assessment.cohort.schemas import CRITERIA, CRITERION_PREFIX, FAILURES, INDICATORS, PERSON, QUALITY, ROWS, VALUES
from assessment.cohort.sessions import CohortSession
from assessment.criteria import FrameworkResult
from assessment.results_folder import read_summary
from assessment.summary import QualityRecord, Summary, TrialRecord
from assessment.uncertainty.measured import Measured, measured_values
from models.errors import SarcoscopeError

ROWS_NAME = "rows.arrow"
TRIAL_STAGE = "trials"
REASONS_APART = "\n"
"""Reasons are whole sentences: one a line."""
ORIGINS_APART = " / "


@dataclass(frozen=True)
class SessionRows:
    """The rows of one visit in all tables of its cohort.

    Attributes
    ----------
    batch : RecordBatch
        One row, as `assessment.cohort.schemas.ROWS` says.
    """

    batch: pa.RecordBatch


def session_rows(session: CohortSession, summary: Summary) -> SessionRows:
    """What an assessed visit adds to the tables; nothing of it depends on when or where it was assessed.

    Parameters
    ----------
    session : CohortSession
        Whose visit it is.
    summary : Summary
        What was found.
    """
    lists = (
        (INDICATORS, _indicators(summary)),
        (QUALITY, [_quality(trial) for trial in summary.trials]),
        (FAILURES, [_failure(trial) for trial in summary.trials if trial.status == "failed"]),
        (VALUES, [_value(one) for one in measured_values(summary)]),
        (CRITERIA, [_criterion(one) for one in summary.criteria]),
    )
    of_visit = (session.participant, session.visit, *_person(summary))
    arrays = [pa.array([value], field.type) for value, field in zip(of_visit, ROWS, strict=False)]
    return SessionRows(
        pa.RecordBatch.from_arrays([*arrays, *(_list(fields, rows) for fields, rows in lists)], schema=ROWS)
    )


def write_session_rows(folder: Path, rows: SessionRows) -> None:
    """Write a visit's rows into its results folder."""
    with pa.ipc.new_file(folder / ROWS_NAME, ROWS, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(rows.batch)


def read_session_rows(folder: Path, session: CohortSession) -> SessionRows:
    """Read a visit's rows; made anew from its summary where the file is not there, not whole, or of another version.

    Raises
    ------
    SettingsError
        The summary cannot be read either.
    """
    batch = _whole_batch(folder)
    if batch is None or (batch["participant"][0].as_py(), batch["visit"][0].as_py()) != (
        session.participant,
        session.visit,
    ):
        return session_rows(session, read_summary(folder))
    return SessionRows(batch)


def can_be_read(folder: Path) -> bool:
    """Whether the results of a visit have what tables are made of: its rows, or else its summary."""
    if _whole_batch(folder) is not None:
        return True
    try:
        read_summary(folder)
    except SarcoscopeError:
        return False
    return True


def _whole_batch(folder: Path) -> pa.RecordBatch | None:
    """The rows as they were written; None where they are not there, not whole, or of another version."""
    try:
        with pa.OSFile(str(folder / ROWS_NAME)) as file, pa.ipc.open_file(file) as reader:
            return reader.get_batch(0) if reader.schema.equals(ROWS, check_metadata=True) else None
    except (OSError, pa.ArrowException):
        return None


def sql_name(text: str) -> str:
    """A name that needs no quotes in SQL: ``sit-to-stand/five-times`` becomes ``sit_to_stand_five_times``."""
    return re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")


def column_of(one: Measured) -> str:
    """Column of a measured value in the wide table: activity, indicator and side, as far as it has them."""
    return "__".join(sql_name(part) for part in (one.activity, one.indicator, one.side) if part)


def _list(fields: Sequence[pa.Field], rows: Sequence[tuple[Any, ...]]) -> pa.ListArray:
    columns = zip(*rows, strict=True) if rows else ([] for _ in fields)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, fields, strict=True)]
    return pa.ListArray.from_arrays([0, len(rows)], pa.StructArray.from_arrays(arrays, fields=list(fields)))


def _person(summary: Summary) -> tuple[Any, ...]:
    subject, clinical = summary.subject, summary.clinical
    origins = sorted({trial.forces.origin for trial in summary.trials if trial.forces})
    of_visit = {
        "session": summary.session,
        "synthetic": summary.synthetic,
        "forces": ORIGINS_APART.join(origins),
        "warnings": _joined(summary.warnings),
    }
    known = of_visit | subject.model_dump() | clinical.model_dump()
    return tuple(known[field.name] for field in PERSON)


def _indicators(summary: Summary) -> list[tuple[Any, ...]]:
    of_trials = [(trial, one) for trial in summary.trials for one in trial.indicators]
    of_person = [(None, one) for one in summary.indicators]
    return [
        (
            trial.name if trial else "",
            *_movement(trial),
            one.repetition,
            one.side or "",
            one.name,
            one.value,
            one.unit,
            one.standard_error,
            _origin(trial, one.name),
            one.tier,
            one.quality.mark.value,
            _joined(one.quality.reasons),
        )
        for trial, one in [*of_trials, *of_person]
    ]


def _quality(trial: TrialRecord) -> tuple[Any, ...]:
    marks = (trial.kinematics_quality, trial.kinetics_quality)
    reasons = [reason for quality in marks if quality for reason in quality.reasons]
    return (
        trial.name,
        trial.status,
        *_movement(trial),
        trial.activity.confidence if trial.activity else None,
        sum(repetition.complete for repetition in trial.repetitions) if trial.repetitions else None,
        trial.marker_error.rms_cm if trial.marker_error else None,
        trial.marker_error.held_out if trial.marker_error else None,
        *(_mark(quality) for quality in marks),
        trial.forces.origin if trial.forces else "",
        _joined(reasons or ([trial.error.message] if trial.error else [])),
    )


def _failure(trial: TrialRecord) -> tuple[Any, ...]:
    error = trial.error
    if error is None:
        return (trial.name, TRIAL_STAGE, "", "", "", 1)
    return (trial.name, TRIAL_STAGE, error.kind, error.message, error.hint, tries_of(error.kind))


def _value(one: Measured) -> tuple[Any, ...]:
    return column_of(one), one.unit, one.value, one.standard_error, one.mark.value


def _criterion(one: FrameworkResult) -> tuple[Any, ...]:
    return f"{CRITERION_PREFIX}{sql_name(one.framework)}", one.verdict.value, one.label


def _movement(trial: TrialRecord | None) -> tuple[str, str]:
    activity = trial.activity if trial else None
    return (activity.name, activity.variant) if activity else ("", "")


def _origin(trial: TrialRecord | None, indicator: str) -> str:
    """Where the contact forces of a moment came from; nothing for what needs none."""
    declared = catalogue().get(indicator)
    of_moments = declared is not None and declared.needs == "moments"
    return trial.forces.origin if of_moments and trial and trial.forces else ""


def _mark(quality: QualityRecord | None) -> str:
    return quality.mark.value if quality else ""


def _joined(reasons: Iterable[str]) -> str:
    return REASONS_APART.join(dict.fromkeys(reasons))
