"""`python -m assessment study-model`: from results folders and a table of labels to a probability of one person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assessment.cli import app
from assessment.profile.study_model import Prediction, join_labels, load_study_model, people_table
from assessment.summary import ClinicalMeasures
from models.errors import SettingsError
from tests.assessment.cohort.made_cohort import GROUPS, made_cohort
from tests.assessment.uncertainty.people import FIVE_TIMES, SPPB, chair_stand, indicator, person, save

CHAIR = f"{FIVE_TIMES}@sit-to-stand"


def _run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, ["study-model", *map(str, arguments)])


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty synthetic people, slower ones labelled yes."""
    folder = tmp_path_factory.mktemp("study")
    rng = np.random.default_rng(0)
    times = rng.normal(12.0, 2.0, 60)
    for index, value in enumerate(times):
        save(person(chair_stand(float(value)), session=f"s{index}", synthetic=True), folder / "cohort" / f"s{index}")
    slow = times + rng.normal(0.0, 1.0, 60) > 12.0
    labels = {
        "session": [f"s{k}" for k in range(60)],
        "falls": np.where(slow, "yes", "no"),
        "grip_kg": 25 + rng.random(60),
    }
    pd.DataFrame(labels).to_csv(folder / "labels.csv", index=False)
    return folder


def _train(study: Path, out: Path, *more: object) -> Result:
    return _run(
        "train", study / "cohort", "--labels", study / "labels.csv", "--label", "falls", "--feature", CHAIR,
        "--feature", "grip_kg", "--level", "no", "--level", "yes", "--out", out, "--name", "Village", *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trained(study: Path) -> tuple[Result, Path]:
    return _train(study, study / "model"), study / "model"


def test_training_writes_model_card_and_plot(trained: tuple[Result, Path]) -> None:
    result, folder = trained
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in folder.iterdir()} == {"model.json", "card.md", "calibration.svg"}
    model = load_study_model(folder)
    assert [one.name for one in model.features] == [CHAIR, "grip_kg"]
    assert model.synthetic
    assert model.validation.levels[0].auc.low > 0.6
    assert "falls, yes: cross-validated AUC" in result.stderr
    assert "Synthetic data" in result.stderr


def test_a_person_has_a_probability_only_as_that_studys_model(trained: tuple[Result, Path], study: Path) -> None:
    result = _run("apply", trained[1], study / "cohort" / "s0", "--value", "grip_kg=25.5", "--json")
    assert result.exit_code == 0, result.stderr
    prediction = Prediction.model_validate_json(result.stdout)
    assert prediction.probabilities[0].low < prediction.probabilities[0].probability < prediction.probabilities[0].high
    assert prediction.without_measurement_error == ["grip_kg"]
    assert "Only the model of the study Village (60 people) says so." in result.stderr
    assert "Not intended to diagnose" in result.stderr


def test_a_missing_feature_is_refused_with_what_to_do(trained: tuple[Result, Path], study: Path) -> None:
    result = _run("apply", trained[1], study / "cohort" / "s0")
    assert result.exit_code == 2
    assert "needs what is not known of this person: grip_kg." in result.stderr
    assert "--value NAME=NUMBER" in result.stderr
    assert "is not NAME=NUMBER" in _run("apply", trained[1], study / "cohort" / "s0", "--value", "grip_kg").stderr


def test_a_value_typed_in_does_not_keep_the_error_of_the_one_it_replaces(
    trained: tuple[Result, Path], study: Path
) -> None:
    result = _run(
        "apply", trained[1], study / "cohort" / "s0", "--value", "grip_kg=25.5", "--value", f"{CHAIR}=12.0", "--json"
    )
    assert Prediction.model_validate_json(result.stdout).without_measurement_error == [CHAIR, "grip_kg"]


def test_grip_typed_in_with_the_session_is_a_feature(trained: tuple[Result, Path], tmp_path: Path) -> None:
    folder = save(person(chair_stand(12.0), clinical=ClinicalMeasures(grip_kg=25.5)), tmp_path / "one")
    assert _run("apply", trained[1], folder).exit_code == 0


def test_the_battery_and_clinical_measures_are_features_of_a_cohort() -> None:
    one = person(indicators=[indicator(SPPB, 9.0, 0.5)], clinical=ClinicalMeasures(grip_kg=25.5, sarc_f=4))
    found = people_table([one])
    assert found.loc["visit", [SPPB, "grip_kg", "sarc_f"]].tolist() == [9.0, 25.5, 4.0]
    empty = pd.DataFrame({"session": ["visit"], "grip_kg": [np.nan]})
    assert join_labels(found, empty).loc["visit", "grip_kg"] == 25.5
    assert join_labels(found, empty.assign(grip_kg=25.5)).loc["visit", "grip_kg"] == 25.5
    with pytest.raises(SettingsError, match="the results of session visit give different grip_kg"):
        join_labels(found, empty.assign(grip_kg=20.0))


def test_somebody_unlike_the_study_is_flagged(trained: tuple[Result, Path], tmp_path: Path) -> None:
    slow = save(person(chair_stand(40.0)), tmp_path / "slow")
    result = _run("apply", trained[1], slow, "--value", "grip_kg=25.5")
    assert f"beyond the central 95 % of the people it was trained on: {CHAIR}." in result.stderr


def test_models_and_other_folders_are_not_overwritten(
    trained: tuple[Result, Path], study: Path, tmp_path: Path
) -> None:
    assert "There is a model in" in _train(study, trained[1]).stderr
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert "holds no model" in _train(study, tmp_path, "--overwrite").stderr
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("person,falls\ns0,no\n", "has no column session"),
        ("session,falls\ns0,no\ns0,yes\n", "A session occurs more than once"),
        ("session,falls\nx,no\n", "No session of the table of labels is in the cohort"),
        ("session,falls,age_years\ns0,no,70\n", "columns that the cohort has too: age_years"),
        ("", "cannot be read"),
    ],
)
def test_tables_of_labels_that_do_not_fit_are_refused(study: Path, tmp_path: Path, labels: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    result = _run(
        "train", study / "cohort", "--labels", tmp_path / "labels.csv", "--label", "falls", "--feature", CHAIR, "--out",
        tmp_path / "model", "--name", "Village",
    )  # fmt: skip
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "model").exists()


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_cohort(tmp_path_factory.mktemp("cohort"), participants=60).folder.path


def _train_on_cohort(cohort: Path, out: Path, *more: object) -> Result:
    feature = f"{FIVE_TIMES}@sit-to-stand/five-times"
    return _run("train", cohort, "--feature", feature, "--out", out, "--name", "Village", *more)


def test_the_groups_of_a_cohort_may_be_the_label(cohort: Path, tmp_path: Path) -> None:
    levels = ("--level", GROUPS[0], "--level", GROUPS[1])
    result = _train_on_cohort(cohort, tmp_path / "model", "--label", "group", *levels)
    assert result.exit_code == 0, result.stderr
    model = load_study_model(tmp_path / "model")
    assert model.n + model.n_incomplete == 58
    assert model.validation.levels[0].auc.low > 0.6


def test_labels_of_a_cohort_go_by_participant(cohort: Path, tmp_path: Path) -> None:
    rows = "".join(f"P{n:03d},{'yes' if n % 2 == 0 else 'no'}\n" for n in range(1, 51))
    (tmp_path / "labels.csv").write_text(f"participant,falls\n{rows}", encoding="utf-8")
    levels = ("--level", "no", "--level", "yes")
    result = _train_on_cohort(
        cohort, tmp_path / "model", "--labels", tmp_path / "labels.csv", "--label", "falls", *levels
    )
    assert result.exit_code == 0, result.stderr
    assert "8 of 58 people have no row of labels." in result.stderr


def test_other_folders_need_labels(study: Path, tmp_path: Path) -> None:
    result = _train_on_cohort(study / "cohort", tmp_path / "model", "--label", "group")
    assert result.exit_code == 2
    assert "There is no table of labels." in result.stderr
    assert "Give --labels; only a cohort's folder may do without: its groups are then the label." in result.stderr
