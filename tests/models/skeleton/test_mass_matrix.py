"""The mass matrix against OpenSim's, the forces of single accelerations, and what it must be for any body."""

from __future__ import annotations

import numpy as np
import opensim as osim
import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.inverse_dynamics import inverse_dynamics
from models.skeleton.mass_matrix import mass_matrix
from tests.models.skeleton.opensim_dynamics import OpenSimDynamics, chain_of_links, with_couplers


@pytest.fixture(scope="module", params=["whole body", "whole body with bent couplers", "two links"])
def model(request) -> osim.Model:
    if request.param == "two links":
        return chain_of_links()
    generic = load_model(GENERIC_MODEL)
    return generic if request.param == "whole body" else with_couplers(generic, [0.2, -0.3, 0.8, 0.1])


@pytest.fixture(scope="module")
def skeleton(model) -> HeavySkeleton:
    return HeavySkeleton.from_model(model)


@pytest.fixture
def poses(skeleton) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return 0.5 * torch.randn(3, len(skeleton.tree.coordinates), dtype=torch.float64, generator=generator)


def test_it_is_opensims(model, skeleton, poses):
    theirs = OpenSimDynamics(model)
    matrices = [theirs.mass_matrix(pose.numpy()) for pose in poses]
    assert mass_matrix(skeleton, poses).numpy() == pytest.approx(np.array(matrices), abs=1e-7)


def test_a_column_is_what_a_unit_of_one_acceleration_takes_more_than_rest(skeleton, poses):
    n_coordinates, still = poses.shape[1], torch.zeros_like(poses)
    units = torch.eye(n_coordinates, dtype=poses.dtype).unsqueeze(1).expand(-1, *poses.shape)
    pushed = inverse_dynamics(skeleton, poses.expand_as(units), torch.zeros_like(units), units).forces
    columns = pushed - inverse_dynamics(skeleton, poses, still, still).forces
    torch.testing.assert_close(mass_matrix(skeleton, poses), columns.permute(1, 2, 0), atol=1e-11, rtol=0)


def test_it_is_symmetric_and_positive(skeleton, poses):
    matrices = mass_matrix(skeleton, poses)
    torch.testing.assert_close(matrices, matrices.mT, atol=0, rtol=0)
    assert torch.linalg.eigvalsh(matrices).min() > 0


def test_people_and_frames_are_batched(skeleton, poses):
    together = mass_matrix(skeleton, torch.stack([poses, 0.5 * poses]))
    torch.testing.assert_close(together[1, 2], mass_matrix(skeleton, 0.5 * poses[2]), atol=1e-12, rtol=0)
