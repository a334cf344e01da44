"""The Curves page: what is drawn, in which unit, against what, and what is said where nothing may be drawn."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.io
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.charts.as_table import csv
from app.charts.in_file import image
from app.charts.spec import Band, Line, PlotSpec, Span
from app.charts.spec import Mark as Event
from assessment.store import UserStore, audit, preferences, runs
from assessment.summary import QualityRecord
from assessment.visit import Preferences
from pipeline.quality import Mark
from tests.app.filled_store import Filled, fill
from tests.app.looking import look, texts
from tests.app.made_up import made_up
from tests.app.made_up_curves import PEAK_NM, add_curves
from tests.assessment.session_builder import build_session

TRIAL = "trial of five_times_sit_to_stand_time"
MASS_KG, HEIGHT_M = 60.0, 1.6


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return build_session(tmp_path, "pick_up")


def _visit(mine: UserStore, session: Path, into: Path, visit_date: str = "2026-03-02", **curves: Any) -> Filled:
    results = add_curves(made_up(into, five_times_sit_to_stand_time=(13.6, 0.9)), **curves)
    return fill(mine, session, results, study_code="P1", visit_date=visit_date)


def _charts(app: AppTest) -> list[Any]:
    return [plotly.io.from_json(chart.proto.spec) for chart in app.get("plotly_chart")]


def _named(figure: Any, name: str) -> Any:
    (trace,) = [trace for trace in figure.data if trace.name == name]
    return trace


def _values(figure: Any, name: str) -> np.ndarray:
    """Heights of a curve, as plotly packs them."""
    packed = _named(figure, name).y
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])


def test_without_results_the_page_says_what_to_do(mine: UserStore) -> None:
    assert "Start with a session" in texts(look("curves"))


def test_hip_knee_and_ankle_are_drawn_first_with_a_text_for_those_who_do_not_see_them(
    mine: UserStore, session: Path, tmp_path: Path
) -> None:
    _visit(mine, session, tmp_path / "1")
    app = look("curves")
    assert [figure.layout.title.text for figure in _charts(app)] == [
        "Hip flexion [deg]",
        "Knee flexion [deg]",
        "Ankle dorsiflexion [deg]",
    ]
    assert "right from" in app.get("plotly_chart")[0].proto.alt
    assert "no reference band" in texts(app)


@pytest.mark.parametrize(
    ("unit", "peak"),
    [("Nm", PEAK_NM), ("Nm/kg", PEAK_NM / MASS_KG), ("%BW*height", 100 * PEAK_NM / (MASS_KG * 9.80665 * HEIGHT_M))],
)
def test_moments_are_in_the_unit_that_is_wanted_with_gaps_where_they_are_not_known(
    mine: UserStore, session: Path, tmp_path: Path, unit: str, peak: float
) -> None:
    _visit(mine, session, tmp_path / "1")
    figure = _charts(look("curves", quantity="moment", unit=unit))[0]
    right = _values(figure, "right")
    assert figure.layout.title.text == f"Hip extension moment [{unit}]"
    assert np.nanmax(right) == pytest.approx(peak, rel=1e-3)
    assert np.isnan(right[:30]).all()


def test_over_the_cycle_every_repetition_and_their_mean_are_drawn(
    mine: UserStore, session: Path, tmp_path: Path
) -> None:
    _visit(mine, session, tmp_path / "1")
    figure = _charts(look("curves", axis="cycle"))[0]
    assert len([trace for trace in figure.data if "right, repetition" in str(trace.name)]) == 2
    assert np.nanmax(_values(figure, "right, mean of 2")) == pytest.approx(90.0, abs=0.5)
    assert _named(figure, "right, mean of 2").line.width > 2
    assert "full stand" in [annotation.text for annotation in figure.layout.annotations]


def test_strides_of_a_walk_are_its_cycles(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1", strides=True)
    figure = _charts(look("curves", axis="cycle"))[0]
    assert _named(figure, "left, mean of 2") is not None
    trunk = _charts(look("curves", axis="cycle", joint="lumbar_extension"))[0]
    assert _named(trunk, "both sides, mean of 2") is not None
    assert "toe-off" in [annotation.text for annotation in figure.layout.annotations]


def test_the_moment_of_the_3d_page_is_marked(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1")
    figure = _charts(look("curves", t="1.25"))[0]
    assert 1.25 in [shape.x0 for shape in figure.layout.shapes]
    assert "moment shown on the 3-D page" in texts(look("curves", t="1.25"))


def test_withheld_moments_leave_the_angles_and_say_why(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1", moments=QualityRecord(mark=Mark.WITHHELD, reasons=["No foot is seen."]))
    app = look("curves", quantity="moment")
    assert "No foot is seen." in texts(app)
    assert _charts(app)[0].layout.title.text == "Hip flexion [deg]"


def test_another_visit_is_drawn_dashed_in_the_same_colours(mine: UserStore, session: Path, tmp_path: Path) -> None:
    before = _visit(mine, session, tmp_path / "1", "2026-01-05", shift_deg=10.0)
    _visit(mine, session, tmp_path / "2", "2026-03-05")
    app = look("curves", with_run=before.run_id)
    figure = _charts(app)[0]
    now, then = _named(figure, "right, 2026-03-05"), _named(figure, "right, 2026-01-05")
    assert (now.line.dash, then.line.dash) == ("solid", "dash")
    assert now.line.color == then.line.color
    apart = _values(figure, "right, 2026-01-05") - _values(figure, "right, 2026-03-05")
    assert apart == pytest.approx(10.0, abs=0.1)
    assert "Dashed: 2026-01-05" in texts(app)


def test_numbers_that_are_taken_away_say_how_far_they_may_be_trusted(
    mine: UserStore, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, *_, **__: offered.update({label: data}))
    filled = _visit(mine, session, tmp_path / "1")
    summary = runs.summary(mine, filled.run_id)
    (trial,) = [one for one in summary.trials if "curves" in one.files]
    assert trial.kinematics_quality is not None
    for quantity in ("angle", "moment"):
        look("curves", quantity=quantity)
        table = pd.read_csv(io.BytesIO(offered["CSV"]()), keep_default_na=False)
        quality = trial.kinematics_quality if quantity == "angle" else trial.kinetics_quality
        assert quality is not None
        assert set(table["quality"]) == {quality.mark.value}
        assert set(table["origin"]) == {"" if quantity == "angle" or trial.forces is None else trial.forces.origin}
        assert set(table["synthetic"]) == {summary.synthetic}


def test_choices_of_the_user_stand_in_the_address(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1")
    app = look("curves")
    app.multiselect[0].set_value(["lumbar_extension"]).run()
    assert app.query_params["joint"] == "lumbar_extension"
    assert [figure.layout.title.text for figure in _charts(app)] == ["Lumbar extension [deg]"]


def test_the_address_holds_no_name_of_a_trial(mine: UserStore, session: Path, tmp_path: Path) -> None:
    results = made_up(tmp_path / "1", gait_speed=(1.1, 0.05), five_times_sit_to_stand_time=(13.6, 0.9))
    fill(mine, session, add_curves(results), study_code="P1", visit_date="2026-03-02")
    app = look("curves", trial="2", with_run=str(runs.recent(mine)[0].id), with_trial="1")
    assert [app.selectbox[0].value, app.query_params["trial"]] == [TRIAL, "2"]
    chosen = [one.value for one in app.selectbox if one.label == "Trial to compare with"]
    assert chosen == ["trial of gait_speed"]
    assert app.query_params["with_trial"] == "1"
    assert "trial of" not in str(dict(app.query_params))
    assert look("curves", trial=TRIAL).query_params["trial"] == "1"


def test_what_is_no_choice_is_dropped_from_the_address(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1", moments=QualityRecord(mark=Mark.WITHHELD, reasons=["No foot is seen."]))
    app = look("curves", quantity="zzz", unit="zzz", axis="zzz", band="zzz", joint="zzz", t="zzz")
    assert "zzz" not in str(dict(app.query_params))


def test_files_show_what_the_screen_shows() -> None:

    x = np.linspace(0.0, 1.0, 5)
    y = np.array([0.0, 1.0, np.nan, 1.0, 0.0])
    band = Band(x, y - 1, y + 1, "SD", "#0072B2")
    spec = PlotSpec(
        title="고관절 굴곡",
        x_title="time [s]",
        y_title="deg",
        lines=(Line(x, y, "right", "#0072B2"),),
        alt="",
        bands=(band,),
        spans=(Span(0.0, 0.5, "1"),),
        marks=(Event(0.2, "seat-off"),),
        cursor=0.3,
    )
    assert image([spec, spec], "png", "P1").startswith(b"\x89PNG")
    assert b"</svg>" in image([spec], "svg", "P1")
    table = pd.read_csv(io.BytesIO(csv([spec])))
    assert list(table.loc[table["series"] == "right", "y"]) == [0.0, 1.0, 1.0, 0.0]
    assert list(table.loc[table["series"] == "SD", "high"]) == [1.0, 2.0, 2.0, 1.0]
    assert len(band.pieces()) == 2


def test_a_file_that_is_taken_away_is_in_the_audit_log(
    mine: UserStore, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}

    def button(label: str, data: Callable[[], bytes], *_: object, **__: object) -> None:
        offered[label] = data

    filled = _visit(mine, session, tmp_path / "1")
    monkeypatch.setattr(st, "download_button", button)
    look("curves")
    assert set(offered) == {"PNG", "SVG", "CSV"}
    assert not [entry for entry in audit.entries(mine) if entry.action == "exported"]
    assert b"Hip flexion" in offered["CSV"]()
    (entry,) = [entry for entry in audit.entries(mine) if entry.action == "exported"]
    assert entry.object_id == filled.run_id


def test_colours_are_explained_where_they_are_drawn(mine: UserStore, session: Path, tmp_path: Path) -> None:
    _visit(mine, session, tmp_path / "1")
    shown = texts(look("curves"))
    assert "Blue: right. Orange: left. Gaps" in shown
    assert "Green" not in shown


def test_the_page_is_drawn_in_korean(mine: UserStore, session: Path, tmp_path: Path) -> None:
    preferences.put(mine, Preferences(language="ko"))
    _visit(mine, session, tmp_path / "1")
    assert len(_charts(look("curves", quantity="moment", axis="cycle"))) == 3
