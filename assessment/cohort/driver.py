"""From a cohort's visits to their results folders: what is submitted when, and what becomes of it when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from assessment.cohort.engine import Engine
from assessment.cohort.failures import no_trial_assessed, tries_of
from assessment.cohort.guard import Limits, why_lost
from assessment.cohort.ledger import Ledger
from assessment.cohort.work import ConclusionTask, GroupTask, ReadyVisit, VisitTask, conclude_visit, prepare_group
from assessment.conclusion import failed_trial
from assessment.results_folder import discard
from assessment.summary import TrialRecord
from assessment.trial import TrialTask, run_trial
from assessment.workers import unexpected
from models.errors import DiskFullError, SarcoscopeError, SessionFailedError, WorkerError

Group = tuple[VisitTask, ...]

GROUP_SIZE = 8
"""People who are scaled together. Larger groups save little on a core (docs/scale.md) and lose more when one fails."""


@dataclass
class _Piece:
    """A piece of work on its way.

    Attributes
    ----------
    then : callable
        Takes the outcome, a value or a SarcoscopeError, and after how many tries it came.
    tries_left : int
        After a crash, a hang or a lack of memory.
    trace : Path
        What a crash of this try leaves.
    """

    work: Callable[[Any], Any]
    task: Any
    log: Path
    then: Callable[[Any], None]
    tries_left: int = 1
    accelerated: bool = False
    trace: Path = field(default_factory=Path)


@dataclass
class _OpenVisit:
    """A visit whose trials are on their way, and how often its work was tried."""

    ready: ReadyVisit
    records: dict[str, TrialRecord]
    attempts: int = 1


@dataclass
class CohortRun:
    """Takes groups of visits through the engine; `go` returns when all are done or have failed.

    Attributes
    ----------
    engine : Engine
    ledger : Ledger
        Where what was done is written down.
    limits : Limits
    device : str
        Where groups are scaled and their angles found: ``cpu`` or ``cuda``.
    work_on_trial : callable
        What is done with a trial.
    """

    engine: Engine
    ledger: Ledger
    limits: Limits
    device: str = "cpu"
    work_on_trial: Callable[[TrialTask], TrialRecord] = run_trial
    _on_their_way: dict[Future[Any], _Piece] = field(default_factory=dict, init=False)
    _open: dict[str, VisitTask] = field(default_factory=dict, init=False)

    def go(self, groups: Iterable[Group]) -> None:
        """Assess all visits.

        Raises
        ------
        DiskFullError
            Nothing can be written any more; what was done before is complete.

        Notes
        -----
        However it ends early, the engine is closed, and of visits under way nothing is left.
        """
        coming = iter(groups)
        try:
            self._take(coming)
            while self._on_their_way:
                done, _ = wait(self._on_their_way, return_when=FIRST_COMPLETED)
                for future in done:
                    self._returned(future)
                self._take(coming)
        except BaseException:
            # Workers write until they end: only then is nothing added to what is deleted here.
            self.engine.close()
            for piece in self._on_their_way.values():
                piece.trace.unlink(missing_ok=True)
            for task in self._open.values():
                discard(task.partial)
            raise

    def _take(self, coming: Iterator[Group]) -> None:
        """Submit further groups while there is room: one a worker, and one to be ready when trials run out."""
        while len(self._open) < self.engine.n_workers * GROUP_SIZE + 1:
            group = next(coming, None)
            if group is None:
                return
            for task in group:
                self._open[task.visit.key] = task
                self.ledger.begun(task)
            self._prepare(group, self.ledger.log_of_group(group), tries_left=2)

    def _prepare(self, group: Group, log: Path, tries_left: int) -> None:
        then, task, on_gpu = partial(self._prepared, group), GroupTask(group, self.device), self.device != "cpu"
        self._submit(_Piece(prepare_group, task, log, then, tries_left, accelerated=on_gpu))

    def _prepared(self, group: Group, outcome: list[ReadyVisit | SarcoscopeError] | SarcoscopeError) -> None:
        if isinstance(outcome, SarcoscopeError):
            if len(group) > 1:
                # Twice is no accident, one of them did it: each alone, which changes the last digits of their results.
                for task in group:
                    if task.wanted:
                        self._prepare((task,), self.ledger.log(task.visit), tries_left=1)
                    else:
                        self._close(task)
                return
            outcome = [outcome.within(stage="scaling")]
        for task, found in zip(group, outcome, strict=True):
            if isinstance(found, SarcoscopeError):
                self._failed(task, found)
            elif task.wanted:
                self._begin_trials(found)
            else:
                self._close(task)

    def _begin_trials(self, ready: ReadyVisit) -> None:
        self.ledger.ready(ready.task.visit)
        visit = _OpenVisit(ready, dict(ready.failed))
        for record in ready.failed.values():
            self.ledger.trial_done(ready.task.visit, record)
        log = self.ledger.log(ready.task.visit)
        for trial in ready.trials:
            then = partial(self._trial_done, visit, trial.trial.name)
            self._submit(_Piece(self.work_on_trial, trial, log, then, tries_left=2))
        self._conclude_when_complete(visit)

    def _trial_done(self, visit: _OpenVisit, name: str, outcome: TrialRecord | SarcoscopeError) -> None:
        record = failed_trial(name, outcome) if isinstance(outcome, SarcoscopeError) else outcome
        visit.records[name] = record
        visit.attempts = max(visit.attempts, tries_of(type(outcome).__name__))
        self.ledger.trial_done(visit.ready.task.visit, record)
        self._conclude_when_complete(visit)

    def _conclude_when_complete(self, visit: _OpenVisit) -> None:
        ready = visit.ready
        if {trial.name for trial in ready.session.movement_trials} - visit.records.keys():
            return
        task = ConclusionTask(ready, visit.records, self.ledger.folder.session(ready.task.visit))
        log = self.ledger.log(ready.task.visit)
        self._submit(_Piece(conclude_visit, task, log, partial(self._concluded, visit), tries_left=2))

    def _concluded(self, visit: _OpenVisit, outcome: int | SarcoscopeError) -> None:
        task = visit.ready.task
        if isinstance(outcome, SarcoscopeError):
            if isinstance(outcome, SessionFailedError):
                outcome = no_trial_assessed(visit.records.values()).within(stage="trials")
            else:
                outcome = outcome.within(stage="results")
            self._failed(task, outcome, visit.attempts)
        else:
            self.ledger.done(task, outcome)
            self._close(task)

    def _failed(self, task: VisitTask, error: SarcoscopeError, attempts: int = 1) -> None:
        if task.wanted:
            self.ledger.failed(task, error, max(attempts, tries_of(type(error).__name__)))
        self._close(task)

    def _close(self, task: VisitTask) -> None:
        discard(task.partial)
        with suppress(OSError):
            task.partial.parent.rmdir()  # of a participant without results; others keep theirs
        del self._open[task.visit.key]

    def _submit(self, piece: _Piece) -> None:
        piece.tries_left -= 1
        piece.trace = self.ledger.new_trace(piece.log)
        future = self.engine.submit(piece.work, piece.task, self.limits, piece.trace, accelerated=piece.accelerated)
        self._on_their_way[future] = piece

    def _returned(self, future: Future[Any]) -> None:
        piece = self._on_their_way.pop(future)
        try:
            outcome = future.result()
        except self.engine.lost:
            outcome = why_lost(self.ledger.taken_over(piece.trace, piece.log), self.limits)
        except Exception as error:  # a defect of the engine's, or an outcome that cannot be sent
            outcome = unexpected(error)
        if isinstance(outcome, DiskFullError):
            raise outcome
        if isinstance(outcome, WorkerError) and piece.tries_left:
            self.ledger.again(piece.log, outcome)
            self._submit(piece)
        else:
            piece.then(outcome)
