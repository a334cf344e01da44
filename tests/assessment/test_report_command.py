"""`python -m assessment report`: a PDF from a results folder, or one message and nothing written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import Result
from pypdf import PdfReader
from typer.testing import CliRunner

from assessment.cli import app
from tests.assessment.uncertainty.people import chair_stand, person, save


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return save(person(chair_stand(13.0)), tmp_path / "visit")


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, ["report", *map(str, arguments)])


def text(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages).split())


def test_a_report_is_written_with_what_the_visit_file_says(results: Path, tmp_path: Path) -> None:
    visit, out = tmp_path / "visit.toml", tmp_path / "report.pdf"
    visit.write_text('study_code = "P-07"\nvisit_date = 2026-05-04\nsite = "Ward 3"\n', encoding="utf-8")
    earlier = save(person(chair_stand(20.0), session="first"), tmp_path / "first")
    done = run(results, "--out", out, "--visit", visit, "--previous", earlier)
    assert done.exit_code == 0, done.output
    said = text(out)
    assert "P-07" in said
    assert "Ward 3" in said
    assert "2026-05-04" in said
    assert "decreased, better" in said


def test_the_study_code_given_wins_and_the_sessions_name_never_stands_in_for_it(results: Path, tmp_path: Path) -> None:
    visit = tmp_path / "visit.json"
    visit.write_text('{"study_code": "P-07"}', encoding="utf-8")
    run(results, "--out", tmp_path / "a.pdf", "--visit", visit, "--study-code", "Q-1")
    assert "Q-1" in text(tmp_path / "a.pdf")
    assert "P-07" not in text(tmp_path / "a.pdf")
    refused = run(results, "--out", tmp_path / "b.pdf")
    assert refused.exit_code == 2
    assert "--study-code" in refused.output
    assert not (tmp_path / "b.pdf").exists()


def test_a_report_is_not_replaced_unasked(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    out.write_text("mine", encoding="utf-8")
    refused = run(results, "--out", out, "--study-code", "P-07")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.output
    assert out.read_text(encoding="utf-8") == "mine"
    assert run(results, "--out", out, "--study-code", "P-07", "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("study_code = ", "is neither TOML nor JSON"),
        ('study_code = "P"\nname = "Kim"', "name: Extra inputs are not permitted"),
        ('study_code = "P"\nwalk_length_m = -1', "walk_length_m"),
    ],
)
def test_a_visit_file_with_a_slip_is_refused_by_name(results: Path, tmp_path: Path, written: str, said: str) -> None:
    visit = tmp_path / "visit.toml"
    visit.write_text(written, encoding="utf-8")
    refused = run(results, "--out", tmp_path / "report.pdf", "--visit", visit)
    assert refused.exit_code == 2
    assert said in refused.output
    assert not (tmp_path / "report.pdf").exists()


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    refused = run(tmp_path, "--out", tmp_path / "report.pdf")
    assert refused.exit_code == 2
    assert "There are no results" in refused.output
