"""Smoothing: no delay, nothing across gaps, clear refusals."""

import numpy as np
import pytest

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.preparation.filters import apply_filter, parse_filter


def one_marker(path, rate_hz=100.0):
    positions_m = np.stack((path, path, path), axis=1)[:, None]
    return MarkerTrajectories(("m",), positions_m, np.arange(len(path)) / rate_hz)


TIME_S = np.arange(400) / 100.0


def test_slow_movement_passes_without_delay_and_fast_jitter_does_not():
    slow, fast = np.sin(2 * np.pi * TIME_S), 0.1 * np.sin(2 * np.pi * 30 * TIME_S)
    smooth = apply_filter(one_marker(slow + fast), "butterworth:6").position_m("m")[:, 0]
    assert np.abs(smooth - slow)[50:-50].max() < 0.005


def test_half_power_is_at_the_cut_off():
    wave = np.sin(2 * np.pi * 6 * TIME_S)
    smooth = apply_filter(one_marker(wave), "butterworth:6").position_m("m")[100:-100, 0]
    assert np.std(smooth) / np.std(wave) == pytest.approx(0.5**0.5, rel=0.02)


def test_moving_mean_of_five():
    smooth = apply_filter(one_marker(np.arange(20.0) ** 2), "moving-mean:5").position_m("m")[:, 0]
    # The mean of (k-2)^2 ... (k+2)^2 is k^2 + 2.
    np.testing.assert_allclose(smooth[2:-2], np.arange(20.0)[2:-2] ** 2 + 2)


@pytest.mark.parametrize("spec", ["butterworth:6", "moving-mean:5"])
def test_nothing_leaks_across_a_gap(spec):
    path = np.where(np.arange(400) < 200, 0.0, 1.0)
    path[195:205] = np.nan
    smooth = apply_filter(one_marker(path), spec).position_m("m")[:, 0]
    np.testing.assert_allclose(smooth[:195], 0, atol=1e-9)
    np.testing.assert_allclose(smooth[205:], 1, atol=1e-9)
    assert np.isnan(smooth[195:205]).all()


@pytest.mark.parametrize("spec", [None, "none"])
def test_no_filter_changes_nothing(spec):
    markers = one_marker(np.random.default_rng(0).normal(size=50))
    assert apply_filter(markers, spec) is markers


@pytest.mark.parametrize("text", ["butterworth", "butterworth:0", "butterworth:x", "moving-mean:4", "kalman:3", ""])
def test_unknown_filters_name_the_accepted_ones(text):
    with pytest.raises(ValueError, match=r'accepted: "none", "butterworth:6" \(cut-off in Hz\), "moving-mean:5"'):
        parse_filter(text)


def test_a_cut_off_above_what_the_rate_allows():
    with pytest.raises(MarkerDataError, match=r"14 Hz is too high for 30 frames per second.*below 12 Hz"):
        apply_filter(one_marker(np.zeros(50), rate_hz=30.0), "butterworth:14")
