"""Scales and poses together: known scales come back, the prior decides what markers do not, ties are kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.errors import ScalingError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.skeleton.scale_fit import ScalingClip, fit_poses_and_scales

BODIES = ("pelvis", "torso", "femur", "tibia", "humerus", "ulna")
WEIGHTS = marker_set("study").ik_weights


@pytest.fixture(scope="module")
def tree() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


@pytest.fixture(scope="module")
def tie(tree) -> np.ndarray:
    """One factor a body, the same for all its axes and for both sides; the other bodies keep theirs."""
    matrix = np.zeros((len(tree.bodies), 3, len(BODIES)))
    for place, body in enumerate(tree.bodies):
        if body.removesuffix("_r").removesuffix("_l") in BODIES:
            matrix[place, :, BODIES.index(body.removesuffix("_r").removesuffix("_l"))] = 1.0
    return matrix.reshape(-1, len(BODIES))


TRUE = np.log([1.08, 0.94, 1.12, 0.9, 1.05, 1.1])


@pytest.fixture(scope="module")
def clip(tree, tie) -> ScalingClip:
    """Poses within the ranges of all joints, exact markers of the true scales."""
    rng = np.random.default_rng(3)
    low, high = (np.clip(limit.numpy(), -1, 1) for limit in (tree.low, tree.high))
    values = low + (high - low) * rng.uniform(0.3, 0.7, (40, len(low)))
    values[:, [tree.coordinates.index(f"mtp_angle_{side}") for side in "rl"]] = 0.0
    values[0] = tree.default.numpy()
    smooth = np.linspace(0, 1, 40)[:, None]
    values = values[:1] * (1 - smooth) + values[-1:] * smooth
    markers = tree.forward(torch.tensor(values), torch.tensor((tie @ TRUE).reshape(-1, 3))).numpy()
    return ScalingClip(markers, np.array([WEIGHTS[name] for name in tree.markers]))


def test_known_scales_come_back_through_a_faint_prior(tree, tie, clip):
    fit = fit_poses_and_scales(tree, [clip], tie=tie, prior_mean=np.zeros(6), prior_precision=1e-6 * np.eye(6))
    np.testing.assert_allclose(fit.parameters, TRUE, atol=2e-4)
    np.testing.assert_allclose(fit.log_scales, (tie @ TRUE).reshape(-1, 3), atol=2e-4)
    assert fit.converged
    assert fit.iterations < 20
    assert np.nanmax(fit.poses[0].marker_errors_m) < 1e-4


def test_two_clips_are_fitted_with_one_body(tree, tie, clip):
    first, second = (ScalingClip(clip.markers_m[part], clip.weights) for part in (slice(0, 20), slice(20, 40)))
    fit = fit_poses_and_scales(tree, [first, second], tie=tie, prior_mean=np.zeros(6), prior_precision=1e-6 * np.eye(6))
    np.testing.assert_allclose(fit.parameters, TRUE, atol=2e-4)
    assert [len(pose.values) for pose in fit.poses] == [20, 20]


def test_what_no_marker_shows_stays_at_the_prior_and_follows_its_correlations(tree, tie, clip):
    """Forearms without markers: the prior says that they vary as the thighs do."""
    blind = np.where(["wrist" in name for name in tree.markers], 0.0, clip.weights)
    precision = 1e-6 * np.eye(6)
    precision[np.ix_([2, 5], [2, 5])] += 1e-3 * np.array([[1, -1], [-1, 1]])
    fit = fit_poses_and_scales(
        tree, [ScalingClip(clip.markers_m, blind)], tie=tie, prior_mean=np.zeros(6), prior_precision=precision
    )
    assert fit.parameters[5] == pytest.approx(fit.parameters[2] * 1e-3 / (1e-3 + 1e-6), rel=1e-2)
    assert fit.information[5, 5] == pytest.approx(0.0, abs=1e-9)


def test_a_strong_prior_wins(tree, tie, clip):
    mean = np.full(6, 0.02)
    fit = fit_poses_and_scales(tree, [clip], tie=tie, prior_mean=mean, prior_precision=1e9 * np.eye(6))
    np.testing.assert_allclose(fit.parameters, mean, atol=1e-5)


def test_the_answer_is_a_minimum_over_scales_with_poses_refitted(tree, tie, clip):
    """The gradient of the cost by the scales, poses free, vanishes: refitting on either side costs more."""
    from models.skeleton.pose_fit import fit_poses

    rng = np.random.default_rng(5)
    noisy = ScalingClip(clip.markers_m + rng.normal(scale=0.01, size=clip.markers_m.shape), clip.weights)
    fit = fit_poses_and_scales(tree, [noisy], tie=tie, prior_mean=np.zeros(6), prior_precision=1e-6 * np.eye(6))

    def cost(parameters: np.ndarray) -> float:
        log_scales = (tie @ parameters).reshape(-1, 3)
        poses = fit_poses(tree, noisy.markers_m, noisy.weights, log_scales=log_scales)
        return float(poses.cost.sum() + 1e-6 * parameters @ parameters)

    best = cost(fit.parameters)
    assert fit.cost == pytest.approx(best, rel=1e-5)
    for place in range(6):
        for step in (-0.005, 0.005):
            aside = fit.parameters.copy()
            aside[place] += step
            assert cost(aside) > best


def test_shapes_that_disagree_are_named(tree, tie, clip):
    with pytest.raises(ScalingError, match=r"The tie has shape \(59, 6\), expected \(60, 6\)"):
        fit_poses_and_scales(tree, [clip], tie=tie[1:], prior_mean=np.zeros(6), prior_precision=np.eye(6))
    with pytest.raises(ScalingError, match=r"The prior precision has shape \(5, 5\)"):
        fit_poses_and_scales(tree, [clip], tie=tie, prior_mean=np.zeros(6), prior_precision=np.eye(5))
    with pytest.raises(ScalingError, match="no clip"):
        fit_poses_and_scales(tree, [], tie=tie, prior_mean=np.zeros(6), prior_precision=np.eye(6))
