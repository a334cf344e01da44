"""`python -m assessment synthesise`: a cohort on disk that does not depend on how it was made."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assessment.cli import app
from assessment.cohort.manifest.reading import read_manifest

runner = CliRunner()


def run(out: Path, *options: str) -> str:
    done = runner.invoke(app, ["synthesise", "--out", str(out), *options])
    assert done.exit_code == 0, done.output
    return done.output


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "three"
    run(out, "--n", "3", "--seed", "4", "--workers", "2", "--effect", "slow:gait_speed=0.8")
    return out


def test_the_manifest_lists_every_session(cohort):
    manifest = rows(cohort / "manifest.csv")
    assert [row["participant"] for row in manifest] == ["S000001", "S000002", "S000003"]
    assert [row["group"] for row in manifest] == ["reference", "slow", "reference"]
    assert all((cohort / row["session"] / "sessionMetadata.yaml").is_file() for row in manifest)
    assert all(65 <= float(row["age_years"]) <= 90 for row in manifest)
    truth = rows(cohort / "truth" / "values.csv")
    assert [row["participant"] for row in truth] == [row["participant"] for row in manifest]
    assert all(0.4 < float(row["gait_speed"]) < 1.7 for row in truth)


def test_cohort_takes_the_manifest_as_it_is(cohort):
    manifest = read_manifest(cohort / "manifest.csv")
    assert manifest.bad_rows == ()
    assert [session.key for session in manifest.sessions] == ["S000001/V1", "S000002/V1", "S000003/V1"]
    assert manifest.sessions[1].group == "slow"
    assert all(session.seat_height_m for session in manifest.sessions)


def test_fewer_sessions_by_one_worker_are_the_first_of_more_by_two(cohort, tmp_path):
    run(tmp_path / "two", "--n", "2", "--seed", "4", "--workers", "1", "--effect", "slow:gait_speed=0.8")
    fewer, more = contents(tmp_path / "two"), contents(cohort)
    shared = [name for name in fewer if "S00000" in name]
    assert len(shared) == 20
    assert all(fewer[name] == more[name] for name in shared)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--n", "0"], "1 to 999999"),
        (["--n", "-3"], "-3 sessions cannot be made."),
        (["--age", "old"], "--age 65-90"),
        (["--age", "50-60"], "65 to 90"),
        (["--seed", "-1"], "positive"),
        (["--effect", "slow"], "GROUP:INDICATOR=FACTOR"),
    ],
)
def test_bad_options_are_refused_with_what_is_accepted(options, says, tmp_path):
    done = runner.invoke(app, ["synthesise", "--out", str(tmp_path / "new"), *options])
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert done.output.startswith("Error:")  # no bar of what will not be done
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    done = runner.invoke(app, ["synthesise", "--out", str(tmp_path), "--n", "1"])
    assert done.exit_code == 2
    assert "not empty" in " ".join(done.output.split())
    assert done.output.startswith("Error:")
    assert contents(tmp_path) == {"mine.txt": b"keep"}
    on_file = runner.invoke(app, ["synthesise", "--out", str(tmp_path / "mine.txt"), "--n", "1"])
    assert on_file.exit_code == 2
    assert "mine.txt is a file. what to do: Give a new folder" in " ".join(on_file.output.split())
