from __future__ import annotations

import numpy as np
import pytest

from assessment.study import (
    detectable_g,
    participant_means,
    power_of,
    retest_reliability,
    sample_size,
)
from assessment.study.reliability import icc_agreement, icc_consistency
from assessment.study.synthetic import synthetic_study
from models.errors import SettingsError
from tests.assessment.study.tables import row, study

# Six targets rated by four judges: Shrout and Fleiss 1979, table 2.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def test_icc_equals_the_published_example() -> None:
    # ICC(2,1) 0.29, ICC(3,1) 0.71 in the paper; intervals as R's psych and irr print them for the same data.
    assert icc_agreement(SHROUT_FLEISS) == pytest.approx((0.290, 0.019, 0.761), abs=0.001)
    assert icc_consistency(SHROUT_FLEISS) == pytest.approx((0.715, 0.342, 0.946), abs=0.001)


def test_two_visits_give_sem_and_smallest_detectable_change() -> None:
    first = [1.0, 2.0, 3.0, 4.0, 5.0]
    second = [1.3, 2.1, 3.5, 4.1, 5.5]
    rows = [
        row(f"P{n}", value, visit=visit, session=f"P{n}-{visit}")
        for visit, values in (("1", first), ("2", second))
        for n, value in enumerate(values)
    ] + [row("P9", 7.0)]
    one = study(rows, {f"P{n}": "healthy" for n in (0, 1, 2, 3, 4, 9)})
    result = retest_reliability(participant_means(one, cautions="include"), ("1", "2")).iloc[0]
    differences = np.subtract(second, first)
    # Consistency: SD of differences over sqrt 2. Agreement adds the variance of the shift.
    assert result["n"] == 5
    assert result["sem_consistency"] == pytest.approx(differences.std(ddof=1) / np.sqrt(2))
    shift_variance = differences.mean() ** 2 / 2 - differences.var(ddof=1) / (2 * 5)
    assert result["sem"] == pytest.approx(np.sqrt(differences.var(ddof=1) / 2 + shift_variance))
    assert result["mdc95"] == pytest.approx(1.96 * np.sqrt(2) * result["sem"])
    assert result["shift"] == pytest.approx(0.3)
    assert result["shift_low"] < 0.3 < result["shift_high"]


def test_the_error_that_was_drawn_is_found() -> None:
    means = participant_means(synthetic_study(2, per_group=150, visits=("1", "2")), cautions="include")
    result = retest_reliability(means, ("1", "2")).set_index("indicator")
    assert result.loc["five_times_sit_to_stand_time", "sem"] == pytest.approx(0.9, rel=0.12)
    speed = result.loc["gait_speed"]
    assert speed["sem_consistency_low"] < 0.05 < speed["sem_consistency_high"]


def test_too_few_participants_give_a_note() -> None:
    rows = [row(f"P{n}", float(n), visit=v, session=f"P{n}-{v}") for n in range(2) for v in "12"]
    one = study(rows, {"P0": "healthy", "P1": "healthy"})
    means = participant_means(one, cautions="include")
    result = retest_reliability(means, ("1", "2")).iloc[0]
    assert result["note"] == "Fewer than three participants have a value at every visit."
    assert np.isnan(result["sem"])
    with pytest.raises(SettingsError, match=r"Two or more visits of the study are needed, not 1\. There are: 1, 2\."):
        retest_reliability(means, ("1",))


def test_sample_size_equals_textbook_values() -> None:
    # Cohen 1988, table 2.4.1: 64, 26 a group for d = 0.5, 0.8 at 80 % and 5 % two-sided.
    assert sample_size(0.5) == (64, 64)
    assert sample_size(-0.8) == (26, 26)
    assert sample_size(0.5, lost_share=0.2) == (80, 80)
    assert power_of(0.5, 64, 64) == pytest.approx(0.80, abs=0.005)
    assert detectable_g(64, 64) == pytest.approx(0.5, abs=0.005)
    few, many = sample_size(0.5, ratio=2.0)
    assert many == 2 * few
    assert power_of(0.5, few, many) >= 0.8 > power_of(0.5, few - 1, 2 * (few - 1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"g": 0.0}, r"g is 0\. Accepted: not 0\."),
        ({"g": 0.5, "power": 1.0}, r"power is 1\. Accepted: above 0, below 1\."),
        ({"g": 0.5, "lost_share": 1.0}, r"lost_share is 1\. Accepted: 0 or more, below 1\."),
    ],
)
def test_numbers_out_of_range_are_refused(options: dict[str, float], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        sample_size(**options)
