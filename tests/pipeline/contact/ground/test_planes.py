"""A step is where a foot bears the body; a leg held in the air is no step."""

import numpy as np
import pytest

from pipeline.contact.ground.floor import find_floor, find_footprint
from pipeline.contact.ground.soles import make_sole
from pipeline.contact.ground.stances import find_stances

RATE_HZ = 60.0
TIME_S = np.arange(round(8 * RATE_HZ)) / RATE_HZ
POINTS_M = np.array([(x, 0.0, z) for x in (0.0, 0.1, 0.2) for z in (-0.03, 0.03)])
STEP_M = 0.152


def foot(side, moves, floor_m=0.3):
    """A sole that rises or sinks: ``moves`` holds start [s], and height and place after half a second of it [m]."""
    height, forward = np.zeros_like(TIME_S), np.zeros_like(TIME_S)
    for start_s, to_height_m, to_place_m in moves:
        phase = np.clip((TIME_S - start_s) / 0.5, 0.0, 1.0)
        share = 0.5 - 0.5 * np.cos(np.pi * phase)
        height += share * (to_height_m - height[-1] * (phase > 0)) + 0.05 * np.sin(np.pi * phase) ** 2
        forward += share * (to_place_m - forward[-1] * (phase > 0))
    points = POINTS_M + np.stack([forward, height + floor_m, np.zeros_like(TIME_S)], axis=1)[:, None]
    return make_sole(side, points, np.tile([1.0, 0.0, 0.0], (len(TIME_S), 1)), TIME_S)


@pytest.fixture
def stepping_up():
    return {"r": foot("r", [(2.0, STEP_M, 0.4)]), "l": foot("l", [(4.0, STEP_M, 0.4)])}


def test_a_step_that_both_feet_climb_is_found(stepping_up):
    floor = find_floor(stepping_up)
    assert floor.height_m == pytest.approx(0.3, abs=0.003)
    assert floor.steps_m == pytest.approx((STEP_M,), abs=0.005)
    on_step = TIME_S > 4.6
    for side, landed_s in (("r", 2.5), ("l", 4.5)):
        planes = floor.planes_m[side]
        assert planes[landed_s < TIME_S] == pytest.approx(0.3 + STEP_M, abs=0.006)
        assert planes[landed_s - 0.5 > TIME_S] == pytest.approx(0.3, abs=0.003)
        footprint = find_footprint(stepping_up[side], floor, side)
        assert footprint.activation[on_step].min() > 0.9
        assert footprint.resting_point_m[on_step, 1] == pytest.approx(0.3 + STEP_M, abs=0.006)
        assert find_stances(stepping_up, floor)[side].activation[on_step].min() > 0.9


def test_a_leg_held_in_the_air_is_on_no_step():
    one_leg = {"r": foot("r", []), "l": foot("l", [(2.0, 0.2, 0.0)])}
    floor = find_floor(one_leg)
    assert floor.steps_m == ()
    stances = find_stances(one_leg, floor)
    assert stances["l"].activation[TIME_S > 2.6].max() == 0.0
    assert stances["r"].activation.min() > 0.9


def test_a_foot_on_the_move_stands_nowhere(stepping_up):
    stances = find_stances(stepping_up, find_floor(stepping_up))
    assert stances["r"].activation[(TIME_S > 2.15) & (TIME_S < 2.35)].max() == 0.0
