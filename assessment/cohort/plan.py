"""What of a cohort is to be done: everything but the visits whose very same work is done already."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from assessment.cohort.driver import GROUP_SIZE, Group
from assessment.cohort.failures import SessionFailure
from assessment.cohort.fingerprint import recordings_sha256, work_sha256
from assessment.cohort.layout import CohortFolder
from assessment.cohort.ledger import TRACE_SUFFIX
from assessment.cohort.sessions import CohortSession
from assessment.cohort.settings import CohortSettings
from assessment.cohort.visit_record import read_record
from assessment.cohort.work import VisitTask
from assessment.results_folder import ASIDE_SUFFIX, PARTIAL_SUFFIX, partial_folder
from models.errors import SarcoscopeError

Fetch = Callable[[CohortSession], Path]
"""Gives the recordings of a visit, fetched from the OpenCap server where they are there; raises SarcoscopeError."""
# Hashing and fetching wait for disks and networks, not for a core.
_READERS = 4
_ASKED_AT_ONCE = 4096
_STATES = ("new", "done", "failed", "outdated")


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    visits : tuple of CohortSession
        All, in the manifest's order.
    to_do : frozenset of str
        Keys of those that are to be assessed.
    done : frozenset of str
        Keys of those whose results are there already.
    n_outdated : int
        Visits to be done again: their recordings, settings or the program changed.
    """

    visits: tuple[CohortSession, ...]
    to_do: frozenset[str]
    done: frozenset[str]
    n_outdated: int

    @property
    def n_done(self) -> int:
        """Visits whose results are there already."""
        return len(self.done)

    @property
    def n_failed_before(self) -> int:
        """Visits whose very same work failed before and is not tried again."""
        return len(self.visits) - len(self.to_do) - len(self.done)


def make_plan(visits: Sequence[CohortSession], chosen: CohortSettings, folder: CohortFolder, fetch: Fetch) -> Plan:
    """See what is done already."""

    def state(visit: CohortSession) -> str:
        done, failed = read_record(folder.session(visit)), _work_failed(folder, visit)
        if done is None and not failed:
            return "new"
        recordings = _recordings_sha256(_fetched(visit, fetch))
        # Results stay good while the recordings that they are of cannot be had: a server that is down today.
        work = _work_sha256(visit, recordings or (done.recordings_sha256 if done else ""), chosen)
        if done and work and work == done.work_sha256 and (done.has(chosen.outputs) or not recordings):
            return "done"
        if work and work == failed:
            return "new" if chosen.retry_failed else "failed"
        return "outdated"

    states: list[str] = []
    with ThreadPoolExecutor(_READERS) as readers:
        # A million questions asked at once would be a million objects that wait for their turn.
        for start in range(0, len(visits), _ASKED_AT_ONCE):
            states += readers.map(state, visits[start : start + _ASKED_AT_ONCE])
    by_state = {
        state: frozenset(v.key for v, of in zip(visits, states, strict=True) if of == state) for state in _STATES
    }
    return Plan(tuple(visits), by_state["new"] | by_state["outdated"], by_state["done"], len(by_state["outdated"]))


def groups(plan: Plan, chosen: CohortSettings, folder: CohortFolder, fetch: Fetch) -> Iterator[Group]:
    """Visits in the groups that they are scaled in: always the same ones, so that a run that continues finds the same.

    Groups in which nothing is to be done are left out.
    """

    def task(visit: CohortSession) -> VisitTask:
        source, wanted = _fetched(visit, fetch), visit.key in plan.to_do
        partial = partial_folder(folder.session(visit))
        recordings = _recordings_sha256(source) if wanted else ""
        work = _work_sha256(visit, recordings, chosen)
        return VisitTask(visit, source, chosen.of(visit), chosen.outputs, partial, recordings, work, wanted)

    with ThreadPoolExecutor(_READERS) as readers:
        for start in range(0, len(plan.visits), GROUP_SIZE):
            visits = plan.visits[start : start + GROUP_SIZE]
            if not any(visit.key in plan.to_do for visit in visits):
                continue
            yield tuple(readers.map(task, visits))


def clear_unfinished(visits: Sequence[CohortSession], folder: CohortFolder) -> None:
    """Delete what a run that was killed left half done, and put back results that it had moved aside.

    Only when no other run is at work in the folder.
    """
    for visit in visits:
        place = folder.session(visit)
        for left in place.parent.glob(f".{place.name}.*{ASIDE_SUFFIX}"):
            if not place.exists():
                left.rename(place)
        for suffix in (PARTIAL_SUFFIX, ASIDE_SUFFIX):
            for left in place.parent.glob(f".{place.name}.*{suffix}"):
                shutil.rmtree(left, ignore_errors=True)
        for trace in folder.log(visit).parent.glob(f".*{TRACE_SUFFIX}"):
            trace.unlink(missing_ok=True)


def forget_failures(plan: Plan, folder: CohortFolder) -> None:
    """Delete failures of visits whose results count: of a run in between that could not have their recordings."""
    for visit in plan.visits:
        if visit.key in plan.done:
            folder.failure(visit).unlink(missing_ok=True)


def _fetched(visit: CohortSession, fetch: Fetch) -> Path | SarcoscopeError:
    try:
        return fetch(visit)
    except SarcoscopeError as error:
        return error.within(stage="reading")


def _recordings_sha256(source: Path | SarcoscopeError) -> str:
    """Hash of a visit's recordings; empty where they cannot be read."""
    if isinstance(source, SarcoscopeError):
        return ""
    try:
        return recordings_sha256(source)
    except OSError:
        return ""


def _work_sha256(visit: CohortSession, recordings: str, chosen: CohortSettings) -> str:
    """Hash of the work on a visit; empty where its recordings cannot be read, so that it is tried again next time."""
    return work_sha256(visit, recordings, chosen.of(visit), chosen.device) if recordings else ""


def _work_failed(folder: CohortFolder, visit: CohortSession) -> str | None:
    try:
        return SessionFailure.model_validate_json(folder.failure(visit).read_text(encoding="utf-8")).work_sha256
    except (OSError, ValidationError):
        return None
