"""The picture of a trial: drawn whatever is missing, with a band where the estimate states how sure it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from assessment.validation import Dynamics
from assessment.validation.figure import write_figure
from tests.assessment.validation.solved import FACING_X, MASS_KG, changed, standing, with_moment


def drawn(path: Path, measured: Dynamics, estimated: Dynamics) -> bytes:
    write_figure(path, "squats", measured, estimated, FACING_X, MASS_KG)
    return path.read_bytes()


def test_the_same_trial_gives_the_same_picture_and_another_estimate_another(tmp_path: Path) -> None:
    first = drawn(tmp_path / "a.png", standing(), standing())
    assert first.startswith(b"\x89PNG")
    assert drawn(tmp_path / "b.png", standing(), standing()) == first
    assert drawn(tmp_path / "c.png", standing(), with_moment(standing(), "knee_angle_r", 7.0)) != first


def test_stated_standard_errors_are_drawn(tmp_path: Path) -> None:
    estimated = standing()
    stated = np.full(estimated.moments.moments_nm.shape, 5.0)
    sure = Dynamics(estimated.forces, replace(estimated.moments, standard_errors_nm=stated))
    without, with_band = drawn(tmp_path / "a.png", standing(), estimated), drawn(tmp_path / "b.png", standing(), sure)
    assert with_band != without


def test_nobody_on_the_plates_is_drawn_too(tmp_path: Path) -> None:
    airborne = changed(changed(standing(), "r", force_n=(0.0, -350.0, 0.0)), "l", force_n=(0.0, -350.0, 0.0))
    assert drawn(tmp_path / "a.png", airborne, airborne)
