"""A recording of any length is swept as its frames are one by one."""

import numpy as np
import torch

from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.mass_matrix import mass_matrix
from pipeline.motion.body_sweep import FRAMES_AT_ONCE, BodySweep
from tests.models.skeleton.opensim_dynamics import chain_of_links


def test_mass_matrices_of_a_recording_longer_than_one_piece_are_those_of_its_frames():
    values = np.random.default_rng(0).uniform(-1.0, 1.0, (2 * FRAMES_AT_ONCE + 3, 2))
    matrices = BodySweep(chain_of_links()).mass_matrices(values)
    skeleton = HeavySkeleton.from_model(chain_of_links())
    np.testing.assert_allclose(matrices, mass_matrix(skeleton, torch.from_numpy(values)).numpy(), rtol=0, atol=1e-14)
