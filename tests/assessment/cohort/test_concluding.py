"""The end of a visit: told once, kept once, and never without an end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assessment.cohort.failures import no_trial_assessed
from assessment.cohort.layout import CohortFolder
from assessment.cohort.sessions import CohortSession
from assessment.cohort.settings import LEAN
from assessment.cohort.visit_record import VisitRecord, read_record, write_record
from assessment.cohort.work import ConclusionTask, GroupTask, ReadyVisit, VisitTask, conclude_visit, prepare_group
from assessment.conclusion import failed_trial
from assessment.results_folder import partial_folder
from assessment.trial import run_trial
from models.errors import MarkerDataError
from models.subject import SubjectMetadata
from pipeline.settings import Settings
from tests.assessment.cohort.made_cohort import made_cohort
from tests.assessment.session_builder import build_session


@pytest.fixture
def task(tmp_path: Path) -> ConclusionTask:
    """A visit whose only trial is assessed."""
    visit = CohortSession("P1", "V1", build_session(tmp_path, "pick_up"), SubjectMetadata(age_years=72.0))
    final = CohortFolder(tmp_path / "out").session(visit)
    assert isinstance(visit.source, Path)
    asked = VisitTask(
        visit, visit.source, Settings(scaler="measurement"), LEAN, partial_folder(final), "recordings", "work"
    )
    (ready,) = prepare_group(GroupTask((asked,), "cpu"))
    assert isinstance(ready, ReadyVisit)
    return ConclusionTask(ready, {trial.trial.name: run_trial(trial) for trial in ready.trials}, final)


def test_a_conclusion_that_could_not_say_that_it_was_done_is_no_failure_the_second_time(task: ConclusionTask) -> None:
    assert conclude_visit(task) == 0
    before = {path: path.read_bytes() for path in task.folder.rglob("*") if path.is_file()}
    assert conclude_visit(task) == 0
    assert {path: path.read_bytes() for path in task.folder.rglob("*") if path.is_file()} == before


def test_the_record_says_of_what_the_results_are(task: ConclusionTask) -> None:
    conclude_visit(task)
    record = read_record(task.folder)
    assert record is not None
    assert (record.recordings_sha256, record.work_sha256) == ("recordings", "work")
    assert record.has(LEAN)


@pytest.mark.parametrize("damage", ["summary and rows lost", "both empty", "record cut off"])
def test_results_that_no_table_can_be_made_of_are_none(tmp_path: Path, damage: str) -> None:
    cohort = made_cohort(tmp_path / "out", participants=6)
    results = cohort.folder.session(cohort.sessions[0])
    assert read_record(results) is not None
    if damage == "record cut off":
        write_record(results, VisitRecord(participant="P", visit="V", recordings_sha256="", work_sha256="", kept={}))
        record = results / "cohort_session.json"
        record.write_bytes(record.read_bytes()[:20])
    for name in ("summary.json", "rows.arrow") if damage != "record cut off" else ():
        (results / name).write_bytes(b"") if damage == "both empty" else (results / name).unlink()
    assert read_record(results) is None


def test_results_whose_rows_alone_are_lost_are_as_good(tmp_path: Path) -> None:
    cohort = made_cohort(tmp_path / "out", participants=6)
    results = cohort.folder.session(cohort.sessions[0])
    (results / "rows.arrow").unlink()
    assert read_record(results) is not None
    shutil.rmtree(results)
    assert read_record(results) is None


def test_why_no_trial_could_be_assessed_is_told_once_and_without_names_of_trials() -> None:
    error = MarkerDataError("No frame holds a person.", hint="Record again.")
    told = no_trial_assessed([failed_trial(name, error) for name in ("walk", "hong")])
    assert told.message == "No trial could be assessed. No frame holds a person."
    assert told.hint == "Record again."
