"""What is read off learning curves."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.learning_curves import at, paired_interval, reached, summary
from rl_scaling.judging.ablation import MEASURES, Curve


def test_a_level_is_reached_on_the_line_between_scores_and_only_the_first_time() -> None:
    spent, error = np.array([0.0, 100.0, 200.0, 300.0]), np.array([10.0, 8.0, 4.0, 6.0])
    assert reached(spent, error, 5.0) == pytest.approx(175.0)
    assert reached(spent, error, 8.0) == pytest.approx(100.0)
    assert reached(spent, error, 12.0) == 0.0
    assert reached(spent, error, 3.9) is None


def test_errors_of_people_are_read_between_scores() -> None:
    scores = np.array([[10.0, 20.0], [6.0, 18.0]])
    counts = np.array([0.0, 1.0])
    curve = Curve("a", 0, counts, 200 * counts, counts, counts, dict.fromkeys(MEASURES, scores))
    np.testing.assert_allclose(at(curve, "rms_mm", 50.0), [9.0, 19.5])


def test_pairs_tell_what_the_spread_of_people_hides() -> None:
    generator = np.random.default_rng(1)
    people = generator.normal(10.0, 5.0, size=(1, 200))
    first = people + generator.normal(0.0, 0.1, size=(2, 200))
    second = people - 0.5 + generator.normal(0.0, 0.1, size=(2, 200))
    mean, low, high = paired_interval(first, second)
    assert mean == pytest.approx(-0.5, abs=0.05)
    # Of a mean of 200 differences with SD 0.1: about 1.96 * 0.1 / sqrt(200) to either side.
    assert high - low == pytest.approx(2 * 1.96 * 0.1 / 200**0.5, rel=0.3)


def test_who_never_got_there_leaves_no_mean() -> None:
    assert summary([1.0, 3.0]) == {"mean": 2.0, "sd": pytest.approx(1.414), "seeds": [1.0, 3.0]}
    assert summary([1.0, None]) == {"mean": None, "sd": None, "seeds": [1.0, None]}
