"""Noise of long recordings is the product with its whole kernel, though it is taken piece by piece."""

from __future__ import annotations

import pytest
import torch

from rl_scaling.people import correlated_noise


@pytest.mark.parametrize("kernel", [correlated_noise.geometric(700, 0.57), correlated_noise.smooth(700, 30.0)])
def test_long_recording_gets_the_noise_of_its_whole_kernel(kernel: torch.Tensor) -> None:
    drawn = correlated_noise.draw(kernel, 2, 3, torch.Generator().manual_seed(1), kernel)
    white = torch.randn(2, 700, 9, generator=torch.Generator().manual_seed(1), dtype=kernel.dtype)
    torch.testing.assert_close(drawn, (kernel @ white).view(2, 700, 3, 3), rtol=0.0, atol=1e-13)
