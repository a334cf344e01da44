"""The command line: one clear message for wrong input, results only when complete."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assessment.cli import app
from assessment.summary import Summary
from models.skeleton import GENERIC_MODEL
from pipeline.quality import Mark
from tests.assessment.session_builder import build_session, marker_file

ROOT = Path(__file__).parents[2]
PERSON = ("--height-m", "1.56", "--mass-kg", "58", "--sex", "f", "--age-years", "72")


def _run(*arguments: object) -> Result:
    # A wide terminal keeps messages in one line.
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return build_session(tmp_path, "pick_up")


class TestWrongInput:
    """Every case: exit code 2, one error that says what to do, and nothing in the output folder."""

    def _assert_refused(self, result: Result, out: Path, *said: str) -> None:
        assert result.exit_code == 2, result.output
        assert result.stderr.count("Error:") == 1
        assert "what to do:" in result.stderr
        assert "Traceback" not in result.output
        # Lines break where the terminal is narrow.
        on_one_line = " ".join(result.stderr.split())
        for text in said:
            assert " ".join(text.split()) in on_one_line
        assert not out.exists() or list(out.iterdir()) == []

    def test_truncated_zip(self, session: Path, tmp_path: Path) -> None:
        whole = Path(shutil.make_archive(str(tmp_path / "whole"), "zip", session.parent, session.name))
        broken = tmp_path / "OpenCapData_broken.zip"
        broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        self._assert_refused(_run("run", broken, "--out", tmp_path / "out", *PERSON), tmp_path / "out", "zip")

    def test_zip_that_writes_outside_its_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "OpenCapData_evil.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("OpenCapData_evil/../../evil.trc", "x")
        self._assert_refused(_run("run", path, "--out", tmp_path / "out", *PERSON), tmp_path / "out")
        assert not list(tmp_path.rglob("evil.trc"))

    def test_zip_bomb(self, tmp_path: Path) -> None:
        path = tmp_path / "OpenCapData_bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("OpenCapData_bomb/MarkerData/neutral.trc", b"\0" * (40 << 20))
        self._assert_refused(_run("run", path, "--out", tmp_path / "out", *PERSON), tmp_path / "out")

    def test_marker_file_with_a_missing_column(self, session: Path, tmp_path: Path) -> None:
        path = marker_file(session, "pick_up")
        lines = path.read_text().splitlines()
        lines[-1] = "\t".join(lines[-1].rstrip().split("\t")[:-1])
        path.write_text("\n".join(lines) + "\n")
        self._assert_refused(_run("run", session, "--out", tmp_path / "out", *PERSON), tmp_path / "out", "pick_up")

    def test_marker_without_a_single_position(self, session: Path, tmp_path: Path) -> None:
        path = marker_file(session, "pick_up")
        lines = path.read_text().splitlines()
        column = lines[3].split("\t").index("r_knee_study")
        for index in range(6, len(lines)):
            cells = lines[index].split("\t")
            if len(cells) > column + 2:
                cells[column : column + 3] = ["nan"] * 3
                lines[index] = "\t".join(cells)
        path.write_text("\n".join(lines) + "\n")
        self._assert_refused(
            _run("run", session, "--out", tmp_path / "out", *PERSON), tmp_path / "out", "r_knee_study", "download"
        )

    def test_model_with_broken_xml(self, session: Path, tmp_path: Path) -> None:
        model = tmp_path / "broken.osim"
        model.write_text("<OpenSimDocument><Model>")
        result = _run("run", session, "--out", tmp_path / "out", "--model", model, *PERSON)
        self._assert_refused(result, tmp_path / "out", "broken.osim")

    def test_text_file_renamed_to_trc(self, session: Path, tmp_path: Path) -> None:
        marker_file(session, "pick_up").write_text("Dear colleague,\nplease find attached\n")
        self._assert_refused(_run("run", session, "--out", tmp_path / "out", *PERSON), tmp_path / "out", "pick_up")

    @pytest.mark.parametrize("option", ["height_m", "mass_kg", "sex"])
    def test_missing_metadata_names_the_option(self, session: Path, tmp_path: Path, option: str) -> None:
        path = session / "sessionMetadata.yaml"
        lines = [line for line in path.read_text().splitlines() if not line.startswith(f"{option}:")]
        path.write_text("\n".join(lines))
        result = _run("run", session, "--out", tmp_path / "out")
        self._assert_refused(result, tmp_path / "out", f"--{option.replace('_', '-')}")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--height-m", "156"), "metres"),
            (("--scaler", "magic"), "measurement"),
            (("--policy", "adults"), "or --scaler rl"),
            (("--scaler", "rl", "--policy", "nobody"), "There is no policy 'nobody'"),
            (("--cutoff-hz", "0"), "--cutoff-hz 0.0 is not accepted: it must be above 0.5 and at most 30 [Hz]"),
            (("--load-kg", "0"), "--load-kg 0.0 is not accepted: it must be above 0 and at most 60 [kg]"),
            (("--load-kg", "61"), "it must be above 0 and at most 60 [kg]"),
            (("--load-kg", "nan"), "--load-kg nan is not accepted: it must be above 0 and at most 60 [kg]"),
            (("--load-kg", "inf"), "--load-kg inf is not accepted: it must be above 0 and at most 60 [kg]"),
        ],
    )
    def test_values_out_of_range(self, session: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
        self._assert_refused(_run("run", session, "--out", tmp_path / "out", *arguments), tmp_path / "out", said)

    def test_measured_forces_without_plates(self, session: Path, tmp_path: Path) -> None:
        # Angles and times need no forces: the trial is assessed, its moments are withheld with the reason.
        result = _run("run", session, "--out", tmp_path / "out", "--forces", "measured", "--json", *PERSON)
        assert result.exit_code == 0
        (trial,) = Summary.model_validate_json(result.stdout).trials
        assert trial.error is not None
        assert "no measured forces" in trial.error.message
        assert "--forces estimated" in trial.error.hint
        assert trial.forces is None


@pytest.mark.parametrize("command", ["run", "validate"])
def test_help_says_what_a_number_may_be_and_what_happens_without_it(command: str) -> None:
    text = " ".join(_run(command, "--help").stdout.split())
    assert "above 0.5 and at most 30 [Hz] [default: by trial]" in text
    assert "above 0 and at most 60 [kg]" in text


def test_a_given_cut_off_and_locked_feet_are_used_and_kept(session: Path, tmp_path: Path) -> None:
    options = ("--cutoff-hz", "2.5", "--lock-feet", "--json")
    result = _run("run", session, "--out", tmp_path / "out", *options, *PERSON)
    assert result.exit_code == 0
    summary = Summary.model_validate_json(result.stdout)
    (trial,) = summary.trials
    assert "Low-pass at 2.5 Hz, as set for this run." in trial.notes
    assert trial.forces is not None
    assert trial.forces.cutoff_hz == 2.5
    assert summary.provenance.settings["lock_feet"] is True


def test_the_object_that_is_picked_up_is_held_where_its_mass_is_given_and_missed_where_not(
    session: Path, tmp_path: Path
) -> None:
    given = _run("run", session, "--out", tmp_path / "given", "--load-kg", "5", "--json", *PERSON)
    missing = _run("run", session, "--out", tmp_path / "missing", "--json", *PERSON)
    (loaded,), (empty,) = (Summary.model_validate_json(result.stdout).trials for result in (given, missing))
    assert loaded.activity is not None
    assert loaded.activity.name == "pick-up"
    assert loaded.forces is not None
    assert empty.forces is not None
    assert {"load_r", "load_l"} <= set(loaded.forces.contacts)
    assert any(note.startswith("An object of 5 kg") for note in loaded.forces.notes)
    assert not any("--load-kg" in reason for reason in loaded.kinetics_quality.reasons)
    assert set(empty.forces.contacts) == {"r", "l"}
    assert empty.kinetics_quality.mark is Mark.WITH_CAUTION
    assert any("--load-kg" in reason for reason in empty.kinetics_quality.reasons)


def test_a_load_that_no_trial_lifts_is_reported(tmp_path: Path) -> None:
    result = _run(
        "run", build_session(tmp_path, "5xSTS"), "--out", tmp_path / "out", "--load-kg", "5", "--json", *PERSON
    )
    summary = Summary.model_validate_json(result.stdout)
    assert any("The object of 5 kg was not used" in warning for warning in summary.warnings)
    assert len(summary.trials[0].seat_offs) == 5


class TestOutputFolder:
    """What is there already is worth more than a new result."""

    def test_results_are_not_replaced_unasked(self, session: Path, tmp_path: Path) -> None:
        kept = tmp_path / "out" / "small" / "summary.json"
        kept.parent.mkdir(parents=True)
        kept.write_text('{"schema_version": "1.0"}')
        result = _run("run", session, "--out", tmp_path / "out", *PERSON)
        assert result.exit_code == 2
        assert "--overwrite" in result.stderr
        assert kept.read_text() == '{"schema_version": "1.0"}'

    @pytest.mark.parametrize("options", [(), ("--overwrite",)])
    def test_a_folder_of_something_else_is_never_replaced(
        self, session: Path, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        kept = tmp_path / "out" / "small" / "thesis.txt"
        kept.parent.mkdir(parents=True)
        kept.write_text("years of work")
        result = _run("run", session, "--out", tmp_path / "out", *options, *PERSON)
        assert result.exit_code == 2
        assert "something else than results" in result.stderr
        assert kept.read_text() == "years of work"

    def test_recordings_are_never_replaced_by_their_results(self, session: Path, tmp_path: Path) -> None:
        plain = session.rename(tmp_path / "small")  # results of a session without prefix would go into its own folder
        (plain / "summary.json").write_text('{"schema_version": "1.0"}')
        result = _run("run", plain, "--out", tmp_path, "--overwrite", *PERSON)
        assert result.exit_code == 2
        assert "recordings" in result.stderr
        assert marker_file(plain, "pick_up").is_file()

    def test_overwrite_replaces_older_results_whole(self, session: Path, tmp_path: Path) -> None:
        old = tmp_path / "out" / "small"
        old.mkdir(parents=True)
        (old / "summary.json").write_text('{"schema_version": "1.0"}')
        (old / "stale.txt").write_text("from an older run")
        result = _run("run", session, "--out", tmp_path / "out", "--overwrite", *PERSON)
        assert result.exit_code == 0
        assert not (old / "stale.txt").exists()
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["small"]

    def test_a_place_that_cannot_be_written_gets_one_message(self, session: Path, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("")
        result = _run("run", session, "--out", blocked, *PERSON)
        assert result.exit_code == 2
        assert "cannot be written" in result.stderr
        assert result.stderr.count("Error:") == 1

    def test_termination_leaves_nothing_half_written(self, session: Path, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "assessment", "run", str(session), "--out", str(tmp_path / "out"), *PERSON]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        for _ in range(600):
            if list((tmp_path / "out").glob(".*.partial")):
                break
            time.sleep(0.05)
        process.terminate()
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Stopped" in said
        assert list((tmp_path / "out").iterdir()) == []


class TestManySessions:
    def test_one_bad_session_does_not_stop_the_next_and_json_holds_the_good_one(
        self, session: Path, tmp_path: Path
    ) -> None:
        empty = tmp_path / "OpenCapData_empty"
        empty.mkdir()
        result = _run("run", empty, session, "--out", tmp_path / "out", "--json", *PERSON)
        assert result.exit_code == 2
        (line,) = result.stdout.splitlines()
        summary = Summary.model_validate(json.loads(line))
        assert summary.session == "small"
        assert summary.synthetic
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["small"]

    def test_one_failed_trial_does_not_take_the_session(self, tmp_path: Path) -> None:
        session = build_session(tmp_path, "pick_up", "walk")
        marker_file(session, "walk").write_text("not markers")
        result = _run("run", session, "--out", tmp_path / "out", "--json", *PERSON)
        assert result.exit_code == 2  # so that a script notices
        summary = Summary.model_validate_json(result.stdout)
        assert {trial.name: trial.status for trial in summary.trials} == {"pick_up": "assessed", "walk": "failed"}

    def test_a_second_session_of_the_same_name_is_refused(self, tmp_path: Path) -> None:
        first, second = (build_session(tmp_path / name, "pick_up") for name in ("first", "second"))
        result = _run("run", first, second, "--out", tmp_path / "out", "--json", *PERSON)
        assert result.exit_code == 2
        assert len(result.stdout.splitlines()) == 1
        assert "Two sessions of this call are called small" in result.stderr

    def test_results_among_the_recordings_are_not_taken_for_sessions(self, session: Path, tmp_path: Path) -> None:
        assert _run("run", tmp_path, "--out", tmp_path / "results", *PERSON).exit_code == 0
        again = _run("run", tmp_path, "--out", tmp_path / "results", "--overwrite", "--json", *PERSON)
        assert again.exit_code == 0
        assert len(again.stdout.splitlines()) == 1

    def test_no_path_of_this_machine_is_kept(self, session: Path, tmp_path: Path) -> None:
        model = tmp_path / "mine.osim"
        shutil.copy(GENERIC_MODEL, model)
        result = _run("run", session, "--out", tmp_path / "out", "--model", model, "--json", *PERSON)
        assert result.exit_code == 0
        assert str(tmp_path) not in result.stdout
        report = (tmp_path / "out" / "small" / "report.html").read_text(encoding="utf-8")
        assert str(tmp_path) not in report


def test_check_says_what_is_there_and_what_is_missing(session: Path) -> None:
    result = _run("check", session)
    assert result.exit_code == 0
    assert "pick_up" in result.stderr
    assert "--age-years" in result.stderr
    assert "take note   participant: The age is missing" in result.stderr
    assert "The age is missing" not in _run("check", session, "--age-years", "72").stderr


def test_check_fails_where_a_run_could_not_start(session: Path) -> None:
    result = _run("check", session, "--asm-kg", "15")
    assert result.exit_code == 2
    assert "without how it was measured" in result.stderr


def test_schema_is_that_of_the_summary() -> None:
    result = _run("schema")
    assert json.loads(result.stdout) == Summary.model_json_schema()


def test_download_refuses_what_is_no_session_id(tmp_path: Path) -> None:
    result = _run("download", "not-a-uuid", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "not-a-uuid" in result.stderr
