"""Derivatives by the factors of segments: the sum over their bodies."""

from __future__ import annotations

import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.search.tied_scales import TiedScales


@pytest.mark.parametrize("patellae", [True, False])
def test_a_segments_derivative_is_the_sum_of_its_bodies(patellae: bool) -> None:
    model = load_model(GENERIC_MODEL)
    tree = SkeletonTree.from_model(model if patellae else without_patellae(model))
    generator = torch.Generator().manual_seed(1)
    values = tree.default + torch.rand(5, len(tree.coordinates), generator=generator, dtype=torch.float64) - 0.5
    log_factors = 0.2 * torch.rand(21, generator=generator, dtype=torch.float64) - 0.1
    weights = torch.rand(len(tree.markers), 5, generator=generator, dtype=torch.float64)
    layout = SegmentLayout.of(tree)
    log_scales = (layout.tie @ log_factors).reshape(-1, 3)
    expected = tree.scale_jacobian(values, log_scales).flatten(3) @ layout.tie

    pose = tree.kinematics(values.T, tree.offsets(log_scales.unsqueeze(2)))
    found = TiedScales.of(tree, layout.of_body, len(layout.segments)).by_factor(pose, weights)
    by_marker = found.unflatten(1, (3, -1)).transpose(1, 2) * log_factors.exp()
    torch.testing.assert_close(by_marker, expected * weights.T[..., None, None], atol=1e-12, rtol=0)
