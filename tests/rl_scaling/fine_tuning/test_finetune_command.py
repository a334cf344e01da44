"""`python -m rl_scaling finetune`: from a study's clips to a policy of its name, or to a plain no."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

import rl_scaling.__main__ as command
from models.policy_folders import policy_names
from rl_scaling.fine_tuning.before_after import compare
from rl_scaling.learning.checkpoint import save_policy
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.networks import Actor
from rl_scaling.tasks.clips import MarkerClip, save_clips
from tests.rl_scaling.study_people import clips_of_people

SMOKE = Path(__file__).resolve().parents[3] / "rl_scaling" / "experiments" / "smoke.toml"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tiny parent and experiment, where own policies are registered."""
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(tmp_path / "own"))
    monkeypatch.setattr(command, "compare", partial(compare, n_simulated=4))
    text = SMOKE.read_text().replace("seed = 0", "seed = 0\nclip_share = 0.5").replace("n_rounds = 4", "n_rounds = 2")
    (tmp_path / "tiny.toml").write_text(text.replace('"truth"', '"truth_or_objective"'))
    experiment = read_experiment(SMOKE)
    (tmp_path / "parent").mkdir()
    actor = Actor(torch.ones(7, 3, dtype=torch.bool), experiment.network)
    about = {"experiment": experiment.model_dump(mode="json")}
    save_policy(tmp_path / "parent" / "policy.safetensors", actor, experiment.network, about)
    return tmp_path


def finetune(place: Path, *more: str, clips: tuple[MarkerClip, ...] | None = None, name: str = "our-study") -> Result:
    if clips is not None:
        save_clips(clips, place / "clips.npz")
    # A wide terminal keeps messages in one line.
    return CliRunner(env={"COLUMNS": "1000"}).invoke(
        command.app,
        [
            "finetune", "--from", str(place / "parent"), "--clips", str(place / "clips.npz"), "--name", name,
            "--config", str(place / "tiny.toml"), "--out", str(place / "work"), *more,
        ],
    )  # fmt: skip


def test_a_policy_that_is_not_better_is_registered_only_when_asked_for(place: Path) -> None:
    left_out = tuple(replace(clip, person="lost") for clip in clips_of_people(1) if not clip.static)
    result = finetune(place, clips=(*clips_of_people(10), *left_out))
    assert result.exit_code == 1, result.output
    assert "Person lost is left out: no neutral trial." in result.output
    assert "5 people to train on, 5 held out, told apart by the SHA-256 of their random names" in result.output
    assert "Synthetic" not in result.output
    assert "Not better than before" in result.output or "Worse than before" in result.output
    assert "Not registered" in result.output
    assert len(json.loads((place / "work" / "before_after.json").read_text())["rows"]) == 6
    assert "our-study" not in policy_names()

    again = finetune(place, "--resume", "--register-anyway")
    assert again.exit_code == 0, again.output
    assert "Registered: assess with --scaler rl --policy our-study." in again.output
    assert ScalingPolicy.load("our-study").version == ScalingPolicy.load(place / "work").version
    assert "Not better" in (place / "own" / "our-study" / "README.md").read_text() or "Worse" in again.output
    about = json.loads((place / "own" / "our-study" / "policy.json").read_text())
    assert (about["study"]["people"], about["study"]["held_out"], about["filmed_people"]) == (10, 5, 5)
    assert about["parent"]["name"] == "parent"

    taken = finetune(place, "--resume", "--register-anyway")
    assert taken.exit_code == 2
    assert "There is a policy 'our-study' already" in taken.output


def test_generated_people_are_used_alone_and_called_synthetic(place: Path) -> None:
    result = finetune(place, "--register-anyway", clips=clips_of_people(10, synthetic=True))
    assert result.exit_code == 0, result.output
    assert "Synthetic: all people of the clips file were generated, none was filmed." in result.output
    assert "Synthetic people: parent" in result.output
    assert json.loads((place / "own" / "our-study" / "policy.json").read_text())["study"]["synthetic"] == 10


@pytest.mark.parametrize(
    ("clips", "options", "said"),
    [
        (clips_of_people(9), {}, "9 people can be used, and 10 are needed"),
        (clips_of_people(12)[1:], {"name": "adults"}, "comes with Sarcoscope"),
        (
            tuple(
                replace(clip, names=clip.names[:9], positions_m=clip.positions_m[:, :9]) for clip in clips_of_people(5)
            ),
            {},
            "0 people can be used, and 10 are needed: 5 to train on, 5 to be held out. Person p0 is left out: 9 of the "
            "skeleton's 43 markers while standing, 22 are needed.",
        ),
        (
            tuple(clip for clip in clips_of_people(8) if not clip.static),
            {},
            "Person p2 is left out: no neutral trial. And 5 more are left out.\n  where: file clips.npz\n  what to "
            "do: Export more",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_training(
    clips: tuple[MarkerClip, ...], options: dict[str, str], said: str, place: Path
) -> None:
    result = finetune(place, clips=clips, **options)
    assert result.exit_code == 2
    assert said in result.output
    assert not (place / "work").exists()


def test_clips_without_a_name_are_refused(place: Path) -> None:
    options = ["finetune", "--from", "older_adults", "--clips", str(place / "clips.npz")]
    result = CliRunner(env={"COLUMNS": "1000"}).invoke(command.app, options)
    assert result.exit_code == 2
    assert "--clips and --name go together" in result.output
