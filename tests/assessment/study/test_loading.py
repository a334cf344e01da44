from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from assessment.study import Study, load_indicators, load_participants, load_study
from assessment.study.base import INDICATOR_COLUMNS
from assessment.study.synthetic import synthetic_study, write_synthetic_results
from assessment.summary import Summary
from assessment.tables import indicator_table
from models.errors import SettingsError


@pytest.fixture
def made_up() -> Study:
    return synthetic_study(1, per_group=2, visits=("1", "2"))


def write_participants(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_study_is_read_back_as_it_was_written(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    read = load_study([tmp_path], people)
    pd.testing.assert_frame_equal(read.indicators, made_up.indicators, check_dtype=False)
    pd.testing.assert_frame_equal(
        read.participants[made_up.participants.columns], made_up.participants, check_dtype=False
    )
    assert read.synthetic


def test_the_table_of_a_session_has_every_column_a_study_needs() -> None:
    empty = Summary.model_construct(session="s", synthetic=False, trials=[], indicators=[])
    assert set(INDICATOR_COLUMNS) <= set(indicator_table(empty).columns)


def test_folders_may_be_given_one_by_one_but_not_twice(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    indicators, subjects = load_indicators([tmp_path / "S001-1", tmp_path / "S003-2"])
    assert set(indicators["session"]) == {"S001-1", "S003-2"} == set(subjects["session"])
    with pytest.raises(SettingsError, match=r"Twice in results: session S001-1\. Leave one of the folders out\."):
        load_indicators([tmp_path, tmp_path / "S001-1"])


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"There are no results in {tmp_path.name}\. .*summary\.json"):
        load_indicators([tmp_path])
    with pytest.raises(SettingsError, match="No results folders are given"):
        load_indicators([])


def test_units_that_disagree_are_named_with_their_sessions(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    path = tmp_path / "S002-1" / "Tables" / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace(",m/s,", ",km/h,"), encoding="utf-8")
    with pytest.raises(SettingsError, match="units of gait_speed disagree: m/s in session S001-1, km/h in session S00"):
        load_indicators([tmp_path])


def test_a_missing_column_is_named(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    path = tmp_path / "S001-1" / "Tables" / "indicators.csv"
    pd.read_csv(path).drop(columns="quality").to_csv(path, index=False)
    with pytest.raises(SettingsError, match=r"indicators\.csv of S001-1 has no column quality\. It has: session, syn"):
        load_indicators([tmp_path])


def test_a_withheld_row_with_a_value_is_refused(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    path = tmp_path / "S001-1" / "Tables" / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace(",reported,", ",withheld,"), encoding="utf-8")
    with pytest.raises(SettingsError, match="absent if and only if it is withheld"):
        load_indicators([tmp_path])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": "9.0"}, "have schema version 9.0; this program reads"),
        ({"schema_version": None}, "have schema version None"),
        ({"trials": [{"name": "rise"}]}, "cannot be read by this version: trials.0.status: Field required"),
    ],
)
def test_results_that_this_version_does_not_read_are_refused(
    made_up: Study, tmp_path: Path, change: dict, said: str
) -> None:
    write_synthetic_results(made_up, tmp_path)
    path = tmp_path / "S001-1" / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_indicators([tmp_path])
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"summary\.json in .*S001-1 is no record of results\. .*Assess the session again"
    ):
        load_indicators([tmp_path])


def test_synthetic_and_recorded_sessions_are_not_mixed(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    path = tmp_path / "S001-1" / "Tables" / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace(",True,", ",False,"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"Synthetic and recorded sessions are mixed\. .*S001-2"):
        load_indicators([tmp_path])


def test_a_session_without_a_participant_is_named(made_up: Study, tmp_path: Path) -> None:
    write_synthetic_results(made_up, tmp_path)
    people = write_participants(tmp_path, "session,participant,group\nS001-1,S001,healthy\n")
    with pytest.raises(SettingsError, match="Sessions without a participant: S001-2, S002-1"):
        load_study([tmp_path], people)


def test_a_participant_without_results_stays(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    with people.open("a", encoding="utf-8") as file:
        file.write("S009-1,1,S009,sarcopenia,,\n")
    study = load_study([tmp_path], people)
    assert "S009" in set(study.participants["participant"])


def test_sex_of_session_and_table_must_agree(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    table = made_up.participants.drop(columns=["height_m", "mass_kg"])
    table.assign(sex=table["sex"].map({"f": "m", "m": "f"})).to_csv(people, index=False)
    with pytest.raises(
        SettingsError, match=r"assessed with sex ., the table of participants says .\. \[session S001-1"
    ):
        load_study([tmp_path], people)


def test_age_comes_from_the_table_where_the_session_does_not_know_it(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    for path in tmp_path.glob("*/summary.json"):
        summary = json.loads(path.read_text("utf-8"))
        summary["subject"]["age_years"] = None
        path.write_text(json.dumps(summary), encoding="utf-8")
    made_up.participants[["session", "participant", "visit", "group", "age_years"]].to_csv(people, index=False)
    read = load_study([tmp_path], people).participants
    assert list(read["age_years"]) == list(made_up.participants["age_years"])


def typed_in(tmp_path: Path, session: str, **clinical: object) -> None:
    path = tmp_path / session / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"clinical": clinical}), encoding="utf-8")


def test_clinical_measures_come_from_the_session_where_the_table_has_none(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    made_up.participants.drop(columns=["grip_kg"]).to_csv(people, index=False)
    for number, session in enumerate(made_up.participants["session"]):
        typed_in(tmp_path, session, grip_kg=20.0 + number, asm_kg=15.0, asm_method="bia")
    read = load_study([tmp_path], people).participants
    assert read["grip_kg"].tolist() == [20.0 + number for number in range(len(read))]
    assert set(read["asm_method"]) == {"bia"}
    assert "calf_cm" not in read
    made_up.participants.assign(grip_kg=[None, *range(21, 28)]).to_csv(people, index=False)
    read = load_study([tmp_path], people).participants
    assert read["grip_kg"].tolist() == [20.0 + number for number in range(len(read))]


def test_clinical_measures_of_session_and_table_must_agree(made_up: Study, tmp_path: Path) -> None:
    people = write_synthetic_results(made_up, tmp_path)
    typed_in(tmp_path, "S001-1", grip_kg=99.0)
    with pytest.raises(SettingsError, match=r"assessed with grip_kg 99\.0, the table of participants says"):
        load_study([tmp_path], people)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("session,participant\na,A\n", r"people\.csv has no column group\. It has: session, participant\."),
        ("session,participant,group\na,A,h\na,B,h\n", "Twice in the table of participants: session a"),
        ("session,participant,group\na,A,h\nb,A,h\n", "participant A, visit 1. Give each visit"),
        ("session,participant,visit,group\na,A,1,h\nb,A,2,s\n", "Participants in more than one group: A"),
        ("session,participant,group\na,A,h\nb,B,\n", "has no group in line 3"),
    ],
)
def test_faults_in_the_table_of_participants_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_participants(write_participants(tmp_path, text))


def test_participant_names_stay_text_and_missing_measures_empty(tmp_path: Path) -> None:
    table = load_participants(
        write_participants(tmp_path, "session,participant,group,grip_kg\n01, 007,h,NA\n02,008,h,31.5\n")
    )
    assert list(table["participant"]) == ["007", "008"]
    assert list(table["session"]) == ["01", "02"]
    assert table["grip_kg"].isna().tolist() == [True, False]
    assert table["grip_kg"].iloc[1] == 31.5


def test_asking_for_what_is_not_there_lists_what_is(made_up: Study) -> None:
    with pytest.raises(
        SettingsError, match=r"No indicator row has activity dancing\. There are: sit-to-stand, step-up"
    ):
        made_up.where(activity="dancing")
