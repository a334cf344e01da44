"""The judge of saved scales: the truth has no error of its own, and the people are those held out."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.addbiomechanics.judge import SyntheticJudge
from benchmarks.addbiomechanics.people import EVERY, engine_person
from models.skeleton.scale_factors import ScaleFactors


@pytest.fixture(scope="module")
def judge() -> SyntheticJudge:
    return SyntheticJudge()


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
