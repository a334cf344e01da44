"""Intervals, probabilities beyond a cut-off, and digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.catalogue import catalogue
from assessment.uncertainty import decimals, fixed, formatted, interval, probability_beyond
from assessment.uncertainty.interval import FINEST_DECIMALS

FINITE = st.floats(-1e3, 1e3)
ERRORS = st.floats(1e-3, 1e2)


def test_interval_of_the_five_times_chair_stand() -> None:
    assert interval(12.8, 0.9) == pytest.approx((12.8 - 1.764, 12.8 + 1.764), abs=1e-3)


def test_a_wider_level_is_a_wider_interval() -> None:
    assert interval(0.0, 1.0, 0.99) == pytest.approx((-2.5758, 2.5758), abs=1e-4)


@pytest.mark.parametrize(("error", "level"), [(-0.1, 0.95), (float("nan"), 0.95), (1.0, 0.0), (1.0, 1.0)])
def test_impossible_errors_and_levels_are_refused(error: float, level: float) -> None:
    with pytest.raises(ValueError, match=r"finite number of at least 0|between 0 and 1"):
        interval(1.0, error, level)


def test_probability_of_a_slow_chair_stand() -> None:
    """The worked example of the clinical notes: 12.8 s against 12 s."""
    assert round(100 * probability_beyond(12.8, 0.9, ">=", 12.0)) == 81
    assert round(100 * probability_beyond(12.8, 1.63, ">=", 12.0)) == 69


@given(value=FINITE, error=ERRORS, cut_off=FINITE)
def test_both_sides_of_a_cut_off_share_all_probability(value: float, error: float, cut_off: float) -> None:
    above = probability_beyond(value, error, ">=", cut_off)
    assert above + probability_beyond(value, error, "<", cut_off) == pytest.approx(1.0)
    assert (above >= 0.5) == (value >= cut_off) or above == pytest.approx(0.5)


def test_an_exact_value_at_the_cut_off_is_decided_by_the_operator() -> None:
    assert [probability_beyond(12.0, 0.0, operator, 12.0) for operator in ("<", "<=", ">", ">=")] == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("unit", "error", "expected"),
    [
        ("s", 0.9, 1), ("s", 0.02, 1), ("s", 1.63, 0), ("m/s", 0.05, 2), ("m/s", 0.125, 1), ("deg", 4.5, 0),
        ("deg", 11.6, -1), ("Nm/kg", 0.13, 1), ("W/kg", 0.2, 1), ("W/kg", 1.2, 0), ("ratio", 0.04, 2), ("s", None, 1),
    ],
)  # fmt: skip
def test_digits_follow_the_error_and_never_pass_the_units(unit: str, error: float | None, expected: int) -> None:
    assert decimals(unit, error) == expected


def test_every_unit_of_the_catalogue_has_its_digits() -> None:
    assert {declared.unit for declared in catalogue().values()} <= set(FINEST_DECIMALS)


@pytest.mark.parametrize(
    ("value", "error", "unit", "expected"),
    [
        (12.8, 0.9, "s", "12.8 s (95 % interval 11.0 to 14.6)"),
        (12.8, 1.63, "s", "13 s (95 % interval 10 to 16)"),
        (47.3, 11.6, "deg", "50 deg (95 % interval 20 to 70)"),
        (1.3, 0.04, "ratio", "1.30 (95 % interval 1.22 to 1.38)"),
        (9.0, None, "1", "9"),
        (1.3, None, "ratio", "1.30"),
        (9.5, None, "1", "9.5"),
        (1.02, None, "m/s", "1.02 m/s"),
    ],
)
def test_a_number_as_printed(value: float, error: float | None, unit: str, expected: str) -> None:
    assert formatted(value, error, unit) == expected


def test_nothing_is_printed_as_minus_zero() -> None:
    assert fixed(-0.04, 1) == "0.0"
