"""What a reader is told of a model that movements scaled: which, how sure it is, and which error is not held out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from assessment.assess import assess
from assessment.summary import Summary
from assessment.workers import Workers
from pipeline.session import read_session
from pipeline.settings import Settings
from tests.assessment.session_builder import build_session
from tests.pipeline.scaling_people import untrained_policy

NOT_HELD_OUT = "This trial also scaled the model"


def run(tmp_path: Path, scaler: str) -> tuple[Summary, Path]:
    """Assess one pick-up; learned, with the file of a policy that has learnt nothing yet."""
    policy = str(untrained_policy(tmp_path / "untrained")) if scaler == "rl" else None
    session = read_session(build_session(tmp_path, "pick_up"), tmp_path)
    subject = session.subject.complete(age_years=72.0)
    with Workers(1) as workers:
        summary = assess(session, subject, Settings(scaler=scaler, policy=policy), tmp_path / "out", workers=workers)
    return summary, tmp_path / "out" / summary.session


@pytest.mark.parametrize(("scaler", "held_out"), [("measurement", True), ("rl", False)])
def test_a_trial_that_scaled_the_model_is_assessed_and_says_so(tmp_path: Path, scaler: str, held_out: bool) -> None:
    summary, folder = run(tmp_path, scaler)
    (trial,) = summary.trials
    assert trial.marker_error is not None
    assert trial.marker_error.held_out == held_out
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert (NOT_HELD_OUT in report) != held_out
    table = pd.read_csv(folder / "Tables" / "trials.csv")
    assert table["marker_error_held_out"].tolist() == [held_out]
    (model,) = summary.models
    assert model.scaler == scaler
    assert model.scaled_on == (["neutral"] if held_out else ["neutral", "pick_up"])
    assert f"scaled by “{scaler}”" in report
    if scaler == "rl":
        assert model.policy is not None
        assert model.policy.startswith("untrained ")
        assert f"policy {model.policy}" in report
    else:
        assert model.policy is None
    assert len(model.factor_estimates) == (0 if held_out else 21)
    for one in model.factor_estimates:
        assert f"<td>{one.parameter}</td>" in report
        assert one.text in report
        assert one.standard_error > 0.0
    assert summary.provenance.settings["scaler"] == scaler
    assert str(tmp_path) not in summary.model_dump_json() + report
    assert Summary.model_validate_json((folder / "summary.json").read_text(encoding="utf-8")) == summary
