"""Peaks are compared repetition by repetition, as the indicators have them."""

from __future__ import annotations

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.repetitions import Repetition
from assessment.validation import Dynamics, PeakPair, peak_errors, peak_pairs
from models.subject import Subject
from tests.assessment.movements import assemble
from tests.assessment.validation.solved import MASS_KG, N_FRAMES, standing, with_moment

SUBJECT = Subject(height_m=1.7, mass_kg=MASS_KG, sex="f")
TWO = (Repetition(1, 0.0, 0.49), Repetition(2, 0.5, 0.99))


def pairs(
    activity: str, repetitions: tuple[Repetition, ...], measured: Dynamics, estimated: Dynamics
) -> list[PeakPair]:
    kinematics = assemble(measured.moments.time_s)
    named = Activity(activity, 1.0, ())  # type: ignore[arg-type]
    return peak_pairs(named, repetitions, kinematics, measured, estimated, SUBJECT)


def bending(first_nm: float, second_nm: float) -> Dynamics:
    """The right knee's extension moment in the first and in the second half, negative in OpenSim."""
    first = np.arange(N_FRAMES) < N_FRAMES // 2
    return with_moment(standing(), "knee_angle_r", np.where(first, -first_nm, -second_nm))


def test_every_repetition_and_side_is_a_pair() -> None:
    found = pairs("squat", TWO, bending(70.0, 140.0), bending(63.0, 140.0))
    knees = {pair.repetition: pair for pair in found if (pair.joint, pair.side) == ("knee_extension", "r")}
    assert len(found) == 3 * 2 * 2
    assert knees[1].measured_nm_per_kg == pytest.approx(1.0)
    assert knees[1].estimated_nm_per_kg == pytest.approx(0.9)
    assert knees[2].estimated_nm_per_kg == pytest.approx(2.0)


def test_a_walk_without_repetitions_has_the_peaks_of_all_frames_and_standing_has_none() -> None:
    found = pairs("walking", (), bending(70.0, 140.0), bending(70.0, 70.0))
    (knee,) = (pair for pair in found if (pair.joint, pair.side) == ("knee_extension", "r"))
    assert (knee.repetition, knee.measured_nm_per_kg, knee.estimated_nm_per_kg) == (None, 2.0, 1.0)
    assert pairs("standing", (), bending(70.0, 140.0), bending(70.0, 70.0)) == []


def test_errors_that_cancel_leave_no_bias_but_an_absolute_error() -> None:
    both = [
        PeakPair(joint="knee_extension", side=side, repetition=1, measured_nm_per_kg=1.0, estimated_nm_per_kg=estimate)
        for side, estimate in (("r", 1.2), ("l", 0.8))
    ]
    error = peak_errors(both)["knee_extension"]
    assert (error.n, error.bias_percent) == (2, pytest.approx(0.0))
    assert error.mean_absolute_percent == pytest.approx(20.0)
    assert "hip_extension" not in peak_errors(both)
