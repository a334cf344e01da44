"""Placement in a population known from few people: textbook values, and the coverage of the intervals."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import nct, norm

from assessment.profile import Cell, place


def _cell(n: int, mean: float = 50.0, sd: float = 10.0) -> Cell:
    return Cell(sex="f", age_from_years=70, n=n, mean=mean, sd=sd)


@pytest.mark.parametrize(("n", "t_table", "percentile"), [(10, 1.833, 95.0), (5, 2.132, 95.0), (10, 2.262, 97.5)])
def test_percentile_is_that_of_crawford_and_howell(n: int, t_table: float, percentile: float) -> None:
    """At the tabulated quantile of t with n - 1 degrees of freedom the percentile is the table's."""
    value = 50.0 + t_table * 10.0 * sqrt((n + 1) / n)
    assert place(value, 0.0, _cell(n)).percentile == pytest.approx(percentile, abs=0.02)
    assert place(100.0 - value, 0.0, _cell(n)).percentile == pytest.approx(100.0 - percentile, abs=0.02)


def test_a_small_sample_makes_a_value_less_extreme_than_z_says() -> None:
    few, many = place(70.0, 0.0, _cell(5)), place(70.0, 0.0, _cell(5000))
    assert few.z == many.z == 2.0
    assert few.percentile < many.percentile == pytest.approx(100 * norm.cdf(2.0), abs=0.05)


@pytest.mark.parametrize(("n", "value"), [(10, 62.0), (17, 35.0), (143, 50.0)])
def test_without_measurement_error_the_interval_is_the_non_central_t_one(n: int, value: float) -> None:
    """Crawford and Garthwaite 2002: limits of z from the non-centrality at which the observed t is a tail."""
    observed = sqrt(n) * (value - 50.0) / 10.0
    limits = [
        brentq(lambda delta, tail=tail: nct.cdf(observed, n - 1, delta) - tail, observed - 9, observed + 9) / sqrt(n)
        for tail in (0.975, 0.025)
    ]
    assert place(value, 0.0, _cell(n)).z_interval == pytest.approx(limits, abs=0.01)


def test_measurement_error_widens_the_interval_and_leaves_the_percentile() -> None:
    exact, measured = place(60.0, 0.0, _cell(40)), place(60.0, 5.0, _cell(40))
    assert measured.percentile == exact.percentile
    assert np.ptp(measured.z_interval) > 1.3 * np.ptp(exact.z_interval)


def test_a_large_reference_leaves_the_measurement_error_alone() -> None:
    found = place(60.0, 5.0, _cell(1_000_000))
    assert found.z_interval == pytest.approx((1.0 - 1.96 * 0.5, 1.0 + 1.96 * 0.5), abs=0.01)


def test_an_unknown_measurement_error_is_said() -> None:
    assert not place(60.0, None, _cell(40)).measurement_error_included
    assert place(60.0, None, _cell(40)).z_interval == place(60.0, 0.0, _cell(40)).z_interval


@pytest.mark.parametrize("quartiles", [False, True])
def test_intervals_hold_the_true_percentile_in_95_of_100_cases(quartiles: bool) -> None:
    """Whole studies drawn again: a reference of 40, a person, a measurement with an error of half an SD."""
    rng = np.random.default_rng(11)
    held, studies = 0, 500
    for _ in range(studies):
        sample = rng.normal(50.0, 10.0, 40)
        true = rng.normal(50.0, 10.0)
        cell = _cell(40, float(sample.mean()), float(sample.std(ddof=1)))
        if quartiles:
            low, middle, high = np.quantile(sample, (0.25, 0.5, 0.75))
            cell = Cell(sex="f", n=40, quartiles=(float(low), float(middle), float(high)))
        low, high = place(true + rng.normal(0.0, 5.0), 5.0, cell).percentile_interval
        held += low <= 100.0 * norm.cdf((true - 50.0) / 10.0) <= high
    assert 0.925 <= held / studies <= 0.985


def test_the_same_input_has_the_same_interval() -> None:
    assert place(60.0, 5.0, _cell(15)) == place(60.0, 5.0, _cell(15))
