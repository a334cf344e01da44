"""One run, in a process of its own: `python -m assessment.jobs.child RUN_ID`."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import pandas as pd
from sqlmodel import select

from assessment.assess import Progress, assess
from assessment.jobs import table
from assessment.records import error_record
from assessment.results_folder import SUMMARY_NAME
from assessment.stages import StageLog
from assessment.store.artefacts import StoredFile
from assessment.store.database import Store, open_store
from assessment.store.runs import RunRequest
from assessment.store.tables import Run, UploadFile, Visit
from assessment.summary import Summary
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError, StoreError, WorkerError
from models.subject import Subject
from pipeline.session import read_session

BEAT_S = 1.0
TABLES = ("curves", "cycles")


def work_folder(store: Store, run_id: str) -> Path:
    """Where a run writes while it is not finished."""
    return store.home / "work" / run_id


def main(run_id: str) -> None:
    """Do one run that was taken; whatever happens is written into the job table."""
    store = open_store()
    folder = work_folder(store, run_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    heart = _Heart(store, run_id, StageLog(folder / "stages"))
    heart.start()
    try:
        results = _assess(store, run_id, folder, heart)
        heart.stop()
        _keep(store, run_id, results)
    except SarcoscopeError as error:
        heart.stop()
        table.end_without_results(store, run_id, error_record(error))
    except OSError as error:
        heart.stop()
        table.end_without_results(store, run_id, error_record(_unwritable(error)))
    except Exception as error:
        heart.stop()
        table.end_without_results(store, run_id, error_record(_unexpected(error)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Heart(threading.Thread):
    """Signs of life every second; ends the process, workers and all, once the run is wanted no more."""

    def __init__(self, store: Store, run_id: str, stages: StageLog) -> None:
        super().__init__(daemon=True)
        self.stage = "reading"
        self.stages = stages
        self._store, self._run_id = store, run_id
        self._told = 0
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(BEAT_S):
            self._beat()

    def stop(self) -> None:
        """Stop, with a last sign of life."""
        self._stopped.set()
        if self.is_alive():
            self.join()
        self._beat()

    def _beat(self) -> None:
        try:
            news = self.stages.read()
            wanted = table.beat(self._store, self._run_id, self.stage, news[self._told :])
        except StoreError:
            return  # the next one may go through; the run itself will say what is wrong
        self._told = len(news)
        if not wanted:
            table.end_without_results(self._store, self._run_id, None)
            shutil.rmtree(work_folder(self._store, self._run_id), ignore_errors=True)
            os.killpg(os.getpgid(0), signal.SIGKILL)


def _assess(store: Store, run_id: str, folder: Path, heart: _Heart) -> Path:
    with store.session() as session:
        run = session.exec(select(Run).where(Run.id == run_id)).one()
        visit = session.exec(select(Visit).where(Visit.id == run.visit_id)).one()
        rows = session.exec(select(UploadFile).where(UploadFile.upload_id == visit.upload_id))
        files = [StoredFile(row.path, row.sha256, row.n_bytes) for row in rows]
        request = RunRequest.model_validate(run.request)
    store.files.lay_out(files, folder / "upload")
    recordings = read_session(folder / "upload" / visit.session_path, folder / "unpacked")
    for trial in recordings.movement_trials:
        heart.stages.tell(trial.name, "waiting")

    def follow(news: Progress) -> None:
        heart.stage = news.stage
        if news.trial is not None:
            heart.stages.tell(news.trial, "failed" if news.failed else "done")

    subject = Subject(**request.subject.model_dump())
    with Workers(default_workers()) as workers:
        assess(
            recordings, subject, request.settings, folder / "results",
            workers=workers, clinical=request.clinical, on_progress=follow, stages=heart.stages,
        )  # fmt: skip
    return folder / "results" / recordings.identifier


def _keep(store: Store, run_id: str, results: Path) -> None:
    """Move a results folder into the store, its tables of curves as Parquet."""
    path = results / SUMMARY_NAME
    summary = Summary.model_validate_json(path.read_text(encoding="utf-8"))
    trials = [
        trial.model_copy(
            update={"files": {kind: _as_parquet(results, kind, name) for kind, name in trial.files.items()}}
        )
        for trial in summary.trials
    ]
    text = summary.model_copy(update={"trials": trials}).model_dump_json(indent=2)
    path.write_text(text, encoding="utf-8")
    with store.files.filing():
        kept = store.files.keep(results)
        table.finish(store, run_id, kept, hashlib.sha256(text.encode()).hexdigest())


def _as_parquet(results: Path, kind: str, name: str) -> str:
    if kind not in TABLES:
        return name
    new = str(Path(name).with_suffix(".parquet"))
    pd.read_csv(results / name).to_parquet(results / new, index=False)
    (results / name).unlink()
    return new


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


if __name__ == "__main__":
    main(sys.argv[1])
