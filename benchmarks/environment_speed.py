"""How many steps a second the scaling environment takes, and where the time goes.

``python -m benchmarks.environment_speed``: synthetic older adults, standing and six frames of movement each, single
precision, least-squares actions, the reward of training (distance from the truth). A step is one person's: factors
changed, poses refitted, errors, least-squares step and observation worked out. On the CPU with one and two threads,
on a GPU where there is one. Median of `REPEATS` steps of all people by the clock; on the CPU also by the seconds that
the process had a core, which other programs lengthen less, and how busy the machine was. Besides: people a second whom
the shipped policy scales in one batch, and steps a second of its training (people drawn, Transformer updated).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.saving import save
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.levenberg_marquardt import damped_hessian
from models.skeleton.pose_refit import refit
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.learning.train import Training
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.environment import EnvironmentSettings, ScalingEnvironment
from rl_scaling.search.observation import Fitted, segment_tokens
from rl_scaling.search.scale_equations import scale_step
from rl_scaling.search.search import search
from rl_scaling.tasks.scaling_tasks import ScalingTasks, tasks_of_synthetic

PEOPLE, PEOPLE_ON_GPU, PEOPLE_OF_SPLIT = (64, 256, 1024), (4096, 16384), 36
RECORDINGS = {"standing": 20, "squat": 40, "gait": 40}
FRAMES_PER_MOVEMENT = 3
# So many different people; larger numbers repeat them, which costs the same.
DIFFERENT_PEOPLE = 256
REPEATS = 5
POLICY = "older_adults"
EXPERIMENT = Path(__file__).resolve().parents[1] / "rl_scaling" / "experiments" / f"residual_{POLICY}.toml"

Figures = dict[str, float]


def measure(environment: ScalingEnvironment, tasks: ScalingTasks) -> Figures:
    """Time the reset and the steps of all people."""
    reset_s = _seconds(environment.tree, lambda: environment.reset(tasks), 1)
    environment.step(environment.least_squares_action())
    processor_s = time.process_time()
    step_s = _seconds(environment.tree, lambda: environment.step(environment.least_squares_action()), REPEATS)
    processor_s = (time.process_time() - processor_s) / REPEATS
    figures: Figures = {
        "steps per second": round(len(tasks) / step_s),
        "resets per second": round(len(tasks) / reset_s),
    }
    if environment.tree.default.device.type == "cpu":
        figures["steps per second of a core's time"] = round(len(tasks) / processor_s)
        figures["load of the machine"] = round(os.getloadavg()[0], 1)
    return figures


def split(environment: ScalingEnvironment, tasks: ScalingTasks) -> Figures:
    """Microseconds of processor time a person, by part, of one chunk on one thread."""
    environment.reset(tasks)
    state, frames = environment.state, environment.frames
    problem = frames.at_factors(state.log_factors)
    posed = refit(problem, state.values, 1)
    tree, roots = problem.tree, problem.weights.sqrt()
    precision = torch.linalg.inv(tasks.prior_covariance) * 1e-5
    by_pose, by_factor = problem.jacobian(posed.values, posed.pose), frames.scales.by_factor(posed.pose, roots)
    damping = torch.full_like(posed.equations.cost, 1e-6)
    hessian = damped_hessian(posed.equations, torch.ones_like(posed.equations.gradient), damping, damping[:, None])
    right = torch.bmm(by_pose, by_factor)
    numbers = (state.log_factors, state.log_factors, state.step, state.step)
    fitted = Fitted(posed.pose, problem.measured_m, problem.weights, *numbers)
    parts: dict[str, Callable[[], object]] = {
        "whole step": lambda: environment.step(environment.least_squares_action()),
        "refit of the poses": lambda: refit(problem, state.values, 1),
        "- kinematics, once": lambda: tree.kinematics(state.values, problem.offsets),
        "- normal equations, once": lambda: problem.at_pose(state.values, posed.pose),
        "least-squares step": lambda: scale_step(
            problem, posed, state.log_factors, frames.scales, frames.shares, tasks.prior_mean, precision
        ),
        "- Jacobian of the poses": lambda: problem.jacobian(posed.values, posed.pose),
        "- Jacobian of the factors": lambda: frames.scales.by_factor(posed.pose, roots),
        "- products of the two": lambda: (torch.bmm(by_pose, by_factor), torch.bmm(by_factor.mT, by_factor)),
        "- Cholesky and solution": lambda: torch.cholesky_solve(right, torch.linalg.cholesky_ex(hessian)[0]),
        "tokens": lambda: segment_tokens(tree, environment.layout, fitted),
    }
    figures: Figures = {}
    for name, part in parts.items():
        part()
        began_s = time.process_time()
        for _ in range(4 * REPEATS):
            part()
        figures[name] = round(1e6 * (time.process_time() - began_s) / (4 * REPEATS) / len(tasks), 1)
    return figures


def scaled_per_second(environment: ScalingEnvironment, tasks: ScalingTasks) -> float:
    """People a second whom the shipped policy scales in one batch, poses found from the markers alone."""
    policy = ScalingPolicy.load(POLICY)
    actor = None if policy.actor is None else policy.actor.to(environment.tree.default.device)
    search_s = _seconds(environment.tree, lambda: search(environment, tasks, actor, policy.settings.n_steps), 1)
    return round(len(tasks) / search_s, 1)


def trained_per_second(device: str, n_people: int) -> float:
    """Steps a second of reinforcement: people drawn, scaled, and the Transformer updated."""
    experiment = read_experiment(EXPERIMENT)
    rounds = {"imitation": None, "n_validation": 0, "warmup_rounds": 0, "n_rounds": 3, "checkpoint_rounds": 3}
    with tempfile.TemporaryDirectory() as folder:
        training = Training(experiment.model_copy(update=rounds | {"n_subjects": n_people}), Path(folder), device)
        training.run()
        first, *_, last = training.rows
    return round((last["env_steps"] - first["env_steps"]) / (last["seconds"] - first["seconds"]))


def draw(tree: SkeletonTree, n: int) -> ScalingTasks:
    """The same people for all measurements."""
    numbers = np.random.default_rng(1)
    people = SubjectGenerator(tree, OLDER_ADULTS).sample(DIFFERENT_PEOPLE, RECORDINGS, 1)  # type: ignore[arg-type]
    tasks = tasks_of_synthetic(tree, people, FRAMES_PER_MOVEMENT, numbers)
    return tasks.chosen(torch.arange(n, device=tree.default.device) % DIFFERENT_PEOPLE)


def _seconds(tree: SkeletonTree, call: Callable[[], object], repeats: int) -> float:
    on_gpu = tree.default.device.type == "cuda"
    seconds = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        call()
        if on_gpu:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began_s)
    return float(np.median(seconds))


def _of_device(device: str, counts: tuple[int, ...], figures: dict[str, Figures], label: str) -> None:
    environment = ScalingEnvironment(generic_tree(device), EnvironmentSettings(reward="truth"))
    everyone = draw(environment.tree, max(counts))
    for count in counts:
        name = f"{label}, {count} people"
        figures[name] = measure(environment, everyone.chosen(slice(count)))
        print(name, figures[name], flush=True)
    figures[f"{label}, {POLICY}"] = {
        f"people scaled per second, {max(counts)} at once": scaled_per_second(environment, everyone),
        f"steps per second in training, {min(counts)} people": trained_per_second(device, min(counts)),
    }
    print(label, figures[f"{label}, {POLICY}"], flush=True)


def main() -> None:
    """Print and save all figures."""
    figures: dict[str, Figures] = {}
    torch.set_num_threads(1)
    _of_device("cpu", PEOPLE, figures, "1 thread")
    environment = ScalingEnvironment(generic_tree(), EnvironmentSettings(reward="truth"))
    name = f"1 thread, microseconds a person, {PEOPLE_OF_SPLIT} people"
    figures[name] = split(environment, draw(environment.tree, PEOPLE_OF_SPLIT))
    print(name, figures[name], flush=True)
    torch.set_num_threads(2)
    _of_device("cpu", PEOPLE, figures, "2 threads")
    if torch.cuda.is_available():
        _of_device("cuda", PEOPLE_ON_GPU, figures, torch.cuda.get_device_name())
    print(f"saved: {save('environment_speed', figures)}")


if __name__ == "__main__":
    main()
