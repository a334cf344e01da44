"""Strides, steps and what is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assessment.gait.walk import Walk, describe_walk
from assessment.motion import SIDES
from models.skeleton import GENERIC_MODEL
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import find_landmarks
from pipeline.quality import Mark
from pipeline.trajectories import Kinematics
from tests.assessment import movements
from tests.assessment.gait import walkers

STRIDE_M = walkers.SPEED_M_S * walkers.STRIDE_S


def walk_of(kinematics: Kinematics) -> Walk:
    return describe_walk(kinematics, walkers.landmarks(kinematics))


def test_every_stride_has_the_time_and_length_it_was_made_with() -> None:
    walk = walk_of(walkers.straight())
    assert {side: sum(stride.side == side for stride in walk.strides) for side in SIDES} == {"r": 11, "l": 10}
    for stride in walk.strides:
        assert stride.time_s == pytest.approx(walkers.STRIDE_S, abs=0.003)
        assert stride.length_m == pytest.approx(STRIDE_M, abs=0.003)
        assert stride.stance_percent - stride.single_support_percent == pytest.approx(stride.double_support_percent)
        assert sum(step.length_m for step in stride.steps) == pytest.approx(stride.length_m)
        assert sum(step.time_s for step in stride.steps) == pytest.approx(stride.time_s)
        assert 0.03 < stride.width_m < 0.2
    assert len(walk.steps) == 22
    assert walk.speed_m_s == pytest.approx(walkers.SPEED_M_S, rel=0.002)
    assert not walk.left_out


def test_single_support_of_one_foot_is_the_swing_of_the_other() -> None:
    right, left = ([stride for stride in walk_of(walkers.straight()).strides if stride.side == side] for side in SIDES)
    assert right[1].single_support_percent == pytest.approx(100.0 - left[1].stance_percent, abs=0.5)


def test_no_stride_reaches_across_a_turn() -> None:
    walk, _ = walkers.out_and_back()
    found = walk_of(walk)
    (turn,) = found.route.turns
    assert all(stride.stop_s < turn.start_s or stride.start_s > turn.stop_s for stride in found.strides)
    assert len(found.strides) == 19
    assert found.speed_m_s == pytest.approx(walkers.SPEED_M_S, rel=0.005)
    assert np.mean([stride.length_m for stride in found.strides]) == pytest.approx(STRIDE_M, abs=0.003)


def test_a_shuffle_of_fifteen_centimetres_a_step_keeps_its_strides() -> None:
    slow, marks = walkers.shuffling(walkers.straight())
    walk = describe_walk(slow, marks)
    assert len(walk.strides) >= 20
    for stride in walk.strides:
        assert stride.length_m == pytest.approx(0.3 * STRIDE_M, abs=0.005)
        assert stride.time_s == pytest.approx(1.3 * walkers.STRIDE_S, abs=0.02)


def test_a_shuffle_with_jittering_markers_keeps_its_speed() -> None:
    slow, marks = walkers.shuffling(walkers.straight())
    random = np.random.default_rng(5)
    jitter = {name: place + 0.002 * random.standard_normal(place.shape) for name, place in marks.points_m.items()}
    walk = describe_walk(slow, replace(marks, points_m=jitter))
    assert len(walk.strides) >= 16
    assert walk.speed_m_s == pytest.approx(0.3 * walkers.SPEED_M_S / 1.3, rel=0.02)


def test_a_treadmill_gives_the_same_strides_and_takes_its_speed_from_the_standing_feet() -> None:
    walk, over_ground = walk_of(walkers.on_treadmill(walkers.straight())), walk_of(walkers.straight())
    assert walk.belt is not None
    assert walk.belt.mark is Mark.WITH_CAUTION
    assert walk.belt.reasons == (
        "The belt's speed is not recorded: it was taken from the feet while they stand, 0.95 m/s.",
    )
    assert walk.speed_m_s == pytest.approx(walkers.SPEED_M_S, rel=0.01)
    assert len(walk.strides) == len(over_ground.strides)
    for here, there in zip(walk.strides, over_ground.strides, strict=True):
        assert (here.start_s, here.toe_off_s) == pytest.approx((there.start_s, there.toe_off_s), abs=0.003)
        assert here.length_m == pytest.approx(there.length_m, abs=0.01)


def test_a_halt_on_the_treadmill_is_left_out_and_said() -> None:
    walk = walk_of(walkers.stumbling(walkers.on_treadmill(walkers.straight()), 5, factor=1.5))
    assert walk.n_left_out >= 1
    assert all(stride.time_s == pytest.approx(walkers.STRIDE_S, rel=0.28) for stride in walk.strides)
    assert "left out: the feet did not touch and leave the ground in the order of walking." in walk.left_out[0]


def test_a_stride_unlike_the_others_is_left_out_and_said() -> None:
    middle_m = 5.0
    walk = describe_walk(*walkers.lengthened(walkers.straight(), middle_m, middle_m + STRIDE_M))
    assert walk.n_left_out in (1, 2, 3)
    assert f"{walk.n_left_out} stride" in walk.left_out[0]
    assert walk.left_out[0].endswith("left out: time or length differ from the usual by more than 28%.")
    assert all(stride.length_m == pytest.approx(STRIDE_M, rel=0.28) for stride in walk.strides)


def test_steps_on_the_spot_are_no_strides() -> None:
    slow, marks = walkers.shuffling(walkers.straight(), scale=0.0)
    walk = describe_walk(slow, marks)
    assert not walk.strides
    assert walk.speed_m_s is None
    assert walk.belt is not None
    assert "steps on the spot" in walk.belt.reasons[0]


def test_a_real_treadmill_walk_shows_its_belt(shared_data) -> None:
    walk = read_kinematics(shared_data(movements.TREADMILL))
    model = shared_data("opencap_grf_templates_apache/LaiUhlrich2022_Generic.osim")
    found = describe_walk(walk, find_landmarks(model, walk))
    assert len(found.strides) == 36
    assert found.speed_m_s == pytest.approx(1.1, abs=0.03)
    assert not found.left_out


@pytest.mark.parametrize("trial", [*(f"{movements.COLUMBIA}/walking2_{number}.mot" for number in (1, 2, 3, 4)),
                                   movements.NMD_WALK])  # fmt: skip
def test_poor_recordings_are_described_without_failing(shared_data, trial: str) -> None:
    walk = read_kinematics(shared_data(trial))
    found = describe_walk(walk, find_landmarks(Path(GENERIC_MODEL), walk))
    for stride in found.strides:
        assert stride.start_s < stride.other_toe_off_s < stride.other_heel_strike_s < stride.toe_off_s < stride.stop_s
