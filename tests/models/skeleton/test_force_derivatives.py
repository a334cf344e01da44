"""Derivatives of the generalised forces against automatic ones, and what a mass matrix is."""

from __future__ import annotations

import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.force_derivatives import force_derivatives, mass_matrix
from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.inverse_dynamics import inverse_dynamics
from tests.models.skeleton.opensim_dynamics import chain_of_links, with_couplers


@pytest.fixture(scope="module", params=["whole body with bent couplers", "two links"])
def skeleton(request) -> HeavySkeleton:
    if request.param == "two links":
        return HeavySkeleton.from_model(chain_of_links())
    return HeavySkeleton.from_model(with_couplers(load_model(GENERIC_MODEL), [0.2, -0.3, 0.8, 0.1]))


@pytest.fixture
def motion(skeleton) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    n_coordinates = len(skeleton.tree.coordinates)
    return [size * torch.randn(n_coordinates, dtype=torch.float64, generator=generator) for size in (0.5, 3.0, 20.0)]


@pytest.mark.parametrize(("place", "name"), enumerate(["by_values", "by_speeds", "by_accelerations"]))
def test_derivatives_are_the_automatic_ones(skeleton, motion, place, name):
    def forces(moved: torch.Tensor) -> torch.Tensor:
        return inverse_dynamics(skeleton, *motion[:place], moved, *motion[place + 1 :]).forces

    automatic = torch.autograd.functional.jacobian(forces, motion[place])
    analytic = getattr(force_derivatives(skeleton, *motion), name)
    torch.testing.assert_close(analytic, automatic, atol=1e-9, rtol=0)


def test_the_mass_matrix_is_the_derivative_by_accelerations_symmetric_and_positive(skeleton, motion):
    matrix = mass_matrix(skeleton, motion[0])
    torch.testing.assert_close(matrix, force_derivatives(skeleton, *motion).by_accelerations, atol=1e-12, rtol=0)
    torch.testing.assert_close(matrix, matrix.T, atol=1e-12, rtol=0)
    assert torch.linalg.eigvalsh(matrix).min() > 0


def test_frames_are_batched(skeleton, motion):
    several = [torch.stack([one, 0.5 * one]).unsqueeze(1) for one in motion]
    together = force_derivatives(skeleton, *several)
    alone = force_derivatives(skeleton, *(0.5 * one for one in motion))
    assert together.by_values.shape == (2, 1, len(motion[0]), len(motion[0]))
    torch.testing.assert_close(together.by_values[1, 0], alone.by_values, atol=1e-9, rtol=0)
