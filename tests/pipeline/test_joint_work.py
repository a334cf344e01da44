"""Power, work, impulse and rate of rise of a joint, where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.joint_work import RISE_TIME_CYCLES, angular_impulse_nms, greatest_power_w, steepest_rise, work_j
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import Array, JointMoments

TIME_S = np.arange(0.0, 4.0 + 1e-9, 0.01)
ALL = np.ones(len(TIME_S), dtype=bool)
CUTOFF_HZ = 4.0


def joint(moment_nm: Array | float, speed: Array | float = 0.0, error_nm: Array | float | None = None) -> JointMoments:
    """A joint called knee."""
    column = np.zeros((len(TIME_S), 1))
    return JointMoments(
        TIME_S, ("knee",), column, column + np.reshape(speed, (-1, 1)), column + np.reshape(moment_nm, (-1, 1)),
        CUTOFF_HZ, ALL, np.zeros((len(TIME_S), 3)),
        standard_errors_nm=None if error_nm is None else column + np.reshape(error_nm, (-1, 1)),
    )  # fmt: skip


def between(start_s: float, stop_s: float) -> np.ndarray:
    return np.abs(TIME_S - (start_s + stop_s) / 2.0) <= (stop_s - start_s) / 2.0 + 1e-9


def test_constant_moment_and_speed() -> None:
    constant = joint(-50.0, -2.0, 5.0)
    stretch = between(1.0, 2.5)
    power = greatest_power_w(constant, "knee", stretch)
    work = work_j(constant, "knee", stretch)
    impulse = angular_impulse_nms(constant, "knee", stretch, -1.0)
    assert power is not None
    assert work is not None
    assert impulse is not None
    assert (power.value, power.standard_error) == (100.0, 10.0)
    assert (work.value, work.standard_error) == pytest.approx((150.0, 15.0))
    assert (impulse.value, impulse.standard_error) == pytest.approx((75.0, 7.5))
    assert (work.first, work.last) == (100, 250)


def test_a_joint_that_only_absorbs_generates_no_work_and_its_power_is_negative() -> None:
    braking = joint(-50.0, 2.0, 5.0)
    power = greatest_power_w(braking, "knee", ALL)
    assert power is not None
    assert power.value == -100.0
    for sign, value in ((1.0, 0.0), (-1.0, 400.0)):
        work = work_j(braking, "knee", ALL, sign)
        assert work is not None
        assert work.value == pytest.approx(value)
    flexing = angular_impulse_nms(braking, "knee", ALL, 1.0)
    assert flexing is not None
    assert (flexing.value, flexing.standard_error) == (0.0, 0.0)


def test_a_moment_that_may_have_either_sign_has_an_impulse_that_may_not_be_zero() -> None:
    doubtful = angular_impulse_nms(joint(3.0, 0.0, 5.0), "knee", ALL, -1.0)
    assert doubtful is not None
    assert doubtful.value == 0.0
    assert doubtful.standard_error == pytest.approx(20.0)


def test_a_sine_generates_what_its_halves_hold() -> None:
    # Two periods of 2 s: power 30 sin^2 with a constant sign, impulse of a half wave is amplitude * period / pi.
    wave = np.sin(np.pi * TIME_S)
    swinging = joint(10.0 * wave, 3.0 * wave)
    work = work_j(swinging, "knee", ALL)
    impulse = angular_impulse_nms(swinging, "knee", ALL, -1.0)
    assert work is not None
    assert impulse is not None
    assert work.value == pytest.approx(30.0 * 0.5 * 4.0, rel=1e-6)
    assert work.standard_error is None
    assert impulse.value == pytest.approx(2 * 10.0 * 2.0 / np.pi, rel=1e-3)


def test_no_correlation_of_errors_makes_the_work_less_certain_than_it_says() -> None:
    speed = 1.0 + 0.5 * np.sin(2.0 * TIME_S)
    work = work_j(joint(60.0, speed, 6.0), "knee", ALL)
    assert work is not None
    assert work.standard_error is not None
    random = np.random.default_rng(1)
    slow = low_pass(random.standard_normal((len(TIME_S), 400)), TIME_S, 1.0)
    for errors in (slow / slow.std(), np.tile(random.standard_normal(400), (len(TIME_S), 1))):
        spread = np.std(np.trapezoid(6.0 * errors * speed[:, None], TIME_S, axis=0))
        assert spread < 1.1 * work.standard_error


def test_what_is_not_known_is_not_zero() -> None:
    constant, nothing, hole = joint(-50.0, -2.0), ~ALL, between(0.5, 1.0) | between(1.1, 2.0)
    assert greatest_power_w(constant, "knee", nothing) is None
    assert steepest_rise(constant, "knee", nothing, -1.0) is None
    for stretch in (nothing, hole, between(1.0, 1.0)):
        assert work_j(constant, "knee", stretch) is None
        assert angular_impulse_nms(constant, "knee", stretch, -1.0) is None
    # Shorter than the shortest rise that can be seen.
    assert steepest_rise(constant, "knee", between(1.0, 1.08), -1.0) is None


def ramp(start_s: float, stop_s: float) -> Array:
    return np.clip((TIME_S - start_s) / (stop_s - start_s), 0.0, 1.0)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_slow_ramp_keeps_its_slope_through_the_filter(sign: float) -> None:
    moment_nm = sign * low_pass(80.0 * ramp(1.0, 1.8), TIME_S, CUTOFF_HZ)
    rise = steepest_rise(joint(moment_nm, error_nm=3.0), "knee", ALL, sign)
    assert rise is not None
    # The filter overshoots the slope at the corners by a few percent.
    assert rise.rate_nm_per_s.value == pytest.approx(100.0, rel=0.06)
    assert rise.window_s == pytest.approx(0.09)
    assert rise.rate_nm_per_s.standard_error == pytest.approx(3.0 * 2**0.5 / 0.09)
    assert not rise.filter_limited
    falling = steepest_rise(joint(moment_nm), "knee", ALL, -sign)
    assert falling is not None
    assert falling.rate_nm_per_s.value == pytest.approx(0.0, abs=5.0)


@pytest.mark.parametrize("duration_s", [0.01, 0.05])
@pytest.mark.parametrize("passes", [1, 2])
def test_a_rise_as_short_as_the_filters_is_said_to_be_at_least_that_steep(duration_s: float, passes: int) -> None:
    moment_nm = 80.0 * ramp(1.0, 1.0 + duration_s)
    for _ in range(passes):
        moment_nm = low_pass(moment_nm, TIME_S, CUTOFF_HZ)
    rise = steepest_rise(joint(moment_nm), "knee", ALL, 1.0)
    assert rise is not None
    assert rise.filter_limited
    assert rise.rate_nm_per_s.value < 80.0 / duration_s
    assert rise.window_s >= RISE_TIME_CYCLES / CUTOFF_HZ


def test_a_window_does_not_reach_over_a_hole() -> None:
    step = joint(80.0 * (TIME_S > 2.0))
    rise = steepest_rise(step, "knee", between(0.0, 2.0) | between(2.05, 4.0), 1.0)
    assert rise is not None
    assert rise.rate_nm_per_s.value == 0.0
    assert not rise.filter_limited
