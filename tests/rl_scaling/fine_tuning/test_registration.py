"""A study's policy under a name of its own: whole or not at all, with a card of numbers, loaded like a shipped one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.errors import SettingsError
from models.policy_folders import policy_names
from models.subject import Subject
from rl_scaling.fine_tuning.before_after import LABELS, Comparison, Paired
from rl_scaling.fine_tuning.registration import Registration, check_name, register
from rl_scaling.fine_tuning.study import Study
from rl_scaling.fine_tuning.study_people import DEFAULT_EXPERIMENTS
from rl_scaling.learning.checkpoint import save_policy
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.networks import Actor
from rl_scaling.tasks.clips import save_clips
from tests.rl_scaling.study_people import of_subjects

COMPARISON = Comparison(tuple(Paired(name, 12, 10.0, 9.5, -0.5, -0.8, -0.25) for name in LABELS))
STUDY = Study(40, 120, 8, 0, {"f": 25, "m": 15}, (65.0, 90.0), "ab" * 32)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(folder))
    return folder


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    experiment = read_experiment(DEFAULT_EXPERIMENTS["cpu"])
    actor = Actor(torch.ones(7, 3, dtype=torch.bool), experiment.network)
    folder = tmp_path / "work"
    folder.mkdir()
    about = {"experiment": experiment.model_dump(mode="json"), "trained": {"round": 24}, "filmed_people": 32}
    save_policy(folder / "policy.safetensors", actor, experiment.network, about)
    (folder / "curve.csv").write_text("round\n24\n")
    return folder


def registration(study: Study = STUDY) -> Registration:
    parent = replace(ScalingPolicy.optimiser(), name="older_adults", version="73f66c08")
    return Registration("our-study", parent, study, COMPARISON, "Better than before.")


def test_a_registered_policy_is_loaded_by_its_name_and_says_how_it_was_made(own: Path, trained: Path) -> None:
    folder = register(trained, registration(), overwrite=False)
    assert folder == own / "our-study"
    assert [path.name for path in own.iterdir()] == ["our-study"]
    assert "our-study" in policy_names()
    loaded = ScalingPolicy.load("our-study")
    assert (loaded.name, loaded.version) == ("our-study", ScalingPolicy.load(trained).version)
    about = json.loads((folder / "policy.json").read_text())
    assert about["parent"] == {"name": "older_adults", "version": "73f66c08"}
    assert about["study"]["clips_sha256"] == "ab" * 32
    assert (about["study"]["people"], about["filmed_people"], about["is_better"]) == (40, 32, True)
    assert {"created", "code", "experiment", "trained"} <= about.keys()
    table = json.loads((folder / "before_after.json").read_text())
    assert [row["measure"] for row in table["rows"]] == list(LABELS)
    assert table["rows"][0] | {"low": -0.8, "high": -0.25, "n": 12} == table["rows"][0]


def test_the_card_is_of_numbers(own: Path, trained: Path) -> None:
    card = (register(trained, registration(), overwrite=False) / "README.md").read_text()
    for said in (
        "# Policy `our-study`", "`older_adults` (version 73f66c08)", "40 people, 120 clips: 32 to train on, 8 held out",
        "Sex: 25 female, 15 male. Age: 65 to 90 years.", "| 12 | 10.00 | 9.50 | -0.50 | -0.80 to -0.25 |",
        "Better than before.", "**Limits.**", "`--scaler rl --policy our-study`",
    ):  # fmt: skip
        assert said in card, said
    assert "ynthetic" not in card


def test_a_policy_of_generated_people_says_so_first(own: Path, trained: Path) -> None:
    study = replace(STUDY, synthetic=40, sexes={}, ages_years=None)
    card = (register(trained, registration(study), overwrite=False) / "README.md").read_text()
    assert card.splitlines()[2].startswith("**Synthetic: fine-tuned on generated people.")
    assert "40 people (all generated, none filmed)" in card
    assert "Sex: not told. Age: not told." in card


@pytest.mark.parametrize("name", ["Our Study", "../ours", ".ours", "", "ours/1", "x" * 49, "연구"])
def test_names_that_are_no_folders_are_refused(name: str, own: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be the name of a policy.*Accepted: small letters.*my-study"):
        check_name(name, overwrite=True)


def test_a_shipped_policy_is_never_replaced_and_ones_own_only_when_asked(own: Path, trained: Path) -> None:
    with pytest.raises(SettingsError, match="'adults' comes with Sarcoscope and is not replaced"):
        check_name("adults", overwrite=True)
    folder = register(trained, registration(), overwrite=False)
    (folder / "README.md").write_text("first")
    with pytest.raises(SettingsError, match=r"There is a policy 'our-study' already.*--overwrite"):
        register(trained, registration(), overwrite=False)
    assert (folder / "README.md").read_text() == "first"
    register(trained, registration(), overwrite=True)
    assert (folder / "README.md").read_text() != "first"
    assert [path.name for path in own.iterdir()] == ["our-study"]


def test_what_fails_half_way_leaves_the_earlier_policy(
    own: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = register(trained, registration(), overwrite=False)
    before = (folder / "policy.safetensors").read_bytes()
    rename: Callable[[Path, Path], Path] = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".unfinished"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(SettingsError, match=r"cannot be registered: No space left.*SARCOSCOPE_POLICIES.*--resume"):
        register(trained, registration(), overwrite=True)
    assert (folder / "policy.safetensors").read_bytes() == before
    assert [path.name for path in own.iterdir()] == ["our-study"]


def test_a_folder_that_cannot_be_written_is_told_before_training(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.write_text("a file, no folder")
    with pytest.raises(SettingsError, match=r"folder cannot be written.*Set SARCOSCOPE_POLICIES to a folder of your"):
        check_name("our-study", overwrite=False)


def test_small_groups_are_not_told_apart(tmp_path: Path) -> None:
    women = [Subject(1.6, 60.0, "f", 67.0 + place) for place in range(6)]
    man = Subject(1.7, 70.0, "m", 81.0)
    clips = of_subjects(*women, man)
    save_clips(clips, tmp_path / "clips.npz")
    everybody = Study.of(tmp_path / "clips.npz", clips, [clip.person for clip in clips], 2)
    assert (everybody.people, everybody.clips, everybody.held_out, everybody.synthetic) == (7, 7, 2, 0)
    # From seven people and six women the one man could be told.
    assert everybody.sexes == {}
    assert everybody.ages_years == (65.0, 85.0)
    some = Study.of(tmp_path / "clips.npz", clips, [f"p{place}" for place in range(6)], 2)
    assert some.sexes == {"f": 6}
    few = Study.of(tmp_path / "clips.npz", clips, [f"p{place}" for place in range(4)], 2)
    assert (few.sexes, few.ages_years) == ({}, None)
    assert everybody.clips_sha256 == few.clips_sha256
