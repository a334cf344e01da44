"""Imitation of a teacher who knows the truth, and what a session may withhold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.errors import ScalingError, SettingsError
from rl_scaling.learning.drawing import draw_tasks, generic_tree
from rl_scaling.learning.experiment import Experiment, read_experiment
from rl_scaling.learning.imitation import ImitationSettings, imitation_round, moves_joints, teacher_action
from rl_scaling.learning.train import CHECKPOINT, POLICY, Training
from rl_scaling.people.anthropometry import parameters
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from tests.rl_scaling.scaling_people import older_adults, skeleton

SMOKE = Path(__file__).resolve().parents[3] / "rl_scaling" / "experiments" / "smoke.toml"


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    smoke = read_experiment(SMOKE)
    return smoke.model_copy(update={"imitation": ImitationSettings(n_rounds=3, n_subjects=32, batch_size=64)})


def test_widths_of_limbs_move_no_joint_and_lengths_do() -> None:
    moving = moves_joints(skeleton(), ScalingEnvironment(skeleton(), EnvironmentSettings()).layout.tie)
    named = dict(zip(parameters(), moving.tolist(), strict=True))
    assert all(named[name] for name in ("femur_y", "tibia_y", "torso_y", "humerus_y", "foot_x", "pelvis_z"))
    assert not any(named[name] for name in ("femur_x", "femur_z", "tibia_x", "tibia_z", "humerus_x", "torso_x"))


def test_the_teacher_leads_to_the_true_joints_and_leaves_widths_to_the_markers() -> None:
    environment = ScalingEnvironment(skeleton(), EnvironmentSettings(n_steps=12, reward="truth"))
    tasks, moving = older_adults(3), moves_joints(skeleton(), environment.layout.tie)
    environment.reset(tasks)
    for _ in range(12):
        action = teacher_action(environment, moving, 1.0).flatten(1)
        assert torch.equal(action[:, ~moving], environment.least_squares_action().flatten(1)[:, ~moving])
        environment.step(action.unflatten(1, environment.action_shape))
    assert tasks.truth is not None
    assert (environment.state.log_factors - tasks.truth.log_factors)[:, moving].abs().max() < 1e-9


def test_a_teacher_of_no_truth_is_the_least_squares_step() -> None:
    environment = ScalingEnvironment(skeleton(), EnvironmentSettings(reward="truth"))
    environment.reset(older_adults(3))
    moving = moves_joints(skeleton(), environment.layout.tie)
    torch.testing.assert_close(teacher_action(environment, moving, 0.0), environment.least_squares_action())


def test_without_truth_there_is_no_teacher() -> None:
    environment = ScalingEnvironment(skeleton(), EnvironmentSettings())
    environment.reset(replace(older_adults(1), truth=None))
    with pytest.raises(ScalingError, match="truth of these people is not known"):
        teacher_action(environment, moves_joints(skeleton(), environment.layout.tie), 1.0)


def test_the_policy_comes_nearer_to_its_teacher(experiment: Experiment, tmp_path: Path) -> None:
    training, settings = Training(experiment, tmp_path), ImitationSettings(n_rounds=20, epochs=4, batch_size=64)
    tasks = draw_tasks(generic_tree(), experiment, 32, 1)
    differences = [
        imitation_round(training.environment, training.learner, tasks, settings, 0, training.generator)
        for _ in range(16)
    ]
    assert differences[-1] < 0.85 * differences[0]


def test_reinforcement_goes_on_from_what_was_imitated(experiment: Experiment, tmp_path: Path) -> None:
    training = Training(experiment, tmp_path)
    training.run(until=3)
    learner = training.learner
    imitated = {name: weights.clone() for name, weights in learner.actor.state_dict().items()}
    assert learner.n_updates == 0
    for follower in (learner.actor_target, learner.anchor):
        assert all(torch.equal(weights, imitated[name]) for name, weights in follower.state_dict().items())
    training.run()
    assert training.n_done == experiment.n_total == 7
    assert learner.n_updates > 0
    assert training.rows[-1]["env_steps"] == 4 * (3 * 32 + 4 * 8)


def test_a_training_stopped_while_imitating_goes_on_as_if_it_had_not_stopped(
    experiment: Experiment, tmp_path: Path
) -> None:
    Training(experiment, tmp_path / "whole").run(until=4)
    for until in (2, 3):
        Training(experiment, tmp_path / f"{until}").run(until=until)
        rest = Training(experiment, tmp_path / f"{until}")
        rest.resume()
        rest.run(until=4)
        for file in (CHECKPOINT, POLICY):
            kept = [load_file(tmp_path / folder / file) for folder in ("whole", f"{until}")]
            assert all(torch.equal(kept[0][name], kept[1][name]) for name in kept[0])


def test_a_withheld_movement_is_hidden_whole_and_the_standing_pose_never(experiment: Experiment) -> None:
    some = experiment.model_copy(
        update={"withheld": 0.5, "frames_per_movement": 2, "frames": {"standing": 5, "squat": 10, "gait": 10}}
    )
    shown = draw_tasks(generic_tree(), some, 64, 0, 0).markers_m.isfinite().flatten(2).any(dim=2)
    assert shown[:, 0].all()
    assert torch.equal(shown[:, 1], shown[:, 2])
    assert torch.equal(shown[:, 3], shown[:, 4])
    assert 0.3 < shown[:, 1:].double().mean() < 0.7
    assert not torch.equal(shown[:, 1], shown[:, 3])


def test_a_teacher_needs_the_truth_and_an_experiment_a_round(tmp_path: Path) -> None:
    smoke, file = SMOKE.read_text("utf-8"), tmp_path / "experiment.toml"
    imitating = smoke + "\n[imitation]\nn_rounds = 2\n"
    file.write_text(imitating.replace("n_rounds = 4", "n_rounds = 0"), encoding="utf-8")
    assert read_experiment(file).n_total == 2
    file.write_text(imitating.replace('reward = "truth"', 'reward = "objective"'), encoding="utf-8")
    with pytest.raises(SettingsError, match='a teacher needs the reward "truth"'):
        read_experiment(file)
    file.write_text(smoke.replace("n_rounds = 4", "n_rounds = 0"), encoding="utf-8")
    with pytest.raises(SettingsError, match="no round at all"):
        read_experiment(file)
