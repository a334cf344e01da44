"""What is written down while a cohort runs: a log a visit, why visits fail, and news for whoever watches."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assessment.cohort.failures import SessionFailure
from assessment.cohort.guard import disk_full, is_full
from assessment.cohort.layout import CohortFolder
from assessment.cohort.replacing import replaced_when_whole
from assessment.cohort.sessions import CohortSession
from assessment.cohort.work import VisitTask
from assessment.records import error_record
from assessment.summary import TrialRecord
from models.errors import SarcoscopeError, SettingsError

TRACE_SUFFIX = ".trace"
# Results of a visit take more (docs/scale.md), so that with less left none come about; libraries do not always say why.
_LEAST_FREE_BYTES = 2**20


class Watcher(Protocol):
    """Whoever is told how a cohort goes (see `assessment.cohort.progress`)."""

    def stage(self, key: str, stage: str) -> None:
        """A visit has come to a stage."""

    def session_done(self, key: str) -> None:
        """A visit has its results."""

    def session_failed(self, failure: SessionFailure) -> None:
        """A visit has none, and why."""


@dataclass
class Ledger:
    """Writes into the cohort's folder, and tells the watcher.

    Attributes
    ----------
    folder : CohortFolder
    watcher : Watcher
    """

    folder: CohortFolder
    watcher: Watcher

    def log(self, visit: CohortSession) -> Path:
        """Log of a visit."""
        path = self.folder.log(visit)
        with _told_when_not_written():
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def log_of_group(self, group: Sequence[VisitTask]) -> Path:
        """Log of visits that are scaled together: of the first one."""
        return self.log(group[0].visit)

    def new_trace(self, log: Path) -> Path:
        """Where the next piece of work that goes into a log leaves what it was at, should it crash."""
        return log.with_name(f".{log.stem}.{uuid.uuid4().hex[:8]}{TRACE_SUFFIX}")

    def taken_over(self, trace: Path, log: Path) -> str:
        """What a crash left, which goes into the log; empty where it left nothing."""
        try:
            told = trace.read_text(encoding="utf-8", errors="replace")
            trace.unlink()
        except OSError:
            return ""
        self._write(log, f"lost:\n{told.rstrip()}" if told else "lost without a trace")
        return told

    def begun(self, task: VisitTask) -> None:
        """A visit is taken up."""
        if task.wanted:
            self.watcher.stage(task.visit.key, "scaling")
            self._write(self.log(task.visit), "begun")

    def again(self, log: Path, error: SarcoscopeError) -> None:
        """A piece of work is tried a second time."""
        self._write(log, f"tried again: {error.message}")

    def ready(self, visit: CohortSession) -> None:
        """A visit's trials are begun."""
        self.watcher.stage(visit.key, "trials")

    def trial_done(self, visit: CohortSession, record: TrialRecord) -> None:
        """A trial is assessed or has failed."""
        if record.error is not None:
            self._stop_if_full()
        text = f"trial {record.name}: {record.status}"
        self._write(self.log(visit), text if record.error is None else f"{text}: {record.error.message}")

    def done(self, task: VisitTask, failed_trials: int) -> None:
        """A visit is complete."""
        visit = task.visit
        self.folder.failure(visit).unlink(missing_ok=True)
        self._write(self.log(visit), f"done, {failed_trials} of its trials failed" if failed_trials else "done")
        self.watcher.session_done(visit.key)

    def failed(self, task: VisitTask, error: SarcoscopeError, attempts: int) -> None:
        """A visit has no results; older ones, of other recordings or settings, stay and do not count."""
        self._stop_if_full()
        visit = task.visit
        failure = SessionFailure(
            participant=visit.participant,
            visit=visit.visit,
            stage=error.context.get("stage", "trials"),
            error=error_record(error),
            attempts=attempts,
            work_sha256=task.work_sha256,
        )
        path = self.folder.failure(visit)
        with replaced_when_whole(path) as unfinished:
            unfinished.write_text(failure.model_dump_json(indent=2), encoding="utf-8")
        self._write(self.log(visit), f"failed ({failure.stage}): {error.message} {error.hint}")
        self.watcher.session_failed(failure)

    def _stop_if_full(self) -> None:
        """Where nothing can be written any more, it is not the recordings that work fails on."""
        if shutil.disk_usage(self.folder.path).free < _LEAST_FREE_BYTES:
            raise disk_full()

    def _write(self, log: Path, text: str) -> None:
        with _told_when_not_written(), log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}\n")


@contextmanager
def _told_when_not_written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise disk_full() from None
        raise SettingsError(
            f"The logs of the cohort cannot be written: {error.strerror or type(error).__name__}.",
            hint="See that its folder can be written, and give the same command again: what is done is kept.",
        ) from None
