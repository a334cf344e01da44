"""Change between visits: called change only beyond measurement error, with numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest

from assessment.uncertainty import repeatability
from assessment.uncertainty.change import NO_ERROR_KNOWN, OWN_ERRORS_ONLY, change
from assessment.uncertainty.measured import Measured

CHAIR = Measured("five_times_sit_to_stand_time", "s", "sit-to-stand", 15.0, 0.9, protocol="p", label="Chair stand")
SPEED = Measured("gait_speed", "m/s", "walking", 1.00, None, protocol="p", label="Gait speed")
POWER = Measured("mean_rise_power_per_kg", "W/kg", "sit-to-stand", 3.0, 0.2, protocol="p", label="Power")


def _to(one: Measured, value: float, **changes: object) -> Measured:
    return replace(one, value=value, **changes)


def test_published_figures_as_read() -> None:
    within = repeatability("five_times_sit_to_stand_time", "s", "within session")
    between = repeatability("five_times_sit_to_stand_time", "s", "between sessions")
    assert within is not None
    assert between is not None
    assert (within.sem, within.mdc95, within.n) == (0.9, 2.5, 29)
    assert (round(between.sem, 2), between.mdc95, between.n) == (1.63, 4.52, 128)


def test_between_sessions_needs_more_than_within() -> None:
    """15.0 to 12.0 s: 3 s are beyond the 2.5 s of one day and within the 4.52 s of two visits."""
    today = change(CHAIR, _to(CHAIR, 12.0), setting="within session")
    trend = change(CHAIR, _to(CHAIR, 12.0))
    assert (today.verdict, today.direction, today.mdc95) == ("decreased", "better", pytest.approx(2.5))
    assert (trend.verdict, trend.direction, trend.mdc95) == (
        "no change beyond measurement error", None, pytest.approx(4.52),
    )  # fmt: skip
    assert "Donoghue 2019" in trend.mdc95_source
    assert "128 people" in trend.mdc95_source


def test_exactly_the_detectable_change_is_no_change() -> None:
    assert change(_to(CHAIR, 10.0), _to(CHAIR, 14.52)).verdict == "no change beyond measurement error"
    assert change(_to(CHAIR, 10.0), _to(CHAIR, 14.53)).verdict == "increased"


def test_longer_chair_stand_is_worse_and_faster_walking_better() -> None:
    assert change(_to(CHAIR, 10.0), _to(CHAIR, 16.0)).direction == "worse"
    assert change(SPEED, _to(SPEED, 1.40)).direction == "better"


def test_own_errors_beyond_the_published_ones_are_added() -> None:
    """Beyond the published 0.9 s: (4.52 / 1.96)^2 + 2 * (1^2 - 0.9^2) = 5.698; its root times 1.96 is 4.679 s."""
    found = change(_to(CHAIR, 10.0, standard_error=1.0), _to(CHAIR, 14.6, standard_error=1.0))
    assert found.mdc95 == pytest.approx(4.679, abs=1e-3)
    assert found.verdict == "no change beyond measurement error"


def test_without_a_published_figure_nothing_is_called_a_change() -> None:
    found = change(POWER, _to(POWER, 3.6))
    assert found.mdc95 == pytest.approx(1.96 * sqrt(2) * 0.2)
    assert (found.verdict, found.direction, found.mdc95_source) == (
        "more than the recordings' error", None, OWN_ERRORS_ONLY,
    )  # fmt: skip
    assert "from one test to the next is not known" in found.sentence
    assert change(POWER, _to(POWER, 3.1)).verdict == "no change beyond measurement error"


def test_without_any_error_nothing_can_be_told() -> None:
    found = change(replace(POWER, standard_error=None), _to(POWER, 9.0, standard_error=None))
    assert (found.verdict, found.reason, found.mdc95) == ("cannot be told", NO_ERROR_KNOWN, None)
    assert found.difference == pytest.approx(6.0)


def test_detectable_and_meaningful_are_two_questions() -> None:
    """0.12 m/s matters substantially and cannot be told from measurement error; both are said."""
    found = change(SPEED, _to(SPEED, 1.12))
    assert found.verdict == "no change beyond measurement error"
    assert found.meaningful is not None
    assert found.meaningful.reached == "substantial"
    tenth = change(_to(SPEED, 1.1), _to(SPEED, 1.2)).meaningful
    assert tenth is not None
    assert tenth.reached == "substantial"
    little = change(SPEED, _to(SPEED, 1.02)).meaningful
    assert little is not None
    assert little.reached == "less than small"


def test_a_difference_that_was_only_recalled_is_not_applied() -> None:
    power = replace(POWER, indicator="sit_to_stand_power_field_per_kg")
    for sex, small in (("m", 0.42), ("f", 0.33)):
        found = change(power, _to(power, 4.0), sex=sex).meaningful
        assert found is not None
        assert (found.small, found.reached) == (small, None)
        assert "not verified" in found.source
    assert change(power, _to(power, 4.0), sex="unspecified").meaningful is None


def test_joint_angles_share_one_detectable_change() -> None:
    trunk = Measured("peak_trunk_flexion", "deg", "sit-to-stand", 40.0, None)
    assert change(trunk, _to(trunk, 50.0)).verdict == "no change beyond measurement error"
    assert change(trunk, _to(trunk, 52.0)).verdict == "increased"


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (None, "It was not measured at the second visit."),
        (replace(CHAIR, value=None, reasons=("Too short.",)), "It is withheld at the second visit: Too short."),
        (replace(CHAIR, protocol="q"), "The protocols of the two visits differ: p and q."),
        (replace(CHAIR, unit="ms"), "The units of the two visits differ: s and ms."),
        (replace(CHAIR, activity="squat"), "The movements of the two visits differ: sit-to-stand and squat."),
        (replace(CHAIR, origin="measured"), "The contact forces of the two visits differ: not stated and measured."),
    ],
)
def test_what_cannot_be_compared_says_why(after: Measured | None, reason: str) -> None:
    found = change(CHAIR, after)
    assert (found.verdict, found.reason, found.difference) == ("cannot be told", reason, None)
    assert found.sentence == f"Chair stand: whether it changed cannot be told. {reason}"


def test_sentences() -> None:
    assert (
        change(CHAIR, _to(CHAIR, 12.0)).sentence
        == "Chair stand: difference -3.0 s, within measurement error (up to 5 s)."
    )
    assert (
        change(CHAIR, _to(CHAIR, 12.0), setting="within session").sentence
        == "Chair stand decreased by 3.0 s, more than measurement error (2.5 s): better."
    )


def test_two_indicators_are_no_change() -> None:
    with pytest.raises(ValueError, match="one indicator"):
        change(CHAIR, SPEED)
