"""Training: it runs, goes on where it stopped, and its commands say what is wrong."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

from models.errors import SettingsError
from rl_scaling.__main__ import app
from rl_scaling.judging.evaluate import evaluate
from rl_scaling.learning.checkpoint import load_policy, save_policy
from rl_scaling.learning.drawing import draw_tasks, generic_tree
from rl_scaling.learning.experiment import Experiment, read_experiment
from rl_scaling.learning.train import CHECKPOINT, CURVE, POLICY, Training
from rl_scaling.search.networks import Actor, NetworkSettings

EXPERIMENTS = Path(__file__).resolve().parents[3] / "rl_scaling" / "experiments"
SMOKE = EXPERIMENTS / "smoke.toml"
EXISTS = torch.ones(7, 3, dtype=torch.bool)


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return read_experiment(SMOKE)


def run(*arguments: str) -> Result:
    # A wide terminal keeps messages in one line.
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, arguments)


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / CURVE).open(newline="", encoding="utf-8") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def test_every_experiment_can_be_read_and_is_called_as_its_file() -> None:
    files = sorted(EXPERIMENTS.glob("*.toml"))
    assert len(files) >= 5
    assert [read_experiment(file).name for file in files] == [file.stem for file in files]


def test_noise_falls_along_half_a_cosine_and_compensation_rises(experiment: Experiment) -> None:
    noises = [experiment.noise(done) for done in (0, 1, 2, 4, 9)]
    # 0.05 + 0.25 (1 + cos(pi t)) / 2 at t = 0, 1/4, 1/2, 1 and beyond.
    assert noises == pytest.approx([0.3, 0.26339, 0.175, 0.05, 0.05], abs=1e-5)
    assert [experiment.compensation(done) for done in (0, 2, 4)] == pytest.approx([0.4, 0.7, 1.0])


def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(experiment: Experiment, tmp_path: Path) -> None:
    whole = Training(experiment, tmp_path / "whole")
    whole.run()
    Training(experiment, tmp_path / "parts").run(until=2)
    assert len(curve(tmp_path / "parts")) == 2
    rest = Training(experiment, tmp_path / "parts")
    rest.resume()
    rest.run()
    assert curve(tmp_path / "parts") == curve(tmp_path / "whole")
    kept = [load_file(tmp_path / folder / CHECKPOINT) for folder in ("whole", "parts")]
    assert kept[0].keys() == kept[1].keys()
    assert all(torch.equal(kept[0][name], kept[1][name]) for name in kept[0])
    # And it has learnt something: the residual policy is no longer the least-squares step.
    assert load_file(tmp_path / "whole" / POLICY)["head.weight"].abs().max() > 0


def test_a_seed_repeats_people_and_others_are_others(experiment: Experiment) -> None:
    tree = generic_tree()
    one, same, other = (draw_tasks(tree, experiment, 3, 0, place).markers_m for place in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.allclose(one, other, atol=1e-3)


def test_a_policy_comes_back_as_it_was_and_is_scored(experiment: Experiment, tmp_path: Path) -> None:
    training = Training(experiment, tmp_path)
    training.run(until=2)
    actor, network = load_policy(tmp_path / POLICY, EXISTS)
    assert network == experiment.network
    for one, other in zip(actor.parameters(), training.learner.actor.parameters(), strict=True):
        assert torch.equal(one, other)
    assert json.loads((tmp_path / "policy.json").read_text())["experiment"]["name"] == "smoke"
    untrained = Actor(EXISTS, NetworkSettings(residual_reach=0.3))
    scores = {score.method: score for score in evaluate(experiment, untrained, 6, seed=0)}
    assert scores["policy"].joints_mm == pytest.approx(scores["least squares"].joints_mm, rel=1e-4)
    assert scores["least squares"].objective < scores["prior mean"].objective


def test_fine_tuning_begins_with_the_policy_and_stays_near_it(experiment: Experiment, tmp_path: Path) -> None:
    start = Actor(EXISTS, experiment.network)
    torch.nn.init.constant_(start.head.bias, 0.1)
    training = Training(experiment, tmp_path, start=(start, experiment.network))
    assert torch.equal(training.learner.actor.head.bias, start.head.bias)
    assert torch.equal(training.learner.anchor.head.bias, start.head.bias)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("width", 16, "another network than the experiment's: width = 16. Give a policy with width = 32, or an"),
        ("kind", "feed_forward", "kind = feed_forward. Give a policy with kind = transformer"),
        # The weights of these have the same shapes.
        ("heads", 4, "heads = 4. Give a policy with heads = 2"),
        ("residual_reach", None, "residual_reach = None. Give a policy with residual_reach = 0.3"),
        ("self_attention", False, "self_attention = False. Give a policy with self_attention = True"),
    ],
)
def test_a_policy_of_another_network_is_refused(
    experiment: Experiment, setting: str, value: object, message: str, tmp_path: Path
) -> None:
    other = NetworkSettings(**(asdict(experiment.network) | {setting: value}))
    with pytest.raises(SettingsError, match=message):
        Training(experiment, tmp_path / "new", start=(Actor(EXISTS, other), other))
    assert not (tmp_path / "new").exists()


def test_the_fine_tune_command_refuses_another_network_and_leaves_no_folder(
    experiment: Experiment, tmp_path: Path
) -> None:
    other = replace(experiment.network, residual_reach=None)
    about = {"experiment": experiment.model_dump(mode="json")}
    save_policy(tmp_path / POLICY, Actor(EXISTS, other), other, about)
    options = ["--config", str(SMOKE), "--from", str(tmp_path / POLICY), "--out", str(tmp_path / "out")]
    refused = run("finetune", *options)
    assert refused.exit_code == 2
    assert "residual_reach = None.\n  what to do: Give a policy with residual_reach = 0.3" in refused.output
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    config = ["--config", str(SMOKE)]
    resumed = run("pretrain", *config, "--out", str(tmp_path / "out"), "--resume")
    assert resumed.exit_code == 2
    assert f"Error: There is nothing to resume in {tmp_path / 'out'}: it holds no {CHECKPOINT}." in resumed.output
    assert "what to do: Give the folder of the training that was stopped, or leave --resume out" in resumed.output
    assert not (tmp_path / "out").exists()
    scored = run("evaluate", *config, "--policy", str(tmp_path / POLICY))
    assert scored.exit_code == 2
    assert "Error: There is no such file." in scored.output
    assert f"where: file {tmp_path / POLICY}" in scored.output


def test_help_and_mistakes_look_as_those_of_the_assessment() -> None:
    listed = run("--help").output
    assert "finetune  Train on from a policy.\n" in listed
    assert "<bool>" not in listed
    assert "Error: No such command 'train'." in run("train").output
    assert "[default: results/finetune/NAME]" in " ".join(run("finetune", "--help").output.split())


def test_a_checkpoint_of_another_experiment_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    Training(experiment, tmp_path).run(until=1)
    with pytest.raises(SettingsError, match="of another experiment"):
        Training(experiment.model_copy(update={"batch_size": 16}), tmp_path).resume()
    (tmp_path / CHECKPOINT).write_bytes(b"no tensors")
    with pytest.raises(SettingsError, match="cannot be read"):
        Training(experiment, tmp_path).resume()
    save_file({"a": torch.zeros(1)}, tmp_path / CHECKPOINT, {"counts": "{}"})
    with pytest.raises(SettingsError, match="of another experiment"):
        Training(experiment, tmp_path).resume()
    with pytest.raises(SettingsError, match="no policy for this skeleton"):
        load_policy(tmp_path / CHECKPOINT, EXISTS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch_size = 32", "batch_size = 0", "batch_size is not accepted"),
        ("n_steps = 4", "n_stepps = 4", "environment.n_stepps is not accepted"),
        ('kind = "transformer"', 'kind = "lstm"', "network.kind is not accepted"),
        ("seed = 0", f"seed = {2**30}", "seed is not accepted: Input should be less than 1073741824"),
        ("[td3]", "[td3", "cannot be read"),
    ],
)
def test_what_an_experiment_cannot_say_is_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(SMOKE.read_text().replace(old, new))
    with pytest.raises(SettingsError, match=message):
        read_experiment(file)


def test_the_commands_train_fine_tune_and_evaluate(tmp_path: Path) -> None:
    config = ["--config", str(SMOKE)]
    assert run("pretrain", *config, "--out", str(tmp_path / "a")).exit_code == 0
    again = run("pretrain", *config, "--out", str(tmp_path / "a"))
    assert again.exit_code == 2
    assert "holds a training already" in again.output
    policy = str(tmp_path / "a" / POLICY)
    assert run("finetune", *config, "--from", policy, "--out", str(tmp_path / "b")).exit_code == 0
    scored = run("evaluate", *config, "--policy", policy, "--people", "3")
    methods = ["prior mean", "least squares", "least squares, lowest J", "policy", "policy, lowest J"]
    assert [score["method"] for score in json.loads(scored.stdout)] == methods
    missing = run("pretrain", *config, "--out", str(tmp_path / "c"), "--device", "abacus")
    assert missing.exit_code == 2
    assert "no device 'abacus'" in missing.output
    judged = run("pretrain", *config, "--out", str(tmp_path / "c"), "--seed", str(2**31))
    assert judged.exit_code == 2
    assert "1073741823" in judged.output


def test_the_policy_kept_is_the_best_on_validation_people(experiment: Experiment, tmp_path: Path) -> None:
    picking = experiment.model_copy(update={"n_validation": 6, "checkpoint_rounds": 1})
    training = Training(picking, tmp_path)
    kept = {}
    for until in range(1, 5):
        training.run(until=until)
        kept[until] = json.loads((tmp_path / "policy.json").read_text())["trained"]["round"]
    scores = [row["validation"] for row in training.rows]
    assert len(set(scores)) > 1
    assert kept == {until: 1 + min(range(until), key=scores.__getitem__) for until in kept}
