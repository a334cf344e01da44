"""`python -m assessment scale`: a model from marker files, or one message and nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assessment.cli import app
from assessment.summary import ScalingRecord
from models.skeleton import load_model
from pipeline.files.markers import read_marker_file
from pipeline.session import MarkerNames
from tests.pipeline.c3d_writer import write_c3d
from tests.pipeline.scaling_people import SUBJECT, record_files, true_factors, write_trc

PERSON = ("--height-m", "1.66", "--mass-kg", "68", "--sex", "f", "--age-years", "70")


def _run(*arguments: object) -> Result:
    # A wide terminal keeps messages in one line.
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, ["scale", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return record_files(tmp_path_factory.mktemp("study"), "study")


class _Here:
    """The pool of worker processes, without processes: starting one takes longer than scaling."""

    def __init__(self, _: int) -> None: ...

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None: ...

    def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.commands.scale.Workers", _Here)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("names", "scaler"),
    [("study", "optimiser"), ("monocular", "measurement"), ("monocular", "optimiser"), ("optical", "optimiser")],
)
def test_every_producers_names_go_through_every_scaler(names: MarkerNames, scaler: str, tmp_path: Path) -> None:
    static, movement = record_files(tmp_path, names)
    out = tmp_path / "deep" / "scaled.osim"
    result = _run("--static", static, "--movement", movement, *PERSON, "--scaler", scaler, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    scaled = ScalingRecord.model_validate(json.loads(result.stdout)).model
    assert scaled.scaler == scaler
    assert scaled.file == "scaled.osim"
    assert scaled.scaled_on == (["neutral"] if scaler == "measurement" else ["neutral", "squat"])
    # Monocular predicts no hip centres: measured thighs fall back on the person's height.
    within = 0.05 if (names, scaler) == ("monocular", "measurement") else 0.03
    for body in ("femur_r", "tibia_l"):
        assert scaled.scale_factors[body][1] == pytest.approx(true_factors().of(body)[1], rel=within), body
    assert any(f"taken as {names} ones" in note for note in scaled.notes)
    model = load_model(out)
    assert model.getTotalMass(model.initSystem()) == pytest.approx(SUBJECT.mass_kg)
    assert list(out.parent.iterdir()) == [out]


def test_table_for_people_shows_factors_how_sure_they_are_errors_and_notes(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "scaled.osim"
    result = _run(
        "--static", files[0], "--movement", files[1], *PERSON, "--scaler", "optimiser", "--out", out
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    for said in ("femur_y", "standard error", "Scale factors (optimiser) on neutral, squat", "cm RMS, worst", "note:"):
        assert said in result.stderr, said
    again = ("--scaler", "measurement", "--out", out, "--overwrite")
    measured = _run("--static", files[0], "--movement", files[1], *PERSON, *again)
    assert "Y (length)" in measured.stderr
    assert "'measurement' has no use for movements: squat not used" in measured.stderr


@pytest.mark.usefixtures("here")
def test_placement_moves_markers_and_both_errors_are_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    models = []
    for index, options in enumerate((("--place-markers",), ())):
        result = _run("--static", files[0], *PERSON, *options, "--out", tmp_path / f"{index}.osim", "--json")
        models.append(ScalingRecord.model_validate_json(result.stdout).model)
    placed, kept = models
    assert max(placed.static_marker_error_cm.values()) < max(placed.unplaced_marker_error_cm.values())
    assert kept.static_marker_error_cm == kept.unplaced_marker_error_cm


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("scaler", ["measurement", "optimiser"])
def test_a_movement_that_is_not_to_be_believed_is_left_out(
    files: tuple[Path, Path], tmp_path: Path, scaler: str
) -> None:
    markers = read_marker_file(files[1])
    lying = write_trc(tmp_path / "lying.trc", markers.with_positions(markers.positions_m[..., [1, 0, 2]] * [1, -1, 1]))
    moved = ("--movement", lying, "--movement", files[1])
    out = tmp_path / "scaled.osim"
    result = _run("--static", files[0], *moved, *PERSON, "--scaler", scaler, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    model = ScalingRecord.model_validate_json(result.stdout).model
    assert model.scaled_on == (["neutral"] if scaler == "measurement" else ["neutral", "squat"])
    said = [note for note in model.notes if "lying" in note]
    assert len(said) == 1
    assert said[0].startswith("lying was not used for scaling: ")
    assert "The body is not upright" in said[0]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("scaler", ["measurement", "optimiser"])
def test_one_movement_alone_scales_a_model(files: tuple[Path, Path], tmp_path: Path, scaler: str) -> None:
    out = tmp_path / "scaled.osim"
    result = _run("--movement", files[1], *PERSON, "--scaler", scaler, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    model = ScalingRecord.model_validate_json(result.stdout).model
    assert model.scaled_on == ["squat"]
    assert any("no neutral trial" in note for note in model.notes)


@pytest.mark.usefixtures("here")
def test_a_c3d_with_z_up_gives_the_model_of_its_trc(tmp_path: Path) -> None:
    static, _ = record_files(tmp_path, "optical")
    markers = read_marker_file(static)
    z_up = markers.positions_m[..., [0, 2, 1]] * [1.0, -1.0, 1.0]
    points = np.concatenate([1000.0 * z_up.transpose(2, 1, 0), np.ones((1, len(markers.names), markers.n_frames))])
    c3d = write_c3d(
        tmp_path / "neutral.c3d",
        {
            ("POINT", "LABELS"): list(markers.names), ("POINT", "RATE"): [markers.rate_hz], ("POINT", "UNITS"): ["mm"]
        },
        points,
    )  # fmt: skip
    factors = []
    for source in (("--static", static), ("--static", c3d, "--up", "z")):
        result = _run(*source, *PERSON, "--out", tmp_path / "scaled.osim", "--json", "--overwrite")
        assert result.exit_code == 0, result.stderr
        factors.append(ScalingRecord.model_validate_json(result.stdout).model.scale_factors)
    for body, from_trc in factors[0].items():
        assert factors[1][body] == pytest.approx(from_trc, abs=1e-4), body


@pytest.mark.usefixtures("here")
class TestRefused:
    """Exit code 2, one error that says what to do, nothing written."""

    def _assert_refused(self, result: Result, out: Path, *said: str) -> None:
        assert result.exit_code == 2, result.output
        assert result.stderr.count("Error:") == 1
        assert "what to do:" in result.stderr
        assert "Traceback" not in result.output
        assert result.stdout == ""
        for text in said:
            assert text in " ".join(result.stderr.split())
        assert not list(out.parent.glob("*.osim"))
        assert not list(out.parent.glob(".*"))

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--scaler", "magic"), ("no scaler 'magic'", "optimiser")),
            (("--policy", "adults"), ("uses no policy", "--scaler rl")),
            (("--height-m", "166"), ("height_m = 166", "metres")),
        ],
    )
    def test_values_that_are_not_accepted(
        self, files: tuple[Path, Path], tmp_path: Path, arguments: tuple[str, str], said: tuple[str, ...]
    ) -> None:
        out = tmp_path / "scaled.osim"
        self._assert_refused(_run("--static", files[0], *PERSON, "--out", out, *arguments), out, *said)

    def test_a_wrong_policy_is_found_before_any_file_is_read(self, tmp_path: Path) -> None:
        out, absent = tmp_path / "scaled.osim", tmp_path / "none.trc"
        for wrong in ("nobody", tmp_path / "nonsense.safetensors"):
            result = _run("--static", absent, *PERSON, "--scaler", "rl", "--policy", wrong, "--out", out)
            self._assert_refused(result, out, "There is no policy", "policy.safetensors with its policy.json beside it")
            assert "none.trc" not in result.stderr

    @pytest.mark.parametrize("option", ["--static", "--movement"])
    def test_a_recording_that_does_not_stand_upright(
        self, files: tuple[Path, Path], tmp_path: Path, option: str
    ) -> None:
        out = tmp_path / "scaled.osim"
        result = _run(option, files[option == "--movement"], *PERSON, "--up", "z", "--out", out)
        self._assert_refused(result, out, "cannot be scaled on", "The body is not upright", "--up names the axis")

    def test_what_is_not_said_of_the_person(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "scaled.osim"
        self._assert_refused(_run("--static", files[0], "--out", out), out, "--height-m --mass-kg --sex")

    def test_a_name_that_is_no_models(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "scaled.txt"
        self._assert_refused(_run("--static", files[0], *PERSON, "--out", out), out, "scaled.txt", ".osim")

    def test_no_recording_at_all_and_several_movements_without_a_static(
        self, files: tuple[Path, Path], tmp_path: Path
    ) -> None:
        out = tmp_path / "scaled.osim"
        self._assert_refused(_run(*PERSON, "--out", out), out, "no marker file")
        twice = ("--movement", files[1], "--movement", files[1])
        self._assert_refused(_run(*twice, *PERSON, "--out", out), out, "no static recording", "--static")

    def test_files_that_are_absent_or_not_markers(self, tmp_path: Path) -> None:
        out = tmp_path / "scaled.osim"
        self._assert_refused(_run("--static", tmp_path / "none.trc", *PERSON, "--out", out), out, "none.trc")
        text = tmp_path / "notes.trc"
        text.write_text("Dear colleague,\nplease find attached\n")
        self._assert_refused(_run("--static", text, *PERSON, "--out", out), out, "notes.trc")

    def test_markers_of_unknown_names_lead_to_the_lab_session(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "scaled.osim"
        markers = read_marker_file(files[0])
        renamed = write_trc(tmp_path / "own.trc", markers.rename({name: f"M{name}" for name in markers.names}))
        result = _run("--static", renamed, *PERSON, "--out", out)
        self._assert_refused(result, out, "no marker of a known name", "docs/lab-sessions.md")

    def test_a_model_is_not_replaced_unasked(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "scaled.osim"
        out.write_text("years of work")
        result = _run("--static", files[0], *PERSON, "--out", out)
        assert result.exit_code == 2
        assert "--overwrite" in result.stderr
        assert out.read_text() == "years of work"
        # A run that fails leaves the older one, too.
        failed = _run("--static", files[1], *PERSON, "--out", out, "--overwrite")
        assert failed.exit_code == 2
        assert "Nobody stands still" in failed.stderr
        assert out.read_text() == "years of work"

    def test_a_place_that_cannot_be_written(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("")
        result = _run("--static", files[0], *PERSON, "--out", blocked / "scaled.osim")
        assert result.exit_code == 2
        assert "cannot be written" in result.stderr
        assert result.stderr.count("Error:") == 1
