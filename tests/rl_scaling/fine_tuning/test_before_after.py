"""Before and after fine-tuning: the same people in pairs, and a verdict that marker errors alone do not buy."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rl_scaling.fine_tuning.before_after import LABELS, Comparison, Paired, compare
from rl_scaling.fine_tuning.held_out import split_people
from rl_scaling.fine_tuning.study_people import DEFAULT_EXPERIMENTS, verdict
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.tasks.clip_tasks import people_of_clips
from tests.rl_scaling.study_people import TREE, clips_of_people


def row(measure: str, difference: float = 0.0, low: float | None = None, high: float | None = None) -> Paired:
    low, high = (difference if one is None else one for one in (low, high))
    return Paired(measure, 12, 10.0, 10.0 + difference, difference, low, high)


def compared(**rows: tuple[float, float, float]) -> Comparison:
    return Comparison(tuple(row(name, *rows.get(name, ())) for name in LABELS))


def test_a_difference_is_of_pairs_and_its_interval_as_wide_as_few_people_make_it() -> None:
    before = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    found = Paired.of("objective", before, before + np.array([-1.0, -2.0, -3.0, -2.0, -2.0]))
    assert (found.n, found.before, found.after, found.difference) == (5, 30.0, 28.0, -2.0)
    # Of five people Student's interval is 2 ± 0.88; percentiles alone are 2 ± 0.6.
    assert -3.0 <= found.low < -2.7
    assert -1.3 < found.high <= -1.0
    same = Paired.of("objective", before, before)
    assert (same.difference, same.low, same.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("rows", "kept", "said"),
    [
        ({"unseen_rms_mm": (-0.5, -0.8, -0.2)}, True, r"^Better than before: -0.50 mm .*12 held-out.*Nothing was lost"),
        ({"unseen_rms_mm": (-0.5, -1.1, 0.1)}, False, r"^Not better than before: .*the interval includes no change\."),
        ({"unseen_rms_mm": (-0.05, -0.08, -0.02)}, False, r"^Not better .*less than the 1 % that trainings differ by"),
        ({"unseen_rms_mm": (0.5, 0.2, 0.8)}, False, r"^Worse than before: \+0.50 mm"),
        ({}, False, r"^Not better than before"),
        (
            {"unseen_rms_mm": (-0.5, -0.8, -0.2), "lengths_mm": (0.1, -0.1, 0.3)},
            False,
            r"^Better .*Something was lost in general: segment lengths off the truth may have risen by more than 2 %",
        ),
        ({"unseen_rms_mm": (-0.5, -0.8, -0.2), "joints_mm": (0.1, 0.05, 0.15)}, True, "Nothing was lost"),
    ],
)
def test_only_a_gain_that_costs_no_truth_is_kept(rows: dict, kept: bool, said: str) -> None:
    comparison = compared(**rows)
    assert comparison.is_kept == kept
    assert re.search(said, verdict(comparison))


def test_policies_are_told_apart_by_people_who_were_held_out() -> None:
    clips = clips_of_people(10)
    _, judged = split_people(TREE, people_of_clips(TREE, clips)[0], clips, 0.5)
    experiment = read_experiment(DEFAULT_EXPERIMENTS["cpu"])
    older, least_squares = ScalingPolicy.load("older_adults"), ScalingPolicy.optimiser()
    found = compare(TREE, older, least_squares, judged, experiment, n_simulated=16)
    assert [one.n for one in found.rows] == [5, 5, 5, 5, 16, 16]
    # What docs/scaling-compared.md says of the two: least squares fits better and knows the bones less.
    assert found.of("objective").high < 0.0
    assert found.of("lengths_mm").low > 0.0
    assert "lengths_mm" in found.lost
    assert 5.0 < found.of("unseen_rms_mm").before < 30.0
    assert 0.0 < found.of("height_percent").before < 12.0
    again = compare(TREE, older, older, judged, experiment, n_simulated=4)
    assert all(one.low == one.difference == one.high == 0.0 for one in again.rows)
