"""Curves and 3-D, page by page, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.assess import assess
from assessment.workers import Workers
from models.subject import Subject
from pipeline.session import read_session
from pipeline.settings import Settings
from tests.app.filled_store import fill
from tests.app.looking import look, own_store, texts
from tests.app.viewer_reading import unpack
from tests.assessment.session_builder import build_session

LIFTER = Subject(height_m=1.56, mass_kg=58.0, sex="f", age_years=72.0)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A session and its results."""
    folder = tmp_path_factory.mktemp("assessed")
    session = build_session(folder, "pick_up")
    with Workers(1) as workers:
        recordings = read_session(session, folder / "work")
        assess(recordings, LIFTER, Settings(load_kg=3.0), folder / "out", workers=workers)
    return session, folder / "out" / recordings.identifier


@pytest.fixture
def assessed(results: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = own_store(tmp_path / "home", monkeypatch)
    fill(mine, *results, study_code="P1", visit_date="2026-03-02")


@pytest.mark.parametrize("page", ["skeleton"])
def test_pages_without_a_result_say_what_to_do(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_store(tmp_path / "home", monkeypatch)
    assert "no results yet" in texts(look(page))


def test_skeleton_moves_and_says_where_its_forces_come_from(assessed: None) -> None:
    app = look("skeleton")
    header, _ = unpack(app.get("bidi_component")[0].proto.bytes)
    assert "Contact forces: estimated" in header["texts"]["description"]
    # The object that was weighed weighs on the hands.
    assert "load_r" in [arrow["name"] for arrow in header["arrows"]]
