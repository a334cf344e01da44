"""The comparison of all scalers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.addbiomechanics.peer import EngineFit
from benchmarks.addbiomechanics.people import synthetic_name, synthetic_people
from benchmarks.scaling import methods, synthetic
from benchmarks.scaling.__main__ import POOLED, main
from benchmarks.scaling.acceptance import Line, compared, median_interval, pooled, relative_change
from benchmarks.scaling.measures import MEASURES, Judge
from benchmarks.scaling.methods import (
    ADDBIOMECHANICS,
    GENERIC,
    MEASUREMENT,
    OPTIMISER,
    RESIDUAL,
    RIDGE,
    TRUTH,
    TUNED,
    Methods,
)
from benchmarks.scaling.peers import QUICK, regressors, with_prior
from benchmarks.scaling.people import TEST_SEED, TestPeople, draw_people
from benchmarks.scaling.real import OWN_MODEL, REFUSED, judged
from benchmarks.scaling.recordings import OC_A, RECORDINGS, read_recording
from benchmarks.scaling.synthetic import Row
from models.errors import ScalingError
from models.markers import ScalingMarkers
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from rl_scaling.learning.checkpoint import save_policy
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.networks import Actor

EXPERIMENT = Path(__file__).parents[2] / "rl_scaling" / "experiments" / "residual_older_adults.toml"


@cache
def tree() -> SkeletonTree:
    return generic_tree()


@cache
def people() -> TestPeople:
    return draw_people(tree(), 3, TEST_SEED)


@pytest.fixture(scope="module")
def untrained_policies(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two residual policies that take the least-squares step, as before training."""
    experiment = read_experiment(EXPERIMENT)
    files = []
    for seed in range(2):
        file = tmp_path_factory.mktemp(f"seed{seed}") / "policy.safetensors"
        actor = Actor(torch.ones(7, 3, dtype=torch.bool), experiment.network)
        save_policy(file, actor, experiment.network, {"experiment": experiment.model_dump(mode="json")})
        files.append(str(file))
    return files


def test_the_whole_table_runs_and_an_untrained_residual_policy_is_no_better_than_the_optimiser(
    untrained_policies: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = main(["--quick", "--cache", str(tmp_path), "--residual", *untrained_policies])
    said = capsys.readouterr().out
    rows = figures["synthetic"]
    assert set(rows[OPTIMISER]) == {*MEASURES, "cpu_s"}
    assert rows[TRUTH]["lengths_mm"] == pytest.approx(0.0, abs=1e-3)
    assert rows[GENERIC]["lengths_mm"] > rows[MEASUREMENT]["lengths_mm"] > rows[OPTIMISER]["lengths_mm"] > 0.0
    assert f"{RESIDUAL}, seed 1" in rows
    assert rows[POOLED]["lengths_mm"] == pytest.approx(rows[OPTIMISER]["lengths_mm"], rel=0.03)
    lines = figures["acceptance"][f"2: {POOLED} against {OPTIMISER}"]
    assert [line.rpartition(": ")[2] for line in lines[:2]] == ["not met", "not met"]
    assert lines[0].startswith("segment lengths: ")
    assert "published policy, Transformer               not run" in said
    assert "nothing is saved" in said


def test_true_factors_leave_what_markers_cannot_tell_and_no_more() -> None:
    judge = Judge(tree(), people())
    true, generic = judge.measured(people().log_scales), judge.measured(torch.zeros_like(people().log_scales))
    np.testing.assert_allclose(true["lengths_mm"], 0.0, atol=1e-3)
    np.testing.assert_allclose(true["long_axes_percent"], 0.0, atol=1e-3)
    assert true["long_axes_percent"].shape == (3, 6)
    # Misplaced markers misplace the poses, and so the joint centres, even of the true skeleton.
    assert (true["joints_mm"] > 2.0).all()
    assert (true["joints_less_offset_mm"] < true["joints_mm"]).all()
    for name in ("static_rms_mm", "given_max_mm", "unseen_rms_mm", "joints_mm"):
        assert (true[name] < generic[name]).all()


def test_factors_longer_by_a_tenth_are_off_by_a_tenth() -> None:
    judge = Judge(tree(), people())
    longer = judge.measured(people().log_scales + np.log(1.1))
    np.testing.assert_allclose(longer["long_axes_percent"], 100.0 * np.log(1.1), atol=1e-3)
    truth = people().given.truth
    assert truth is not None
    np.testing.assert_allclose(longer["lengths_mm"], 100.0 * truth.lengths_m.mean(dim=1).numpy(), rtol=1e-4)


def test_the_prior_is_no_distance_from_itself_and_free_factors_count_by_both_sides() -> None:
    judge = Judge(tree(), people())
    expected = Methods({}, {}).on_synthetic(tree())["build alone (prior mean)"](people())
    np.testing.assert_allclose(judge.measured(expected)["prior_distance"], 0.0, atol=1e-6)
    apart = expected.clone()
    apart[:, tree().bodies.index("femur_r"), 1] += 0.04
    apart[:, tree().bodies.index("femur_l"), 1] -= 0.04
    torch.testing.assert_close(judge.parameters_of(apart), people().given.prior_mean)


def test_movements_kept_back_are_not_those_that_are_given() -> None:
    assert people().given.markers_m.shape[:2] == (3, 10)
    assert people().unseen_m.shape[:2] == (3, 8)
    some = people().chosen(np.array([2]))
    assert some.subjects == people().subjects[2:]
    torch.testing.assert_close(some.unseen_m[0], people().unseen_m[2])


def row(lengths: np.ndarray, **others: float) -> Row:
    names = ("joints_mm", "given_max_mm", "given_rms_mm", "joints_less_offset_mm", "unseen_max_mm", "unseen_rms_mm")
    errors = {name: np.full(len(lengths), others.get(name, 10.0)) for name in names}
    return Row(errors | {"lengths_mm": lengths, "long_axes_percent": np.full((len(lengths), 6), 1.4)}, 0.1)


def test_demands_are_judged_in_pairs_and_said_in_words() -> None:
    generator = np.random.default_rng(0)
    optimiser = row(generator.normal(10.0, 3.0, 400))
    better = row(0.85 * optimiser.errors["lengths_mm"] + generator.normal(0.0, 0.2, 400), given_rms_mm=10.6)
    lines = compared(better, optimiser)
    texts = {str(line).partition(":")[0]: str(line) for line in lines}
    assert texts["segment lengths"].startswith("segment lengths: -15.")
    assert texts["segment lengths"].endswith("wanted <= -10 %: met")
    assert texts["E_rms"] == "E_rms: +6.0 % [+6.0, +6.0], wanted <= +5 %: not met"
    assert texts["long axes, median error"] == "long axes, median error: 1.40 % [1.40, 1.40], wanted < 2 %: met"
    assert texts["E_max"].endswith("not met")
    assert "wanted" not in texts["E_rms, movement kept back"]
    # The spread of people, 30 %, would hide the difference were it not taken in pairs.
    _, low, high = relative_change(better.errors["lengths_mm"], optimiser.errors["lengths_mm"])
    assert high - low < 1.0


def test_a_demand_is_judged_as_it_is_printed() -> None:
    # Both at the bound: a change may be as large, an error has to be below; whatever the number.
    assert str(Line("a", 2.0, 1.0, 3.0, 2.0)) == "a: +2.0 % [+1.0, +3.0], wanted <= +2 %: met"
    assert str(Line("b", 2.0, 1.0, 3.0, 2.0, "error")) == "b: 2.00 % [1.00, 3.00], wanted < 2 %: not met"
    assert str(Line("c", 2.9, 1.0, 3.0, 3.0, "error")) == "c: 2.90 % [1.00, 3.00], wanted < 3 %: met"
    assert Line("d", 2.0, 1.0, 3.0).met is None


def test_seeds_are_pooled_person_by_person() -> None:
    first, second = row(np.array([1.0, 3.0])), row(np.array([3.0, 9.0]))
    np.testing.assert_allclose(pooled({"a": first, "b": second}, ["a", "b"]).errors["lengths_mm"], [2.0, 6.0])


def test_the_median_is_over_people_and_segments() -> None:
    errors = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 100.0]])
    value, low, high = median_interval(errors)
    assert (value, low, high) == (2.5, 1.0, 4.0)


def test_a_real_recording_is_judged_on_what_no_scaler_saw(shared_data: Callable[[str], Path]) -> None:
    data = shared_data("README.md").parent
    recording = replace(next(one for one in RECORDINGS if one.name == OC_A), judged_by="batched", addbiomechanics={})
    recorded = read_recording(recording, data)
    assert [len(one.time_s) for one in recorded.given.movements] == [832]
    assert recorded.unseen.n_frames == 899
    short = replace(recorded, unseen=recorded.unseen.frames(400, 430))
    rows = judged(recording, short, Methods({}, {}), data)
    for name in ("static_rms_cm", "static_max_cm"):
        assert float(rows[OWN_MODEL][name]) < float(rows[MEASUREMENT][name]) < 0.5 * float(rows[GENERIC][name])
    assert float(rows[OWN_MODEL]["unseen_rms_cm"]) < float(rows[MEASUREMENT]["unseen_rms_cm"])
    assert rows["build alone (prior mean)"]["prior_distance"] == pytest.approx(0.0, abs=1e-3)


def test_a_walk_without_standing_is_cut_in_two(shared_data: Callable[[str], Path]) -> None:
    data = shared_data("README.md").parent
    recording = next(one for one in RECORDINGS if one.name == "NMD")
    recorded = read_recording(recording, data)
    assert recorded.static is None
    assert recorded.given.movements[0].time_s[-1] < recorded.unseen.time_s[0]
    assert recorded.given.movements[0].n_frames + recorded.unseen.n_frames == 835


def test_reading_the_skeleton_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    scalers = optimiser().on_recordings("study")
    monkeypatch.setattr(methods, "skeleton_of", lambda _: pytest.fail("the skeleton is read again"))
    markers = ScalingMarkers(people().static[0])
    for name in ("build alone (prior mean)", OPTIMISER):
        assert set(tree().bodies) <= set(scalers[name](markers, people().subjects[0]).bodies)


def test_a_scaler_that_refuses_says_why(shared_data: Callable[[str], Path]) -> None:
    data = shared_data("README.md").parent
    recording = next(one for one in RECORDINGS if one.name == "NMD")
    nobody = replace(recording, subject=replace(recording.subject, mass_kg=250.0))
    recorded = read_recording(nobody, data)
    rows = judged(nobody, replace(recorded, unseen=recorded.unseen.frames(0, 5)), optimiser(), data)
    assert "body mass index" in str(rows[OPTIMISER][REFUSED])


def optimiser() -> Methods:
    return Methods({OPTIMISER: ScalingPolicy.optimiser()}, {})


def test_regressors_are_kept_and_made_again_when_made_otherwise(tmp_path: Path) -> None:
    tiny = replace(QUICK, ridge_people=6, ridge_choosing=2, transformer_people=8, transformer_epochs=1)
    first = regressors(tree(), tiny, tmp_path)
    stamps = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = regressors(tree(), tiny, tmp_path)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == stamps
    torch.testing.assert_close(again[RIDGE].state_dict(), first[RIDGE].state_dict())
    regressors(tree(), replace(tiny, ridge_people=5), tmp_path)
    assert {file.name for file in tmp_path.iterdir() if file.stat().st_mtime_ns != stamps[file.name]} == {
        "ridge.safetensors"
    }


def engine_fit(subject: Subject) -> EngineFit:
    factors = ScaleFactors(("femur_r", "femur_l"), np.full((2, 3), 0.9), "addbiomechanics")
    known: dict[str, str | float] = {"sex": subject.sex, "height_m": subject.height_m, "mass_kg": subject.mass_kg}
    return EngineFit(synthetic_name(2), known, factors, {}, 600.0, 700.0, 500, True, 0.01, "never")


def test_the_engines_people_are_measured_by_every_method(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = engine_fit(synthetic_people(tree())[0].people[2].subject)
    monkeypatch.setattr(synthetic, "saved_names", lambda: (fit.name, "oc_a"))
    monkeypatch.setattr(synthetic, "addbiomechanics_factors", lambda _: fit)
    table = synthetic.engine_table(tree(), Methods({}, {}))
    assert table[ADDBIOMECHANICS].cpu_s == 600.0
    assert [len(row.errors["lengths_mm"]) for row in table.values()] == [1] * len(table)
    assert table[TRUTH].errors["lengths_mm"] == pytest.approx(0.0, abs=1e-3)
    assert table[ADDBIOMECHANICS].errors["lengths_mm"] != table[GENERIC].errors["lengths_mm"]
    # Nothing of these people is kept back.
    assert "unseen_rms_mm" not in table[GENERIC].errors


def test_a_saved_run_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = engine_fit(Subject(height_m=1.6, mass_kg=60.0, sex="f"))
    monkeypatch.setattr(synthetic, "saved_names", lambda: (fit.name,))
    monkeypatch.setattr(synthetic, "addbiomechanics_factors", lambda _: fit)
    with pytest.raises(ScalingError, match=r"run of older_adult_2 is of another person .* Delete it\. Make the saved"):
        synthetic.engine_table(tree(), Methods({}, {}))


def test_two_optimisers_are_told_apart() -> None:
    heavier = with_prior(0.045)
    rows = Methods({OPTIMISER: optimiser().searches[OPTIMISER], TUNED: heavier}, {}).on_synthetic(tree())
    judge = Judge(tree(), people())
    distances = {name: judge.measured(rows[name](people()))["prior_distance"] for name in (OPTIMISER, TUNED)}
    assert (distances[TUNED] < distances[OPTIMISER]).all()
