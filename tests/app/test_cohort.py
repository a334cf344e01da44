"""The page of the cohort."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.cohort.data import Cohort, age_band
from app.cohort.export import as_csv, as_parquet, written_down
from app.cohort.from_store import store_cohort
from assessment.store import UserStore, audit, figures, participants
from assessment.store.tables import Participant, Run, RunIndicator, Upload, Visit, now
from tests.app.filled_store import fill
from tests.app.looking import look, texts
from tests.app.made_up import LABELS, made_up
from tests.assessment.session_builder import build_session

WHY = ("The marks on the floor are hidden.", "The light was poor.")  # the first withholds


@pytest.fixture
def three(mine: UserStore, tmp_path: Path) -> UserStore:
    """Three participants, one of them with two visits and one synthetic."""
    session = build_session(tmp_path, "pick_up")
    participants.add(mine, "P1", name="Ada Example")
    for number, (code, day, made) in enumerate(
        [
            ("P1", "2026-01-05", {"gait_speed": (0.91, 0.05)}),
            ("P1", "2026-03-05", {"gait_speed": (1.12, 0.05)}),
            ("P2", "2026-01-06", {"gait_speed": None, "reasons": WHY, "sex": "m", "age_years": 81.0}),
            ("P3", "2026-01-07", {"gait_speed": (1.33, 0.05), "synthetic": True, "age_years": None}),
        ]
    ):
        fill(mine, session, made_up(tmp_path / str(number), **made), study_code=code, visit_date=day)  # type: ignore[arg-type]
    return mine


def _see(app: AppTest, view: str) -> AppTest:
    app.segmented_control(key="cohort-view").set_value(view).run()
    assert not app.exception
    return app


def test_without_results_the_page_says_what_to_do(mine: UserStore) -> None:
    app = look("cohort")
    assert "no results yet" in texts(app)
    assert not app.dataframe


def test_the_table_has_the_newest_visit_of_everybody_or_all(three: UserStore) -> None:
    app = look("cohort")
    table = app.dataframe[0].value
    assert list(table["Study code"]) == ["P1", "P2", "P3"]
    (speed,) = [column for column in table if "[m/s]" in str(column)]
    assert list(table[speed].fillna(0.0)) == [1.12, 0.0, 1.33]
    assert "withheld" in table.to_string()
    assert "synthetic" in texts(app)
    app.toggle(key="cohort-newest").set_value(False).run()
    assert list(app.dataframe[0].value["Visit"]) == ["2026-01-05", "2026-03-05", "2026-01-06", "2026-01-07"]


def test_filters_leave_out_people(three: UserStore) -> None:
    app = look("cohort")
    app.multiselect(key="cohort-sex").set_value(["m"]).run()
    assert list(app.dataframe[0].value["Study code"]) == ["P2"]
    app.multiselect(key="cohort-sex").set_value([]).run()
    app.selectbox(key="cohort-synthetic").set_value("people").run()
    assert list(app.dataframe[0].value["Study code"]) == ["P1", "P2"]
    assert "describe no person" not in texts(app)
    app.selectbox(key="cohort-framework").set_value("awgs_2019").run()
    app.multiselect(key="cohort-outcome").set_value(["meets"]).run()
    assert not app.exception
    assert "Nothing passes the filters" in texts(app)


def test_a_distribution_says_how_many_are_in_it_and_how_many_are_not(three: UserStore) -> None:
    app = _see(look("cohort"), "distribution")
    assert "n = 2 visits; withheld at 1, not measured at 0" in texts(app)
    chart = app.get("plotly_chart")[0]
    assert "female" in chart.proto.spec
    assert "Diamonds are synthetic" in texts(app)


def test_missing_values_come_with_their_reasons(three: UserStore) -> None:
    app = _see(look("cohort"), "missing")
    row = app.dataframe[0].value.iloc[0]
    assert row["Withheld"] == 1
    assert row["Missing"] == pytest.approx(100 / 3)
    assert row["Most frequent reasons"] == f"{WHY[0]} (1)"


def test_a_line_goes_through_the_visits_of_a_participant(three: UserStore) -> None:
    app = _see(look("cohort"), "time")
    spec = app.get("plotly_chart")[0].proto.spec
    assert "P1, 2026-01-05" in spec
    assert "P3" not in spec


def test_exports_hold_codes_and_no_names_and_are_written_down(three: UserStore) -> None:
    cohort = _everything(three)
    text = written_down(cohort, as_csv)().decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(text))
    assert set(table["study_code"]) == {"P1", "P2", "P3"}
    assert "Ada" not in text
    assert not set(table) & {"id", "run_id", "person", "participant_id", "visit_id"}
    assert table.loc[table["study_code"] == "P2", "reasons"].tolist() == [" ".join(WHY)]
    again = pd.read_parquet(io.BytesIO(written_down(cohort, as_parquet)()))
    assert again["value"].tolist()[:2] == table["value"].tolist()[:2]
    exported = [entry for entry in audit.entries(three) if entry.action == "exported"]
    assert {entry.object_id for entry in exported} == set(cohort.visits["person"])


def _everything(mine: UserStore) -> Cohort:
    return store_cohort(mine, figures.results(mine), figures.values(mine))


@pytest.mark.parametrize(
    ("age_years", "band"), [(64.9, "< 65"), (65.0, "65–74"), (84.0, "75–84"), (91.0, "≥ 85"), (None, "")]
)
def test_ages_go_by_the_bands_of_norms(age_years: float | None, band: str) -> None:
    assert age_band(age_years) == band


def test_five_hundred_participants_are_shown(mine: UserStore) -> None:
    _generate(mine, 500, 60)
    app = look("cohort")
    assert len(app.dataframe[0].value) == 500
    app = _see(app, "distribution")
    assert "n = 500 visits" in texts(app)
    app = _see(app, "missing")
    assert len(app.dataframe[0].value) == 61
    app = look("participants")
    assert not app.exception
    assert len(app.dataframe[0].value) == 500


def _generate(mine: UserStore, n_participants: int, n_indicators: int) -> None:
    """Rows as finished runs leave them, without the files."""
    label, unit, activity, variant = LABELS["gait_speed"]
    names = ["gait_speed", *(f"indicator_{number}" for number in range(n_indicators))]
    with mine.session() as session:
        upload = Upload(owner_id=mine.user_id, sha256="0" * 64, sessions=[""])
        session.add(upload)
        session.flush()
        for number in range(n_participants):
            person = Participant(owner_id=mine.user_id, study_code=f"P{number:03}", sex="f")
            session.add(person)
            session.flush()
            day = date(2026, 1, 1) + timedelta(days=number % 300)
            visit = Visit(participant_id=person.id, upload_id=upload.id, session_path="", visit_date=day, details={})
            session.add(visit)
            session.flush()
            subject = {"sex": "f" if number % 2 else "m", "age_years": 60.0 + number % 30}
            run = Run(
                visit_id=visit.id,
                state="done",
                request={"subject": subject | {"height_m": 1.6, "mass_kg": 60.0}},
                synthetic=False,
                finished_at=now(),
            )
            session.add(run)
            session.flush()
            session.add_all(
                RunIndicator(
                    run_id=run.id, indicator=name, activity=f"{activity}/{variant}", side="", label=label, unit=unit,
                    value=1.0 + number / 1000, standard_error=0.05, mark="reported", reasons=[], origin="",
                )
                for name in names
            )  # fmt: skip
