"""A laboratory with Z up: markers and plates are turned together, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assessment.scaling_task import ScalingTask, run_scaling
from assessment.trial import TrialTask, run_trial
from pipeline.session import Session, Trial, read_session
from pipeline.settings import Settings
from tests.pipeline.plate_files import Z_UP_TO_GROUND

LAB = Path(__file__).parents[1] / "lab_sessions" / "opencap_labvalidation_subject4.toml"
TRIAL = "walking1"


def turn_file(source: Path, target: Path, *, first_row: int, first_column: int) -> Path:
    """Write a table of points or forces, whose columns are x, y, z over and over, in the laboratory's axes."""
    lines = source.read_text(encoding="utf-8").splitlines()
    turned = []
    for line in lines[first_row:]:
        cells = line.split("\t")
        values = np.array([float(cell) for cell in cells[first_column:] if cell.strip()]).reshape(-1, 3)
        row = [f"{value:.9g}" for value in (values @ Z_UP_TO_GROUND).ravel()]
        turned.append("\t".join(cells[:first_column] + row))
    target.write_text("\n".join(lines[:first_row] + turned) + "\n", encoding="utf-8")
    return target


def z_up(session: Session, folder: Path) -> Session:
    def turned(trial: Trial) -> Trial:
        assert trial.marker_file is not None
        assert trial.force_file is not None
        markers = turn_file(trial.marker_file, folder / trial.marker_file.name, first_row=6, first_column=2)
        forces = turn_file(trial.force_file, folder / trial.force_file.name, first_row=7, first_column=1)
        return replace(trial, marker_file=markers, force_file=forces)

    trials = tuple(turned(trial) for trial in session.trials)
    return replace(session, trials=trials, conversion=replace(session.conversion, file_to_ground=Z_UP_TO_GROUND))


def curves(session: Session, folder: Path) -> pd.DataFrame:
    subject = session.subject.complete()
    settings = Settings(forces="measured")
    model = run_scaling(ScalingTask(session, session.trial(str(session.static_trial)), subject, settings, folder))
    record = run_trial(TrialTask(session, session.trial(TRIAL), model, subject, settings, folder))
    assert record.forces is not None, record.error
    assert record.forces.origin == "measured"
    return pd.read_csv(folder / record.files["curves"])


def test_plates_and_moments_of_a_laboratory_with_z_up_are_those_of_one_with_y_up(shared_data, tmp_path: Path) -> None:
    shared_data("lab_opencap_labvalidation_subject4_nimble")
    session = read_session(LAB, tmp_path)
    (tmp_path / "files").mkdir()
    # The movements that a model is scaled on are those of the session: the same in both.
    both = tuple(trial for trial in session.trials if trial.name in (TRIAL, session.static_trial))
    session = replace(session, trials=both)
    expected = curves(session, tmp_path / "y_up")
    found = curves(z_up(session, tmp_path / "files"), tmp_path / "z_up")
    assert list(found.columns) == list(expected.columns)
    np.testing.assert_array_equal(found["valid"], expected["valid"])
    for column in expected.columns:
        if column.endswith(("_nm", "_vertical_n")):
            assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), abs=0.1, nan_ok=True), column
