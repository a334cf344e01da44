"""Filmed people in training: their standing pose and movements reach the scaler, and who cannot be used is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from models.errors import ScalingError, SettingsError
from models.subject import Subject
from rl_scaling.__main__ import app
from rl_scaling.learning.drawing import draw_round, generic_tree
from rl_scaling.learning.experiment import Experiment, read_experiment
from rl_scaling.learning.train import Training
from rl_scaling.people.population import ADULTS
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.tasks.clip_tasks import people_of_clips, tasks_of_clips
from rl_scaling.tasks.clips import MarkerClip, save_clips

SMOKE = Path(__file__).resolve().parents[3] / "rl_scaling" / "experiments" / "smoke.toml"
TREE = generic_tree()
WOMAN = Subject(1.62, 58.0, "f", 70.0)


def clips_of(person: str, *, seed: int = 0) -> list[MarkerClip]:
    """The neutral trial of a person, and a squat."""
    recorded = SubjectGenerator(TREE, ADULTS).sample(1, {"standing": 10, "squat": 20}, seed).recordings
    return [
        MarkerClip(
            f"{person}-{name}", person, name == "standing", False, TREE.markers,
            recorded[name].measured_m[0].numpy().astype(float), 60.0, WOMAN,
        )
        for name in ("standing", "squat")
    ]  # fmt: skip


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    smoke = read_experiment(SMOKE)
    rewarded = replace(smoke.environment, reward="objective")
    return smoke.model_copy(update={"clip_share": 0.25, "environment": rewarded})


def test_a_filmed_person_stands_first_and_then_moves() -> None:
    static, squat = clips_of("a")
    order = np.random.default_rng(0).permutation(len(static.names))
    static = replace(static, names=tuple(np.array(static.names)[order]), positions_m=static.positions_m[:, order])
    (person,), left_out = people_of_clips(TREE, [static, squat])
    tasks = tasks_of_clips(TREE, [person, person], 4, np.random.default_rng(0))
    assert left_out == ()
    assert tasks.markers_m.shape == (2, 4, len(TREE.markers), 3)
    assert tasks.truth is None
    mean_m = clips_of("a")[0].positions_m.mean(axis=0)
    np.testing.assert_allclose(tasks.markers_m[:, 0], [mean_m, mean_m], atol=1e-5)
    apart = np.abs(tasks.markers_m[:, 1:, None].numpy() - squat.positions_m).max(axis=(3, 4))
    assert (apart.min(axis=2) < 1e-5).all()
    assert not torch.allclose(tasks.markers_m[0, 1:], tasks.markers_m[1, 1:])


def test_who_cannot_be_used_is_left_out_and_said() -> None:
    generated = [replace(clip, synthetic=True) for clip in clips_of("generated")]
    moving = clips_of("moving")[1:]
    half = [replace(clip, names=clip.names[:9], positions_m=clip.positions_m[:, :9]) for clip in clips_of("half")]
    on_pelvis = (TREE.marker_bodies == TREE.bodies.index("pelvis")).numpy()
    floating = [
        replace(clip, positions_m=np.where(on_pelvis[:, None], np.nan, clip.positions_m))
        for clip in clips_of("floating")
    ]
    people, left_out = people_of_clips(TREE, [*generated, *moving, *half, *floating, *clips_of("good")])
    assert [one.person for one in people] == ["good"]
    assert [message.split(": ")[1] for message in left_out] == [
        "generated, not filmed.",
        "no neutral trial.",
        f"9 of the skeleton's {len(TREE.markers)} markers while standing, {-(-len(TREE.markers) // 2)} are needed.",
        "0 markers of the pelvis while standing, 3 are needed.",
    ]


def test_a_round_holds_the_share_of_filmed_people_and_trains(experiment: Experiment, tmp_path: Path) -> None:
    people, _ = people_of_clips(TREE, clips_of("a"))
    tasks = draw_round(TREE, experiment, people, 0)
    assert len(tasks) == experiment.n_subjects == 8
    filmed = (tasks.markers_m[:, 0] - people[0].static_m).abs().amax(dim=(1, 2)) < 1e-6
    assert filmed.tolist() == [False] * 6 + [True] * 2
    Training(experiment, tmp_path, filmed=people).run(until=2)
    other, _ = people_of_clips(TREE, clips_of("b"))
    with pytest.raises(SettingsError, match="other filmed people"):
        Training(experiment, tmp_path, filmed=other).resume()
    Training(experiment, tmp_path, filmed=people).resume()


def test_truth_is_rewarded_where_it_is_known_and_the_objective_elsewhere(experiment: Experiment) -> None:
    people, _ = people_of_clips(TREE, clips_of("a"))
    tasks = draw_round(TREE, experiment, people, 0)
    assert tasks.truth is not None
    assert tasks.truth.known.tolist() == [True] * 6 + [False] * 2
    rewarded = {}
    for reward in ("objective", "truth_or_objective"):
        environment = ScalingEnvironment(TREE, replace(experiment.environment, reward=reward))
        observation = environment.reset(tasks)
        assert observation.privileged.isfinite().all()
        rewarded[reward] = environment.step(environment.least_squares_action()).reward
    assert torch.equal(rewarded["objective"][6:], rewarded["truth_or_objective"][6:])
    of_simulated = ScalingEnvironment(TREE, replace(experiment.environment, reward="truth"))
    with pytest.raises(ScalingError, match="cannot be rewarded"):
        of_simulated.reset(tasks)
    of_simulated.reset(tasks.chosen(slice(0, 6)))
    nearer = of_simulated.step(of_simulated.least_squares_action()).reward
    assert torch.allclose(rewarded["truth_or_objective"][:6], nearer, atol=1e-3)


def test_filmed_people_and_an_experiment_without_use_for_them_are_refused(
    experiment: Experiment, tmp_path: Path
) -> None:
    people, _ = people_of_clips(TREE, clips_of("a"))
    with pytest.raises(SettingsError, match=r"makes 2 of a round's people.*and 0 are given.*Give --clips"):
        Training(experiment, tmp_path)
    with pytest.raises(SettingsError, match=r"makes 0 of a round's people.*and 1 are given"):
        Training(experiment.model_copy(update={"clip_share": 0.01}), tmp_path, filmed=people)
    truth = replace(experiment.environment, reward="truth")
    with pytest.raises(SettingsError, match=r"'truth' is not known of filmed people.*reward = \"objective\""):
        Training(experiment.model_copy(update={"environment": truth}), tmp_path, filmed=people)


def test_the_command_trains_on_a_clips_file_and_says_who_is_left_out(tmp_path: Path) -> None:
    config = tmp_path / "filmed.toml"
    config.write_text(
        SMOKE.read_text().replace("seed = 0", "seed = 0\nclip_share = 0.25").replace('"truth"', '"objective"')
    )
    save_clips([*clips_of("good"), *clips_of("moving")[1:]], tmp_path / "clips.npz")
    options = ["--config", str(config), "--clips", str(tmp_path / "clips.npz")]
    result = CliRunner().invoke(app, ["pretrain", *options, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "Person moving is left out: no neutral trial." in result.output
    assert '"filmed_people": 1' in (tmp_path / "out" / "policy.json").read_text()
    save_clips(clips_of("moving")[1:], tmp_path / "clips.npz")
    refused = CliRunner().invoke(app, ["pretrain", *options, "--out", str(tmp_path / "other")])
    assert refused.exit_code == 2
    assert "Nobody in the clips can be trained on. Person moving is left out" in refused.output
