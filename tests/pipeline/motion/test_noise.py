"""Noise of angles, as read above the cut-off, foretells the noise of forces below it."""

from dataclasses import replace

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL
from pipeline.motion.body_motion import body_motion
from pipeline.motion.noise import CHUNK, force_noise, noise_spectrum
from tests.pipeline.movements import standing

CUTOFF_HZ = 5.0
RATE_HZ = 60.0


def test_the_density_of_white_noise_is_found():
    time_s = np.arange(6000) / RATE_HZ
    noise = np.random.default_rng(1).normal(0.0, [0.01, 0.03], (6000, 2))
    spectrum = noise_spectrum(noise, time_s, CUTOFF_HZ)
    # All power lies between zero and half the rate.
    assert np.diag(spectrum) == pytest.approx(np.square([0.01, 0.03]) / (RATE_HZ / 2), rel=0.2)
    assert abs(spectrum[0, 1]) < 0.1 * np.sqrt(spectrum[0, 0] * spectrum[1, 1])


def test_a_clean_slow_movement_has_next_to_none():
    time_s = np.arange(600) / RATE_HZ
    slow = np.sin(2 * np.pi * 0.5 * time_s)[:, None]
    assert noise_spectrum(slow, time_s, CUTOFF_HZ)[0, 0] < 1e-8


def test_where_sampling_ends_below_the_octave_no_noise_is_made_up():
    time_s = np.arange(100) / 10.0
    assert np.all(noise_spectrum(np.random.default_rng(0).normal(size=(100, 2)), time_s, 4.0) == 0.0)


def test_forces_scatter_as_foretold():
    kinematics = standing(duration_s=20.0)
    generator = np.random.default_rng(3)
    noisy = kinematics.values + generator.normal(0.0, 0.002, kinematics.values.shape)
    motion = body_motion(GENERIC_MODEL, replace(kinematics, values=noisy), cutoff_hz=CUTOFF_HZ)
    inner = slice(60, -60)
    for name in ("pelvis_ty", "pelvis_tx", "hip_flexion_r", "knee_angle_l"):
        place = motion.coordinates.index(name)
        seen = np.std(motion.unloaded_forces[inner, place])
        foretold = np.sqrt(np.mean(motion.force_noise.variance[inner, place]))
        assert foretold == pytest.approx(seen, rel=0.3), name


def test_a_recording_longer_than_one_piece_has_the_noise_of_its_frames():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(2 * CHUNK + 3, 2))
    spectrum = np.array([[2.0, 0.3], [0.3, 1.0]])

    def mass_matrices(poses: np.ndarray) -> np.ndarray:
        return poses[:, :, None] * poses[:, None, :] + np.eye(2)

    every = force_noise(mass_matrices, values, [1], spectrum, CUTOFF_HZ, 1.0 / RATE_HZ)
    last = force_noise(mass_matrices, values[-1:], [1], spectrum, CUTOFF_HZ, 1.0 / RATE_HZ)
    assert every.variance.shape == values.shape
    assert every.variance[-1] == pytest.approx(last.variance[0])
    assert every.root_covariance[-1, 0, 0] == pytest.approx(every.variance[-1, 1])
