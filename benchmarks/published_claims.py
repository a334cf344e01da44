"""The published claims about learning to scale, re-run on synthetic people.

``python -m benchmarks.published_claims [--session OPENCAP_SESSION] [--finished] [FOLDER]``: trains what FOLDER (default
``results/published_claims``) does not hold yet, 3 seeds of 4 trainings on one CPU thread, and writes curves, figures
and a drawing. OPENCAP_SESSION is the folder of OpenCap's field-study subject, for a comparison on a filmed person. With
``--finished`` nothing is trained: the seeds whose trainings are all at their end count.
Published: Jo and Kang, ICROS 2025 (see docs/scaling-compared.md): (a) a Transformer learns in half the episodes a
feed-forward network needs; (b) the static marker error is lower than AddBiomechanics'; (c) on older adults, networks
that were trained on adults before learn in an eighth of the episodes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.learning_curves import at, of, paired_interval, reached, summary
from benchmarks.saving import RESULTS, save
from benchmarks.static_errors import filmed_person, older_adults
from rl_scaling.judging.ablation import (
    MEASURES,
    SCORES,
    Curve,
    Variation,
    ablate,
    folder_of,
    held_out,
    measured,
    scale_with,
    varied,
    write_table,
)
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import Experiment, read_experiment
from rl_scaling.learning.train import POLICY
from rl_scaling.people.population import OLDER_ADULTS
from rl_scaling.search.environment import ScalingEnvironment

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT = ROOT / "rl_scaling" / "experiments" / "claims.toml"
DRAWING = ROOT / "docs" / "images" / "published_claims.svg"
SEEDS, N_PEOPLE, EVERY = (0, 1, 2), 128, 8
# As far as these trainings go; published are 500, 1000 and 5000.
EPISODES = (500, 1000, 2000)
# Share of what least squares takes off J that a policy must take off, to have learnt so much.
LEVELS = (0.5, 0.75, 0.9)
OLDER = {"populations": list(OLDER_ADULTS)}
ADULTS_ARMS, OLDER_ARMS = ("transformer", "feed_forward"), ("pre-trained", "from scratch")
COLOURS = ("C0", "C1")


def train(experiment: Experiment, folder: Path, *, finished: bool) -> tuple[list[Curve], list[Curve]]:
    """Curves on adults and on older adults."""
    transformer, feed_forward = ADULTS_ARMS
    pre_trained, scratch = OLDER_ARMS
    adults, older = folder / "adults", folder / "older adults"
    networks = [Variation(transformer, {}), Variation(feed_forward, {"network.kind": "feed_forward"})]
    begun = [Variation(scratch, OLDER), Variation(pre_trained, OLDER, adults / transformer)]
    places = ((adults, networks), (older, begun))
    on_adults, on_older = (
        ablate(experiment, arms, at_end(experiment, place, arms) if finished else SEEDS, place, N_PEOPLE, EVERY)
        for place, arms in places
    )
    return on_adults, on_older


def at_end(experiment: Experiment, place: Path, arms: Sequence[Variation]) -> list[int]:
    """Seeds of which every arm is trained to its end."""

    def ended(file: Path) -> bool:
        if not file.exists():
            return False
        with np.load(file) as scores:
            return bool(scores["rounds"][-1] == experiment.n_total)

    return [seed for seed in SEEDS if all(ended(folder_of(place, arm.name, seed) / SCORES) for arm in arms)]


def references(experiment: Experiment) -> dict[str, dict[str, float]]:
    """Mean errors of the prior's mean, where every policy begins, and of least squares on the same held-out people."""
    tasks = held_out(experiment, N_PEOPLE)
    environment = ScalingEnvironment(generic_tree(), experiment.environment)
    environment.reset(tasks)
    states = {"prior mean": environment.state, "least squares": scale_with(environment, tasks, None)}
    return {
        name: {measure: round(float(values.mean()), 3) for measure, values in measured(state).items()}
        for name, state in states.items()
    }


def compare(curves: Sequence[Curve], arms: tuple[str, str], reference: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Errors of both arms, what each needed to reach the levels, and how they differ in pairs; first less second."""
    start, end = (reference[name]["objective"] for name in ("prior mean", "least squares"))
    n_seeds = len(of(curves, arms[0]))
    figures: dict[str, Any] = {"seeds": n_seeds, "held-out people": reference, "arms": {}, "levels of J": {}}
    for arm in arms:
        figures["arms"][arm] = {
            "CPU seconds": summary([float(curve.cpu_s[-1]) for curve in of(curves, arm)]),
            "at the start": _errors(of(curves, arm), 0),
        } | {f"after {episodes} episodes": _errors(of(curves, arm), episodes) for episodes in EPISODES}
    for share in LEVELS:
        level = start - share * (start - end)
        needed = {
            unit: [[_reached(curve, unit, level) for curve in of(curves, arm)] for arm in arms]
            for unit in ("episodes", "cpu_s")
        }
        figures["levels of J"][f"{share:.0%}"] = {"level": round(level, 3)} | {
            unit: {arm: summary(values) for arm, values in zip(arms, both, strict=True)}
            | {f"{arms[1]} over {arms[0]}": summary([_ratio(*pair) for pair in zip(*both, strict=True)])}
            for unit, both in needed.items()
        }
    figures["differences"] = {
        f"after {episodes} episodes": {measure: _difference(curves, arms, measure, episodes) for measure in MEASURES}
        for episodes in EPISODES
    }
    return figures


def as_good_as(curves: Sequence[Curve], ends: str, begins: str) -> dict[str, Any]:
    """Episodes one arm needed for the J that another ended with, seed by seed."""
    ended = [float(curve.scores["objective"][-1].mean()) for curve in of(curves, ends)]
    pairs = zip(of(curves, begins), ended, strict=True)
    return summary([_reached(curve, "episodes", level) for curve, level in pairs])


def draw(panels: Sequence[tuple[str, str, Sequence[Curve], tuple[str, str], float]], path: Path) -> None:
    """Draw held-out marker errors; one line a seed, the mean thick, least squares dashed."""
    figure = Figure(figsize=(10.5, 3.2), layout="constrained")
    for axis, (title, unit, curves, arms, least_squares_mm) in zip(
        figure.subplots(1, len(panels), sharey=True), panels, strict=True
    ):
        _panel(axis, unit, curves, arms, least_squares_mm)
        axis.set_title(title, fontsize=9)
    figure.axes[0].set_ylabel("marker RMS of held-out people [mm]", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without a date and with a fixed salt, the same curves give the same file; text stays text.
    with rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _panel(axis: Axes, unit: str, curves: Sequence[Curve], arms: tuple[str, str], least_squares_mm: float) -> None:
    for arm, colour in zip(arms, COLOURS, strict=True):
        seeds = of(curves, arm)
        spent = np.mean([getattr(curve, unit) for curve in seeds], axis=0)
        means = [curve.scores["rms_mm"].mean(axis=1) for curve in seeds]
        for curve, mean in zip(seeds, means, strict=True):
            axis.plot(getattr(curve, unit), mean, color=colour, linewidth=0.5, alpha=0.6)
        axis.plot(spent, np.mean(means, axis=0), color=colour, linewidth=1.6, label=arm.replace("_", "-"))
    axis.axhline(least_squares_mm, color="0.4", linestyle="--", linewidth=0.8, label="least squares")
    axis.set_xlabel({"episodes": "episodes", "cpu_s": "CPU seconds of training"}[unit], fontsize=8)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=7, frameon=False)


def _errors(curves: Sequence[Curve], episodes: float) -> dict[str, Any]:
    return {measure: summary([float(at(curve, measure, episodes).mean()) for curve in curves]) for measure in MEASURES}


def _difference(curves: Sequence[Curve], arms: tuple[str, str], measure: str, episodes: float) -> dict[str, float]:
    """First arm less the second, and the interval among people."""
    first, second = (np.array([at(curve, measure, episodes) for curve in of(curves, arm)]) for arm in arms)
    found = paired_interval(second, first)
    return {name: round(value, 3) for name, value in zip(("mean", "low", "high"), found, strict=True)}


def _reached(curve: Curve, unit: str, level: float) -> float | None:
    return reached(getattr(curve, unit), curve.scores["objective"].mean(axis=1), level)


def _ratio(first: float | None, second: float | None) -> float | None:
    """Second over first; none where either is not known, or the first began below the level."""
    return None if not first or second is None else second / first


def main(folder: Path, session: Path | None, *, finished: bool) -> None:
    """Train, print and save."""
    torch.set_num_threads(1)
    experiment = read_experiment(EXPERIMENT)
    adults, older = train(experiment, folder, finished=finished)
    of_adults, of_older = references(experiment), references(varied(experiment, OLDER))
    (transformer, _), (pre_trained, scratch) = ADULTS_ARMS, OLDER_ARMS
    on_adults = [folder_of(folder / "adults", transformer, curve.seed) / POLICY for curve in of(adults, transformer)]
    on_older = [folder_of(folder / "older adults", pre_trained, one.seed) / POLICY for one in of(older, pre_trained)]
    figures = {
        "held-out people": N_PEOPLE,
        "episodes": int(adults[0].episodes[-1]),
        "a: transformer and feed-forward, adults": compare(adults, ADULTS_ARMS, of_adults),
        "b: static error and AddBiomechanics', synthetic older adults": older_adults(
            varied(experiment, OLDER), on_older
        ),
        "b: static error and AddBiomechanics', a filmed adult": session
        and filmed_person(experiment, on_adults, session),
        "c: pre-trained and from scratch, older adults": compare(older, OLDER_ARMS, of_older)
        | {"episodes to be as good as from scratch at the end": as_good_as(older, scratch, pre_trained)},
    }
    kept = RESULTS / "published_claims"
    kept.mkdir(exist_ok=True)
    for curves, name in ((adults, "adults"), (older, "older_adults")):
        write_table(curves, kept / f"{name}.csv")
    draw(
        (
            ("adults", "episodes", adults, ADULTS_ARMS, of_adults["least squares"]["rms_mm"]),
            ("adults", "cpu_s", adults, ADULTS_ARMS, of_adults["least squares"]["rms_mm"]),
            ("older adults", "episodes", older, OLDER_ARMS, of_older["least squares"]["rms_mm"]),
        ),
        DRAWING,
    )
    print(f"saved: {save('published_claims', figures)}")


if __name__ == "__main__":
    said = argparse.ArgumentParser(prog="python -m benchmarks.published_claims")
    said.add_argument("folder", type=Path, nargs="?", default=ROOT / "results" / "published_claims")
    said.add_argument("--session", type=Path, help="OpenCap's field-study subject")
    said.add_argument("--finished", action="store_true", help="train nothing")
    given = said.parse_args()
    main(given.folder, given.session, finished=given.finished)
