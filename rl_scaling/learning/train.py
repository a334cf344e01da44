"""Training: new people in every round, one episode of all of them, and updates of the learner after each step."""

from __future__ import annotations

import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.errors import SettingsError
from rl_scaling.learning.checkpoint import load_checkpoint, save_checkpoint, save_policy
from rl_scaling.learning.distributed import rank
from rl_scaling.learning.drawing import check_clips, draw_round, draw_tasks, generic_tree
from rl_scaling.learning.experiment import Experiment
from rl_scaling.learning.imitation import ImitationSettings, imitation_round
from rl_scaling.learning.replay import PrioritisedReplay
from rl_scaling.learning.td3 import TD3, experience
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.search.networks import Actor, Critic, NetworkSettings
from rl_scaling.search.search import search
from rl_scaling.tasks.clip_tasks import FilmedPerson

POLICY, CHECKPOINT, CURVE = "policy.safetensors", "checkpoint.safetensors", "curve.csv"
COLUMNS = (
    "round", "env_steps", "updates", "seconds", "reward", "objective_start", "objective_best", "rms_mm", "max_mm",
    "critic_error", "noise", "teacher_error", "validation",
)  # fmt: skip
"""Columns of the learning curve; errors are those of the last step, means over people."""

# Seeds of training are (seed, round); these people have a first number that no experiment uses, as those of a test do.
_VALIDATION = 2**31 + 1


class Training:
    """One training in one folder, where its curve, checkpoint and policy go.

    Parameters
    ----------
    experiment : Experiment
    folder : Path
        Made where it is not there, once something is trained.
    device : str
    start : pair of Actor and NetworkSettings, optional
        The policy to begin with, as `load_policy` reads it; it also is the anchor.
    filmed : tuple of FilmedPerson
        Whom ``clip_share`` draws on.

    Raises
    ------
    SettingsError
        The policy to begin with is of another kind or size than the experiment's, or filmed people are given without
        a use for them, or the other way round.
    """

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        device: str = "cpu",
        start: tuple[Actor, NetworkSettings] | None = None,
        filmed: tuple[FilmedPerson, ...] = (),
    ) -> None:
        check_clips(experiment, filmed)
        if start is not None:
            _check_network(start[1], experiment.network)
        self.experiment, self.folder, self.filmed = experiment, folder, filmed
        self.environment = ScalingEnvironment(generic_tree(device), experiment.environment)
        exists = self.environment.layout.exists
        n_segments, n_params = len(exists), self.environment.layout.tie.shape[1]
        n_privileged = 2 + n_params if experiment.environment.rewards_truth else 1
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(experiment.seed)
            actor = Actor(exists, experiment.network)
            critics = tuple(Critic(n_segments, n_privileged, experiment.network) for _ in range(2))
        if start is not None:
            actor.load_state_dict(start[0].state_dict())
        self.generator = torch.Generator(device).manual_seed(experiment.seed + rank())
        self.learner = TD3(
            actor.to(device), (critics[0].to(device), critics[1].to(device)), experiment.td3, self.generator
        )
        self.replay = PrioritisedReplay(experiment.replay_capacity, experiment.priority_exponent, device)
        self.rows: list[dict[str, float]] = []

    @property
    def _filmed_names(self) -> list[str]:
        return [one.person for one in self.filmed]

    @property
    def _seed(self) -> tuple[int, ...]:
        """Of this round's people; other people in every process, and alone as ever."""
        return (self.experiment.seed, self.n_done, *([rank()] if rank() else []))

    @property
    def checkpoint(self) -> Path:
        """Where the checkpoint of this process lies."""
        return self.folder / (f"{rank()}-{CHECKPOINT}" if rank() else CHECKPOINT)

    @property
    def n_done(self) -> int:
        """Rounds that are over."""
        return len(self.rows)

    def resume(self) -> None:
        """Go on from the folder's checkpoint.

        Raises
        ------
        SettingsError
            There is none, or it is of another experiment.
        """
        if not self.checkpoint.exists():
            raise SettingsError(
                f"There is nothing to resume in {self.folder}: it holds no {self.checkpoint.name}.",
                hint="Give the folder of the training that was stopped, or leave --resume out to begin one.",
            )
        counts = load_checkpoint(self.checkpoint, self.learner, self.replay, self.generator)
        if counts["experiment"] != self.experiment.model_dump(mode="json"):
            raise SettingsError(
                "The checkpoint is of another experiment.",
                hint="Resume with the experiment file it was begun with, or choose another folder.",
            )
        if counts["filmed"] != self._filmed_names:
            raise SettingsError(
                "The checkpoint was trained with other filmed people.",
                hint="Resume with the clips file it was begun with, or choose another folder.",
            )
        self.rows = counts["rows"]

    def run(self, until: int | None = None) -> None:
        """Train to the end, or until so many rounds are over; checkpoint, curve and policy are written on the way."""
        last = self.experiment.n_total if until is None else min(until, self.experiment.n_total)
        # Not before: a training that is refused leaves no empty folder.
        self.folder.mkdir(parents=True, exist_ok=True)
        before_s = self.rows[-1]["seconds"] if self.rows else 0.0
        began_s = time.perf_counter()
        while self.n_done < last:
            imitation = self.experiment.imitation
            if imitation is not None and self.n_done < imitation.n_rounds:
                row = self._imitation(imitation)
            else:
                row = self._reinforcement()
            self.rows.append(row | {"seconds": round(before_s + time.perf_counter() - began_s, 3)})
            if self.n_done % self.experiment.checkpoint_rounds == 0 or self.n_done == last:
                self._save()

    def _imitation(self, settings: ImitationSettings) -> dict[str, float]:
        experiment, environment = self.experiment, self.environment
        tasks = draw_tasks(environment.tree, experiment, settings.n_subjects, *self._seed)
        difference = imitation_round(environment, self.learner, tasks, settings, self.n_done, self.generator)
        if self.n_done + 1 == experiment.n_imitation:
            self.learner.settle()
        return self._row() | {"noise": settings.noise, "teacher_error": difference}

    def _reinforcement(self) -> dict[str, float]:
        experiment, environment = self.experiment, self.environment
        n_done = self.n_done - experiment.n_imitation
        tasks = draw_round(environment.tree, experiment, self.filmed, *self._seed)
        observation, noise = environment.reset(tasks), experiment.noise(n_done)
        at_start, gained, errors = environment.state.objective.mean(), torch.zeros(len(tasks)), []
        gained = gained.to(at_start.device)
        truncated = False
        while not truncated:
            action = self._explore(observation.tokens, observation.context, noise)
            result = environment.step(action)
            rows = experience(observation, action, result.reward, result.observation, result.terminated)
            self.replay.add(rows)
            gained += result.reward
            observation, truncated = result.observation, result.truncated
            if n_done >= experiment.warmup_rounds:
                errors += [self._update(n_done) for _ in range(experiment.updates_per_step)]
        return self._row() | {
            "reward": float(gained.mean()),
            "objective_start": float(at_start),
            "critic_error": float(torch.stack(errors).mean()) if errors else float("nan"),
            "noise": noise,
        }

    def _row(self) -> dict[str, float]:
        """What is said of every round, of either kind."""
        fit = self.environment.state.fit
        return dict.fromkeys(COLUMNS, float("nan")) | {
            "round": self.n_done + 1,
            "env_steps": self._env_steps,
            "updates": self.learner.n_updates,
            "objective_best": float(self.environment.best_objective.mean()),
            "rms_mm": 1000.0 * float(fit.rms_m.mean()),
            "max_mm": 1000.0 * float(fit.max_m.mean()),
        }

    @property
    def _env_steps(self) -> int:
        """Steps of single people so far."""
        return self.experiment.n_people(self.n_done + 1) * self.experiment.environment.n_steps

    @torch.no_grad()
    def _explore(self, tokens: Tensor, context: Tensor, noise: float) -> Tensor:
        action = self.learner.actor(tokens, context)
        drawn = torch.randn(action.shape, generator=self.generator, device=action.device, dtype=action.dtype)
        return (action + noise * drawn * self.learner.actor.exists).clamp(-1.0, 1.0)

    def _update(self, n_done: int) -> Tensor:
        """One update of the learner; mean size of the critics' error."""
        sample = self.replay.sample(self.experiment.batch_size, self.experiment.compensation(n_done), self.generator)
        errors = self.learner.update(sample.experience, sample.weights)
        self.replay.update(sample.places, errors)
        return errors.abs().mean()

    @torch.no_grad()
    def _validate(self) -> bool:
        """Score the policy on people it is never trained on; whether it is the best so far, and so worth keeping."""
        experiment, environment, actor = self.experiment, self.environment, self.learner.actor
        if not experiment.n_validation:
            return True
        before = [row["validation"] for row in self.rows if not np.isnan(row["validation"])]
        tasks = draw_tasks(environment.tree, experiment, experiment.n_validation, _VALIDATION)
        found = search(environment, tasks, actor, experiment.environment.n_steps, settled=0.0)
        of_truth = experiment.environment.rewards_truth
        score = float((found.last.distance if of_truth else environment.best_objective).mean())
        self.rows[-1]["validation"] = score
        return score < min(before, default=float("inf"))

    def _save(self) -> None:
        best = self._validate()
        described = self.experiment.model_dump(mode="json")
        counts: dict[str, Any] = {"experiment": described, "rows": self.rows, "filmed": self._filmed_names}
        save_checkpoint(self.checkpoint, self.learner, self.replay, self.generator, counts)
        if rank() != 0:
            return
        with (self.folder / CURVE).open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(self.rows)
        if not best:
            return
        about = {
            "experiment": described,
            "trained": {name: value for name, value in self.rows[-1].items() if not np.isnan(value)},
            "filmed_people": len(self.filmed),
            "torch": str(torch.__version__),
        }
        save_policy(self.folder / POLICY, self.learner.actor, self.experiment.network, about)


def _check_network(policy: NetworkSettings, wanted: NetworkSettings) -> None:
    """Refuse a policy of another kind or size: weights of the same shapes can mean other actions."""
    accepted = asdict(wanted)
    other = {name: value for name, value in asdict(policy).items() if value != accepted[name]}
    if other:
        raise SettingsError(
            f"The policy to begin with has another network than the experiment's: {_settings(other)}.",
            hint=f"Give a policy with {_settings({name: accepted[name] for name in other})}, "
            "or an experiment whose [network] is that of the policy.",
        )


def _settings(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
