"""The law of the seat is read from the moment, wherever the seat gives way; its share ends at seat-off."""

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL
from pipeline.contact.feet import resting_point_m
from pipeline.contact.ground.floor import find_floor, find_footprint
from pipeline.contact.ground.soles import find_soles
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.seat import SeatLaw, fit_seat_law, ischium_m, seat_rise_m
from pipeline.contact.wrench import Wrench
from pipeline.motion.body_motion import body_motion
from tests.pipeline.movements import rise_from_chair


@pytest.fixture(scope="module")
def rising():
    return body_motion(GENERIC_MODEL, rise_from_chair(), cutoff_hz=30.0)


@pytest.fixture(scope="module")
def feet(rising):
    soles = find_soles(rising)
    floor = find_floor(soles)
    return {side: find_footprint(sole, floor, side) for side, sole in soles.items()}


def borne(rising, feet, share):
    """The wrench of a seat that bears a share of the weight under the ischia, and of feet that bear the rest."""
    under_feet = np.mean([resting_point_m(rising, side, foot) for side, foot in feet.items()], axis=0)
    force = np.zeros_like(under_feet)
    moment = np.zeros_like(under_feet)
    for point, part in ((ischium_m(rising), share), (under_feet, 1.0 - share)):
        own = part[:, None] * np.array([0.0, rising.weight_n, 0.0])
        force += own
        moment += np.cross(point - rising.centre_of_mass_m, own)
    return Wrench(force, moment, rising.centre_of_mass_m)


@pytest.mark.parametrize("half_rise_m", [0.02, 0.03, 0.045])
def test_a_firm_and_a_soft_seat_are_told_apart(rising, feet, half_rise_m):
    true = SeatLaw(half_rise_m, 0.0, 0.006, 0.9)
    total = borne(rising, feet, true.share(seat_rise_m(rising)))
    law = fit_seat_law(rising, HeadingAxes.of(rising, find_soles(rising)), total, feet)
    # One rise at 60 frames a second, against an expectation of 30 mm: half the way at least.
    assert abs(law.half_rise_m - half_rise_m) < 0.5 * abs(half_rise_m - 0.03) + 0.004
    assert law.full_share == pytest.approx(0.9, abs=0.08)
    assert 0.0 < law.half_rise_sd_m < 0.01


def test_a_seat_that_bears_nothing_is_given_nothing(rising, feet):
    total = borne(rising, feet, np.zeros(len(rising.time_s)))
    law = fit_seat_law(rising, HeadingAxes.of(rising, find_soles(rising)), total, feet)
    assert law.full_share < 0.1


def test_the_share_falls_with_the_rise_and_ends_at_seat_off():
    law = SeatLaw(0.03, 0.002, 0.006, 0.9)
    rise_m = np.linspace(0.0, 0.1, 101)
    share = law.share(rise_m)
    assert np.all(np.diff(share) <= 0.0)
    assert share[0] == pytest.approx(0.9, abs=0.02)
    assert law.share(np.array([law.seat_off_rise_m]))[0] < 0.05
    assert law.share(np.array([0.1]))[0] == 0.0
    assert law.share_sd(np.array([0.03]))[0] > 2 * law.share_sd(np.array([0.0]))[0]
