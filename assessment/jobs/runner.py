"""The runner: takes one queued run after the other; each has a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from assessment.jobs import log, table
from assessment.jobs.child import NOT_WRITTEN_DOWN
from assessment.jobs.silence import Silence
from assessment.jobs.start import ROOT, environment, only_one
from assessment.store import cleaning, scratch
from assessment.store.database import Store, open_store
from assessment.summary import ErrorRecord
from models.errors import StoreError

LOOK_S = 0.5
# Starting a runner takes seconds, keeping one costs next to nothing: it waits a while for the next run.
IDLE_S = 600.0
_CLEAN_EVERY_S = 3600.0
CHILD = (sys.executable, "-m", "assessment.jobs.assessing")


@dataclass
class Runner:
    """Serves the queue of a store.

    Attributes
    ----------
    store : Store
    child : sequence of str
        Command that does one run; it is given the run's id.
    silence : Silence
    """

    store: Store
    child: Sequence[str] = CHILD
    silence: Silence = field(default_factory=Silence)
    _unclosed: dict[str, ErrorRecord] = field(default_factory=dict)
    _cleaned_at: float = -_CLEAN_EVERY_S

    def serve(self, idle_s: float | None = IDLE_S) -> None:
        """Serve the queue until nothing has come for a while; None: for ever."""
        last = time.monotonic()
        while idle_s is None or time.monotonic() - last < idle_s:
            if self._serve_one():
                last = time.monotonic()
            else:
                time.sleep(LOOK_S)

    def _serve_one(self) -> bool:
        try:
            self._look_after()
            run_id = table.take(self.store)
        except (StoreError, OSError):
            return False  # a full disk or a restarted database: it may be well again in a moment
        if run_id is None:
            return False
        self._run(run_id)
        return True

    def _look_after(self, alive: str | None = None) -> None:
        for run_id, error in list(self._unclosed.items()):
            table.end_without_results(self.store, run_id, error)
            del self._unclosed[run_id]
        self.silence.close(self.store, alive=() if alive is None else (alive,))
        if time.monotonic() - self._cleaned_at > _CLEAN_EVERY_S:
            self._cleaned_at = time.monotonic()
            cleaning.clean(self.store)

    def _run(self, run_id: str) -> None:
        started = time.monotonic()
        try:
            child = subprocess.Popen(  # noqa: S603 - our own command
                [*self.child, run_id],
                cwd=ROOT,
                env=environment(self.store),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            self._close(run_id, _record(f"No process can be started for the run: {error.strerror}."))
            return
        while True:
            try:
                exit_code = child.wait(LOOK_S)
                break
            except subprocess.TimeoutExpired:
                with suppress(StoreError, OSError):
                    self._look_after(alive=run_id)
        # Workers of a child that died are nobody's any more.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        shutil.rmtree(scratch.place(self.store.home, run_id), ignore_errors=True)
        log.write(self.store.home, run_id, exit_code, time.monotonic() - started)
        self._close(run_id, _how(exit_code))
        if exit_code != 0:
            with suppress(StoreError):  # it may have been writing results
                cleaning.remove_unnamed(self.store)

    def _close(self, run_id: str, error: ErrorRecord) -> None:
        """See that the run is closed, which a child that died could not do itself."""
        try:
            table.end_without_results(self.store, run_id, error)
        except StoreError:
            self._unclosed[run_id] = error  # with space on the disk again it goes through


def serve(runner: Runner, *, idle_s: float | None = IDLE_S) -> bool:
    """Be the runner of this host until nothing has come for a while; False where there is one already."""
    while True:
        with only_one(runner.store) as lock:
            if lock is None:
                return False
            runner.serve(idle_s)
        # Who queued a run while this ended saw a runner, and started none.
        if not table.waits(runner.store):
            return True


def _how(exit_code: int) -> ErrorRecord:
    if exit_code == NOT_WRITTEN_DOWN:
        return ErrorRecord(
            kind="StoreError",
            message="The run ended, but its outcome could not be written: the disk was full, or the database away.",
            hint="Make space on the disk of the store and run it again.",
        )
    if exit_code >= 0:
        return _record(f"The process of this run ended unexpectedly (exit code {exit_code}).")
    return _record(f"The process of this run was killed ({signal.Signals(-exit_code).name}).")


def _record(message: str) -> ErrorRecord:
    return ErrorRecord(kind="WorkerError", message=message, hint=table.DIED.hint)


def main(lock: int, runner: Runner, *, idle_s: float = IDLE_S) -> None:
    """Serve the queue with the lock that `ensure_runner` passed on, open under this number."""
    runner.serve(idle_s)
    os.close(lock)
    if table.waits(runner.store):
        serve(runner, idle_s=idle_s)


if __name__ == "__main__":
    main(int(sys.argv[1]), Runner(open_store()))
