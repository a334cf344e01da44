"""Held points: the least cost there is, nothing where nothing is held, and ranges of joints."""

import numpy as np
import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.body_points import BodyPoints
from models.skeleton.held_points import HeldPoints
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.whole_trial import anchored, hold_points

N_FRAMES, CUTOFF_SHARE = 40, 0.1


@pytest.fixture(scope="module")
def tree():
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


@pytest.fixture(scope="module")
def heels(tree):
    return BodyPoints.of(tree, [(f"calcn_{side}", np.array([0.0, -0.04, 0.0])) for side in "rl"])


def swaying(tree, knee_rad):
    """Both feet carried to and fro by the pelvis."""
    clock = torch.linspace(0.0, 6.0, N_FRAMES, dtype=torch.float64)
    values = tree.default[:, None].repeat(1, N_FRAMES)
    values[tree.coordinates.index("pelvis_tx")] = 0.02 * clock.sin()
    for side in "rl":
        values[tree.coordinates.index(f"knee_angle_{side}")] = knee_rad
    return values


def held_firmly(heels, given, firmness=1e8, rise_m=0.0):
    """Stillness a hundred times as firm as level; level means where the heels are, and ``rise_m`` above."""
    ones = torch.ones(2, N_FRAMES, dtype=torch.float64)
    places = heels.positions_m(heels.tree.kinematics(given, heels.tree.offsets(), twists=False))
    return HeldPoints(heels, firmness * ones[:, 1:], 0.01 * firmness * ones, places[:, 1] + rise_m)


def problem_of(tree, given, heels):
    return anchored(tree, given, torch.full((len(tree.markers),), 1e4, dtype=torch.float64), heels.limbs)


def slip_m(tree, heels, values):
    places = heels.positions_m(tree.kinematics(values, tree.offsets(), twists=False))
    return float(places.diff(dim=2).norm(dim=1).max())


def test_heels_rest_and_only_the_legs_have_changed(tree, heels):
    given = swaying(tree, 0.5)
    found = hold_points(problem_of(tree, given, heels), given, held_firmly(heels, given), CUTOFF_SHARE)
    assert slip_m(tree, heels, found) < 0.1 * slip_m(tree, heels, given)
    others = sorted(set(range(len(tree.coordinates))) - set(heels.limbs.tolist()))
    assert torch.equal(found[others], given[others])


def test_no_neighbour_costs_less(tree, heels):
    """The cost written out once more, without the code under test."""
    given = swaying(tree, 0.5)
    held, problem = held_firmly(heels, given, 1e6, 0.02), problem_of(tree, given, heels)
    found = hold_points(problem, given, held, CUTOFF_SHARE)
    stiffness = problem.at(given).hessian.diagonal(dim1=1, dim2=2).median(dim=0).values
    smoothness = stiffness / (2 * np.sin(np.pi * CUTOFF_SHARE)) ** 6

    def cost(values):
        pose = tree.kinematics(values, tree.offsets(), twists=False)
        places = heels.positions_m(pose)
        rough = (values - given)[problem.active].diff(n=3, dim=1).square().sum(dim=1)
        return float(
            1e4 * (pose.markers - problem.measured_m).square().sum()
            + (smoothness * rough).sum()
            + 1e6 * places.diff(dim=2).square().sum()
            + 1e4 * (places[:, 1] - held.heights_m).square().sum()
        )

    assert cost(found) < 0.7 * cost(given)
    generator = torch.Generator().manual_seed(1)
    for size_rad in (1e-3, 1e-2):
        for _ in range(10):
            aside = torch.zeros_like(found)
            slow = torch.randn(len(problem.active), 1, generator=generator, dtype=torch.float64)
            aside[problem.active] = size_rad * slow * torch.linspace(0, 3, N_FRAMES, dtype=torch.float64).sin()
            assert cost(found + aside) > cost(found)


def test_where_nothing_is_held_nothing_changes(tree, heels):
    given = swaying(tree, 0.5)
    free = held_firmly(heels, given, 0.0)
    assert torch.equal(hold_points(problem_of(tree, given, heels), given, free, CUTOFF_SHARE), given)


def test_straight_knees_do_not_bend_backwards(tree, heels):
    given = swaying(tree, 0.0)
    held = held_firmly(heels, given, rise_m=0.01)
    found = hold_points(problem_of(tree, given, heels), given, held, CUTOFF_SHARE)
    knees = found[[tree.coordinates.index(f"knee_angle_{side}") for side in "rl"]]
    assert knees.min() >= 0.0
    assert knees.max() > 0.01
    assert torch.isfinite(found).all()
