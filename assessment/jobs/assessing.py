"""What a run does: assess the recordings of its visit. `python -m assessment.jobs.assessing RUN_ID`."""

from __future__ import annotations

import sys
from pathlib import Path

from assessment.assess import Progress, assess
from assessment.jobs.child import Heart, do_run
from assessment.outputs import Outputs
from assessment.store import uploads
from assessment.store.database import Store
from assessment.store.runs import RunRequest
from assessment.store.tables import Run, Visit
from assessment.workers import Workers, default_workers
from models.errors import StoreError
from models.subject import Subject
from pipeline.session import read_session


def assess_run(store: Store, run_id: str, heart: Heart) -> Path:
    """Assess the visit of a run; its tables of curves are written as Parquet."""
    with store.reading() as session:
        run = session.get(Run, run_id)
        visit = session.get(Visit, run.visit_id) if run else None
    if run is None or visit is None:
        raise StoreError("The visit of this run was deleted.", hint="Nothing is left to be done.")
    request = RunRequest.model_validate(run.request)
    store.files.lay_out(uploads.files_of(store, visit.upload_id), heart.folder / "upload")
    # What lies below the second folder comes from elsewhere: a description in it must not point outside.
    recordings = read_session(heart.folder / "upload" / visit.session_path, heart.folder)
    for trial in recordings.movement_trials:
        heart.stages.tell(trial.name, "waiting")

    def follow(news: Progress) -> None:
        heart.stage = news.stage
        if news.trial is not None:
            heart.stages.tell(news.trial, "failed" if news.failed else "done")

    subject = Subject(**request.subject.model_dump())
    with Workers(default_workers()) as workers:
        assess(
            recordings, subject, request.settings, heart.folder / "results",
            workers=workers, clinical=request.clinical, on_progress=follow, stages=heart.stages,
            outputs=Outputs(curves="parquet"),
        )  # fmt: skip
    return heart.folder / "results" / recordings.identifier


if __name__ == "__main__":
    sys.exit(do_run(sys.argv[1], assess_run))
