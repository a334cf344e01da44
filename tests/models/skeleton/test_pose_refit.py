"""A fixed number of iterations: what is handed on belongs to the poses, and no frame gets worse."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import WARM, minimise
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_fit import pose_problem
from models.skeleton.pose_refit import refit


@pytest.fixture(scope="module")
def tree() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


def scattered(tree: SkeletonTree, size: float) -> tuple[PoseProblem, torch.Tensor]:
    """Forty frames of noisy markers, and poses this far beside those they were made of [rad or m]."""
    generator = torch.Generator().manual_seed(2)
    shape = (40, len(tree.coordinates))
    truth = tree.default + 0.6 * torch.rand(shape, generator=generator, dtype=torch.float64) - 0.3
    markers_m = tree.forward(truth)
    markers_m = markers_m + 0.01 * torch.randn(markers_m.shape, generator=generator, dtype=torch.float64)
    markers_m[3, 5:12] = torch.nan
    start = truth + size * torch.randn(shape, generator=generator, dtype=torch.float64)
    return pose_problem(tree, markers_m, torch.ones(len(tree.markers))), start.T


def test_no_frame_gets_worse_however_far_it_begins(tree: SkeletonTree) -> None:
    problem, start = scattered(tree, size=1.5)
    costs = [refit(problem, start, n_iterations).equations.cost for n_iterations in range(9)]
    for before, now in pairwise(costs):
        assert (now <= before * (1 + 1e-12)).all()
    # The test would be none if every step were taken.
    assert any((now == before).any() for before, now in pairwise(costs))
    assert (costs[-1] < costs[0]).all()


def test_it_is_the_minimisers_iteration(tree: SkeletonTree) -> None:
    problem, start = scattered(tree, size=0.1)
    once = minimise(problem, start, damping=WARM, tolerance=0.0, max_iterations=2)
    torch.testing.assert_close(refit(problem, start, 2).values, once.values, atol=1e-4, rtol=0)
    best = minimise(problem, start, damping=WARM, tolerance=1e-9)
    torch.testing.assert_close(refit(problem, start, 20).equations.cost, best.cost, rtol=1e-6, atol=0)


def test_what_is_handed_on_belongs_to_the_poses(tree: SkeletonTree) -> None:
    problem, start = scattered(tree, size=1.5)
    found = refit(problem, start, 1)
    torch.testing.assert_close(found.pose.markers, tree.forward(found.values.T).movedim(0, 2))
    fresh = problem.at(found.values)
    for name, tensor in fresh._asdict().items():
        torch.testing.assert_close(getattr(found.equations, name), tensor)
    low, high = problem.low.unsqueeze(1), problem.high.unsqueeze(1)
    assert ((found.values[problem.active] >= low) & (found.values[problem.active] <= high)).all()
