"""Many people in one search: each gets what they would have got alone, and nobody's fault is another's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from models.errors import SarcoscopeError
from models.markers import ScalingMarkers
from models.subject import Subject
from rl_scaling.policy import PolicyScaling, ScalingPolicy
from tests.rl_scaling.recorded_person import WOMAN, each, recorded, skeleton, swapped, without

MAN = Subject(1.78, 85.0, "m", 55.0)
LEGS = swapped("knee", "ankle", "thigh", "_sh1", "_sh2", "_sh3", "calc", "toe", "5meta")


@cache
def people() -> tuple[tuple[ScalingMarkers, Subject], ...]:
    """Recordings of differing length, with and without standing and movement, of other build, faulty and not."""
    long_legs, wide = recorded({"femur_y": 0.04, "tibia_y": -0.03}), recorded({"torso_z": 0.08}, subject=MAN)
    static, movements = long_legs.markers.static, long_legs.markers.movements
    rng = np.random.default_rng(3)
    noisy = each(
        wide.markers, lambda one: one.with_positions(one.positions_m + rng.normal(0, 0.01, one.positions_m.shape))
    )
    few = each(wide.markers, lambda one: one.select(one.names[:3]))
    return (
        (long_legs.markers, WOMAN),
        (few, MAN),
        (ScalingMarkers(static, ()), WOMAN),
        (ScalingMarkers(None, movements[:1]), WOMAN),
        (long_legs.markers, replace(WOMAN, height_m=1.95)),
        (noisy, MAN),
        (ScalingMarkers(static, tuple(map(LEGS, movements))), WOMAN),
        (each(wide.markers, swapped()), MAN),
        (each(wide.markers, without(*(name for name in skeleton().markers if "wrist" in name))), MAN),
    )


@cache
def together() -> list[PolicyScaling | SarcoscopeError]:
    return ScalingPolicy.optimiser().scale_many(people(), skeleton())


@pytest.mark.parametrize("place", range(9))
def test_everyone_gets_what_they_would_have_got_alone(place: int) -> None:
    (alone,), among = ScalingPolicy.optimiser().scale_many(people()[place : place + 1], skeleton()), together()[place]
    if isinstance(alone, SarcoscopeError) or isinstance(among, SarcoscopeError):
        assert (str(among), type(among)) == (str(alone), type(alone))
        return
    np.testing.assert_allclose(among.log_factors, alone.log_factors, atol=1e-4)
    np.testing.assert_allclose(among.factors.factors, alone.factors.factors, rtol=1e-4)
    np.testing.assert_allclose(among.path_objective, alone.path_objective, rtol=1e-3)
    np.testing.assert_allclose(among.standard_errors_log, alone.standard_errors_log, rtol=0.01)
    assert among.path_log_factors.shape == alone.path_log_factors.shape
    assert among.factors.notes == alone.factors.notes
    assert [verdict.kind for verdict in among.verdicts] == [verdict.kind for verdict in alone.verdicts]


def test_faults_are_named_in_the_place_of_who_has_them() -> None:
    messages = {place: one.message for place, one in enumerate(together()) if isinstance(one, SarcoscopeError)}
    assert set(messages) == {1, 4, 7}
    assert messages[1].startswith("Only ")
    assert "the height given is 1.95 m" in messages[4]
    assert messages[7].startswith("Left and right are exchanged")


def test_the_same_people_get_the_same_answer_to_the_last_bit() -> None:
    again = ScalingPolicy.optimiser().scale_many(people(), skeleton())
    for one, other in zip(again, together(), strict=True):
        if isinstance(one, PolicyScaling) and isinstance(other, PolicyScaling):
            np.testing.assert_array_equal(one.log_factors, other.log_factors)
            np.testing.assert_array_equal(one.standard_errors_log, other.standard_errors_log)


def test_nobody_is_no_error() -> None:
    assert ScalingPolicy.optimiser().scale_many([], skeleton()) == []
    assert len(ScalingPolicy.optimiser().scale_many(people()[1:2], skeleton())) == 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_a_gpu_gives_the_same_factors() -> None:
    for policy in (ScalingPolicy.optimiser(), ScalingPolicy.load("older_adults")):
        on_gpu, on_cpu = (policy.scale_many(people(), skeleton(), device) for device in ("cuda", "cpu"))
        for one, other in zip(on_gpu, on_cpu, strict=True):
            assert type(one) is type(other)
            if isinstance(one, PolicyScaling) and isinstance(other, PolicyScaling):
                np.testing.assert_allclose(one.log_factors, other.log_factors, atol=1e-3)
