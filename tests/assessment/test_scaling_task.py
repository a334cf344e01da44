"""Scaling where there is no neutral trial, as in OpenCap Monocular."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from assessment.scaling_task import ScalingTask, run_scaling
from benchmarks.example import TRUTH
from pipeline.session import read_session
from pipeline.settings import Settings
from tests.assessment.session_builder import build_session, marker_file


def test_a_walk_alone_gives_the_lengths_of_the_bones(tmp_path: Path) -> None:
    folder = build_session(tmp_path, "walk")
    marker_file(folder, "neutral").unlink()
    session = read_session(folder, tmp_path)
    assert session.static_trial is None
    subject = session.subject.complete(age_years=72.0)
    model = run_scaling(ScalingTask(session, session.trial("walk"), subject, Settings(), tmp_path / "out"))
    along_bone = pd.read_csv(TRUTH / "scale_factors.csv", comment="#").set_index("body")["y"]
    for body in ("femur_r", "femur_l", "tibia_r", "tibia_l"):
        assert model.factors.of(body)[1] == pytest.approx(along_bone[body], rel=0.03), body
    assert model.path == tmp_path / "out" / "OpenSimData" / "Model" / "walk" / "LaiUhlrich2022_scaled.osim"
    assert any("no neutral trial" in note for note in model.notes)
