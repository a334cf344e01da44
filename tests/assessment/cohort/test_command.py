"""The command `cohort`: what it refuses before anything starts, and what it leaves."""

from __future__ import annotations

import socket
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from assessment.cli import app
from assessment.cohort.reading import open_cohort
from tests.assessment.session_builder import build_session

HEADER = "participant,visit,session,height_m,mass_kg,sex,age_years,group\n"
GOOD = "P1,V1,OpenCapData_small,,,,72,a\n"
BAD = "P2,V1,OpenCapData_small_too,1.6,60,f,72,b\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study's folder: one session, and a manifest whose second row names a session that is not there."""
    build_session(tmp_path, "pick_up")
    (tmp_path / "manifest.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    return tmp_path


def cohort(folder: Path, *options: str, manifest: str = "manifest.csv") -> Result:
    return CliRunner().invoke(
        app, ["cohort", str(folder / manifest), "--out", str(folder / "out"), "--scaler", "measurement", *options]
    )


def test_nothing_starts_while_a_row_is_not_accepted(folder: Path) -> None:
    result = cohort(folder, "--serial")
    assert result.exit_code == 2
    assert "Nothing was started: 1 row of the manifest is not accepted." in result.output
    assert "--keep-going" in result.output
    bad = pd.read_csv(folder / "out" / "bad_rows.csv")
    assert bad[["row", "participant", "column"]].to_numpy().tolist() == [[3, "P2", "session"]]
    assert not (folder / "out" / "sessions").exists()


def test_the_rows_in_order_are_assessed_when_asked_for(folder: Path) -> None:
    result = cohort(folder, "--serial", "--keep-going")
    assert result.exit_code == 2  # a row was left out
    results = open_cohort(folder / "out")
    assert results.wide()["participant"].tolist() == ["P1"]
    assert results.about()["n_bad_rows"] == 1
    assert {path.name for path in (folder / "out").glob("report.*")} == {"report.html", "report.pdf"}
    again = cohort(folder, "--serial", "--keep-going")
    assert "1 of 1 visit is assessed" in again.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--serial", "--workers", "2"), "--serial stands against --workers and --ray-address."),
        (
            ("--workers", "2", "--ray-address", "localhost:1"),
            "--workers is of this machine, --ray-address of a cluster.",
        ),
        (("--serial", "--keep", "videos"), "--keep videos is not accepted."),
        (("--serial", "--device", "cuda"), "--device cuda: the workers have no GPU that torch can use."),
        (("--serial", "--cutoff-hz", "90"), "--cutoff-hz 90.0 is not accepted"),
        (("--serial", "--scaler", "optimizer"), "There is no scaler 'optimizer'."),
        (("--serial", "--policy", "adults"), "The scaler 'measurement' uses no policy, but 'adults' was given."),
        (("--serial", "--model", "nowhere.osim"), "There is no such model file."),
    ],
)
def test_options_that_do_not_fit_are_refused(folder: Path, options: tuple[str, ...], message: str) -> None:
    result = cohort(folder, "--keep-going", *options)
    assert result.exit_code == 2
    assert message in result.output
    assert not (folder / "out").exists()


def test_a_manifest_without_one_good_row_is_refused(folder: Path) -> None:
    (folder / "manifest.csv").write_text(HEADER + BAD, encoding="utf-8")
    result = cohort(folder, "--serial", "--keep-going")
    assert result.exit_code == 2
    assert "Not one row is accepted." in result.output


def test_a_missing_manifest_is_said(folder: Path) -> None:
    result = cohort(folder, "--serial", manifest="nothing.csv")
    assert result.exit_code == 2
    assert "nothing.csv" in result.output


def test_a_file_in_place_of_the_folder_is_said_without_a_trace(folder: Path) -> None:
    (folder / "out").write_text("something else", encoding="utf-8")
    result = cohort(folder, "--serial", "--keep-going")
    assert result.exit_code == 2
    assert "cannot be written: File exists." in " ".join(result.output.split())
    assert (folder / "out").read_text(encoding="utf-8") == "something else"


def test_results_are_not_mixed_with_anything_else(folder: Path) -> None:
    result = CliRunner().invoke(app, ["cohort", str(folder / "manifest.csv"), "--out", str(folder), "--serial"])
    assert result.exit_code == 2
    assert "holds something else: OpenCapData_small." in " ".join(result.output.split())
    assert not (folder / "bad_rows.csv").exists()


def test_a_folder_of_results_is_no_session_even_where_nothing_was_started(folder: Path) -> None:
    sessions = folder / "sessions"
    (sessions / "empty").mkdir(parents=True)
    (folder / "OpenCapData_small").rename(sessions / "OpenCapData_small")
    for _ in range(2):
        result = CliRunner().invoke(app, ["cohort", str(sessions), "--out", str(sessions / "out"), "--serial"])
        assert "1 of 2 entries of the folder is not accepted" in result.output


def test_a_folder_without_one_good_session_points_at_the_manifest_in_it(folder: Path) -> None:
    sessions = folder / "sessions"
    (sessions / "Jane Doe").mkdir(parents=True)
    (folder / "manifest.csv").rename(sessions / "manifest.csv")
    result = cohort(folder, "--serial", manifest="sessions")
    text = " ".join(result.output.split())
    assert result.exit_code == 2
    assert "place 1 of 1 by name: The path holds no session." in text
    assert "Not one entry of the folder is accepted." in text
    assert "manifest.csv is in it: give that." in text
    assert "Jane" not in text + (folder / "out" / "bad_rows.csv").read_text(encoding="utf-8-sig")


def test_a_cluster_named_in_the_environment_by_accident_is_pointed_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "localhost:1")
    result = cohort(folder, "--serial", "--keep-going")
    assert result.exit_code == 2
    assert "RAY_ADDRESS in the environment" in " ".join(result.output.split())


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "ray://127.0.0.1:{port}"])
def test_a_cluster_that_is_not_there_is_said_at_once(folder: Path, address: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound and not listening: whoever calls is turned away
        where = address.format(port=free.getsockname()[1])
        result = cohort(folder, "--keep-going", "--ray-address", where)
    assert result.exit_code == 2
    text = " ".join(result.output.split())
    assert f"Ray could not be reached or started at {where}: nothing answers there." in text
    assert "--serial" in text
