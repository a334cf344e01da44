"""A cohort's folder is a study: groups, visits and clinical measures come from it, without a table of participants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from assessment.cohort.tables import write_tables
from assessment.study import compare_groups, load_curves, load_indicators, load_study, participant_means
from assessment.study.base import INDICATOR_COLUMNS
from models.errors import SettingsError
from tests.assessment.cohort.made_cohort import GROUPS, UNREADABLE, MadeCohort, made_cohort, write_failure
from tests.assessment.study.test_loading import write_participants


@pytest.fixture
def cohort(tmp_path: Path) -> MadeCohort:
    return made_cohort(tmp_path / "out", participants=12)


def regrouped(cohort: MadeCohort, **groups: str | None) -> Path:
    """The cohort's folder after the manifest was changed: participants in other groups."""
    sessions = [replace(one, group=groups.get(one.participant, one.group)) for one in cohort.sessions]
    write_tables(cohort.folder, sessions)
    return cohort.folder.path


def test_groups_visits_and_clinical_measures_come_from_the_cohort(cohort: MadeCohort) -> None:
    study = load_study([cohort.folder.path])
    assert list(study.indicators.columns) == [*INDICATOR_COLUMNS, "participant", "visit", "group"]
    people = study.participants.set_index("session")
    for one in cohort.sessions:
        row = people.loc[one.key]
        assert (row["participant"], row["visit"], row["group"]) == (one.participant, one.visit, one.group)
        if cohort.folder.session(one).is_dir():
            assert row["mass_kg"] == one.given.mass_kg
            assert row["grip_kg"] == one.clinical.grip_kg or (pd.isna(row["grip_kg"]) and one.clinical.grip_kg is None)
    assert "calf_cm" not in people
    assert study.synthetic


def test_visits_that_failed_count_as_without_a_value(cohort: MadeCohort) -> None:
    study = load_study([cohort.folder.path], only=["gait_speed"])
    assert set(study.indicators["indicator"]) == {"gait_speed"}
    failed = [one for one in cohort.sessions if not cohort.folder.session(one).is_dir()]
    assert {one.visit for one in failed} == {"V1"}
    means = participant_means(study, cautions="include")
    (compared,) = compare_groups(means, GROUPS, visit="V1").to_dict("records")
    without = sum(compared[f"without_value_{number}"] for number in (1, 2))
    assert without >= len(failed) > 0
    assert sum(compared[f"n_{number}"] for number in (1, 2)) + without == 12


def test_older_results_of_a_visit_that_failed_later_do_not_count(cohort: MadeCohort) -> None:
    failed = next(one for one in cohort.sessions if cohort.folder.session(one).is_dir())
    write_failure(cohort.folder, failed, UNREADABLE)
    write_tables(cohort.folder, cohort.sessions)
    curves = load_curves([cohort.folder.path], "knee_angle", activity="sit-to-stand", unit="Nm/kg", cautions="include")
    assert failed.key not in set(curves.values.index.get_level_values("session"))
    assert failed.key not in set(load_study([cohort.folder.path]).indicators["session"])
    assert cohort.folder.session(failed).is_dir()


def test_curves_are_joined_by_the_same_names(cohort: MadeCohort) -> None:
    curves = load_curves([cohort.folder.path], "knee_angle", activity="sit-to-stand", unit="Nm/kg", cautions="include")
    study = load_study([cohort.folder.path])
    assert set(curves.values.index.get_level_values("session")) <= set(study.participants["session"])
    peaks = curves.values.min(axis=1)
    assert peaks.to_numpy() == pytest.approx(-0.5, abs=0.01)


def test_a_cohort_without_groups_is_one(cohort: MadeCohort) -> None:
    folder = regrouped(cohort, **dict.fromkeys((one.participant for one in cohort.sessions), None))
    assert set(load_study([folder]).participants["group"]) == {"all"}


def test_groups_that_cannot_be_compared_are_refused(cohort: MadeCohort) -> None:
    with pytest.raises(SettingsError, match=r"Visits without a group: P001/V1, P001/V2\. Give all of them a group in"):
        load_study([regrouped(cohort, P001=None)])


def test_a_cohort_may_have_a_table_of_participants_all_the_same(cohort: MadeCohort, tmp_path: Path) -> None:
    rows = "".join(f"{one.key},{one.participant},{one.visit},women\n" for one in cohort.sessions)
    people = write_participants(tmp_path, f"session,participant,visit,group\n{rows}")
    assert set(load_study([cohort.folder.path], people).participants["group"]) == {"women"}


def test_other_folders_need_a_table_of_participants(cohort: MadeCohort) -> None:
    visit = cohort.folder.session(cohort.sessions[0])
    (visit / "Tables" / "indicators.csv").write_text(",".join(INDICATOR_COLUMNS), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"Whose sessions these are is not known: visit=V1\. Give the table of par"):
        load_study([visit])


def test_a_cohort_given_twice_is_refused(cohort: MadeCohort) -> None:
    with pytest.raises(SettingsError, match="Twice in results: session P001/V1"):
        load_indicators([cohort.folder.path] * 2)
