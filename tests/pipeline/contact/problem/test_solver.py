"""The contact problem on one square patch: what it must carry, what it may not, and what it leaves over."""

import numpy as np
import pytest

from pipeline.contact.problem.patches import Layout, Patch
from pipeline.contact.problem.solver import Rows, Smoothness, solve
from pipeline.contact.problem.terms import small_forces, whole_body

N_FRAMES = 5
HALF_M = 0.1
UNDER_M = -0.9
CORNERS_M = np.array([[x, UNDER_M, z] for x in (-HALF_M, HALF_M) for z in (-HALF_M, HALF_M)])
CERTAIN = np.broadcast_to(1e-4 * np.eye(6), (N_FRAMES, 6, 6))


def square(activation=1.0, friction=0.7):
    return Patch(
        "r",
        "calcn_r",
        np.broadcast_to(CORNERS_M, (N_FRAMES, 4, 3)),
        np.broadcast_to(activation, (N_FRAMES, 4)),
        friction,
        0.04,
    )


def asked(force, place_m=(0.0, UNDER_M, 0.0), twist=0.0):
    """The wrench of a force at a place, and a vertical moment."""
    moment = np.cross(place_m, force) + np.array([0.0, twist, 0.0])
    return np.tile(np.concatenate([force, moment]), (N_FRAMES, 1))


def carried(patch, wrench):
    layout = Layout((patch,))
    rows = [whole_body(layout, wrench, CERTAIN), small_forces(layout)]
    unknowns = solve(layout, rows, Smoothness(np.zeros((N_FRAMES, 1, layout.width))))
    return unknowns, np.einsum("tij,tj->ti", patch.wrench, unknowns)


def test_what_can_be_carried_is_carried():
    wrench = asked([1.0, 9.8, -0.5], place_m=(0.05, UNDER_M, -0.03), twist=0.1)
    _, got = carried(square(), wrench)
    assert got == pytest.approx(wrench, abs=0.01)


def test_nodes_push_and_the_pressure_point_stops_at_the_edge():
    unknowns, _ = carried(square(), asked([0.0, 9.8, 0.0], place_m=(0.3, UNDER_M, 0.0)))
    load = unknowns[:, :4]
    assert np.all(load > -1e-6)
    assert load @ CORNERS_M[:, 0] / load.sum(axis=1) == pytest.approx(HALF_M, abs=1e-3)


def test_shear_stays_within_friction_and_twist_within_its_bound():
    unknowns, got = carried(square(friction=0.2), asked([6.0, 9.8, 3.0], twist=5.0))
    load = unknowns[:, :4].sum(axis=1)
    assert np.hypot(got[:, 0], got[:, 2]) == pytest.approx(0.2 * load, rel=1e-3)
    assert unknowns[:, 6] == pytest.approx(0.04 * load, rel=1e-3)


def test_what_is_off_the_surface_bears_nothing():
    corner = np.array([1.0, 0.0, 0.0, 0.0])
    unknowns, _ = carried(square(activation=corner), asked([0.0, 9.8, 0.0]))
    assert np.all(unknowns[:, 1:4] == 0.0)
    nothing, _ = carried_pair(0.0)
    assert np.all(nothing == 0.0)


def carried_pair(activation):
    """A patch that is off beside one that is on."""
    off, on = square(activation), square()
    layout = Layout((off, Patch("l", "calcn_l", on.nodes_m, on.activation, on.friction, on.free_moment_arm_m)))
    rows = [whole_body(layout, asked([0.0, 9.8, 0.0]), CERTAIN), small_forces(layout)]
    unknowns = solve(layout, rows, Smoothness(np.zeros((N_FRAMES, 1, layout.width))))
    return unknowns[:, :7], unknowns[:, 7:]


def test_smooth_functions_change_slowly():
    """One frame that asks for more than its neighbours is followed less, the smaller the allowed change."""
    patch = square()
    layout = Layout((patch,))
    wrench = asked([0.0, 9.8, 0.0])
    wrench[2, 1] = 14.8
    vertical = np.zeros((N_FRAMES, 1, layout.width))
    vertical[:, 0, :4] = 1.0
    peaks = []
    for sd in (10.0, 0.1, 0.001):
        unknowns = solve(layout, [whole_body(layout, wrench, CERTAIN * 100)], Smoothness(vertical / sd))
        peaks.append(float(np.ptp(unknowns[:, :4].sum(axis=1))))
    assert peaks[0] > 4.9
    assert peaks[0] > peaks[1] > peaks[2]
    assert peaks[2] < 0.1


def test_rows_weigh_by_their_standard_deviation():
    """Two statements about the load, one twice as certain: the answer divides the distance four to one."""
    layout = Layout((square(),))
    load = np.broadcast_to(layout.patches[0].load, (N_FRAMES, 1, layout.width))
    rows = [Rows(load / sd, np.full((N_FRAMES, 1), value / sd)) for value, sd in ((10.0, 0.1), (15.0, 0.2))]
    unknowns = solve(layout, rows, Smoothness(np.zeros((N_FRAMES, 1, layout.width))))
    assert unknowns[:, :4].sum(axis=1) == pytest.approx(11.0, abs=1e-3)
