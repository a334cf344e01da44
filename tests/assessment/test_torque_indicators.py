"""Shares of moments between joints, sides and repetitions, on moments that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessment.indicators import Indicator
from pipeline.quality import Mark
from pipeline.trajectories import HandSupport
from tests.assessment import movements
from tests.assessment.test_indicators import SUBJECT, dynamics_of, indicators, one

SQUATS = movements.squats(5)
EVERY = np.ones(len(SQUATS.time_s))


def pushed(errors_nm: float | None = None, hands: tuple[HandSupport, ...] = (), **moments_nm: float) -> list[Indicator]:
    """Constant extension moments [Nm] per coordinate, in five squats."""
    forces, moments = dynamics_of(SQUATS, {name: -value * EVERY for name, value in moments_nm.items()}, "measured")
    if errors_nm is not None:
        moments = replace(moments, standard_errors_nm=np.full_like(moments.moments_nm, errors_nm))
    return indicators("squat", SQUATS, dynamics=(replace(forces, hand_supports=hands), moments))


def test_support_moment_is_the_sum_of_the_three() -> None:
    found = pushed(hip_flexion_r=30.0, knee_angle_r=20.0, ankle_angle_r=10.0, errors_nm=2.0)
    support = one(found, "peak_support_moment", side="r", repetition=2)
    assert support.value == pytest.approx(60.0)
    assert support.standard_error == pytest.approx(6.0)
    assert one(found, "peak_hip_and_knee_moment", side="r", repetition=2).value == pytest.approx(50.0)
    assert one(found, "peak_support_moment_per_kg", side="r", repetition=2).value == pytest.approx(60.0 / 60.0)


def test_without_errors_of_the_moments_there_is_none_of_their_sum() -> None:
    support = one(
        pushed(hip_flexion_r=30.0, knee_angle_r=20.0, ankle_angle_r=10.0), "peak_support_moment", side="r", repetition=2
    )
    assert support.standard_error is None


def test_hip_against_knee_with_the_error_of_a_ratio() -> None:
    ratio = one(
        pushed(hip_flexion_r=30.0, knee_angle_r=20.0, errors_nm=2.0), "hip_to_knee_moment_ratio", side="r", repetition=1
    )
    assert ratio.value == pytest.approx(1.5)
    assert ratio.standard_error == pytest.approx(np.hypot(2.0, 1.5 * 2.0) / 20.0)


def test_no_ratio_to_a_knee_that_hardly_extends() -> None:
    ratio = one(pushed(hip_flexion_r=30.0, knee_angle_r=3.0), "hip_to_knee_moment_ratio", side="r", repetition=1)
    assert ratio.value is None
    assert "hardly extends" in ratio.quality.reasons[-1]


def test_asymmetry_is_right_minus_left_over_their_mean() -> None:
    found = pushed(knee_angle_r=30.0, knee_angle_l=20.0, errors_nm=1.0)
    asymmetry = one(found, "peak_knee_extension_moment_asymmetry")
    assert asymmetry.value == pytest.approx(40.0)
    # d/dR (R - L) / ((R + L) / 2) = 4 L / (R + L)^2: 1 Nm of each, in per cent.
    assert asymmetry.standard_error == pytest.approx(100.0 * np.hypot(4 * 20.0, 4 * 30.0) / 50.0**2)
    mirrored = pushed(knee_angle_r=20.0, knee_angle_l=30.0)
    assert one(mirrored, "peak_knee_extension_moment_asymmetry").value == pytest.approx(-40.0)


def test_no_asymmetry_of_peaks_that_are_almost_nothing() -> None:
    asymmetry = one(pushed(knee_angle_r=1.0, knee_angle_l=0.2), "peak_knee_extension_moment_asymmetry")
    assert asymmetry.value is None
    assert "too small" in asymmetry.quality.reasons[-1]


def test_a_falling_peak_has_a_falling_slope() -> None:
    tiring = 60.0 - 2.0 * SQUATS.time_s
    found = indicators("squat", SQUATS, dynamics=dynamics_of(SQUATS, {"knee_angle_r": -tiring}, "measured"))
    slope = one(found, "peak_knee_extension_moment_per_kg_slope", side="r")
    # A squat begins 2.5 s after the one before.
    assert slope.value == pytest.approx(-2.0 * 2.5 / SUBJECT.mass_kg, rel=0.01)
    assert slope.value + 1.96 * slope.standard_error < 0.0


def test_power_range_is_generation_plus_absorption() -> None:
    forces, moments = dynamics_of(SQUATS, {"knee_angle_r": -50.0 * EVERY}, "measured")
    speeds = np.gradient(SQUATS.values, SQUATS.time_s, axis=0)
    found = indicators("squat", SQUATS, dynamics=(forces, replace(moments, speeds=speeds)))
    # Down and up alike: 95 degrees within 0.7 s, at most 1.875 times as fast as on average.
    both_ways_w = 2.0 * 50.0 * 1.875 * np.radians(95.0) / 0.7
    assert one(found, "knee_power_range", side="r", repetition=3).value == pytest.approx(both_ways_w, rel=0.02)


def test_what_hands_hide_withholds_the_sums_it_is_part_of() -> None:
    hand = HandSupport("r", "thigh", 0.0, 20.0, ("hip_flexion_r",))
    found = pushed(hands=(hand,), hip_flexion_r=30.0, knee_angle_r=20.0, ankle_angle_r=10.0)
    for name in ("peak_support_moment", "hip_to_knee_moment_ratio"):
        hidden = one(found, name, side="r", repetition=2)
        assert hidden.quality.mark is Mark.WITHHELD
        assert any("right hand" in reason for reason in hidden.quality.reasons)
    assert one(found, "peak_knee_extension_moment", side="r", repetition=2).value == pytest.approx(20.0)


def test_sides_exchange_with_the_mirror() -> None:
    here, there = pushed(hip_flexion_r=30.0, knee_angle_r=20.0), pushed(hip_flexion_l=30.0, knee_angle_l=20.0)
    for name in ("peak_support_moment", "hip_to_knee_moment_ratio"):
        right, left = one(here, name, side="r", repetition=1), one(there, name, side="l", repetition=1)
        assert right.value == pytest.approx(left.value)
