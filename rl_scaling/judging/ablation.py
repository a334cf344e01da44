"""One experiment in named variations: seeds of each, and how people whom training never drew are scaled on the way.

Every training of an ablation is scored after every so many rounds on the same held-out people. Scores are those of the
state with the lowest J of an episode without noise, which is what a scaler returns.
"""

from __future__ import annotations

import csv
import re
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from models.errors import SettingsError
from rl_scaling.judging.evaluate import HELD_OUT
from rl_scaling.learning.checkpoint import load_checkpoint
from rl_scaling.learning.drawing import draw_tasks, generic_tree
from rl_scaling.learning.experiment import Experiment
from rl_scaling.learning.replay import PrioritisedReplay
from rl_scaling.learning.train import CHECKPOINT, Training
from rl_scaling.search.environment import ScalingEnvironment, State
from rl_scaling.search.networks import Actor
from rl_scaling.search.search import search
from rl_scaling.tasks.scaling_tasks import ScalingTasks

SCORES, TABLE = "held_out.npz", "curves.csv"
MEASURES = ("objective", "rms_mm", "max_mm")
COLUMNS = ("variation", "seed", "round", "episodes", "updates", "cpu_s", *MEASURES)
"""Columns of the table: means over the held-out people."""

# Names are folders under that of the ablation; dots and slashes would lead out of it.
_NAME = re.compile(r"[A-Za-z0-9 _-]+")
_COUNTS = ("rounds", "episodes", "updates", "cpu_s")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Variation:
    """What is different.

    Attributes
    ----------
    name : str
    changes : dict
        Settings by their place in the experiment, e.g. ``{"network.kind": "feed_forward"}``.
    start : Path or None
        Folder of trainings by seed (`folder_of`) whose networks each seed begins with.
    """

    name: str
    changes: dict[str, Any]
    start: Path | None = None


@dataclass(frozen=True)
class Curve:
    """How one training went.

    Attributes
    ----------
    variation : str
    seed : int
    rounds, episodes, updates, cpu_s : ndarray, shape (n_scores,)
        When it was scored; CPU time is that of training alone.
    scores : dict of ndarray, shape (n_scores, n_people)
        `MEASURES` of every held-out person.
    """

    variation: str
    seed: int
    rounds: Array
    episodes: Array
    updates: Array
    cpu_s: Array
    scores: dict[str, Array]

    @property
    def n_people(self) -> int:
        """Held-out people."""
        return self.scores[MEASURES[0]].shape[1]


def read_variation(text: str) -> Variation:
    """Read ``NAME:key=value,key=value``; values as in TOML, words without quotes are text.

    Raises
    ------
    SettingsError
    """
    name, colon, changes = text.partition(":")
    pairs = [one.partition("=") for one in changes.split(",") if one.strip()]
    if not colon or not name.strip() or any(not key.strip() or not value.strip() for key, _, value in pairs):
        raise SettingsError(
            f"The variation {text!r} cannot be read.",
            hint="Write NAME:key=value,key=value, e.g. feed_forward:network.kind=feed_forward, or NAME: for no change.",
        )
    if not _NAME.fullmatch(name.strip()):
        raise SettingsError(
            f"The variation cannot be called {name.strip()!r}.",
            hint="Its name is that of a folder: write letters (a to z), digits, spaces, - and _ only.",
        )
    return Variation(name.strip(), {key.strip(): _value(value.strip()) for key, _, value in pairs})


def varied(experiment: Experiment, changes: dict[str, Any]) -> Experiment:
    """The experiment with other settings.

    Raises
    ------
    SettingsError
        There is no such setting, or it does not accept the value.
    """
    described = experiment.model_dump()
    for place, value in changes.items():
        *path, last = place.split(".")
        group = described
        for name in path:
            group = group.get(name, {}) if isinstance(group, dict) else {}
        if not isinstance(group, dict) or last not in group:
            raise SettingsError(
                f"An experiment has no setting {place!r}.",
                hint=f"There are {', '.join(described)}; those of a table as environment.n_steps.",
            )
        group[last] = value
    try:
        return Experiment.model_validate(described)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"{'.'.join(map(str, first['loc']))} is not accepted: {first['msg']}.",
            hint="Every setting is described in rl_scaling/learning/experiment.py.",
        ) from None


def folder_of(out: Path, variation: str, seed: int) -> Path:
    """Folder of one training of an ablation."""
    return out / variation / f"seed{seed}"


def ablate(
    experiment: Experiment, variations: Sequence[Variation], seeds: Iterable[int], out: Path, n_people: int, every: int
) -> list[Curve]:
    """Train every variation with every seed, one after another, and write the table; what is done is not done again.

    Parameters
    ----------
    experiment : Experiment
    variations : sequence of Variation
    seeds : iterable of int
    out : Path
    n_people : int
        Held-out people.
    every : int
        Rounds between scores.

    Raises
    ------
    SettingsError
        A variation asks for what there is not, or the folder holds another ablation, or scores on other people.
    """
    planned = [(one, varied(experiment, one.changes | {"checkpoint_rounds": every})) for one in variations]
    curves = []
    for seed in seeds:
        for variation, settings in planned:
            seeded = settings.model_copy(update={"seed": seed})
            start = None if variation.start is None else folder_of(variation.start.parent, variation.start.name, seed)
            curves.append(_train(variation.name, seeded, folder_of(out, variation.name, seed), n_people, every, start))
            write_table(curves, out / TABLE)
    return curves


def held_out(experiment: Experiment, n_people: int) -> ScalingTasks:
    """The held-out people of an experiment's populations: always the same."""
    return draw_tasks(generic_tree(), experiment, n_people, HELD_OUT, 0)


@torch.no_grad()
def scale_with(environment: ScalingEnvironment, tasks: ScalingTasks, actor: Actor | None) -> State:
    """Scale people without noise, with a policy or by least squares: the states with the lowest J."""
    return search(environment, tasks, actor, environment.settings.n_steps, settled=0.0).best


def measured(state: State) -> dict[str, Array]:
    """`MEASURES` of every person, each shape (n_people,)."""
    values = (state.objective, 1000.0 * state.fit.rms_m, 1000.0 * state.fit.max_m)
    return {name: value.cpu().numpy().astype(float) for name, value in zip(MEASURES, values, strict=True)}


def write_table(curves: Sequence[Curve], path: Path) -> None:
    """Write curves as one table, a row a score."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for curve in curves:
            for row, done in enumerate(curve.rounds):
                means = [f"{curve.scores[name][row].mean():.4f}" for name in MEASURES]
                counts = [int(one[row]) for one in (curve.episodes, curve.updates)]
                table.writerow([curve.variation, curve.seed, int(done), *counts, f"{curve.cpu_s[row]:.2f}", *means])


def _train(name: str, experiment: Experiment, folder: Path, n_people: int, every: int, start: Path | None) -> Curve:
    """One training from where it stands, scored before the first round and after every so many."""
    training = Training(experiment, folder)
    tasks, environment = held_out(experiment, n_people), ScalingEnvironment(generic_tree(), experiment.environment)
    curve = _scored(name, experiment.seed, folder / SCORES)
    if curve is not None and curve.n_people != n_people:
        raise SettingsError(
            f"{name}, seed {experiment.seed}, was scored on {curve.n_people} held-out people, not {n_people}.",
            hint=f"Go on with --people {curve.n_people}, or choose another folder.",
        )
    if curve is not None and curve.rounds[-1] > 0:
        training.resume()
    elif start is not None:
        begin_with(training, start / CHECKPOINT)
    if curve is None or curve.rounds[-1] != training.n_done:
        curve = _extended(None, training, 0.0, measured(scale_with(environment, tasks, training.learner.actor)), name)
        _keep(curve, folder / SCORES)
    while training.n_done < experiment.n_total:
        began_s = time.process_time()
        training.run(until=training.n_done + every)
        cpu_s = time.process_time() - began_s
        found = measured(scale_with(environment, tasks, training.learner.actor))
        curve = _extended(curve, training, cpu_s, found, name)
        _keep(curve, folder / SCORES)
    return curve


def begin_with(training: Training, checkpoint: Path) -> None:
    """Begin with actor, critics and optimisers of another training; nothing of its experience.

    Raises
    ------
    SettingsError
        There is no such training, or its networks are of another kind or size.
    """
    experiment, learner = training.experiment, training.learner
    load_checkpoint(checkpoint, learner, training.replay, torch.Generator())
    learner.anchor.load_state_dict(learner.actor.state_dict())
    learner.n_updates = 0
    training.replay = PrioritisedReplay(experiment.replay_capacity, experiment.priority_exponent)


def _extended(curve: Curve | None, training: Training, cpu_s: float, found: dict[str, Array], name: str) -> Curve:
    """The curve with one more score."""
    before_s = 0.0 if curve is None else curve.cpu_s[-1]
    counts = (training.n_done, training.experiment.n_people(training.n_done), training.learner.n_updates)
    rounds, episodes, updates, spent_s = (np.array([float(one)]) for one in (*counts, before_s + cpu_s))
    scores = {measure: values[None] for measure, values in found.items()}
    now = Curve(name, training.experiment.seed, rounds, episodes, updates, spent_s, scores)
    if curve is None:
        return now
    return Curve(
        name,
        curve.seed,
        np.append(curve.rounds, now.rounds),
        np.append(curve.episodes, now.episodes),
        np.append(curve.updates, now.updates),
        np.append(curve.cpu_s, now.cpu_s),
        {measure: np.concatenate([curve.scores[measure], scores[measure]]) for measure in MEASURES},
    )


def _keep(curve: Curve, path: Path) -> None:
    """Write all but the curve's name, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name("part.npz")
    arrays = {name: getattr(curve, name) for name in _COUNTS} | curve.scores
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.replace(path)


def _scored(name: str, seed: int, path: Path) -> Curve | None:
    if not path.exists():
        return None
    with np.load(path) as file:
        rounds, episodes, updates, cpu_s = (file[count] for count in _COUNTS)
        return Curve(name, seed, rounds, episodes, updates, cpu_s, {measure: file[measure] for measure in MEASURES})


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
