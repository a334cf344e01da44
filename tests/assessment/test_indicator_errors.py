"""Marker errors in the standard errors: a number that changes with them says by how much, others are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.indicators import Indicator, TrialResults
from assessment.indicators.errors import with_marker_errors
from pipeline.quality import Mark, Quality
from tests.assessment import movements
from tests.assessment.test_indicators import SUBJECT

STILL = movements.standing()


def results_of(shift: float) -> TrialResults:
    """A trial whose one number is 10 plus the pelvis' first height."""
    kinematics = movements.column(STILL, "pelvis_ty", np.full(len(STILL.time_s), shift))
    return TrialResults(
        Activity("standing", 1.0, ()), (), kinematics, None, None, None, SUBJECT, Quality(), Quality()
    )  # fmt: skip


def family(name: str, missing_above: float = np.inf):
    def compute(results: TrialResults) -> Iterator[Indicator]:
        value = 10.0 + float(results.kinematics.coordinate("pelvis_ty")[0])
        if value <= missing_above:
            yield results.indicator(name, value)

    return compute


def told(name: str, shifts: list[float], missing_above: float = np.inf) -> Indicator:
    compute = family(name, missing_above)
    (found,) = with_marker_errors(compute(results_of(0.0)), [compute], [results_of(shift) for shift in shifts])
    return found


def test_the_spread_of_the_copies_is_the_standard_error() -> None:
    shifts = list(np.random.default_rng(1).normal(0.0, 0.2, 400))
    found = told("gait_speed", shifts)
    assert found.value == 10.0
    assert found.standard_error == pytest.approx(0.2, rel=0.15)


def test_one_copy_that_went_astray_does_not_decide() -> None:
    shifts = [-0.1, -0.05, 0.0, 0.05, 0.1]
    assert told("gait_speed", [*shifts, 50.0]).standard_error < 0.4
    # A tail of larger errors does count: one session in ten errs three times as much.
    heavy = [*shifts, *shifts, 0.3]
    assert told("gait_speed", heavy).standard_error > 1.2 * told("gait_speed", shifts).standard_error


def test_what_the_copies_have_in_common_is_bias_and_counts_more() -> None:
    biased = told("gait_speed", [0.3] * 10)
    # Root 2 times the noise added 0.3: what the recording has already is 0.3 / 0.41.
    # Ten copies: Student's t with nine degrees of freedom.
    assert biased.standard_error == pytest.approx(0.3 / (np.sqrt(2) - 1) * 2.262 / 1.96, rel=1e-3)
    assert biased.value == 10.0


def test_it_adds_in_squares_to_a_published_error() -> None:
    found = told("five_times_sit_to_stand_time", [-0.4, 0.4] * 10)
    # Twenty copies: 2.093 / 1.96.
    assert found.standard_error == pytest.approx(np.hypot(0.9, 0.4 * 2.093 / 1.96), rel=1e-3)


def test_moments_keep_the_error_of_their_forces() -> None:
    found = told("peak_knee_extension_moment", [-5.0, 5.0] * 5)
    assert found.standard_error is None


def test_a_number_that_half_of_the_copies_do_not_show_is_doubtful() -> None:
    found = told("gait_speed", [0.1, 1.0, 1.0], missing_above=10.5)
    assert found.quality.mark is Mark.WITH_CAUTION
    assert "slightly different marker errors" in found.quality.reasons[0]


def test_sway_that_is_mostly_noise_is_withheld() -> None:
    sound, noisy = told("sway_velocity", [-1.0, 1.0] * 5), told("sway_velocity", [-8.0, 8.0] * 5)
    assert sound.value == 10.0
    assert noisy.value is None
    assert noisy.standard_error is None
    assert "mostly noise" in noisy.quality.reasons[0]


def test_without_copies_nothing_changes() -> None:
    compute = family("gait_speed")
    (plain,) = compute(results_of(0.0))
    assert list(with_marker_errors([plain], [compute], [])) == [plain]


def test_a_withheld_copy_counts_as_one_that_does_not_show_the_number() -> None:
    compute = family("gait_speed")
    gone = [replace(results_of(0.0), kinematic_gate=Quality.withheld("Lost.")) for _ in range(4)]
    (found,) = with_marker_errors(compute(results_of(0.0)), [compute], gone)
    assert found.quality.mark is Mark.WITH_CAUTION
