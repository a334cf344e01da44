"""Batched inverse kinematics: known poses come back, at any heading, with gaps, on one branch; exact derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.errors import InverseKinematicsError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.skeleton.pose_fit import fit_poses, pose_problem
from models.skeleton.pose_start import ball_joints, without_jumps

WEIGHTS = marker_set("study").ik_weights
TOES = ("mtp_angle_r", "mtp_angle_l")
N_FRAMES = 70
# The weak pull to default values moves the forearm by a few hundred thousandths of a radian.
PULLED = 5e-5


@pytest.fixture(scope="module")
def tree() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


@pytest.fixture(scope="module")
def weights(tree) -> np.ndarray:
    return np.array([WEIGHTS[name] for name in tree.markers])


@pytest.fixture(scope="module")
def truth(tree) -> np.ndarray:
    """Every joint swings slowly about its own place well within its range; the toes rest."""
    rng = np.random.default_rng(11)
    low, high = (np.clip(limit.numpy(), -1, 1) for limit in (tree.low, tree.high))
    middle, reach = low + (high - low) * rng.uniform(0.35, 0.65, len(low)), 0.2 * (high - low)
    phase = np.linspace(0, np.pi, N_FRAMES)[:, None] + rng.uniform(0, 2 * np.pi, len(low))
    values = middle + reach * np.sin(phase)
    values[:, [tree.coordinates.index(name) for name in TOES]] = 0.0
    return values


@pytest.fixture(scope="module")
def markers(tree, truth) -> np.ndarray:
    return tree.forward(torch.tensor(truth)).numpy()


@pytest.fixture(scope="module")
def noisy(markers) -> np.ndarray:
    return markers + np.random.default_rng(12).normal(scale=0.015, size=markers.shape)


def test_known_poses_come_back(tree, truth, markers, weights):
    fit = fit_poses(tree, markers, weights)
    np.testing.assert_allclose(fit.values, truth, atol=PULLED)
    assert fit.converged.all()
    assert fit.unobserved == TOES
    assert np.nanmax(fit.marker_errors_m) < 1e-6


def test_known_poses_of_a_scaled_body_come_back(tree, truth, weights):
    log_scales = np.random.default_rng(13).uniform(-0.2, 0.2, (len(tree.bodies), 3))
    scaled = tree.forward(torch.tensor(truth), torch.tensor(log_scales)).numpy()
    fit = fit_poses(tree, scaled, weights, log_scales=log_scales)
    np.testing.assert_allclose(fit.values, truth, atol=PULLED)


def test_a_given_start_leads_to_the_same_poses(tree, truth, noisy, weights):
    fit = fit_poses(tree, noisy, weights)
    again = fit_poses(tree, noisy, weights, start=truth)
    np.testing.assert_allclose(again.values, fit.values, atol=1e-3)
    np.testing.assert_allclose(again.cost, fit.cost, rtol=1e-6)


@pytest.mark.parametrize("patellae", [True, False])
def test_normal_equations_are_those_of_the_dense_jacobian(patellae):
    model = load_model(GENERIC_MODEL)
    tree = SkeletonTree.from_model(model if patellae else without_patellae(model))
    rng = np.random.default_rng(14)
    values = torch.tensor(rng.uniform(-0.8, 0.8, (len(tree.coordinates), 4)))
    measured = rng.normal(size=(4, len(tree.markers), 3))
    measured[1, 5] = np.nan
    weights = torch.tensor(rng.uniform(0, 2, len(tree.markers)))
    problem = pose_problem(tree, measured, weights)
    found = problem.at(values)
    jacobian = tree.pose_jacobian(values.T)[..., problem.active].flatten(1, 2)
    rows = problem.weights.T.repeat_interleave(3, dim=1)
    residuals = (tree.forward(values.T) - problem.measured_m.permute(2, 0, 1)).flatten(1)
    pulls = problem.pulls.flatten()
    apart = values[problem.active].T - tree.default[problem.active]
    hessian = jacobian.mT @ (rows[:, :, None] * jacobian) + torch.diag(pulls)
    gradient = (jacobian.mT @ (rows * residuals)[:, :, None])[..., 0] + pulls * apart
    torch.testing.assert_close(found.hessian, hessian, atol=1e-11, rtol=1e-12)
    torch.testing.assert_close(found.gradient, gradient, atol=1e-11, rtol=1e-12)
    torch.testing.assert_close(found.cost, (rows * residuals**2).sum(1) + (pulls * apart**2).sum(1))
    torch.testing.assert_close(problem.cost(values), found.cost)
    stored = problem.jacobian(values, tree.kinematics(values, problem.offsets)).mT.unflatten(1, (3, -1)).transpose(1, 2)
    torch.testing.assert_close(stored.flatten(1, 2), rows.sqrt()[:, :, None] * jacobian, atol=1e-12, rtol=0)


def test_gradient_vanishes_at_the_solution_except_at_limits(tree, noisy, weights):
    fit = fit_poses(tree, noisy, weights, tolerance=1e-9)
    problem = pose_problem(tree, noisy, weights)
    gradient = problem.at(torch.tensor(fit.values.T)).gradient
    here = torch.tensor(fit.values)[:, problem.active]
    at_low, at_high = here <= problem.low + 1e-9, here >= problem.high - 1e-9
    assert gradient[~at_low & ~at_high].abs().max() < 1e-5
    assert (gradient[at_low] > -1e-5).all()
    assert (gradient[at_high] < 1e-5).all()


def test_ranges_are_kept(tree, truth, weights):
    """A knee bent backwards by 20 degrees is solved as a straight one."""
    knee = tree.coordinates.index("knee_angle_r")
    bent = truth.copy()
    bent[:, knee] = -0.35
    fit = fit_poses(tree, tree.forward(torch.tensor(bent)).numpy(), weights)
    np.testing.assert_allclose(fit.values[:, knee], float(tree.low[knee]), atol=1e-12)
    assert fit.converged.all()


@pytest.mark.parametrize("heading_deg", [90, 180, 270, 200])
def test_joint_angles_do_not_depend_on_the_heading(tree, noisy, weights, heading_deg):
    angle = np.deg2rad(heading_deg)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    ahead, aside = fit_poses(tree, noisy, weights), fit_poses(tree, noisy @ turn.T, weights)
    np.testing.assert_allclose(aside.values[:, 6:], ahead.values[:, 6:], atol=1e-4)
    np.testing.assert_allclose(aside.marker_errors_m, ahead.marker_errors_m, atol=1e-6)


def test_every_frame_is_solved_as_if_it_were_alone(tree, noisy, weights):
    together = fit_poses(tree, noisy, weights)
    for frame in (0, 30, 69):
        alone = fit_poses(tree, noisy[frame : frame + 1], weights)
        np.testing.assert_allclose(alone.values[0], together.values[frame], atol=1e-4)


def test_missing_markers_have_no_say_in_their_frame(tree, truth, markers, weights):
    gaps = markers.copy()
    gaps[10:20, tree.markers.index("r_toe_study")] = np.nan
    gaps[15, [index for index, name in enumerate(tree.markers) if name in ("C7_study", "L_knee_study")]] = np.nan
    fit = fit_poses(tree, gaps, weights)
    np.testing.assert_allclose(fit.values, truth, atol=PULLED)
    assert np.array_equal(np.isnan(fit.marker_errors_m), np.isnan(gaps).any(axis=2))


def test_a_forearm_out_of_sight_moves_evenly_from_where_it_went_to_where_it_came_back(tree, truth, markers, weights):
    gaps = markers.copy()
    gaps[30:40, [index for index, name in enumerate(tree.markers) if "r_" in name and "wrist" in name]] = np.nan
    fit = fit_poses(tree, gaps, weights)
    elbow = tree.coordinates.index("elbow_flex_r")
    expected = np.interp(np.arange(29, 41), [29, 40], truth[[29, 40], elbow])
    np.testing.assert_allclose(fit.values[29:41, elbow], expected, atol=1e-5)


def test_frames_before_the_pelvis_is_seen_are_left_open(tree, markers, weights):
    gaps = markers.copy()
    pelvis = [index for index, name in enumerate(tree.markers) if "ASIS" in name or "PSIS" in name or "HJC" in name]
    gaps[:3, pelvis] = np.nan
    gaps[40, pelvis] = np.nan
    fit = fit_poses(tree, gaps, weights)
    assert np.isnan(fit.values[:3]).all()
    assert np.isfinite(fit.values[3:]).all()
    assert fit.started.tolist() == [False] * 3 + [True] * (N_FRAMES - 3)
    assert not fit.converged[:3].any()


def test_coordinates_without_markers_stay_at_their_default(tree, noisy, weights):
    blind = np.where(["wrist" in name for name in tree.markers], 0.0, weights)
    fit = fit_poses(tree, noisy, blind)
    assert {"elbow_flex_r", "pro_sup_l", *TOES} <= set(fit.unobserved)
    for name in fit.unobserved:
        place = tree.coordinates.index(name)
        np.testing.assert_array_equal(fit.values[:, place], float(tree.default[place]))


def test_turning_on_the_spot_past_the_range_is_counted_through(tree, truth, weights):
    """Four turns: 25 rad, where the pelvis' range in the model ends at a few."""
    heading = tree.coordinates.index("pelvis_rotation")
    turning = truth.copy()
    turning[:, heading] = np.linspace(0, 8 * np.pi, N_FRAMES)
    fit = fit_poses(tree, tree.forward(torch.tensor(turning)).numpy(), weights)
    np.testing.assert_allclose(np.unwrap(fit.values[:, heading]), turning[:, heading], atol=1e-5)


def test_the_other_angles_of_a_shoulder_are_no_jump(tree, truth):
    """(a, b, c) and (a + pi, pi - b, c + pi) are one rotation: alternating between them is undone."""
    shoulder = [tree.coordinates.index(f"arm_{part}_r") for part in ("flex", "add", "rot")]
    assert tuple(shoulder) in ball_joints(tree)
    other = truth.copy()
    first, second, third = truth[:, shoulder].T
    other[::2, shoulder] = np.stack([first + np.pi, np.pi - second, third + 3 * np.pi], axis=1)[::2]
    torch.testing.assert_close(tree.forward(torch.tensor(other)), tree.forward(torch.tensor(truth)))
    np.testing.assert_allclose(without_jumps(tree, other.T).T, truth, atol=1e-12)


def test_one_branch_is_kept_where_frames_start_on_another(tree, truth, noisy, weights):
    """Frames 20-45 start with the arm turned over and end in a worse minimum if left alone."""
    expected = fit_poses(tree, noisy, weights)
    start = truth.copy()
    for name, value in (("arm_rot_r", 2.5), ("pro_sup_r", 2.0), ("elbow_flex_r", -1.5), ("arm_flex_r", 1.5)):
        start[20:45, tree.coordinates.index(name)] += value
    fit = fit_poses(tree, noisy, weights, start=start)
    assert (fit.cost <= expected.cost * (1 + 1e-6)).all()
    np.testing.assert_allclose(fit.values, expected.values, atol=1e-3)


def test_single_precision_comes_close(tree, noisy, weights):
    double, single = fit_poses(tree, noisy, weights), fit_poses(tree.to(torch.float32), noisy, weights, tolerance=1e-4)
    assert np.abs(single.marker_errors_m - double.marker_errors_m).max() < 1e-4


def test_errors_say_what_is_missing(tree, noisy, weights):
    with pytest.raises(InverseKinematicsError, match="none of the trial's markers"):
        fit_poses(tree, noisy, np.zeros_like(weights))
    pelvis = ["ASIS" in name or "PSIS" in name or "HJC" in name for name in tree.markers]
    with pytest.raises(InverseKinematicsError, match="Only 0 markers of the trial sit on the pelvis"):
        fit_poses(tree, noisy, np.where(pelvis, 0.0, weights))
    unseen = noisy.copy()
    unseen[:, pelvis] = np.nan
    with pytest.raises(InverseKinematicsError, match="No frame shows three markers of the pelvis"):
        fit_poses(tree, unseen, weights)
    fixed = replace(tree, joint_of=(1, *tree.joint_of[1:]))
    with pytest.raises(InverseKinematicsError, match="0 bodies that move freely"):
        fit_poses(fixed, noisy, weights)
