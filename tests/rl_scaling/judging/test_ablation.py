"""Ablations: variations differ in what they say, are scored on the same people, and go on where they stopped."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from models.errors import SettingsError
from rl_scaling.__main__ import app
from rl_scaling.judging.ablation import COLUMNS, TABLE, Variation, ablate, begin_with, folder_of, read_variation, varied
from rl_scaling.learning.experiment import Experiment, read_experiment
from rl_scaling.learning.imitation import ImitationSettings
from rl_scaling.learning.train import CHECKPOINT, Training

SMOKE = Path(__file__).resolve().parents[3] / "rl_scaling" / "experiments" / "smoke.toml"
SMALL = {"network.width": 16, "n_rounds": 2}


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return varied(read_experiment(SMOKE), SMALL)


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / TABLE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_variations_are_read_and_change_what_they_name(experiment: Experiment) -> None:
    read = read_variation("small: network.kind=feed_forward, td3.discount=0.5, n_rounds=3, populations=['us_older']")
    assert read == Variation(
        "small", {"network.kind": "feed_forward", "td3.discount": 0.5, "n_rounds": 3, "populations": ["us_older"]}
    )
    other = varied(experiment, read.changes)
    assert (other.network.kind, other.td3.discount, other.n_rounds) == ("feed_forward", 0.5, 3)
    assert other.populations == ("us_older",)
    assert other.network.width == 16
    assert varied(experiment, read_variation("as it is:").changes) == experiment


@pytest.mark.parametrize("text", ["network.kind=feed_forward", ":a=1", "a:b", "a:b="])
def test_what_is_no_variation_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read.*NAME:key=value"):
        read_variation(text)


@pytest.mark.parametrize("name", ["../../evil", "/evil", "..", "a.b", "a\\b", "a\nb"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be called '.*letters \(a to z\), digits, spaces, - and _ only"):
        read_variation(f"{name}:")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("network.size", 3, r"no setting 'network.size'.*There are name, populations"),
        ("seed.first", 3, "no setting 'seed.first'"),
        ("network.kind", "lstm", "network.kind is not accepted"),
    ],
)
def test_settings_that_there_are_not_are_named(experiment: Experiment, place: str, value: object, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        varied(experiment, {place: value})


def test_an_ablation_scores_every_training_and_goes_on_where_it_stopped(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [Variation("plain", {}), Variation("feed_forward", {"network.kind": "feed_forward"})]
    curves = ablate(experiment, whole, (0, 1), tmp_path / "whole", 3, 1)
    assert [(one.variation, one.seed) for one in curves] == [
        ("plain", 0), ("feed_forward", 0), ("plain", 1), ("feed_forward", 1),
    ]  # fmt: skip
    rows = table(tmp_path / "whole")
    assert tuple(rows[0]) == COLUMNS
    assert [row["episodes"] for row in rows] == ["0", "8", "16"] * 4
    # Untrained, every policy is the least-squares step on the same people.
    assert len({row["objective"] for row in rows if row["round"] == "0"}) == 1
    last = [one.scores["objective"][-1] for one in curves]
    assert not any(np.array_equal(one, other) for place, one in enumerate(last) for other in last[:place])

    plain, run, n_runs = whole[:1], Training.run, []

    def interrupted(training: Training, until: int) -> None:
        n_runs.append(until)
        if len(n_runs) == 2:
            raise KeyboardInterrupt
        run(training, until)

    monkeypatch.setattr(Training, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ablate(experiment, plain, (0,), tmp_path / "parts", 3, 1)
    (again,) = ablate(experiment, plain, (0,), tmp_path / "parts", 3, 1)
    (same,) = ablate(experiment, plain, (0,), tmp_path / "whole", 3, 1)
    assert n_runs == [1, 2, 2]
    np.testing.assert_array_equal(again.scores["max_mm"], curves[0].scores["max_mm"])
    np.testing.assert_array_equal(same.cpu_s, curves[0].cpu_s)
    with pytest.raises(SettingsError, match=r"plain, seed 0, was scored on 3 held-out people, not 4\..*--people 3"):
        ablate(experiment, plain, (0,), tmp_path / "whole", 4, 1)
    with pytest.raises(SettingsError, match="of another experiment"):
        ablate(varied(experiment, {"batch_size": 16}), plain, (0,), tmp_path / "whole", 3, 1)


def test_rounds_of_imitation_and_their_people_count(experiment: Experiment, tmp_path: Path) -> None:
    imitating = experiment.model_copy(update={"imitation": ImitationSettings(n_rounds=3, n_subjects=5, batch_size=8)})
    (curve,) = ablate(imitating, [Variation("taught", {})], (0,), tmp_path, 2, 1)
    assert curve.rounds.tolist() == [0, 1, 2, 3, 4, 5]
    # 5 people in each of 3 rounds with a teacher, then 8 in each of 2 without.
    assert curve.episodes.tolist() == [0, 5, 10, 15, 23, 31]
    assert curve.updates[3] == 0 < curve.updates[-1]


def test_fine_tuning_begins_with_actor_and_critics_but_no_experience(experiment: Experiment, tmp_path: Path) -> None:
    (first,) = ablate(experiment, [Variation("adults", {})], (0,), tmp_path, 3, 2)
    older = Variation("older", {"populations": ["us_older"]}, tmp_path / "adults")
    same_people = Variation("again", {}, tmp_path / "adults")
    started, again = ablate(experiment, [older, same_people], (0,), tmp_path, 3, 2)
    assert again.scores["objective"][0] == pytest.approx(first.scores["objective"][-1])
    assert started.updates[0] == 0
    checkpoint = folder_of(tmp_path, "adults", 0) / CHECKPOINT
    trained = Training(experiment, tmp_path / "new")
    fresh = trained.learner.critics[0].head.weight.clone()
    begin_with(trained, checkpoint)
    assert len(trained.replay) == 0
    assert torch.equal(trained.learner.anchor.head.bias, trained.learner.actor.head.bias)
    assert not torch.equal(trained.learner.critics[0].head.weight, fresh)
    wider = Training(varied(experiment, {"network.width": 32}), tmp_path / "wider")
    with pytest.raises(SettingsError, match="of another experiment"):
        begin_with(wider, checkpoint)


def test_the_command_writes_one_table(tmp_path: Path) -> None:
    options = ["--config", str(SMOKE), "--out", str(tmp_path), "--seeds", "1", "--people", "2", "--every", "4"]
    done = CliRunner().invoke(app, ["ablate", *options, "--vary", "plain:", "--vary", "wide:network.width=48"])
    assert done.exit_code == 0, done.output
    assert [row["variation"] for row in table(tmp_path)] == ["plain", "plain", "wide", "wide"]
    evil = CliRunner().invoke(app, ["ablate", *options, "--vary", "../evil:"])
    assert evil.exit_code == 2
    assert not (tmp_path.parent / "evil").exists()
    refused = CliRunner().invoke(app, ["ablate", *options, "--vary", "plain"])
    assert refused.exit_code == 2
    assert "The variation 'plain' cannot be read" in refused.output
