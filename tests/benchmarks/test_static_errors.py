"""AddBiomechanics' saved factors are measured as every other method's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import benchmarks.static_errors as claim
from benchmarks.addbiomechanics import peer
from benchmarks.addbiomechanics.people import synthetic_people
from models.errors import ScalingError
from rl_scaling.judging.ablation import scale_with, varied
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.learning.train import Training
from rl_scaling.people.anthropometry import ties
from rl_scaling.search.environment import ScalingEnvironment
from rl_scaling.tasks.scaling_tasks import ScalingTasks

EXPERIMENTS = Path(__file__).resolve().parents[2] / "rl_scaling" / "experiments"
CHANGES = {"populations": ["us_older", "korea_older"], "network.width": 8, "network.heads": 1, "environment.n_steps": 2}


def test_without_saved_runs_there_is_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "SAVED", tmp_path)
    assert claim.older_adults(read_experiment(EXPERIMENTS / "claims.toml"), []) is None


@pytest.mark.parametrize("name", ["older_adult_2", "oc_a"])
def test_a_saved_run_of_somebody_else_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = json.loads((peer.SAVED / f"{name}.json").read_text())
    run["figures"]["subject"]["mass_kg"] += 1.0
    monkeypatch.setattr(peer, "SAVED", tmp_path)
    monkeypatch.setattr(claim, "engine_input", lambda *_: pytest.fail("nothing is read of a run that is refused"))
    (tmp_path / f"{name}.json").write_text(json.dumps(run))
    experiment = read_experiment(EXPERIMENTS / "claims.toml")
    with pytest.raises(ScalingError, match=rf"run of {name} is of another person .* Delete it\. Make the saved run"):
        _ = claim.filmed_person(experiment, [], tmp_path) if name == "oc_a" else claim.older_adults(experiment, [])


def test_the_same_factors_have_the_same_errors_whoever_found_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = varied(read_experiment(EXPERIMENTS / "claims.toml"), CHANGES)
    tree = generic_tree()
    _, drawn = synthetic_people(tree)
    standing = ScalingTasks(drawn.markers_m[:, :1], drawn.person, drawn.prior_mean, drawn.prior_covariance)
    found = scale_with(ScalingEnvironment(tree, older.environment), standing, None).log_factors[2].double().numpy()
    factors = np.exp((ties(tree.bodies) @ found).reshape(-1, 3))
    run = json.loads((peer.SAVED / "older_adult_2.json").read_text())
    run["figures"]["body_scales"] = dict(zip(tree.bodies, factors.tolist(), strict=True))
    monkeypatch.setattr(peer, "SAVED", tmp_path)
    (tmp_path / "older_adult_2.json").write_text(json.dumps(run))

    training = Training(older, tmp_path / "training")
    training.run(until=1)
    compared = claim.older_adults(older, [tmp_path / "training" / "policy.safetensors"])
    assert compared is not None
    methods = compared["methods"]
    assert compared["people"] == 1
    rms_mm = {name: errors["rms_mm"]["mean"] for name, errors in methods.items()}
    assert rms_mm["AddBiomechanics"] == pytest.approx(rms_mm["least squares"], abs=0.01)
    assert rms_mm["true factors"] < rms_mm["prior mean"]
    assert rms_mm["least squares"] < rms_mm["policy"]
    # One round without updates: the policy is the prior's mean still.
    assert methods["policy"] == methods["prior mean"]
    assert torch.isfinite(torch.tensor(methods["policy"]["max_mm"]["people"])).all()
