"""The filter removes what it says it removes, delays nothing, and invents nothing."""

import numpy as np
import pytest

from pipeline.motion.filtering import derivatives, low_pass

TIME_S = np.arange(600) / 100.0


@pytest.mark.parametrize("cutoff_hz", [3.0, 6.0, 12.0])
def test_a_sine_at_the_cut_off_keeps_half_its_power_and_is_not_delayed(cutoff_hz):
    sine = np.sin(2 * np.pi * cutoff_hz * TIME_S)
    passed = low_pass(sine, TIME_S, cutoff_hz)[150:450]
    assert passed / np.sqrt(0.5) == pytest.approx(sine[150:450], abs=0.02)


def test_slow_movement_passes_and_noise_does_not():
    slow = np.sin(2 * np.pi * 0.5 * TIME_S)
    hum = 0.3 * np.sin(2 * np.pi * 25.0 * TIME_S)
    assert low_pass(slow + hum, TIME_S, 6.0)[100:500] == pytest.approx(slow[100:500], abs=3e-3)


def test_dropped_frames_do_not_bend_a_steady_movement():
    kept = np.delete(TIME_S, [100, 101, 300, 301, 302])
    steady = np.column_stack([2.0 * kept, -kept])
    assert low_pass(steady, kept, 6.0) == pytest.approx(steady, abs=1e-9)


def test_a_cut_off_beyond_the_rate_leaves_the_values_alone():
    values = np.random.default_rng(0).normal(size=(len(TIME_S), 2))
    assert np.array_equal(low_pass(values, TIME_S, 45.0), values)


def test_a_trial_shorter_than_the_padding_is_filtered_too():
    time_s = np.arange(40) / 100.0
    assert low_pass(np.ones(40), time_s, 6.0) == pytest.approx(np.ones(40))


def test_derivatives_of_a_known_movement():
    speeds, accelerations = derivatives(np.sin(3.0 * TIME_S)[:, None], TIME_S)
    assert speeds[10:-10, 0] == pytest.approx(3.0 * np.cos(3.0 * TIME_S)[10:-10], abs=1e-6)
    assert accelerations[10:-10, 0] == pytest.approx(-9.0 * np.sin(3.0 * TIME_S)[10:-10], abs=1e-4)
