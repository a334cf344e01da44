"""The page of the cohort on a cohort's folder."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.cohort.data import Cohort
from app.cohort.export import as_csv, written_down
from app.cohort.from_folder import FolderSource, visits_of
from app.cohort.withheld import withheld_reasons
from assessment.cohort.layout import CohortFolder
from assessment.cohort.reading import open_cohort
from assessment.store import UserStore, audit, cohorts
from tests.app.looking import look, texts
from tests.assessment.cohort.made_cohort import GROUPS, HUNG, TOO_SHORT, UNREADABLE, WHY_NOT, made_cohort

AUTH = {"auth": {"client_id": "sarcoscope"}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("study") / "Ada Example"
    made_cohort(out, participants=20)
    return out


@pytest.fixture
def opened(mine: UserStore, made: Path) -> Callable[..., AppTest]:
    """Opens a view of the made-up cohort."""

    def see(view: str = "table", **address: str) -> AppTest:
        return look("cohort", cohort=cohorts.remember(mine, made), view=view, **address)

    return see


def _open(app: AppTest, path: Path | str) -> AppTest:
    app.text_input(key="open-cohort-path").set_value(str(path))
    app.button[0].click().run()
    assert not app.exception
    return app


def test_a_folder_is_opened_by_its_path_which_stays_out_of_the_address(mine: UserStore, made: Path) -> None:
    app = look("cohort")
    assert "python -m assessment cohort" in app.code[0].value
    app = _open(app, made)
    table = app.dataframe[0].value
    assert set(table["Group"]) == set(GROUPS)
    assert len(table) == table["Study code"].nunique() == 18
    assert "describe no person" in texts(app)
    (cohort_id,) = cohorts.known(mine)
    assert app.query_params["cohort"] == cohort_id
    assert "Ada" not in str(app.query_params)
    entries = audit.entries(mine)
    assert [(entry.action, entry.kind, entry.object_id) for entry in entries] == [("saw", "cohort", cohort_id)]

    again = look("cohort")
    again.selectbox[0].set_value(made).run()
    assert not again.exception
    assert len(again.dataframe[0].value) == 18
    again.button(key="open-cohort-forget").click().run()
    assert cohorts.known(mine) == {}
    assert "cohort" not in again.query_params
    assert (made / "cohort.json").is_file()


@pytest.mark.parametrize("path", ["", "nowhere", "empty"])
def test_what_is_no_cohort_is_said_to_be_none(path: str, mine: UserStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    app = _open(look("cohort"), tmp_path / path if path else "")
    assert len(app.error) == 1
    assert "--out" in app.error[0].value
    assert cohorts.known(mine) == {}


def test_a_folder_that_is_gone_leaves_a_page_that_says_so(mine: UserStore, tmp_path: Path) -> None:
    cohort_id = cohorts.remember(mine, tmp_path / "gone")
    app = look("cohort", cohort=cohort_id)
    assert "no folder of a cohort" in app.error[0].value
    assert "cohort" not in app.query_params
    assert "no such cohort" in look("cohort", cohort="0" * 32).error[0].value


def test_all_visits_or_the_last_one_of_everybody_by_group(opened: Callable[..., AppTest]) -> None:
    app = opened()
    app.toggle(key="cohort-newest").set_value(False).run()
    everything = app.dataframe[0].value
    assert list(everything["Visit"][:4]) == ["V1", "V2", "V1", "V2"]
    app.multiselect(key="cohort-group").set_value([GROUPS[1]]).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert 0 < len(table) < len(everything)
    assert set(table["Group"]) == {GROUPS[1]}


def test_values_are_those_of_the_wide_table(opened: Callable[..., AppTest], made: Path) -> None:
    wide = open_cohort(made).wide()
    wide = wide[~wide["participant"].duplicated(keep="last")]
    shown = opened().dataframe[0].value
    (title,) = [name for name in map(str, shown) if name.startswith("Gait speed") and "[m/s]" in name]
    known = wide["walking_overground__gait_speed"].notna().to_numpy()
    assert shown[title].notna().to_numpy().tolist() == known.tolist()
    assert shown[title][known].to_numpy() == pytest.approx(
        wide.loc[known, "walking_overground__gait_speed"].to_numpy(), abs=0.006
    )


def test_a_published_criterion_filters_by_its_column(opened: Callable[..., AppTest], made: Path) -> None:
    app = opened()
    app.toggle(key="cohort-newest").set_value(False).run()
    app.selectbox(key="cohort-framework").set_value("awgs_2019").run()
    app.multiselect(key="cohort-outcome").set_value(["indeterminate"]).run()
    verdicts = open_cohort(made).wide()["criterion__awgs_2019"]
    assert 0 < len(app.dataframe[0].value) == (verdicts == "indeterminate").sum() < len(verdicts)


@pytest.mark.parametrize("by", ["sex", "age", "group"])
def test_a_distribution_tells_groups_apart(by: str, opened: Callable[..., AppTest]) -> None:
    app = opened("distribution", indicator="gait_speed~walking/overground~")
    app.segmented_control(key="cohort-groups").set_value(by).run()
    assert not app.exception
    chart = app.get("plotly_chart")[0].proto
    data = json.loads(chart.spec)["data"]
    assert len({trace["marker"]["color"] for trace in data if trace["type"] == "scatter"}) == len(GROUPS)
    for group in GROUPS:
        assert f"{group}: n = " in texts(app)
        assert group in chart.alt
    drawn = sum(len(trace["text"]) for trace in data if "text" in trace)
    assert f"n = {drawn} visits" in texts(app)


def test_what_is_too_much_to_draw_is_drawn_in_part_and_counted_whole(
    opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = opened("distribution", indicator="gait_speed~walking/overground~")
    monkeypatch.setattr("app.cohort.charts.MOST_POINTS", 6)
    monkeypatch.setattr("app.cohort.views.MOST_POINTS", 6)
    monkeypatch.setattr("app.cohort.views.MOST_LINES", 2)
    part = opened("distribution", indicator="gait_speed~walking/overground~")
    assert "About 6 of the 18 visits are drawn" in texts(part)
    before, after = (json.loads(app.get("plotly_chart")[0].proto.spec)["data"] for app in (whole, part))
    assert [trace for trace in before if trace["type"] == "box"] == [trace for trace in after if trace["type"] == "box"]
    assert 4 <= sum(len(trace["text"]) for trace in after if "text" in trace) <= 8
    lines = opened("time", indicator="gait_speed~walking/overground~")
    drawn = json.loads(lines.get("plotly_chart")[0].proto.spec)["data"]
    assert len({text.split(",")[0] for trace in drawn for text in trace["text"] if text}) == 2
    assert "2 of the 6 participants are drawn" in texts(lines)


def test_a_long_table_is_shown_page_by_page(opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    codes = list(opened().dataframe[0].value["Study code"])
    monkeypatch.setattr("app.cohort.paging.ROWS_A_PAGE", 5)
    app = opened()
    assert "Rows 1 to 5 of 18" in texts(app)
    assert list(app.dataframe[0].value["Study code"]) == codes[:5]
    app.session_state["cohort-page"] = 4
    app.run()
    assert "Rows 16 to 18 of 18" in texts(app)
    assert list(app.dataframe[0].value["Study code"]) == codes[15:]


def test_too_many_values_are_not_exported(opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(opened().get("download_button")) == 2
    monkeypatch.setattr("app.cohort.export.MOST_VALUES", 10)
    app = opened()
    assert not app.get("download_button")
    assert "too many for a download" in texts(app)


def test_lines_go_from_visit_to_visit_where_there_are_no_dates(opened: Callable[..., AppTest]) -> None:
    app = opened("time", indicator="gait_speed~walking/overground~")
    layout = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    assert layout["xaxis"]["ticktext"] == ["V1", "V2"]
    assert "measurement error alone" in texts(app)


def test_origins_of_forces_are_told(opened: Callable[..., AppTest]) -> None:
    app = opened("distribution", indicator="peak_knee_extension_moment_per_kg~squat~r")
    assert "Contact forces: " in texts(app)
    app = opened("distribution", indicator="gait_speed~walking/overground~")
    assert "Contact forces" not in texts(app)


def test_missing_values_are_counted_as_the_tables_have_them(opened: Callable[..., AppTest], made: Path) -> None:
    app = opened("missing")
    app.toggle(key="cohort-newest").set_value(False).run()
    results = open_cohort(made)
    mark = results.wide()["walking_overground__gait_speed_quality"]
    table = app.dataframe[0].value.set_index("Indicator")
    row = table.loc["Gait speed"]
    assert (row["Withheld"], row["With caution"]) == ((mark == "withheld").sum(), (mark == "with caution").sum())
    assert row["Not measured"] == mark.isna().sum()
    assert table["Withheld"].sum() > 0
    # Where one of several trials or repetitions can be used the value is not withheld.
    for _title, row in table.iterrows():
        assert row["Most frequent reasons"] == (f"{WHY_NOT} ({row['Withheld']})" if row["Withheld"] else "")


def test_reasons_of_a_large_cohort_are_counted_at_its_first_visits(
    mine: UserStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.cohort.tables.VISITS_PER_CHUNK", 4)
    monkeypatch.setattr("app.cohort.withheld.MOST_PARTS", 2)
    made_cohort(tmp_path / "out", participants=12)
    results = open_cohort(tmp_path / "out")
    visits, table = visits_of(results), results.folder.table("indicators")
    _, n = withheld_reasons(table, visits)
    assert n == 8
    found, n = withheld_reasons(table, visits.iloc[-3:])
    assert n == 3
    marks = results.wide().iloc[-3:].filter(like="_quality")
    assert found["n"].sum() == (marks == "withheld").to_numpy().sum()


def test_failures_come_with_how_many_and_what_to_do(opened: Callable[..., AppTest], made: Path) -> None:
    app = opened("failures")
    reasons = app.dataframe[0].value
    visits = reasons[reasons["Visits"] > 0]
    assert set(visits["What happened"]) == {UNREADABLE.message, HUNG.message}
    assert set(visits["What to do"]) == {UNREADABLE.hint, HUNG.hint}
    failures = open_cohort(made).failures()
    (trials,) = reasons.loc[reasons["What happened"] == TOO_SHORT.message, "Trials"]
    assert trials == (failures["reason"] == TOO_SHORT.message).sum() > 0
    assert len(app.dataframe[1].value) == len(failures)


def test_rows_of_the_manifest_that_were_refused_are_listed(mine: UserStore, tmp_path: Path) -> None:
    made_cohort(tmp_path / "out", participants=6)
    CohortFolder(tmp_path / "out").bad_rows.write_text(
        "row,participant,visit,column,reason,hint\n7,P007,V1,mass_kg,The mass is missing.,Type it in.\n", "utf-8-sig"
    )
    app = look("cohort", cohort=cohorts.remember(mine, tmp_path / "out"), view="failures")
    assert "The mass is missing." in texts(app)


def test_quality_is_told_by_movement(opened: Callable[..., AppTest], made: Path) -> None:
    app = opened("quality")
    app.toggle(key="cohort-newest").set_value(False).run()
    assert not app.exception
    quality = open_cohort(made).quality()
    table = app.dataframe[0].value.set_index("Movement")
    assert table.loc["walking, overground", "Trials"] == (quality["activity"] == "walking").sum()
    assert table["Without results"].sum() == (quality["status"] == "failed").sum()
    app.multiselect(key="cohort-sex").set_value(["f"]).run()
    assert app.dataframe[0].value["Trials"].sum() < len(quality)


def test_the_report_can_be_taken_away(mine: UserStore, tmp_path: Path) -> None:
    made_cohort(tmp_path / "out", participants=6)
    folder = CohortFolder(tmp_path / "out")
    about = {
        "finished": True, "created": "2026-10-01T09:00:00+00:00", "n_bad_rows": 3, "sarcoscope_version": "7.7",
        "settings": {"forces": "estimated", "model": None},
    }  # fmt: skip
    folder.about.write_text(json.dumps(about), encoding="utf-8")
    cohort_id = cohorts.remember(mine, folder.path)
    assert "holds no report" in texts(look("cohort", cohort=cohort_id, view="about"))
    folder.report_pdf.write_bytes(b"%PDF")
    folder.report_html.write_text("<p>", encoding="utf-8")
    app = look("cohort", cohort=cohort_id, view="about")
    assert [button.proto.label for button in app.get("download_button")] == ["Report (PDF)", "Report (HTML)"]
    assert "7.7" in texts(app)
    assert "always estimated" in texts(app)
    assert {metric.label: metric.value for metric in app.metric}["Rows of the manifest not accepted"] == "3"


def test_an_export_is_written_down_by_the_id_of_the_folder(mine: UserStore, made: Path) -> None:
    cohort_id = cohorts.remember(mine, made)
    results = open_cohort(made)
    visits = visits_of(results)
    cohort = Cohort(visits, FolderSource(mine, cohort_id, results, visits))
    table = pd.read_csv(io.StringIO(written_down(cohort, as_csv)().decode("utf-8-sig")))
    assert set(table["participant"]) == set(cohort.visits["code"])
    speed = table[table["indicator"] == "gait_speed"].merge(open_cohort(made).wide(), on=["participant", "visit"])
    assert speed["value"].tolist() == pytest.approx(speed["walking_overground__gait_speed"].tolist(), nan_ok=True)
    assert not set(table) & {"id", "person", "session"}
    entry = audit.entries(mine)[0]
    assert (entry.action, entry.kind, entry.object_id) == ("exported", "cohort", cohort_id)
