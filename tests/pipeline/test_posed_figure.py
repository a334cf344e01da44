"""The moving skeleton: joint centres of the scaled model, and of the unscaled one in the same pose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL
from models.skeleton.scale_factors import ScaleFactors
from pipeline.posed_figure import stick_figure
from pipeline.scaling import apply_factors, load_generic
from pipeline.stick_figure import StickFigure
from pipeline.trajectories import Kinematics
from tests.pipeline.synthetic import DEGREES, squat

LONGER = 1.1


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> StickFigure:
    """Somebody whose right thigh is a tenth longer than the generic one squats, recorded at 60 Hz."""
    model, _ = load_generic(GENERIC_MODEL, "study")
    apply_factors(model, ScaleFactors(("femur_r",), np.full((1, 3), LONGER), scaler="by hand"), 70.0)
    path = tmp_path_factory.mktemp("model") / "scaled.osim"
    model.printToXML(str(path))
    poses = squat(12)
    names = tuple(name for name in poses[0] if not name.startswith("pelvis_t") or name == "pelvis_tilt")
    values = np.array([[pose[name] * DEGREES for name in names] for pose in poses])
    errors_m = np.zeros((12, 1))
    kinematics = Kinematics(np.arange(12) / 60.0, names, values, ("one",), errors_m)
    generic, _ = load_generic(GENERIC_MODEL, "study")
    return stick_figure(path, kinematics, generic)


def lengths_m(figure: StickFigure, points_m: np.ndarray, start: str, end: str) -> np.ndarray:
    first, second = (points_m[:, figure.names.index(name)] for name in (start, end))
    return np.asarray(np.linalg.norm(first - second, axis=1))


def test_both_models_hang_on_one_pelvis_and_differ_where_they_were_scaled(figure: StickFigure) -> None:
    generic_m = figure.points_generic_m
    assert generic_m is not None
    assert generic_m.shape == figure.points_m.shape == (6, len(figure.names), 3)
    pelvis = figure.names.index("pelvis")
    assert np.allclose(generic_m[:, pelvis], figure.points_m[:, pelvis])
    right = lengths_m(figure, figure.points_m, "femur_r", "tibia_r")
    assert np.allclose(right / lengths_m(figure, generic_m, "femur_r", "tibia_r"), LONGER, atol=0.003)
    left = lengths_m(figure, figure.points_m, "femur_l", "tibia_l")
    assert np.allclose(left, lengths_m(figure, generic_m, "femur_l", "tibia_l"), atol=1e-6)


def test_it_is_kept_at_thirty_pictures_a_second_and_read_again(figure: StickFigure, tmp_path: Path) -> None:
    assert np.allclose(np.diff(figure.time_s), 1 / 30.0)
    figure.write(tmp_path / "Viewer" / "squat.npz")
    read = StickFigure.read(tmp_path / "Viewer" / "squat.npz")
    assert read.names == figure.names
    assert np.array_equal(read.points_m, figure.points_m)
    assert read.points_generic_m is not None
    assert np.array_equal(read.points_generic_m, figure.points_generic_m)


def test_files_of_earlier_versions_have_no_unscaled_model(figure: StickFigure, tmp_path: Path) -> None:
    path = tmp_path / "old.npz"
    np.savez(path, time_s=figure.time_s, names=np.array(figure.names), points_m=figure.points_m, bones=figure.bones)
    assert StickFigure.read(path).points_generic_m is None
