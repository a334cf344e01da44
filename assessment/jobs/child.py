"""One run in a process of its own: signs of life while it works, and an end that is written down whatever happens."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from assessment.jobs import log, table
from assessment.results_folder import SUMMARY_NAME
from assessment.stages import StageLog
from assessment.store import cleaning
from assessment.store.database import Store, open_store
from assessment.store.scratch import scratch
from assessment.summary import ErrorRecord
from models.errors import SarcoscopeError, StoreError, WorkerError

BEAT_S = 1.0
NOT_WRITTEN_DOWN = 74
"""Exit code of a run that ended while the store could not be written (EX_IOERR)."""


class Heart(threading.Thread):
    """Signs of life every second; ends the process, workers and all, once the run is wanted no more.

    Attributes
    ----------
    folder : Path
        Where the run works.
    stage : str
        Of the session; whoever works sets it.
    stages : StageLog
        Of the trials.
    """

    def __init__(self, store: Store, run_id: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.stage = "reading"
        self.stages = StageLog(folder / "stages")
        self._store, self._run_id = store, run_id
        self._told = 0
        self._stopped = threading.Event()

    def run(self) -> None:
        """Beat until stopped."""
        self.beat()
        while not self._stopped.wait(BEAT_S):
            self.beat()

    def stop(self) -> None:
        """Stop."""
        self._stopped.set()
        self.join()

    def beat(self) -> None:
        """Show one sign of life, with the news since the one before."""
        try:
            news = self.stages.read()
            wanted = table.beat(self._store, self._run_id, self.stage, news[self._told :])
        except (StoreError, OSError, ValueError):
            return  # the next one may go through; the run itself will say what is wrong
        self._told = len(news)
        if not wanted:
            self._end()

    def _end(self) -> None:
        try:
            table.end_without_results(self._store, self._run_id, None)
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            if os.getpgrp() == os.getpid():
                os.killpg(os.getpid(), signal.SIGKILL)
            os._exit(1)


Work = Callable[[Store, str, Heart], Path]
"""Does a run in the heart's folder and gives the folder with its results."""


def do_run(run_id: str, work: Work) -> int:
    """Do one run that was taken, and return the process's exit code."""
    store = open_store()
    # The folder is gone before the reason is written: on a full disk that makes the space for it.
    error = _attempt(store, run_id, work)
    if error is not None:
        try:
            table.end_without_results(store, run_id, error)
        except StoreError:
            return NOT_WRITTEN_DOWN
    return 0


def _attempt(store: Store, run_id: str, work: Work) -> ErrorRecord | None:
    try:
        with scratch(store.home, run_id) as folder:
            heart = Heart(store, run_id, folder)
            heart.start()
            try:
                _keep(store, run_id, work(store, run_id, heart), heart)
            finally:
                heart.stop()
    except SarcoscopeError as error:
        return _record(error)
    except OSError as error:
        return _record(_unwritable(error))
    except Exception as error:
        log.write_defect(store.home, run_id, error)
        return _record(_unexpected(error))
    return None


def _keep(store: Store, run_id: str, results: Path, heart: Heart) -> None:
    sha256 = hashlib.sha256((results / SUMMARY_NAME).read_bytes()).hexdigest()
    with cleaning.all_or_nothing(store):
        kept = store.files.keep(results)
        heart.stop()  # it would take a run that is done for one that is wanted no more
        heart.beat()
        if not table.finish(store, run_id, kept, sha256):
            # It was cancelled since the last beat. What was kept is deleted again.
            raise WorkerError("The run was cancelled.", hint=table.DIED.hint)


def _record(error: SarcoscopeError) -> ErrorRecord:
    return ErrorRecord(kind=type(error).__name__, message=error.message, hint=error.hint, where=error.where)


def _unwritable(error: OSError) -> StoreError:
    return StoreError(
        f"The run could not write its files: {error.strerror or type(error).__name__}.",
        hint="Make space on the disk of the store (about 20 MB a session) and run it again.",
    )


def _unexpected(error: Exception) -> WorkerError:
    return WorkerError(
        f"An unexpected {type(error).__name__} stopped the run.",
        hint="This is a defect of Sarcoscope: please report it with the kind of the error. Nothing was lost.",
    )
