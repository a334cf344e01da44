"""What docs/cohorts.md says of the tables is so: every column has its type, and every query finds what it says."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assessment.cohort.reading import CohortResults, open_cohort
from assessment.cohort.schemas import UNIT_KEY
from tests.assessment.cohort.made_cohort import HUNG, TOO_SHORT, UNREADABLE, WHY_NOT, MadeCohort, made_cohort
from tests.assessment.cohort.report.cohorts import folder_of, visits

TEXT = (Path(__file__).parents[3] / "docs" / "cohorts.md").read_text(encoding="utf-8")
QUERIES = dict(re.findall(r"```sql\n-- (\w+)\n(.*?)```", TEXT, flags=re.DOTALL))
TYPES = {"text": pa.string(), "number": pa.float64(), "whole number": pa.int32(), "flag": pa.bool_()}
TIME, SPEED = "sit_to_stand_five_times__five_times_sit_to_stand_time", "walking_overground__gait_speed"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> MadeCohort:
    return made_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def results(cohort: MadeCohort) -> CohortResults:
    return open_cohort(cohort.folder.path)


def asked(cohort: MadeCohort, query: str) -> pd.DataFrame:
    """What DuckDB, started in the cohort's folder, answers to a query of the documentation."""
    with duckdb.connect() as database:
        database.execute(f"SET file_search_path = '{cohort.folder.path}'")
        return database.execute(QUERIES[query]).df()


def documented(table: str) -> list[tuple[str, str, str]]:
    """Column, type and meaning of the columns that a table always has."""
    (section,) = re.findall(rf"### {table}\.parquet\n(.*?)\n### ", TEXT, flags=re.DOTALL)
    return re.findall(r"^\| `(\w+)` \| ([\w ]+) \| (.*?) ?\|$", section, flags=re.MULTILINE)


@pytest.mark.parametrize("table", ["indicators", "wide", "quality", "failures"])
def test_every_column_is_documented_with_its_type_and_unit(cohort: MadeCohort, table: str) -> None:
    columns = documented(table)
    schema = pq.read_schema(cohort.folder.table(table))
    fields = [field for field in schema if "__" not in field.name]
    assert [(name, TYPES[kind]) for name, kind, _ in columns] == [(field.name, field.type) for field in fields]
    for (_, _, meaning), field in zip(columns, fields, strict=True):
        unit = (field.metadata or {}).get(UNIT_KEY, b"").decode()
        assert meaning.startswith(unit)


def test_marks_are_counted(cohort: MadeCohort, results: CohortResults) -> None:
    found = asked(cohort, "quality")
    every = results.indicators()
    assert found["n"].sum() == len(every)
    withheld = found[(found["indicator"] == "gait_speed") & (found["quality"] == "withheld")]["n"].sum()
    assert withheld == ((every["indicator"] == "gait_speed") & (every["quality"] == "withheld")).sum() > 0
    assert asked(cohort, "withheld").to_dict("list") == {
        "reason": [WHY_NOT],
        "n": [(every["quality"] == "withheld").sum()],
    }


def test_times_are_by_sex_and_decade(cohort: MadeCohort, results: CohortResults) -> None:
    found = asked(cohort, "norms").set_index(["sex", "decade"])
    wide = results.wide()
    women = wide[(wide["sex"] == "f") & wide["age_years"].between(70, 79) & (wide["visit"] == "V1")][TIME].dropna()
    row = found.loc[("f", 70)]
    assert (row["n"], row["mean_s"], row["sd_s"]) == pytest.approx((len(women), women.mean(), women.std()))
    assert list(row["quantiles_s"]) == pytest.approx(women.quantile([0.1, 0.5, 0.9]).tolist())


def test_groups_have_their_intervals(cohort: MadeCohort, results: CohortResults) -> None:
    found = asked(cohort, "groups").set_index("group")
    wide = results.wide()
    speeds = wide[(wide["group"] == "frail") & (wide["visit"] == "V1")][SPEED].dropna()
    row = found.loc["frail"]
    assert (row["n"], row["mean_m_s"]) == pytest.approx((len(speeds), speeds.mean()))
    assert row["high_m_s"] - row["low_m_s"] == pytest.approx(2 * 1.96 * speeds.sem())


def test_change_is_that_of_the_same_person(cohort: MadeCohort, results: CohortResults) -> None:
    found = asked(cohort, "change").set_index("participant")
    visits = results.wide().set_index(["visit", "participant"])[[SPEED, f"{SPEED}_se"]]
    later, earlier = visits.loc["V2"], visits.loc["V1"]
    change = (later[SPEED] - earlier[SPEED]).dropna()
    assert found["change_m_s"].to_dict() == pytest.approx(change.to_dict())
    errors = (later[f"{SPEED}_se"] ** 2 + earlier[f"{SPEED}_se"] ** 2) ** 0.5
    assert found["standard_error_m_s"].to_dict() == pytest.approx(errors[change.index].to_dict())


def test_curves_of_one_movement_come_with_whose_they_are(cohort: MadeCohort, results: CohortResults) -> None:
    found = asked(cohort, "curves")
    quality = results.quality()
    usable = quality[(quality["activity"] == "sit-to-stand") & quality["kinetics"].isin(["reported", "with caution"])]
    keys = ["participant", "visit", "trial"]
    assert found[keys].drop_duplicates().to_numpy().tolist() == usable[keys].to_numpy().tolist()
    mass = results.wide().set_index(["participant", "visit"])["mass_kg"]
    peaks = found.groupby(["participant", "visit"])["knee_angle_r_nm"].min()
    assert (peaks / mass[peaks.index]).to_numpy() == pytest.approx(-0.5, abs=0.02)


def test_failures_are_counted_with_what_to_do(cohort: MadeCohort) -> None:
    found = asked(cohort, "failures").set_index("kind")
    assert found["for_example"].to_dict() == {one.kind: one.message for one in (TOO_SHORT, HUNG, UNREADABLE)}
    assert found["what_to_do"].to_dict() == {one.kind: one.hint for one in (TOO_SHORT, HUNG, UNREADABLE)}
    assert found["whole_visit"].to_dict() == {TOO_SHORT.kind: False, HUNG.kind: True, UNREADABLE.kind: True}
    assert found.loc[HUNG.kind, "n"] == 1


def test_a_clinics_own_table_is_joined(cohort: MadeCohort, results: CohortResults) -> None:
    people = sorted({one.participant for one in cohort.sessions})
    rows = "".join(f"{name},{k % 3}\n" for k, name in enumerate(people))
    (cohort.folder.path / "clinic.csv").write_text(f"participant,falls\n{rows}", encoding="utf-8")
    found = asked(cohort, "clinic").set_index("falls")
    first = results.wide().query("visit == 'V1'")
    none = first[first["participant"].isin(people[::3])]
    assert found.loc[0, "n"] == len(none)
    assert (found.loc[0, "grip_kg"], found.loc[0, "rises_s"]) == pytest.approx(
        (none["grip_kg"].mean(), none[TIME].mean())
    )


def test_queries_on_a_cohort_without_one_assessed_visit_end_as_is_said(tmp_path: Path) -> None:
    nobody = list(visits(2))
    folder = folder_of(tmp_path, nobody, failed=[one.key for one in nobody], error=UNREADABLE)
    (folder.path / "clinic.csv").write_text("participant,falls\nKODE000,1\n", encoding="utf-8")
    cohort, said = MadeCohort(folder, tuple(nobody)), {}
    for query in QUERIES:
        try:
            said[query] = str(len(asked(cohort, query)))
        except duckdb.Error as error:
            said[query] = str(error)
    assert {query: said.pop(query) for query in ("quality", "withheld", "failures")} == {
        "quality": "0",
        "withheld": "0",
        "failures": "1",
    }
    assert "cannot take NULL list" in said.pop("curves")
    assert {query for query, text in said.items() if re.match("Binder Error.* not found", text)} == {*said}


def test_no_query_is_without_a_test() -> None:
    assert set(QUERIES) == {"quality", "withheld", "norms", "groups", "change", "curves", "failures", "clinic"}
