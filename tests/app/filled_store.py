"""A store with results in it, without waiting for a run: what the pages of the app are tested on."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from assessment.jobs import table
from assessment.store import UserStore, participants, runs, uploads, visits
from assessment.store.runs import RunRequest
from assessment.summary import Summary


@dataclass(frozen=True)
class Filled:
    """Ids of what was put into a store."""

    participant_id: str
    visit_id: str
    run_id: str


def fill(mine: UserStore, session: Path, results: Path, *, study_code: str, visit_date: str) -> Filled:
    """Put a participant with a visit and a finished run into a store.

    Parameters
    ----------
    mine : UserStore
    session : Path
        Recordings.
    results : Path
        A results folder, as `assessment.assess.assess` wrote it; it is not changed.
    study_code, visit_date : str
        A study code that is there already means another visit of that participant.
    """
    known = {row.study_code: row.id for row in participants.find(mine)}
    participant_id = known.get(study_code) or participants.add(mine, study_code)
    received = uploads.receive(mine, session)
    visit_id = visits.add(mine, participant_id, received.id, received.sessions[0], {"visit_date": visit_date})
    summary = Summary.model_validate_json((results / "summary.json").read_bytes())
    request = RunRequest.model_validate({"subject": summary.subject, "settings": summary.provenance.settings})
    run_id = finished(mine, runs.submit(mine, visit_id, request), results)
    return Filled(participant_id, visit_id, run_id)


def finished(mine: UserStore, run_id: str, results: Path) -> str:
    """Finish a run that is the only one in the queue with these results; returns its id."""
    assert table.take(mine.store) == run_id
    sha256 = hashlib.sha256((results / "summary.json").read_bytes()).hexdigest()
    with mine.store.files.filing():
        table.finish(mine.store, run_id, mine.store.files.keep(results), sha256)
    return run_id


def changed_copy(results: Path, into: Path, **changes: object) -> Path:
    """Copy a results folder with other values in its summary."""
    shutil.copytree(results, into)
    path = into / "summary.json"
    summary = Summary.model_validate_json(path.read_text(encoding="utf-8")).model_copy(update=changes)
    path.write_text(summary.model_dump_json(), encoding="utf-8")
    return into
