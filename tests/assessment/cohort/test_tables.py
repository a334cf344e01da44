"""A cohort's tables: what is in them, in which order, and that the same cohort gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.reading import CohortResults, open_cohort
from assessment.cohort.rows import ROWS_NAME
from assessment.cohort.tables import write_tables
from assessment.results_folder import read_summary
from assessment.summary import Summary
from assessment.uncertainty.measured import measured_values
from models.errors import SettingsError
from pipeline.quality import Mark
from tests.assessment.cohort.made_cohort import HUNG, TOO_SHORT, UNREADABLE, MadeCohort, made_cohort, write_failure

FIVE_TIMES = "sit_to_stand_five_times__five_times_sit_to_stand_time"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> MadeCohort:
    return made_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def results(cohort: MadeCohort) -> CohortResults:
    return open_cohort(cohort.folder.path)


@pytest.fixture
def small(tmp_path: Path) -> MadeCohort:
    return made_cohort(tmp_path, participants=6)


def summaries(cohort: MadeCohort) -> dict[tuple[str, str], Summary]:
    """What was found at every visit with results, in the manifest's order."""
    return {
        (one.participant, one.visit): read_summary(cohort.folder.session(one))
        for one in cohort.sessions
        if cohort.folder.session(one).is_dir()
    }


def table_bytes(folder: CohortFolder) -> dict[str, bytes]:
    return {name: folder.table(name).read_bytes() for name in TABLES}


def test_every_indicator_is_one_row_in_the_order_of_the_manifest(cohort: MadeCohort, results: CohortResults) -> None:
    table = results.indicators()
    expected = [
        (*key, trial.name, one.name, one.value, one.standard_error, one.quality.mark.value)
        for key, summary in summaries(cohort).items()
        for trial in summary.trials
        for one in trial.indicators
    ]
    columns = ["participant", "visit", "trial", "indicator", "value", "standard_error", "quality"]
    pd.testing.assert_frame_equal(
        table[columns], pd.DataFrame(expected, columns=columns), check_dtype=False, check_exact=True
    )
    groups = {(one.participant, one.visit): one.group for one in cohort.sessions}
    rows = table[["participant", "visit", "group"]].drop_duplicates().itertuples(index=False, name=None)
    assert {(participant, visit): group for participant, visit, group in rows}.items() <= groups.items()


def test_the_wide_table_has_what_is_known_of_the_person_and_one_column_a_value(
    cohort: MadeCohort, results: CohortResults
) -> None:
    wide = results.wide().set_index(["participant", "visit"])
    found = summaries(cohort)
    assert list(wide.index) == list(found)
    for key, summary in found.items():
        row = wide.loc[key]
        assert (row["height_m"], row["sex"]) == (summary.subject.height_m, summary.subject.sex)
        (five,) = (one for one in measured_values(summary) if one.indicator == "five_times_sit_to_stand_time")
        assert row[f"{FIVE_TIMES}_quality"] == five.mark.value
        assert row[FIVE_TIMES] == five.value or (five.value is None and pd.isna(row[FIVE_TIMES]))
        assert row[f"{FIVE_TIMES}_se"] == five.standard_error or five.standard_error is None
        assert {name: row[f"criterion__{name}"] for name in ("sdoc", "awgs_2019")} == {
            one.framework: one.verdict.value for one in summary.criteria if one.framework in ("sdoc", "awgs_2019")
        }
        stages = {f"criterion__{one.framework}_label": one.label for one in summary.criteria}
        assert row[list(stages)].to_dict() == stages
    assert wide.loc[wide["criterion__awgs_2019"] == "meets", "criterion__awgs_2019_label"].str.len().min() > 0
    assert results.units()[FIVE_TIMES] == "s"


def test_moments_say_where_their_forces_came_from(results: CohortResults) -> None:
    table = results.indicators()
    moments = table["indicator"].str.contains("moment")
    assert set(table.loc[moments, "forces"]) == {"estimated"}
    assert set(table.loc[~moments, "forces"]) == {""}
    assert set(results.wide()["forces"]) == {"estimated"}


def test_what_a_visit_does_not_have_is_empty_and_has_no_mark(cohort: MadeCohort, results: CohortResults) -> None:
    wide = results.wide().set_index(["participant", "visit"])
    column = "squat__peak_knee_extension_moment_per_kg__r"
    without = [key for key, summary in summaries(cohort).items() if summary.trials[-1].status == "failed"]
    assert without
    assert wide.loc[without, [column, f"{column}_se", f"{column}_quality"]].isna().all(axis=None)
    assert wide.drop(index=without)[f"{column}_quality"].isin([mark.value for mark in Mark]).all()


def test_visits_and_trials_that_failed_say_why_in_the_order_of_the_manifest(
    cohort: MadeCohort, results: CohortResults
) -> None:
    failures = results.failures()
    visits = failures[failures["trial"] == ""]
    assert list(visits["reason"]) == [HUNG.message, UNREADABLE.message]
    assert list(visits["attempts"]) == [2, 1]
    trials = failures[failures["trial"] != ""]
    assert set(trials["hint"]) == {TOO_SHORT.hint}
    order = [(one.participant, one.visit) for one in cohort.sessions]
    places = [order.index(key) for key in failures[["participant", "visit"]].itertuples(index=False, name=None)]
    assert places == sorted(places)


def test_quality_has_every_trial_and_its_reasons_one_a_line(cohort: MadeCohort, results: CohortResults) -> None:
    quality = results.quality()
    found = [(*key, trial.name) for key, summary in summaries(cohort).items() for trial in summary.trials]
    assert list(quality[["participant", "visit", "trial"]].itertuples(index=False, name=None)) == found
    failed = quality[quality["status"] == "failed"]
    assert set(failed["reasons"]) == {TOO_SHORT.message}


def test_the_same_cohort_gives_the_same_bytes_however_its_visits_were_done(
    small: MadeCohort, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = made_cohort(tmp_path_factory.mktemp("again"), participants=6)
    assert table_bytes(again.folder) == table_bytes(small.folder)
    for one in again.sessions:
        (again.folder.session(one) / ROWS_NAME).unlink(missing_ok=True)
    write_tables(again.folder, again.sessions)
    assert table_bytes(again.folder) == table_bytes(small.folder)


def test_rows_that_are_broken_or_of_another_visit_are_made_anew(small: MadeCohort) -> None:
    before = table_bytes(small.folder)
    first, second = (small.folder.session(one) / ROWS_NAME for one in small.sessions[:2])
    first.write_bytes(second.read_bytes())
    second.write_bytes(second.read_bytes()[:-40])
    write_tables(small.folder, small.sessions)
    assert table_bytes(small.folder) == before


def test_chunks_change_nothing_of_what_is_in_the_tables(small: MadeCohort, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_cohort(small.folder.path)
    whole = [before.indicators(), before.wide(), before.quality(), before.failures()]
    monkeypatch.setattr("assessment.cohort.tables.VISITS_PER_CHUNK", 1)
    monkeypatch.setattr("assessment.cohort.tables.CHUNKS_PER_WIDE_GROUP", 2)
    write_tables(small.folder, small.sessions)
    after = open_cohort(small.folder.path)
    for old, new in zip(whole, [after.indicators(), after.wide(), after.quality(), after.failures()], strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_a_visit_without_results_or_failure_is_named_and_the_old_tables_stay(small: MadeCohort) -> None:
    before = table_bytes(small.folder)
    small.folder.failure(small.sessions[-1]).unlink()
    with pytest.raises(SettingsError, match=r"P006/V1 has neither results nor a failure that can be read\. Run the"):
        write_tables(small.folder, small.sessions)
    assert table_bytes(small.folder) == before
    assert not [path.name for path in small.folder.path.iterdir() if path.name.startswith(".")]


def test_a_cohort_of_which_nothing_could_be_assessed_has_empty_tables(small: MadeCohort, tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "nothing")
    for one in small.sessions:
        write_failure(folder, one, UNREADABLE)
    folder.about.write_text(json.dumps({"finished": True}), encoding="utf-8")
    write_tables(folder, small.sessions)
    results = open_cohort(folder.path)
    assert (len(results.indicators()), len(results.wide())) == (0, 0)
    assert list(results.failures()["participant"]) == [one.participant for one in small.sessions]
