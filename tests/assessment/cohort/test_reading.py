"""Opening a cohort's folder: what is wrong is said in words, and only what is asked for is read."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assessment.cohort.reading import is_cohort, open_cohort
from assessment.cohort.schemas import VERSION_KEY
from assessment.cohort.tables import write_tables
from models.errors import SettingsError
from tests.assessment.cohort.made_cohort import MadeCohort, made_cohort


@pytest.fixture
def cohort(tmp_path: Path) -> MadeCohort:
    return made_cohort(tmp_path / "out", participants=6)


def test_only_rows_and_columns_that_are_asked_for_are_given(cohort: MadeCohort) -> None:
    results = open_cohort(cohort.folder.path)
    speeds = results.indicators([("indicator", "==", "gait_speed"), ("visit", "==", "V1")], ["participant", "value"])
    assert list(speeds.columns) == ["participant", "value"]
    every = results.indicators()
    assert len(speeds) == len(every[(every["indicator"] == "gait_speed") & (every["visit"] == "V1")]) > 0
    with pytest.raises(SettingsError, match=r"indicators\.parquet of out has no column person\. It has 18, among them"):
        results.indicators(columns=["person"])


def test_what_the_run_was_made_with_is_given(cohort: MadeCohort) -> None:
    assert open_cohort(cohort.folder.path).about()["n_visits"] == len(cohort.sessions)


def test_a_folder_that_is_no_cohort_is_refused(tmp_path: Path) -> None:
    assert not is_cohort(tmp_path)
    with pytest.raises(SettingsError, match=r"is no folder of a cohort: it has no cohort\.json\. Give the folder that"):
        open_cohort(tmp_path)


def test_a_cohort_whose_run_was_stopped_is_refused(cohort: MadeCohort) -> None:
    cohort.folder.table("wide").unlink()
    with pytest.raises(SettingsError, match=r"out is not finished: it has no wide\.parquet\. Run it again into the sa"):
        open_cohort(cohort.folder.path)
    assert is_cohort(cohort.folder.path)


def test_tables_of_an_earlier_run_do_not_pass_for_those_of_one_that_was_stopped(cohort: MadeCohort) -> None:
    about = json.loads(cohort.folder.about.read_text("utf-8"))
    cohort.folder.about.write_text(json.dumps(about | {"finished": False}), "utf-8")
    with pytest.raises(
        SettingsError, match=r"out is not finished: its last run was stopped, or is still at work\. Run it"
    ):
        open_cohort(cohort.folder.path)


def test_tables_of_an_earlier_run_of_fewer_visits_are_refused(cohort: MadeCohort) -> None:
    n = len(cohort.sessions)
    write_tables(cohort.folder, cohort.sessions[:-2])
    with pytest.raises(SettingsError, match=rf"not finished: its tables hold {n - 2} visits of {n}\. Run it"):
        open_cohort(cohort.folder.path)


def test_a_table_that_was_cut_short_is_refused(cohort: MadeCohort) -> None:
    path = cohort.folder.table("quality")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SettingsError, match=r"quality\.parquet of out is damaged\. Run the cohort again into the same"):
        open_cohort(cohort.folder.path)


def test_a_table_with_damage_in_its_middle_is_refused_when_it_is_read(cohort: MadeCohort) -> None:
    path = cohort.folder.table("indicators")
    content = bytearray(path.read_bytes())
    content[10:4000] = bytes(3990)
    path.write_bytes(bytes(content))
    with pytest.raises(SettingsError, match=r"indicators\.parquet of out is damaged"):
        open_cohort(cohort.folder.path).indicators()


@pytest.mark.parametrize(("version", "said"), [("9.0", "version 9.0"), ("", "version unknown")])
def test_tables_of_another_version_are_refused(cohort: MadeCohort, version: str, said: str) -> None:
    path = cohort.folder.table("failures")
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({VERSION_KEY: version.encode()}), path)
    with pytest.raises(SettingsError, match=rf"failures\.parquet of out has {said}; this program reads 1\.1"):
        open_cohort(cohort.folder.path)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_record_of_the_run_is_refused(cohort: MadeCohort, text: str) -> None:
    cohort.folder.about.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"cohort\.json of out is damaged"):
        open_cohort(cohort.folder.path)
