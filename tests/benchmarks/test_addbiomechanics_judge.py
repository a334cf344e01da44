"""The judge of saved scales: the truth has no error of its own, and the people are those held out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.addbiomechanics.judge import SyntheticJudge
from benchmarks.addbiomechanics.people import EVERY, N_SYNTHETIC, SEED, engine_person
from models.skeleton.scale_factors import ScaleFactors
from rl_scaling.drawing import draw_tasks, generic_tree
from rl_scaling.evaluate import HELD_OUT
from rl_scaling.experiment import read_experiment


@pytest.fixture(scope="module")
def judge() -> SyntheticJudge:
    return SyntheticJudge()


def test_the_people_are_those_of_the_held_out_draw(judge, request):
    file = request.config.rootpath / "rl_scaling" / "experiments" / "residual_older_adults.toml"
    drawn = draw_tasks(generic_tree(), read_experiment(file), N_SYNTHETIC, HELD_OUT, SEED)
    torch.testing.assert_close(judge.tasks.markers_m, drawn.markers_m, equal_nan=True)
    torch.testing.assert_close(judge.tasks.truth.log_factors, drawn.truth.log_factors)


def test_true_scales_have_no_error_of_length_and_longer_ones_have_theirs(judge):
    true = judge.true_factors(0)
    with_truth = judge.judge(0, true)
    assert with_truth.lengths_mm < 1e-3
    assert with_truth.long_axes_percent < 1e-3
    longer = judge.judge(0, ScaleFactors(true.bodies, true.factors * 1.05, "longer"))
    assert longer.lengths_mm == pytest.approx(0.05 * 1000 * float(judge.tasks.truth.lengths_m[0].mean()), rel=1e-3)
    assert longer.long_axes_percent == pytest.approx(100 * np.log(1.05), rel=1e-3)
    assert longer.joints_mm > with_truth.joints_mm


def test_the_engine_gets_whole_recordings_at_their_own_rate(judge):
    person = engine_person(judge.people, 1, judge.tree.markers)
    assert person.subject == judge.people.people[1].subject
    assert list(person.trials) == ["standing", "squat", "sit_to_stand", "gait"]
    gait = person.trials["gait"]
    assert gait.rate_hz == pytest.approx(60.0)
    np.testing.assert_allclose(gait.positions_m, judge.people.recordings["gait"].measured_m[1].numpy(), atol=1e-6)
    assert person.every == EVERY
    assert len(person.tracking) == 12
