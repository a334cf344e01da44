"""Gaps are filled where that is safe, and only there."""

import numpy as np
import pytest

from pipeline.preparation import prepare_markers
from pipeline.preparation.gaps import fill_gaps
from tests.pipeline.preparation.synthetic_walk import walk


def without(markers, name, frames):
    positions_m = markers.positions_m.copy()
    positions_m[frames, markers.names.index(name)] = np.nan
    return markers.with_positions(positions_m)


def error_m(filled, truth, name):
    return np.linalg.norm(filled.markers.position_m(name) - truth.position_m(name), axis=1)


@pytest.mark.parametrize("rate_hz", [60, 100, 120])
@pytest.mark.parametrize(("jitter", "limit_m"), [(False, 0.002), (True, 0.012)])
def test_a_tenth_of_a_second_is_bridged_anywhere_in_a_stride(rate_hz, jitter, limit_m):
    """The jitter of the frames in the gap themselves, 7 mm at most, is part of the error."""
    truth = walk(rate_hz=rate_hz, jitter=jitter)
    n = round(0.1 * rate_hz)
    for name in ("r_toe_study", "r_knee_study", "C7_study"):
        for start in range(10, truth.n_frames - 20, 7):
            filled = fill_gaps(without(truth, name, slice(start, start + n)))
            assert error_m(filled, truth, name).max() < limit_m


def test_a_rigid_segment_carries_its_marker_exactly():
    truth = walk(turn_rad_s=1.0)
    filled = fill_gaps(without(truth, "L_sh1_study", slice(50, 75)))
    assert filled.by_cluster[50:75, truth.names.index("L_sh1_study")].all()
    assert error_m(filled, truth, "L_sh1_study").max() < 1e-9


def test_a_deforming_segment_does_not():
    truth = walk()
    positions_m = truth.positions_m.copy()
    positions_m[50:75, truth.names.index("L_sh2_study")] += np.linspace(0, 0.1, 25)[:, None]
    filled = fill_gaps(without(truth.with_positions(positions_m), "L_sh1_study", slice(50, 75)))
    assert np.isnan(filled.markers.position_m("L_sh1_study")[50:75]).all()


def test_longer_than_half_a_second_stays_open():
    truth = walk()
    filled = fill_gaps(without(truth, "L_sh1_study", slice(50, 81)))
    assert np.isnan(filled.markers.position_m("L_sh1_study")[50:81]).all()
    assert not filled.by_fit.any()
    assert not filled.by_cluster.any()


def test_the_ends_are_never_extrapolated():
    truth = walk()
    markers = without(without(truth, "r_knee_study", slice(0, 3)), "r_knee_study", slice(-2, None))
    filled = fill_gaps(markers)
    np.testing.assert_array_equal(filled.markers.positions_m, markers.positions_m)


def test_gap_lengths_can_be_set():
    truth = walk()
    gap = without(truth, "C7_study", slice(50, 53))
    assert np.isnan(fill_gaps(gap, longest_fit_s=0.03).markers.position_m("C7_study")[50:53]).all()
    assert np.isfinite(fill_gaps(gap, longest_fit_s=0.05).markers.position_m("C7_study")).all()


def test_what_was_measured_is_not_touched():
    truth = walk(jitter=True)
    filled = fill_gaps(without(truth, "r_toe_study", slice(50, 54)))
    kept = np.delete(np.arange(truth.n_frames), np.arange(50, 54))
    np.testing.assert_array_equal(filled.markers.positions_m[kept], truth.positions_m[kept])


def test_the_report_says_what_was_filled_and_what_stays_open():
    truth = walk(jitter=True)
    prepared = prepare_markers(without(without(truth, "r_toe_study", slice(50, 54)), "r_toe_study", slice(100, 130)))
    (finding,) = prepared.findings
    assert finding.text == (
        "r_toe_study is not seen in 34 frames (between 0.83 and 2.15 s); short stretches filled, longer ones left out."
    )
