"""The start of runs: what was typed is written into the store, and the runs are put in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app import address
from app.intake.whose import Whose
from assessment.jobs import ensure_runner
from assessment.store import UserStore, participants, runs, visits
from assessment.store.runs import RunRequest
from assessment.summary import ClinicalMeasures, SubjectRecord
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.settings import Settings


@dataclass(frozen=True)
class Planned:
    """One session to be run."""

    session_path: str
    visit_date: date
    settings: Settings


def start(
    mine: UserStore,
    upload_id: str,
    whose: Whose,
    subject: Subject,
    clinical: ClinicalMeasures,
    details: dict[str, object],
    planned: Sequence[Planned],
) -> None:
    """Put runs in the queue, each of a visit of its own unless it is one more of a visit that is there.

    Raises
    ------
    SarcoscopeError
        The store does not accept a value or cannot be written: no visit is there then without its run, and no new
        participant without a visit; the upload stays. Or the queue is not served: then nothing is taken back.
    """
    record = SubjectRecord(
        height_m=subject.height_m, mass_kg=subject.mass_kg, sex=subject.sex, age_years=subject.age_years
    )
    known = whose.participant
    if known is None:
        participant_id = participants.add(mine, whose.study_code, sex=subject.sex, name=whose.name or None)
    else:
        participant_id = known.id
    run_ids: list[str] = []
    # New visits whose run is not asked for yet.
    waiting: list[str] = []
    try:
        visit_ids = []
        for one in planned:
            told = details | {"visit_date": one.visit_date}
            visit_id = _changed(mine, whose, told)
            if visit_id is None:
                visit_id = visits.add(mine, participant_id, upload_id, one.session_path, told)
                waiting.append(visit_id)
            visit_ids.append(visit_id)
        for one, visit_id in zip(planned, visit_ids, strict=True):
            request = RunRequest(subject=record, settings=one.settings, clinical=clinical)
            run_ids.append(runs.submit(mine, visit_id, request))
            waiting = [other for other in waiting if other != visit_id]
    except SarcoscopeError:
        for visit_id in waiting:
            visits.delete(mine, visit_id, keep_upload=True)
        if known is None and not run_ids:
            participants.delete(mine, participant_id)
        raise
    address.put(run=run_ids[-1], participant=participant_id, upload=None, visit=None, trial=None)
    ensure_runner(mine.store)


def _changed(mine: UserStore, whose: Whose, told: dict[str, object]) -> str | None:
    """Bring the visit up to date that is run again; one that did not change keeps its signature."""
    if whose.visit is None:
        return None
    before = whose.visit.details.model_dump()
    changed = {field: value for field, value in told.items() if before[field] != value}
    if changed:
        visits.change(mine, whose.visit.id, changed, expected=whose.visit.details)
    return whose.visit.id
