"""Why a visit of a cohort has no results."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from assessment.summary import ErrorRecord, TrialRecord
from models.errors import SessionFailedError, WorkerError


class SessionFailure(BaseModel):
    """What stopped a visit, and after how many tries.

    Attributes
    ----------
    participant, visit : str
    stage : str
        Where it stopped: ``reading``, ``scaling``, ``trials``, ``results``.
    error : ErrorRecord
        Its kind, message and hint.
    attempts : int
        A crash, a hang or a lack of memory is tried twice; an input that is not accepted once.
    work_sha256 : str
        Of the work that failed: the same work is not tried again unless asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    participant: str
    visit: str
    stage: str
    error: ErrorRecord
    attempts: int
    work_sha256: str


def tries_of(kind: str) -> int:
    """How often work was tried that ended with an error of this kind: what is not accepted is tried once."""
    return 2 if kind == WorkerError.__name__ else 1


def no_trial_assessed(records: Iterable[TrialRecord]) -> SessionFailedError:
    """Why a visit has no results though it could be read: each reason once, without the names of trials."""
    errors = [record.error for record in records if record.error is not None]
    return SessionFailedError(
        " ".join(("No trial could be assessed.", *dict.fromkeys(error.message for error in errors))),
        hint=" ".join(dict.fromkeys(error.hint for error in errors)),
    )
