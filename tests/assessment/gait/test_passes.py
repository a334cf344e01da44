"""Straight passes and turns."""

from __future__ import annotations

import numpy as np
import pytest

from assessment.gait.passes import find_route
from tests.assessment import movements
from tests.assessment.gait import walkers


def test_a_straight_walk_is_one_pass_at_its_speed_along_its_heading() -> None:
    for heading_rad in (0.0, 1.3, -2.6):
        route = find_route(movements.facing(walkers.straight(), heading_rad))
        (one,) = route.passes
        assert one.speed_m_s == pytest.approx(walkers.SPEED_M_S, rel=0.01)
        assert one.forward == pytest.approx([np.cos(heading_rad), -np.sin(heading_rad)], abs=0.02)
        assert route.over_ground
        assert not route.turns


def test_out_and_back_is_two_passes_with_a_turn_between() -> None:
    walk, begins_s = walkers.out_and_back(turn_s=2.0)
    route = find_route(walk)
    (turn,) = route.turns
    out, back = route.passes
    assert np.degrees(turn.angle_rad) == pytest.approx(180.0, abs=10.0)
    assert turn.start_s == pytest.approx(begins_s, abs=0.3)
    assert turn.stop_s == pytest.approx(begins_s + 2.0, abs=0.3)
    assert turn.duration_s == pytest.approx(2.0, abs=0.4)
    assert out.stop_s <= turn.start_s
    assert back.start_s >= turn.stop_s
    assert out.forward @ back.forward == pytest.approx(-1.0, abs=0.01)


def test_a_turn_to_the_right_is_negative() -> None:
    (turn,) = find_route(movements.mirrored(walkers.out_and_back()[0])).turns
    assert np.degrees(turn.angle_rad) == pytest.approx(-180.0, abs=10.0)


def test_standing_before_and_after_is_no_part_of_the_pass() -> None:
    walk = movements.walk(1.1, duration_s=10.0)
    travel_m = 1.1 * np.clip(walk.time_s - 2.0, 0.0, 5.0)
    (one,) = find_route(movements.column(walk, "pelvis_tx", travel_m)).passes
    assert 1.7 < one.start_s < 2.5
    assert 6.5 < one.stop_s < 7.3


def test_walking_backwards_is_left_out_and_said() -> None:
    walk = movements.walk(1.0)
    backwards = movements.column(walk, "pelvis_tx", -walk.coordinate("pelvis_tx"))
    route = find_route(backwards)
    assert not route.passes
    assert route.not_forward_s == pytest.approx(6.0, abs=0.5)


def test_a_treadmill_and_the_spot_do_not_travel() -> None:
    route = find_route(walkers.on_treadmill(walkers.straight()))
    (one,) = route.passes
    assert not route.over_ground
    assert one.travel_m == 0.0
    assert one.forward == pytest.approx([1.0, 0.0], abs=0.05)


def test_a_very_slow_shuffle_still_travels() -> None:
    slow, _ = walkers.shuffling(walkers.straight())
    route = find_route(slow)
    assert route.over_ground
    assert route.speed_m_s == pytest.approx(0.3 * walkers.SPEED_M_S / 1.3, rel=0.02)
