"""What the re-run of the published claims says of given curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.published_claims import EXPERIMENT, as_good_as, at_end, compare, draw
from rl_scaling.judging.ablation import MEASURES, SCORES, Curve, Variation, folder_of
from rl_scaling.learning.experiment import read_experiment

EPISODES = np.array([0.0, 1000.0, 2000.0, 5000.0])
REFERENCE = {"prior mean": {"objective": 6.0}, "least squares": {"objective": 2.0}}
ARMS = ("quick", "slow")


def curve(arm: str, seed: int, means: list[float], seconds: float) -> Curve:
    people = np.array(means)[:, None] + np.linspace(-1.0, 1.0, 9)
    return Curve(arm, seed, EPISODES / 10, EPISODES, EPISODES, EPISODES * seconds, dict.fromkeys(MEASURES, people))


CURVES = [
    curve("slow", 0, [6.0, 5.0, 4.0, 3.0], 0.1),
    curve("quick", 0, [6.0, 4.0, 3.0, 2.0], 0.3),
    curve("slow", 1, [6.0, 5.0, 4.0, 3.2], 0.1),
    curve("quick", 1, [6.0, 4.0, 3.2, 2.2], 0.3),
]


def test_arms_are_compared_by_what_they_needed_and_in_pairs() -> None:
    figures = compare(CURVES, ARMS, REFERENCE)
    half = figures["levels of J"]["50%"]
    # Half of what least squares takes off: J = 4, after 1000 episodes by the one and 2000 by the other.
    assert half["level"] == 4.0
    assert half["episodes"]["quick"]["seeds"] == [1000.0, 1000.0]
    assert half["episodes"]["slow over quick"] == {"mean": 2.0, "sd": 0.0, "seeds": [2.0, 2.0]}
    assert half["cpu_s"]["slow over quick"]["mean"] == pytest.approx(2 / 3, abs=1e-3)
    # J = 2.4: only the quick ones get there.
    assert figures["levels of J"]["90%"]["episodes"]["slow over quick"]["seeds"] == [None, None]
    # J after 2000 episodes, seed by seed: 3.0 and 3.2 against 4.0 and 4.0, of everyone alike.
    last = figures["differences"]["after 2000 episodes"]["rms_mm"]
    assert (last["mean"], last["low"], last["high"]) == (-0.9, -0.9, -0.9)
    assert figures["arms"]["quick"]["after 1000 episodes"]["max_mm"]["mean"] == 4.0


def test_what_one_arm_ended_with_is_looked_up_in_the_other() -> None:
    assert as_good_as(CURVES, "slow", "quick")["seeds"] == [2000.0, 2000.0]
    assert as_good_as(CURVES, "quick", "slow")["seeds"] == [None, None]


def test_only_seeds_that_are_at_their_end_in_every_arm_count(tmp_path: Path) -> None:
    experiment = read_experiment(EXPERIMENT)
    for arm, ends in (("quick", (64, 64, 8)), ("slow", (64, 56))):
        for seed, rounds in enumerate(ends):
            file = folder_of(tmp_path, arm, seed) / SCORES
            file.parent.mkdir(parents=True)
            np.savez(file, rounds=np.array([0.0, rounds]))
    assert at_end(experiment, tmp_path, [Variation(arm, {}) for arm in ARMS]) == [0]
    assert at_end(experiment, tmp_path, [Variation("quick", {})]) == [0, 1]


def test_the_drawing_is_the_same_for_the_same_curves(tmp_path: Path) -> None:
    panels = (("adults", "episodes", CURVES, ARMS, 2.0), ("adults", "cpu_s", CURVES, ARMS, 2.0))
    for folder in ("one", "other"):
        draw(panels, tmp_path / folder / "claims.svg")
    one, other = ((tmp_path / folder / "claims.svg").read_text() for folder in ("one", "other"))
    assert "CPU seconds of training" in one
    assert one == other
