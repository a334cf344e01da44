"""Errors of known size are found, in the person's axes, and only where a measurement exists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessment.validation import Agreement, Dynamics, agreement, jointly_valid
from models.errors import ForceDataError
from tests.assessment.validation.solved import FACING_X, MASS_KG, N_FRAMES, changed, standing, with_moment


def compared(measured: Dynamics, estimated: Dynamics, heading: np.ndarray = FACING_X) -> Agreement:
    return agreement(*jointly_valid(measured, estimated), heading, MASS_KG)


def test_no_error_is_no_error() -> None:
    found = compared(standing(), standing())
    assert found.grf_n_per_kg == 0.0
    assert found.pressure_point_mm == 0.0
    assert found.load_split_points == 0.0
    assert set(found.moment_rmse_nm_per_kg.values()) == {0.0}
    assert found.frames == N_FRAMES
    assert found.interval_coverage == {}


def test_forces_are_judged_as_maise_does_mean_norm_over_frames_and_both_feet() -> None:
    # 3-4-5: the right foot is off by 50 N in half of the frames, the left never.
    wrong = changed(standing(), force_n=(30.0, 0.0, 40.0), frames=slice(0, N_FRAMES // 2))
    found = compared(standing(), wrong)
    assert found.grf_n_per_kg == pytest.approx(50.0 / MASS_KG / 4)
    assert found.force_rmse_n_per_kg["forward"] == pytest.approx(30.0 / MASS_KG * 0.5)
    assert found.force_rmse_n_per_kg["up"] == 0.0
    assert found.force_rmse_n_per_kg["right"] == pytest.approx(40.0 / MASS_KG * 0.5)


@pytest.mark.parametrize(
    ("heading", "direction"), [((1.0, 0.0), "forward"), ((0.0, 1.0), "right"), ((-1.0, 0.0), "forward")]
)
def test_directions_are_the_persons_not_the_laboratorys(heading: tuple[float, float], direction: str) -> None:
    found = compared(standing(), changed(standing(), force_n=(70.0, 0.0, 0.0)), np.array(heading))
    errors = found.force_rmse_n_per_kg
    assert errors[direction] == pytest.approx(max(errors.values()))
    assert sum(error > 1e-9 for error in errors.values()) == 1


def test_pressure_points_count_where_the_measured_foot_bears_and_the_masked_mean_is_smaller() -> None:
    lifted = changed(standing(), "l", force_n=(0.0, -350.0, 0.0))
    wrong = changed(changed(lifted, "l", point_m=(9.0, 0.0, 0.0)), "r", point_m=(0.03, 0.5, 0.04))
    found = compared(lifted, wrong)
    # Horizontal only: 3-4-5 again; the foot in the air is left out, or counts as zero.
    assert found.pressure_point_mm == pytest.approx(50.0)
    assert found.pressure_point_masked_mm == pytest.approx(25.0)


def test_nobody_on_the_plates_has_no_pressure_point_and_no_split() -> None:
    airborne = changed(changed(standing(), "r", force_n=(0.0, -350.0, 0.0)), "l", force_n=(0.0, -350.0, 0.0))
    found = compared(airborne, standing())
    assert found.pressure_point_mm is None
    assert found.load_split_points is None


def test_load_split_is_in_percentage_points_of_the_right_foots_share() -> None:
    leaning = changed(changed(standing(), "r", force_n=(0.0, 70.0, 0.0)), "l", force_n=(0.0, -70.0, 0.0))
    assert compared(standing(), leaning).load_split_points == pytest.approx(10.0)


def test_moments_pool_both_legs() -> None:
    wrong = with_moment(standing(), "knee_angle_l", 14.0)
    found = compared(standing(), wrong).moment_rmse_nm_per_kg
    assert found["knee_angle"] == pytest.approx(14.0 / MASS_KG / np.sqrt(2.0))
    assert found["ankle_angle"] == 0.0


def test_hips_are_compared_only_while_no_seat_bears_load() -> None:
    seated = np.arange(N_FRAMES) < N_FRAMES // 2
    measured = standing()
    unknown = {f"hip_flexion_{side}": seated for side in "rl"}
    measured = Dynamics(measured.forces, replace(measured.moments, unknown=unknown))
    step = np.where(np.arange(N_FRAMES) < N_FRAMES // 2, 70.0, 0.0)
    wrong = with_moment(with_moment(standing(), "hip_flexion_r", step), "knee_angle_r", step)
    found = compared(measured, wrong).moment_rmse_nm_per_kg
    assert found["hip_flexion"] == 0.0
    assert found["knee_angle"] == pytest.approx(0.5)


def test_coverage_is_the_share_of_frames_within_the_stated_interval() -> None:
    rng = np.random.default_rng(0)
    measured = standing(20_000)
    estimated = with_moment(measured, "knee_angle_r", rng.normal(0.0, 5.0, 20_000))
    estimated = with_moment(estimated, "knee_angle_l", rng.normal(0.0, 5.0, 20_000))
    stated = np.full(estimated.moments.moments_nm.shape, 5.0)
    sure = Dynamics(estimated.forces, replace(estimated.moments, standard_errors_nm=stated))
    found = compared(measured, sure).interval_coverage
    assert found["knee_angle"] == pytest.approx(0.95, abs=0.005)
    assert found["ankle_angle"] == 1.0


def test_frames_that_are_not_valid_in_both_do_not_count() -> None:
    wrong = changed(standing(), force_n=(0.0, 700.0, 0.0), frames=slice(0, 10))
    valid = np.arange(N_FRAMES) >= 10
    measured = Dynamics(replace(standing().forces, valid=valid), standing().moments)
    found = compared(measured, wrong)
    assert (found.frames, found.grf_n_per_kg) == (N_FRAMES - 10, 0.0)
    nothing = Dynamics(replace(standing().forces, valid=~valid & valid), standing().moments)
    with pytest.raises(ForceDataError, match="no frame in which both"):
        jointly_valid(nothing, standing())
