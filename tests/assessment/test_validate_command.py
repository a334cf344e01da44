"""`python -m assessment validate`: files for trials with plates, reasons for the others, one message without any."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assessment.assess import assess
from assessment.cli import app
from assessment.example import EXAMPLE
from assessment.scaling_task import ScalingTask, run_scaling
from assessment.trial import TrialTask, trial_cutoff, trial_dynamics, trial_movement
from assessment.validation import TrialValidation, Validation, validate_session
from assessment.workers import Workers
from models.errors import SessionFailedError
from models.skeleton import GENERIC_MODEL
from pipeline.session import read_session
from pipeline.settings import Settings
from tests.assessment.session_builder import build_session
from tests.pipeline.plate_files import plate_columns, write_plates

LAB_SESSIONS = Path(__file__).parents[1] / "lab_sessions"
TOML = """
name = "visit"
marker_set = "study"
static_trial = "neutral"

[subject]
height_m = 1.60
mass_kg = 62
sex = "f"
"""


def _run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, ["validate", *(str(argument) for argument in arguments)])


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lab session of the synthetic example whose plates measured exactly what is estimated for its pick-up."""
    folder = tmp_path_factory.mktemp("visit")
    for name in ("neutral", "pick_up", "walk"):
        shutil.copy(EXAMPLE / "MarkerData" / f"{name}.trc", folder)
    toml = folder / "visit.toml"
    trials = "".join(f'\n[[trials]]\nname = "{name}"\nmarkers = "{name}.trc"\n' for name in ("neutral", "walk"))
    pick_up = '\n[[trials]]\nname = "pick_up"\nmarkers = "pick_up.trc"\n'
    toml.write_text(TOML + trials + pick_up)
    session = read_session(toml, tmp_path_factory.mktemp("work"))
    subject = session.subject.complete()
    model = run_scaling(ScalingTask(session, session.trial("neutral"), subject, Settings(), folder / "work"))
    task = TrialTask(session, session.trial("pick_up"), model, subject, Settings(), folder / "work")
    seen = trial_movement(task)
    kinematics, activity = seen.kinematics, seen.activity
    forces, _ = trial_dynamics(task, kinematics, activity, trial_cutoff(task, kinematics, activity), "estimated")
    write_plates(folder / "pick_up.mot", forces.time_s, {side: plate_columns(forces.forces[side]) for side in "rl"})
    toml.write_text(TOML + trials + pick_up + 'forces = "pick_up.mot"\n')
    return toml


@pytest.fixture(scope="module")
def result(visit: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("out")
    return _run(visit, "--out", out, "--workers", 1, "--cutoff-hz", 2, "--json"), out / "visit"


def _trial(validation: Validation, name: str) -> TrialValidation:
    return next(trial for trial in validation.trials if trial.name == name)


def test_plates_that_measured_the_estimate_show_nearly_no_error(result: tuple[Result, Path]) -> None:
    run, _ = result
    assert run.exit_code == 0, run.stderr
    trial = _trial(Validation.model_validate_json(run.stdout), "pick_up")
    assert trial.agreement is not None
    # The plates hold what is estimated at 6 Hz; at 2 Hz little of that low-pass is left to see.
    assert trial.agreement.grf_n_per_kg < 0.2
    assert trial.agreement.pressure_point_mm is not None
    assert trial.agreement.pressure_point_mm < 15.0
    assert max(trial.agreement.moment_rmse_nm_per_kg.values()) < 0.08


def test_the_folder_holds_record_table_and_figure_and_nothing_else(result: tuple[Result, Path]) -> None:
    run, folder = result
    assert sorted(path.name for path in folder.iterdir()) == ["pick_up.png", "validation.csv", "validation.json"]
    assert list(folder.parent.iterdir()) == [folder]
    assert (folder / "pick_up.png").read_bytes().startswith(b"\x89PNG")
    record = Validation.model_validate_json((folder / "validation.json").read_text(encoding="utf-8"))
    assert record == Validation.model_validate_json(run.stdout)
    table = pd.read_csv(folder / "validation.csv")
    grf = table[(table["trial"] == "pick_up") & (table["quantity"] == "GRF error, mean norm")]
    agreement = _trial(record, "pick_up").agreement
    assert agreement is not None
    assert grf["value"].item() == pytest.approx(agreement.grf_n_per_kg, rel=1e-4)
    assert table[table["trial"] == "walk"]["reason"].item() == "no measured forces"


def test_trials_without_plates_are_listed(result: tuple[Result, Path]) -> None:
    run, _ = result
    record = Validation.model_validate_json(run.stdout)
    assert [trial.status for trial in record.trials] == ["no measured forces", "no measured forces", "compared"]
    assert "not compared: no measured forces" in run.stderr
    assert "GRF error, mean norm" in run.stderr


def test_results_are_replaced_only_when_asked_and_never_those_of_an_assessment(
    visit: Path, result: tuple[Result, Path], workers: Workers, tmp_path: Path
) -> None:
    _, folder = result
    again = _run(visit, "--out", folder.parent, "--workers", 1)
    assert again.exit_code == 2
    assert "Give --overwrite" in again.stderr
    other = tmp_path / "visit"
    other.mkdir()
    (other / "summary.json").write_text('{"schema_version": "1.1"}')
    refused = _run(visit, "--out", tmp_path, "--workers", 1, "--overwrite")
    assert refused.exit_code == 2
    assert "something else than results" in refused.stderr
    assert (other / "summary.json").is_file()


def test_one_failed_trial_is_listed_and_takes_no_other(visit: Path, workers: Workers, tmp_path: Path) -> None:
    broken = visit.with_name("broken.toml")
    (visit.parent / "walk.mot").write_text("nonsense")
    broken.write_text(
        visit.read_text().replace('markers = "walk.trc"\n', 'markers = "walk.trc"\nforces = "walk.mot"\n')
    )
    session = read_session(broken, tmp_path)
    subject = session.subject.complete()
    record = validate_session(session, subject, Settings(), tmp_path / "out", workers=workers)
    failed = _trial(record, "walk")
    assert failed.error is not None
    assert (failed.status, failed.error.kind) == ("failed", "ForceDataError")
    assert "walk" in failed.error.where
    assert _trial(record, "pick_up").status == "compared"


def test_where_not_one_trial_can_be_compared_nothing_is_written(visit: Path, workers: Workers, tmp_path: Path) -> None:
    (visit.parent / "walk.mot").write_text("nonsense")
    useless = visit.with_name("useless.toml")
    useless.write_text(visit.read_text().replace("pick_up.mot", "walk.mot"))
    session = read_session(useless, tmp_path)
    with pytest.raises(SessionFailedError, match="pick_up: "):
        validate_session(session, session.subject.complete(), Settings(), tmp_path / "out", workers=workers)
    assert not (tmp_path / "out" / "visit").exists()


def test_a_validation_is_set_as_an_assessment_is(visit: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    used: list[Settings] = []

    def stop(_session: object, _subject: object, settings: Settings, *_: object, **__: object) -> Validation:
        used.append(settings)
        raise SessionFailedError("Stopped.", hint="None.")

    monkeypatch.setattr("assessment.commands.validate.validate_session", stop)
    _run(
        visit, "--out", tmp_path, "--workers", 1, "--scaler", "rl", "--policy", "adults", "--model", GENERIC_MODEL,
        "--no-marker-placement", "--ik-engine", "opensim", "--cutoff-hz", 3, "--no-lock-feet", "--load-kg", 2.5,
        "--activity", "visit=squat",
    )  # fmt: skip
    # Forces are found both ways: their mode is the one setting that a validation has no option for.
    assert used == [
        Settings(
            scaler="rl", policy="adults", model=GENERIC_MODEL, marker_placement=False, ik_engine="opensim",
            cutoff_hz=3.0, lock_feet=False, load_kg=2.5, activities={"visit": "squat"},
        )
    ]  # fmt: skip
    # Nor does the height of a seat say anything of forces.
    assert used[0].model_fields_set == set(Settings.model_fields) - {"forces", "seat_height_m"}


def test_a_session_without_plates_is_one_clear_error(tmp_path: Path) -> None:
    session = build_session(tmp_path, "walk")
    run = _run(session, "--out", tmp_path / "out", "--age-years", 70, "--workers", 1)
    assert run.exit_code == 2
    assert "No trial of this session has measured forces" in run.stderr
    assert "docs/lab-sessions.md" in run.stderr
    assert not (tmp_path / "out").exists()


# Real recordings.


@pytest.mark.parametrize("name", ["bmc_walk1", "bmc_walk2"])
def test_walks_recorded_with_cortex_are_assessed_and_validated(
    shared_data: Callable[[str], Path], workers: Workers, tmp_path: Path, name: str
) -> None:
    shared_data("lab_bmc_gait_ccby")
    session = read_session(LAB_SESSIONS / f"{name}.toml", tmp_path)
    subject = session.subject.complete()
    (trial,) = assess(session, subject, Settings(), tmp_path / "run", workers=workers).trials
    assert trial.forces is not None
    assert trial.forces.origin == "measured"
    assert trial.forces.mean_vertical_share_of_weight == pytest.approx(1.0, abs=0.03)
    speed = next(indicator for indicator in trial.indicators if indicator.name == "gait_speed")
    assert speed.value == pytest.approx(1.2, abs=0.1)
    (validated,) = validate_session(session, subject, Settings(), tmp_path / "out", workers=workers).trials
    assert validated.agreement is not None
    assert validated.agreement.share_of_trial > 0.6
    # Nobody sees trunk and arms here: the estimate is far off sideways, but each foot bears what it should.
    assert validated.agreement.grf_n_per_kg < 1.5
    assert validated.agreement.load_split_points is not None
    assert validated.agreement.load_split_points < 10.0


def test_laboratory_walk_and_quiet_standing_agree(
    shared_data: Callable[[str], Path], workers: Workers, tmp_path: Path
) -> None:
    shared_data("lab_opencap_labvalidation_subject4_nimble")
    session = read_session(LAB_SESSIONS / "opencap_labvalidation_subject4.toml", tmp_path)
    kept = tuple(trial for trial in session.trials if trial.name in ("static1", "walking1"))
    session = replace(session, trials=kept)
    record = validate_session(session, session.subject.complete(), Settings(), tmp_path / "out", workers=workers)
    static, walk = (_trial(record, name).agreement for name in ("static1", "walking1"))
    assert static is not None
    assert walk is not None
    assert static.grf_n_per_kg < 0.4
    assert walk.grf_n_per_kg < 0.7
    assert walk.pressure_point_masked_mm < (walk.pressure_point_mm or 0.0) < 40.0
    assert np.isfinite(list(walk.moment_rmse_nm_per_kg.values())).all()
    assert json.loads((tmp_path / "out" / record.session / "validation.json").read_text())["schema_version"]
