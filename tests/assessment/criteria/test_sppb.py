"""SPPB tables: every row from both sides, and the two walks apart."""

from __future__ import annotations

import pytest

from assessment.criteria import sppb_balance_points, sppb_chair_points, sppb_gait_points, sppb_score
from models.errors import SettingsError


@pytest.mark.parametrize(
    ("time_s", "points"),
    [(None, 0), (9.0, 1), (8.71, 1), (8.70, 2), (6.21, 2), (6.20, 3), (4.82, 3), (4.81, 4), (2.0, 4)],
)
def test_walk_of_4_m(time_s: float | None, points: int) -> None:
    assert sppb_gait_points(time_s, 4) == points


@pytest.mark.parametrize(
    ("time_s", "points"),
    [(None, 0), (9.0, 1), (6.53, 1), (6.52, 2), (4.66, 2), (4.65, 3), (3.62, 3), (3.61, 4), (2.0, 4)],
)
def test_walk_of_3_m(time_s: float | None, points: int) -> None:
    assert sppb_gait_points(time_s, 3) == points


@pytest.mark.parametrize(
    ("time_s", "points"),
    [(None, 0), (60.01, 0), (60.0, 1), (16.70, 1), (16.69, 2), (13.70, 2), (13.69, 3), (11.20, 3), (11.19, 4)],
)
def test_chair_stand(time_s: float | None, points: int) -> None:
    assert sppb_chair_points(time_s) == points


@pytest.mark.parametrize(
    ("held_s", "points"),
    [
        ((None, None, None), 0),
        ((9.99, 10.0, 10.0), 0),
        ((10.0, None, None), 1),
        ((10.0, 9.99, 10.0), 1),
        ((10.0, 10.0, None), 2),
        ((10.0, 10.0, 2.99), 2),
        ((10.0, 10.0, 3.0), 3),
        ((10.0, 10.0, 9.99), 3),
        ((10.0, 10.0, 10.0), 4),
    ],
)
def test_balance(held_s: tuple[float | None, float | None, float | None], points: int) -> None:
    assert sppb_balance_points(*held_s) == points


def test_score_is_the_sum_of_its_parts() -> None:
    score = sppb_score(
        side_by_side_s=10, semi_tandem_s=10, tandem_s=5, gait_time_s=5.0, gait_distance_m=4, chair_stand_s=15.0
    )
    assert (score.balance, score.gait, score.chair_stand, score.total) == (3, 3, 2, 8)


@pytest.mark.parametrize("distance_m", [2.44, 6.0, 0.0])
def test_other_distances_have_no_table(distance_m: float) -> None:
    with pytest.raises(SettingsError, match=r"no points for a walk of .* m") as caught:
        sppb_gait_points(4.0, distance_m)
    assert "3 or 4 metres" in caught.value.hint


@pytest.mark.parametrize("time_s", [-1.0, float("nan"), float("inf")])
def test_what_is_no_time_is_refused(time_s: float) -> None:
    with pytest.raises(SettingsError, match="is not a time"):
        sppb_chair_points(time_s)
    with pytest.raises(SettingsError, match="is not a time"):
        sppb_balance_points(10.0, time_s, None)


def test_a_walk_in_no_time_is_refused() -> None:
    with pytest.raises(SettingsError, match="gait time_s is 0"):
        sppb_gait_points(0.0, 4)
