"""`python -m assessment crosscheck`: a table for people, a JSON object for programs, a message for what is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from assessment.assess import assess
from assessment.commands.crosscheck import crosscheck
from assessment.crosscheck import Crosscheck, CrosscheckRow
from assessment.example import EXAMPLE
from assessment.workers import Workers
from pipeline.session import read_session
from pipeline.settings import Settings
from tests.assessment.crosscheck.stand_in import build_checkout
from tests.assessment.session_builder import build_session

LAB_SESSIONS = Path(__file__).parents[2] / "lab_sessions"
APP = typer.Typer()
APP.command("crosscheck")(crosscheck)


def _run(session: Path, *arguments: object, checkout: Path | None) -> Result:
    named = {"OPENCAP_PROCESSING_DIR": None if checkout is None else str(checkout)}
    return CliRunner(env={"COLUMNS": "1000", **named}).invoke(APP, [str(session), *map(str, arguments)])


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's walk as downloaded: markers, angles, model."""
    session = build_session(tmp_path_factory.mktemp("visit"), "walk")
    for name in ("Kinematics/walk.mot", "Model/LaiUhlrich2022_scaled.osim"):
        (session / "OpenSimData" / name).parent.mkdir(parents=True)
        shutil.copy(EXAMPLE / "OpenSimData" / name, session / "OpenSimData" / name)
    return session


@pytest.fixture(scope="module")
def results(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The walk, assessed."""
    session = read_session(walk, tmp_path_factory.mktemp("work"))
    out = tmp_path_factory.mktemp("out")
    with Workers(1) as pool:
        assess(session, session.subject.complete(), Settings(), out, workers=pool)
    return out / session.identifier


@pytest.fixture(scope="module")
def result(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    checkout = build_checkout(tmp_path_factory.mktemp("theirs"), step_width='raise IndexError("no stance")')
    return _run(walk, "--age-years", 78, "--workers", 1, "--json", checkout=checkout)


def test_theirs_runs_on_the_session_and_on_our_results(result: Result) -> None:
    assert result.exit_code == 0, result.stderr
    record = Crosscheck.model_validate_json(result.stdout)
    assert (record.session, record.synthetic, record.opencap_processing_revision) == ("small", True, None)
    assert {row.run_on for row in record.rows} == {"session", "results"}
    (speed, _) = (row for row in record.rows if row.label == "Gait speed" and row.run_on == "session")
    assert speed.theirs == pytest.approx(1.2)
    assert speed.ours == pytest.approx(0.95, abs=0.02)  # what the example is made to walk
    assert speed.difference == pytest.approx(speed.ours - 1.2)


def test_the_table_shows_both_and_says_what_is_missing(result: Result) -> None:
    line = next(line for line in result.stderr.splitlines() if "Gait speed" in line and "right" in line)
    assert line.split()[2:4] == ["right", "m/s"]
    assert float(line.split()[4]) == pytest.approx(0.95, abs=0.02)
    assert line.count(" 1.200 (-0.2") == 2
    assert "theirs on the session's angles, right and left, Step width: It stopped with IndexError: no stance." in (
        result.stderr
    )
    assert "Where the definitions differ:" in result.stderr
    assert "Synthetic data" in result.stderr


def test_nothing_of_theirs_gets_out(result: Result) -> None:
    assert "Processing" not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_an_analysis_that_fails_leaves_a_row_and_exit_code_0(results: Path, tmp_path: Path) -> None:
    checkout = build_checkout(tmp_path, constructor='raise ValueError("The ordering of gait events is not correct.")')
    run = _run(results, "--json", checkout=checkout)
    assert run.exit_code == 0
    rows = Crosscheck.model_validate_json(run.stdout).rows
    assert {(row.quantity, *row.reasons) for row in rows} == {
        (None, "It stopped with ValueError: The ordering of gait events is not correct.")
    }
    assert "not compared: theirs on our angles, right and left: It stopped with ValueError" in run.stderr


def test_without_the_variable_one_message_before_any_work(walk: Path) -> None:
    run = _run(walk, checkout=None)
    assert run.exit_code == 2
    assert run.stdout == ""
    assert "Error: OPENCAP_PROCESSING_DIR is not set" in run.stderr
    assert "git clone https://github.com/opencap-org/opencap-processing" in run.stderr


def test_a_session_that_is_none_is_one_message(tmp_path: Path) -> None:
    run = _run(tmp_path / "nowhere", checkout=build_checkout(tmp_path))
    assert run.exit_code == 2
    assert "There is nothing at" in run.stderr


def test_a_results_folder_is_taken_as_it_is(results: Path, tmp_path: Path) -> None:
    run = _run(results, "--json", checkout=build_checkout(tmp_path))
    assert run.exit_code == 0, run.stderr
    rows = Crosscheck.model_validate_json(run.stdout).rows
    assert {row.run_on for row in rows} == {"results"}
    assert [row.theirs for row in rows if row.label == "Gait speed"] == pytest.approx([1.2, 1.2])


def test_results_that_cannot_be_read_are_one_message(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"schema_version": "0.1"}')
    run = _run(tmp_path, checkout=build_checkout(tmp_path))
    assert run.exit_code == 2
    assert "have schema version 0.1; this program reads" in run.stderr
    assert "python -m assessment run" in run.stderr


# The real thing.


@pytest.fixture(scope="module")
def real() -> Path:
    named = os.environ.get("OPENCAP_PROCESSING_DIR")
    if not named:
        pytest.skip("OPENCAP_PROCESSING_DIR names no checkout of opencap-processing")
    return Path(named)


def test_the_real_analyses_agree_on_the_example(real: Path) -> None:
    run = _run(EXAMPLE, "--age-years", 78, "--json", checkout=real)
    rows = Crosscheck.model_validate_json(run.stdout).rows
    for run_on in ("session", "results"):
        for side in ("r", "l"):
            speed = _of(rows, "Gait speed", run_on, side)
            assert speed.theirs == pytest.approx(speed.ours, rel=0.02)
            assert abs(_of(rows, "Cadence", run_on, side).difference or 9.0) < 2.0
            assert abs(_of(rows, "Step length", run_on, side).difference or 9.0) < 0.02
        assert _of(rows, "Repetitions", run_on, None).difference == 0.0


@pytest.mark.slow
def test_the_real_analyses_load_our_results_of_a_laboratory(real: Path, shared_data: Callable[[str], Path]) -> None:
    shared_data("lab_opencap_labvalidation_subject4_nimble")
    run = _run(LAB_SESSIONS / "opencap_labvalidation_subject4.toml", "--json", checkout=real)
    rows = Crosscheck.model_validate_json(run.stdout).rows
    assert {row.run_on for row in rows} == {"results", None}  # the recording is not laid out as OpenCap's
    assert [row.difference for row in rows if row.label == "Repetitions"] == [0.0] * 3
    # This person faces x, as theirs needs it.
    leans = [row.difference for row in rows if row.label == "Peak trunk flexion"]
    assert leans == pytest.approx([0.0] * 3, abs=3.0)


def _of(rows: list[CrosscheckRow], label: str, run_on: str, side: str | None) -> CrosscheckRow:
    (row,) = [row for row in rows if (row.label, row.run_on, row.side) == (label, run_on, side)]
    return row
