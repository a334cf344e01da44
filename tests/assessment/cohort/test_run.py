"""A cohort from its visits to its tables: what fails fails alone, what is done stays done, and numbers do not depend on
how the run went."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assessment.cohort.engine import SerialEngine
from assessment.cohort.failures import SessionFailure
from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.plan import Plan
from assessment.cohort.ray_engine import RayEngine
from assessment.cohort.reading import open_cohort
from assessment.cohort.run import only_run_in, run_cohort
from assessment.cohort.sessions import CohortSession
from assessment.cohort.settings import CohortSettings
from assessment.outputs import Outputs
from assessment.results_folder import discard, put_in_place, read_summary
from assessment.summary import ClinicalMeasures, TrialRecord
from assessment.trial import TrialTask, run_trial
from models.errors import DiskFullError, SettingsError
from models.subject import SubjectMetadata
from pipeline.settings import Settings
from tests.assessment.session_builder import build_session, marker_file

SETTINGS = CohortSettings(Settings(scaler="measurement"))


class Watching:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failed: list[SessionFailure] = []

    def stage(self, key: str, stage: str) -> None:
        pass

    def session_done(self, key: str) -> None:
        self.done.append(key)

    def session_failed(self, failure: SessionFailure) -> None:
        self.failed.append(failure)


class Stopping(Watching):
    """Ctrl-C while a visit is at work."""

    def stage(self, key: str, stage: str) -> None:
        if stage == "trials":
            raise KeyboardInterrupt


@dataclass(frozen=True)
class Ran:
    folder: CohortFolder
    visits: tuple[CohortSession, ...]
    plan: Plan
    seen: Watching


def crashing_trial(task: TrialTask) -> TrialRecord:
    """One person's trial always takes the process with it, another's the first time only."""
    place = str(task.folder)
    if "participant=crash" in place:
        os.abort()
    if "participant=flaky" in place and not (task.folder / "tried").exists():
        (task.folder / "tried").touch()
        os.abort()
    return run_trial(task)


def always_aborting(task: TrialTask) -> TrialRecord:
    """A library that ends the process whenever it sees this person."""
    os.abort()


def edited_while_at_work(task: TrialTask) -> TrialRecord:
    """Somebody saves the recordings again while they are assessed."""
    record = run_trial(task)
    assert task.trial.marker_file is not None
    with task.trial.marker_file.open("a", encoding="utf-8") as file:
        file.write("\n")
    return record


def never(task: TrialTask) -> TrialRecord:
    raise AssertionError("nothing was to be done")


def run(
    visits: tuple[CohortSession, ...],
    folder: CohortFolder,
    work: Callable[[TrialTask], TrialRecord] = run_trial,
    settings: CohortSettings = SETTINGS,
    engine: Callable[[], SerialEngine | RayEngine] = SerialEngine,
) -> Ran:
    seen, at_work = Watching(), engine()
    try:
        plan = run_cohort(visits, settings, folder, at_work, lambda _: seen, source, work_on_trial=work)
    finally:
        at_work.close()
    return Ran(folder, visits, plan, seen)


def source(visit: CohortSession) -> Path:
    assert isinstance(visit.source, Path)
    return visit.source


def tables(folder: CohortFolder) -> dict[str, bytes]:
    return {name: folder.table(name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Four visits: one as it should be, two whose process dies, one without recordings."""
    place = tmp_path_factory.mktemp("cohort")
    small = build_session(place, "pick_up")
    visits = tuple(
        CohortSession(name, "V1", path, SubjectMetadata(age_years=72.0), ClinicalMeasures(grip_kg=21.0), group)
        for name, path, group in (
            ("good", small, "a"),
            ("crash", small, "b"),
            ("flaky", small, "b"),
            ("missing", place / "Jane Doe", "a"),
        )
    )
    return run(visits, CohortFolder(place / "out"), crashing_trial)


def test_good_visits_have_their_results_whatever_happens_beside_them(first: Ran) -> None:
    assert sorted(first.seen.done) == ["flaky/V1", "good/V1"]
    summary = read_summary(first.folder.session(first.visits[0]))
    assert summary.clinical.grip_kg == 21.0
    assert [trial.status for trial in summary.trials] == ["assessed"]


def test_who_fails_is_listed_with_stage_reason_and_tries(first: Ran) -> None:
    failures = open_cohort(first.folder.path).failures().set_index("participant")
    assert failures.loc["missing", "stage"] == "reading"
    assert failures.loc["missing", "reason"] == "There is nothing at the session."
    assert failures.loc["missing", "attempts"] == 1
    assert "ended unexpectedly (Aborted)" in str(failures.loc["crash", "reason"])
    assert failures.loc["crash", "attempts"] == 2
    log = first.folder.log(first.visits[1]).read_text(encoding="utf-8")
    assert "tried again" in log
    assert "crashing_trial" in log


def test_a_crash_that_does_not_come_again_costs_nothing_but_time(first: Ran) -> None:
    table = open_cohort(first.folder.path).indicators()
    values = {name: rows["value"].dropna().tolist() for name, rows in table.groupby("participant")}
    # The last digits depend on the place in the group.
    assert values["flaky"] == pytest.approx(values["good"], rel=1e-9)
    assert len(values["good"]) > 5
    assert table.groupby("participant")["group"].first().to_dict() == {"good": "a", "flaky": "b"}


def test_names_of_folders_are_told_nowhere(first: Ran) -> None:
    files = [path for path in first.folder.path.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"Jane" in path.read_bytes()] == []


def test_recordings_called_after_a_person_go_by_the_codes_of_the_study(tmp_path: Path) -> None:
    named = build_session(tmp_path, "pick_up").rename(tmp_path / "Jane Doe")
    ran = run((CohortSession("P1", "V1", named),), CohortFolder(tmp_path / "out"))
    assert open_cohort(ran.folder.path).wide()["session"].tolist() == ["P1_V1"]
    files = [path for path in ran.folder.path.rglob("*") if path.is_file()]
    held = [path.name for path in files if b"Jane" in path.read_bytes() or "Jane" in str(path)]
    # Compressed tables are not read by eye.
    values = map(str, open_cohort(ran.folder.path).indicators().to_numpy().ravel())
    assert (held, [text for text in values if "Jane" in text]) == ([], [])


def test_the_log_says_why_a_trial_of_a_visit_with_results_failed(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up", "walk")
    broken = marker_file(session, "walk")
    broken.write_bytes(broken.read_bytes()[:20000])
    visit = CohortSession("P1", "V1", session)
    ran = run((visit,), CohortFolder(tmp_path / "out"))
    assert ran.seen.done == ["P1/V1"]
    log = ran.folder.log(visit).read_text(encoding="utf-8")
    assert "trial walk: failed: Line " in log
    assert "done, 1 of its trials failed" in log


def test_nothing_unfinished_is_left(first: Ran) -> None:
    assert [path.name for path in first.folder.path.rglob(".*") if path.name != ".lock"] == []


def test_done_and_failed_work_is_not_done_again(first: Ran) -> None:
    before = tables(first.folder)
    again = run(first.visits[:3], first.folder, never)
    assert (again.plan.n_done, again.plan.n_failed_before, again.seen.done) == (2, 1, [])
    run(first.visits, first.folder, never)
    assert tables(first.folder) == before


def test_a_killed_run_continues_to_the_same_tables(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    # As a run leaves it that is killed: one visit half done, no tables yet.
    lost = folder.session(first.visits[2])
    lost.rename(lost.with_name(".visit=V1.0a1b2c3d.partial"))
    done = folder.session(first.visits[0])
    shutil.copytree(done, done.with_name(".visit=V1.0a1b2c3d.old"))
    for name in TABLES:
        folder.table(name).unlink()
    again = run(first.visits, folder, run_trial)
    assert again.seen.done == ["flaky/V1"]
    assert tables(folder) == tables(first.folder)
    assert [*folder.path.rglob("*.partial"), *folder.path.rglob("*.old")] == []


def test_results_that_were_moved_aside_when_a_run_was_killed_are_put_back(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    moved = folder.session(first.visits[0])
    moved.rename(moved.with_name(".visit=V1.0a1b2c3d.old"))
    assert run(first.visits[:1], folder, never).plan.n_done == 1


def test_failed_work_is_tried_again_when_asked_for(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    again = run(first.visits[:3], folder, run_trial, replace(SETTINGS, retry_failed=True))
    assert again.seen.done == ["crash/V1"]
    assert not folder.failure(first.visits[1]).exists()


def test_other_settings_or_another_person_are_other_work(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    heavier = replace(first.visits[0], given=SubjectMetadata(mass_kg=90.0, age_years=72.0))
    again = run((heavier, *first.visits[2:]), folder)
    assert again.seen.done == ["good/V1"]
    assert again.plan.n_outdated == 1
    assert read_summary(folder.session(heavier)).subject.mass_kg == 90.0


def test_results_outlast_a_time_without_their_recordings(first: Ran, tmp_path: Path) -> None:
    folder, good = CohortFolder(tmp_path / "out"), first.visits[:1]
    shutil.copytree(first.folder.path, folder.path)
    away = (replace(good[0], source=tmp_path / "not mounted"),)
    assert run(away, folder, never).plan.n_done == 1
    before = tables(folder)
    # With other settings the results are of no use now, and of use again later.
    other = run(away, folder, never, replace(SETTINGS, settings=Settings(scaler="measurement", cutoff_hz=4.0)))
    assert [failure.stage for failure in other.seen.failed] == ["reading"]
    assert open_cohort(folder.path).wide().empty
    assert run(good, folder, never).plan.n_done == 1
    assert tables(folder) == before


def test_recordings_that_change_while_they_are_assessed_are_assessed_again(tmp_path: Path) -> None:
    visit = CohortSession("P1", "V1", build_session(tmp_path, "pick_up"), SubjectMetadata(age_years=72.0))
    folder = CohortFolder(tmp_path / "out")
    run((visit,), folder, edited_while_at_work)
    again = run((visit,), folder)
    assert (again.plan.n_outdated, again.seen.done) == (1, ["P1/V1"])
    assert run((visit,), folder, never).plan.n_done == 1


def test_files_that_were_not_kept_are_made_when_they_are_wanted(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    again = run(first.visits[:1], folder, settings=replace(SETTINGS, outputs=Outputs(curves="parquet")))
    assert again.seen.done == ["good/V1"]
    place = folder.session(first.visits[0])
    assert (place / "report.html").exists()
    assert [path.name for path in (place / "Viewer").iterdir()] == ["pick_up.npz"]
    assert not (first.folder.session(first.visits[0]) / "Viewer").exists()
    assert open_cohort(folder.path).indicators()["value"].notna().any()


def test_nothing_is_put_in_place_once_its_unfinished_results_are_discarded(tmp_path: Path) -> None:
    partial, final = tmp_path / ".visit=V1.0a1b2c3d.partial", tmp_path / "visit=V1"
    partial.mkdir()
    (partial / "summary.json").touch()
    discard(partial)
    with pytest.raises(FileNotFoundError):
        put_in_place(partial, final)
    assert list(tmp_path.iterdir()) == []


def test_a_run_with_nothing_to_do_leaves_the_day_of_the_run_before_it(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    run(first.visits[:1], folder, never)
    about = json.loads(folder.about.read_text("utf-8"))
    folder.about.write_text(json.dumps(about | {"created": "2026-01-01T00:00:00+00:00"}), "utf-8")
    run(first.visits[:1], folder, never)
    assert open_cohort(folder.path).about()["created"] == "2026-01-01T00:00:00+00:00"
    run(first.visits[:1], folder, run_trial, replace(SETTINGS, settings=Settings(scaler="measurement", cutoff_hz=4.0)))
    assert open_cohort(folder.path).about()["created"] != "2026-01-01T00:00:00+00:00"


def test_a_full_disk_is_nobodys_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = CohortSession("P1", "V1", tmp_path / "nothing there")
    folder = CohortFolder(tmp_path / "out")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("assessment.cohort.ledger.shutil.disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DiskFullError, match="The disk of the cohort's folder is full"):
        run((visit,), folder)
    assert not folder.failure(visit).exists()
    monkeypatch.undo()
    assert run((visit,), folder).seen.failed


def test_two_runs_do_not_meet_in_one_folder(first: Ran) -> None:
    with only_run_in(first.folder), pytest.raises(SettingsError, match="Another run is at work") as error:
        run(first.visits, first.folder)
    assert "--out" in error.value.hint


def test_a_visit_that_fails_with_other_settings_is_as_it_was_with_the_old_ones(first: Ran, tmp_path: Path) -> None:
    folder, good = CohortFolder(tmp_path / "out"), first.visits[:1]
    shutil.copytree(first.folder.path, folder.path)
    run(good, folder, never)
    before = tables(folder)
    other = run(
        good, folder, always_aborting, replace(SETTINGS, settings=Settings(scaler="measurement", cutoff_hz=4.0))
    )
    assert [failure.participant for failure in other.seen.failed] == ["good"]
    assert open_cohort(folder.path).wide().empty
    run(good, folder, never)
    assert tables(folder) == before


def test_a_run_that_is_stopped_leaves_nothing_that_passes_for_its_own(first: Ran, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    shutil.copytree(first.folder.path, folder.path)
    folder.report_html.write_text("of the earlier run", encoding="utf-8")
    before = tables(folder)
    good, _, flaky, _ = first.visits
    heavier = [replace(visit, given=SubjectMetadata(mass_kg=90.0, age_years=72.0)) for visit in (good, flaky)]
    engine = SerialEngine()
    try:
        for _ in range(2):  # the second one has no tables to put aside, and keeps those of the first
            with pytest.raises(KeyboardInterrupt):
                run_cohort(heavier, SETTINGS, folder, engine, lambda _: Stopping(), source)
            engine = SerialEngine()
        with pytest.raises(SettingsError, match="is not finished: its last run was stopped"):
            open_cohort(folder.path)
        assert not [path for path in folder.path.iterdir() if path.suffix in (".parquet", ".html")]
        assert {name: (folder.older / f"{name}.parquet").read_bytes() for name in TABLES} == before
        assert (folder.older / "report.html").exists()
        assert [path.name for path in folder.path.rglob(".*") if path.name != ".lock"] == []
        run_cohort(heavier, SETTINGS, folder, engine, lambda _: Watching(), source)
    finally:
        engine.close()
    assert open_cohort(folder.path).wide()["mass_kg"].tolist() == [90.0, 90.0]
    assert not folder.older.exists()
    assert not folder.report_html.exists(), "a report of other tables"


def test_ray_gives_the_same_tables(first: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Ray's workers give way to all else on the machine, here to the other tests: they would be starved for minutes.
    monkeypatch.setenv("RAY_worker_niceness", "0")
    folder = CohortFolder(tmp_path / "out")
    ran = run(first.visits, folder, crashing_trial, engine=lambda: RayEngine(n_workers=2))
    assert sorted(ran.seen.done) == ["flaky/V1", "good/V1"]
    assert tables(folder) == tables(first.folder)
