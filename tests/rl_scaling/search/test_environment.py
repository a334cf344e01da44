"""The environment: what a step does, and what must not matter."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.errors import ScalingError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import WARM, minimise
from models.subject import Subject
from rl_scaling.people.anthropometry import parameters, prior
from rl_scaling.search.environment import MAX_INCREMENT, EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.objective import MarkerFit, ObjectiveWeights, marker_fit, objective
from rl_scaling.search.observation import CONTEXT, FEATURES, SegmentLayout
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of
from tests.rl_scaling.scaling_people import older_adults, random_actions, skeleton

SQUARES = ObjectiveWeights(rms_per_m=0.0, max_per_m=0.0)


def begun(tasks: ScalingTasks, **settings: object) -> ScalingEnvironment:
    environment = ScalingEnvironment(skeleton(), EnvironmentSettings(**settings))  # type: ignore[arg-type]
    environment.reset(tasks)
    return environment


def after(tasks: ScalingTasks, n_steps: int = 2) -> ScalingEnvironment:
    environment = begun(tasks, reward="truth" if tasks.truth else "objective", refit_iterations=6)
    for action in random_actions(1, n_steps):
        environment.step(action.expand(len(tasks), -1, -1))
    return environment


def assert_same(one: ScalingEnvironment, other: ScalingEnvironment, atol: float = 1e-6) -> None:
    torch.testing.assert_close(one.state.objective, other.state.objective, atol=atol, rtol=0)
    torch.testing.assert_close(one.state.observation.tokens, other.state.observation.tokens, atol=10 * atol, rtol=0)
    torch.testing.assert_close(one.state.observation.context, other.state.observation.context, atol=atol, rtol=0)


@pytest.fixture(scope="module")
def tasks() -> ScalingTasks:
    return older_adults(4)


def test_errors_are_those_of_opensims_scale_tool() -> None:
    residuals_m = torch.tensor([[[[0.003, 0.0, 0.004], [0.0, 0.01, 0.0]], [[0.0, 0.0, 0.02], [9.0, 9.0, 9.0]]]])
    fit = marker_fit(residuals_m, torch.tensor([[[True, True], [True, False]]]))
    assert fit.total_m2.item() == pytest.approx((125e-6 + 400e-6) / 2)
    assert fit.rms_m.item() == pytest.approx((62.5e-6**0.5 + 0.02) / 2)
    assert fit.max_m.item() == pytest.approx((0.01 + 0.02) / 2)


def test_the_objective_weighs_the_three_errors_and_the_prior() -> None:
    fit = MarkerFit(torch.tensor([0.004]), torch.tensor([0.01]), torch.tensor([0.02]))
    value = objective(fit, torch.tensor([[0.1, 0.0]]), torch.zeros(1, 2), 100 * torch.eye(2)[None], ObjectiveWeights())
    assert value.item() == pytest.approx(0.8 + 0.7 + 0.7 + 0.0072)


def refitted_cost(environment: ScalingEnvironment, log_factors: torch.Tensor) -> torch.Tensor:
    """J of people with other factors, their poses at the minimum; the objective must be `SQUARES`."""
    tasks, shares = environment.tasks, environment.frames.shares
    problem = environment.frames.at_factors(log_factors)
    of_frames = minimise(problem, environment.state.values, damping=WARM, tolerance=1e-8).cost
    apart = log_factors - tasks.prior_mean
    of_prior = torch.einsum("np,npq,nq->n", apart, torch.linalg.inv(tasks.prior_covariance), apart)
    return SQUARES.total_per_m2 * (shares * of_frames.unflatten(0, shares.shape)).sum(dim=1) + SQUARES.prior * of_prior


def test_the_least_squares_step_leads_to_the_minimum_over_factors_and_poses(tasks: ScalingTasks) -> None:
    """Forwards and backwards along every parameter, poses refitted, the objective is higher, and alike."""
    # Each of two people stands there once for every parameter.
    copies = tasks.chosen(torch.tensor([0, 1]).repeat_interleave(len(parameters())))
    environment = begun(copies, objective=SQUARES, refit_iterations=3)
    at_start = environment.state.objective
    for _ in range(20):
        assert environment.step(environment.least_squares_action()).reward.min() > -1e-6
    best, here = environment.state.objective, environment.state.log_factors
    assert (at_start - best).min() > 0.1
    torch.testing.assert_close(refitted_cost(environment, here), best, atol=1e-4, rtol=0)
    aside = 0.01 * torch.eye(len(parameters()), dtype=here.dtype).repeat(2, 1)
    ahead, behind = (refitted_cost(environment, here + sign * aside) for sign in (1.0, -1.0))
    assert torch.minimum(ahead, behind).gt(best).all()
    # Where the parabola through the three has its lowest point.
    assert (0.005 * (behind - ahead) / (behind + ahead - 2 * best)).abs().max() < 2e-4


def test_a_strong_prior_wins(tasks: ScalingTasks) -> None:
    environment = begun(tasks, objective=ObjectiveWeights(prior=1e6))
    for _ in range(3):
        environment.step(environment.least_squares_action())
    torch.testing.assert_close(environment.state.log_factors, tasks.prior_mean, atol=1e-4, rtol=0)


def test_a_step_changes_no_factor_by_more_than_published(tasks: ScalingTasks) -> None:
    environment = begun(tasks)
    environment.step(torch.full((4, 7, 3), 50.0))
    change = (environment.state.log_factors - tasks.prior_mean).exp()
    torch.testing.assert_close(change, torch.full_like(change, 1.0 + MAX_INCREMENT))
    for _ in range(30):
        environment.step(torch.full((4, 7, 3), -1.0))
    assert environment.state.log_factors.exp().min() >= 0.65 - 1e-9


def test_refitted_poses_stay_near_their_optimum(tasks: ScalingTasks) -> None:
    environment = after(tasks, n_steps=6)
    problem = environment.frames.at_factors(environment.state.log_factors)
    best = minimise(problem, environment.state.values, damping=WARM, tolerance=1e-6).cost
    assert (problem.cost(environment.state.values) - best).max() < 0.02 * best.mean()


def test_a_mirrored_person_is_the_same_person(tasks: ScalingTasks) -> None:
    names = skeleton().markers
    other_side = {"r": "L", "L": "r"}
    swapped = [
        names.index({"RHJC_study": "LHJC_study", "LHJC_study": "RHJC_study"}.get(name, ""))
        if "HJC" in name
        else names.index(other_side.get(name[0], name[0]) + name[1:])
        for name in names
    ]
    # OpenCap's C7 lies 3 mm beside the midline: the one marker that is not symmetric.
    markers_m = tasks.markers_m.clone()
    markers_m[:, :, names.index("C7_study")] = torch.nan
    mirrored = markers_m[:, :, swapped] * torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    one, other = (after(replace(tasks, markers_m=each, truth=None)) for each in (markers_m, mirrored))
    torch.testing.assert_close(one.state.objective, other.state.objective, atol=1e-5, rtol=0)
    # The torso's stretch counts from the mean of its markers on the skeleton, C7 among them.
    torch.testing.assert_close(one.state.observation.tokens, other.state.observation.tokens, atol=0.02, rtol=0)


def test_neither_heading_nor_place_matter(tasks: ScalingTasks) -> None:
    assert tasks.truth is not None
    turn = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]], dtype=torch.float64)
    there = torch.tensor([3.0, -0.4, 1.0], dtype=torch.float64)
    truth = replace(tasks.truth, joints_m=tasks.truth.joints_m @ turn.T + there)
    moved = replace(tasks, markers_m=tasks.markers_m @ turn.T + there, truth=truth)
    one, other = after(tasks), after(moved)
    assert_same(one, other, atol=1e-5)
    torch.testing.assert_close(one.state.distance, other.state.distance, atol=1e-4, rtol=0)


@pytest.mark.parametrize("chunk", [1, 2])
def test_people_do_not_see_each_other(tasks: ScalingTasks, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Alone, in chunks or all at once: only rounding differs."""
    markers_m = tasks.markers_m.clone()
    markers_m[1, :, 10:20] = torch.nan
    together = after(replace(tasks, markers_m=markers_m))
    best = together.best_state()
    alone = after(tasks.chosen(torch.tensor([2])))
    torch.testing.assert_close(alone.state.objective[0], together.state.objective[2], atol=1e-9, rtol=0)
    monkeypatch.setattr("rl_scaling.search.measuring._FRAMES_ON_CPU", chunk * markers_m.shape[1])
    in_chunks = after(replace(tasks, markers_m=markers_m))
    assert_same(together, in_chunks, atol=1e-9)
    torch.testing.assert_close(in_chunks.state.values, together.state.values, atol=1e-9, rtol=0)
    torch.testing.assert_close(in_chunks.best_state().objective, best.objective, atol=1e-9, rtol=0)
    n_threads = torch.get_num_threads()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    on_threads = after(replace(tasks, markers_m=markers_m))
    monkeypatch.undo()
    torch.set_num_threads(n_threads)
    assert torch.equal(on_threads.state.values, in_chunks.state.values)
    assert torch.equal(on_threads.state.observation.tokens, in_chunks.state.observation.tokens)


def test_the_truth_is_nearest_at_the_true_factors(tasks: ScalingTasks) -> None:
    environment = begun(tasks, reward="truth")
    assert tasks.truth is not None
    at_start = environment.errors_m(environment.state.log_factors, environment.state.values)
    problem = environment.frames.at_factors(tasks.truth.log_factors)
    poses = minimise(problem, environment.state.values, damping=WARM, tolerance=1e-6).values
    joints, lengths = environment.errors_m(tasks.truth.log_factors, poses)
    # Left and right legs differ, factors do not.
    assert lengths.max() < 1.5e-3
    assert joints.mean() < at_start[0].mean()


def test_only_the_critic_sees_the_truth(tasks: ScalingTasks) -> None:
    assert tasks.truth is not None
    false = replace(tasks, truth=replace(tasks.truth, log_factors=tasks.truth.log_factors + 0.1))
    one, other = (begun(each, reward="truth").state.observation for each in (tasks, false))
    torch.testing.assert_close(one.tokens, other.tokens)
    torch.testing.assert_close(one.context, other.context)
    assert one.privileged.shape == (4, 23)
    assert (one.privileged - other.privileged).abs().max() > 1.0
    assert begun(tasks).state.observation.privileged.shape == (4, 1)


def test_a_segment_without_markers_follows_the_prior_and_is_marked(tasks: ScalingTasks) -> None:
    names = skeleton().markers
    arms = [index for index, name in enumerate(names) if "elbow" in name or "wrist" in name]
    markers_m = tasks.markers_m.clone()
    markers_m[:, :, arms] = torch.nan
    markers_m[0, 1] = torch.nan
    environment = begun(replace(tasks, markers_m=markers_m))
    for _ in range(25):
        environment.step(environment.least_squares_action())
    observation = environment.state.observation
    assert torch.isfinite(observation.tokens).all()
    forearm = environment.layout.segments.index("forearm")
    observed = [FEATURES.index(f"observed_{axis}") for axis in "xyz"]
    assert observation.tokens[:, forearm, observed].max() < 1e-3
    # What is left is what the other segments say of it through the prior.
    apart, covariance = environment.state.log_factors - tasks.prior_mean, tasks.prior_covariance
    expected = covariance[:, 18:, :18] @ torch.linalg.solve(covariance[:, :18, :18], apart[:, :18, None])
    torch.testing.assert_close(apart[:, 18:], expected.squeeze(2), atol=0.005, rtol=0)


def test_time_running_out_is_no_end_and_the_best_state_is_kept(tasks: ScalingTasks) -> None:
    environment = begun(tasks, n_steps=3)
    lowest = environment.state.objective
    steps = []
    for action in (environment.least_squares_action(), -torch.ones(4, 7, 3), -torch.ones(4, 7, 3)):
        steps.append(environment.step(action))
        lowest = torch.minimum(lowest, environment.state.objective)
    assert [step.truncated for step in steps] == [False, False, True]
    assert not any(step.terminated.any() for step in steps)
    torch.testing.assert_close(environment.best_objective, lowest)
    assert (environment.best_objective < environment.state.objective).all()
    torch.testing.assert_close(environment.best_state().objective, lowest)
    assert steps[-1].observation.context[0, CONTEXT.index("step")] == 1.0


def test_precision_follows_the_tree(tasks: ScalingTasks) -> None:
    single = skeleton().to(torch.float32)
    environment = ScalingEnvironment(single, EnvironmentSettings(reward="truth"))
    observation = environment.reset(older_adults(4, tree=single, seed=5))
    reward = environment.step(environment.least_squares_action()).reward
    assert observation.tokens.dtype == observation.privileged.dtype == reward.dtype == torch.float32


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_the_environment_runs_on_cuda() -> None:
    tree = skeleton().to(torch.float32, "cuda")
    environment = ScalingEnvironment(tree, EnvironmentSettings(reward="truth"))
    assert environment.reset(older_adults(4, tree=tree)).tokens.device.type == "cuda"
    assert environment.step(environment.least_squares_action()).reward.mean() > 0


def test_what_cannot_be_scaled_is_refused(tasks: ScalingTasks) -> None:
    with pytest.raises(ScalingError, match="truth of these people is not known"):
        begun(replace(tasks, truth=None), reward="truth")
    with pytest.raises(ScalingError, match="No frame shows three markers of the pelvis"):
        begun(replace(tasks, markers_m=torch.full_like(tasks.markers_m, torch.nan)))
    with pytest.raises(ScalingError, match="weight of the squared error"):
        ScalingEnvironment(skeleton(), EnvironmentSettings(objective=ObjectiveWeights(total_per_m2=0.0)))
    with pytest.raises(ScalingError, match="Markers have shape"):
        tasks_of(skeleton(), (Subject(1.7, 70.0, "f"),), tasks.markers_m)


def test_another_marker_set_is_scaled_without_a_change() -> None:
    tree = SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL, "optical")))
    layout = SegmentLayout.of(tree)
    subject = Subject(1.62, 60.0, "f", 72.0)
    values = tree.default.repeat(1, 2, 1)
    values[:, 1, [tree.coordinates.index(f"knee_angle_{side}") for side in "rl"]] = 1.0
    wanted = torch.as_tensor(prior(subject).mean_log) + 0.03
    markers_m = tree.forward(values, (layout.tie @ wanted).reshape(1, 1, -1, 3))
    environment = ScalingEnvironment(tree, EnvironmentSettings(objective=replace(SQUARES, prior=1e-8)))
    environment.reset(tasks_of(tree, (subject,), markers_m))
    for _ in range(20):
        environment.step(environment.least_squares_action())
    assert environment.state.fit.max_m < 1e-3
    long = [parameters().index(name) for name in ("femur_y", "tibia_y", "pelvis_z")]
    torch.testing.assert_close(environment.state.log_factors[0, long], wanted[long], atol=2e-3, rtol=0)
