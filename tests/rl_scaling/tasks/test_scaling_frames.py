"""Which frames a person is scaled on, and the poses that the search begins with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.errors import ScalingError
from models.markers import MarkerTrajectories, ScalingMarkers
from rl_scaling.people.anthropometry import prior, ties
from rl_scaling.people.subjects import SubjectGenerator
from rl_scaling.tasks.scaling_frames import N_FRAMES, ScalingFrames, choose_frames, cold_poses, poses_of_frames
from tests.rl_scaling.recorded_person import each, skeleton, without

TREE = skeleton()
PELVIS = [name for name in TREE.markers if "SIS" in name or "HJC" in name]


def still(n_frames: int = 30, rate_hz: float = 60.0) -> MarkerTrajectories:
    """A person in the default pose; X of every marker counts the frames [m]."""
    positions_m = TREE.forward(TREE.default).numpy()[None].repeat(n_frames, axis=0)
    positions_m[..., 0] += np.arange(n_frames)[:, None]
    return MarkerTrajectories(TREE.markers, positions_m, np.arange(n_frames) / rate_hz)


def counted(markers_m) -> list[int]:
    own_m = TREE.forward(TREE.default).numpy()[..., 0]
    return [round(float(np.nanmean(frame[:, 0] - own_m))) for frame in markers_m]


def test_the_mean_of_standing_comes_first_though_a_marker_was_lost_for_a_while() -> None:
    static = still(5)
    positions_m = static.positions_m.copy()
    positions_m[1:, 7] = np.nan
    positions_m[:, 8] = np.nan
    frames = choose_frames(TREE, ScalingMarkers(static.with_positions(positions_m), (still(),)))
    assert counted(frames.markers_m)[0] == 2
    np.testing.assert_allclose(frames.markers_m[0, 7], positions_m[0, 7])
    assert np.isnan(frames.markers_m[0, 8]).all()
    assert len(frames.markers_m) == 1 + N_FRAMES
    assert frames.notes == ()


def test_the_first_second_is_left_out_of_a_long_recording_only() -> None:
    long, short = (counted(choose_frames(TREE, ScalingMarkers(None, (still(n),)), 40).markers_m) for n in (300, 170))
    assert 60 <= min(long) < 75
    assert max(long) > 285
    assert min(short) < 10


def test_movements_share_the_frames_and_each_is_spread_over() -> None:
    frames = choose_frames(TREE, ScalingMarkers(still(3), (still(120), still(90), still(60))), 10)
    chosen = counted(frames.markers_m)[1:]
    assert len(chosen) == 10
    assert [max(part) - min(part) > 35 for part in (chosen[:4], chosen[4:7], chosen[7:])] == [True, True, True]


def test_of_more_movements_than_frames_each_gives_one() -> None:
    movements = []
    for place in range(12):
        movement = still(30)
        shift_m = np.array([100.0 * place, 0.0, 0.0])
        movements.append(movement.with_positions(movement.positions_m + shift_m))
    chosen = counted(choose_frames(TREE, ScalingMarkers(still(3), tuple(movements)), 10).markers_m)[1:]
    assert [frame // 100 for frame in chosen] == list(range(12))


def test_a_rhythm_of_the_movement_is_not_kept_step_with() -> None:
    chosen = np.array(counted(choose_frames(TREE, ScalingMarkers(None, (still(150),)), 10).markers_m))
    for period in (15, 30):
        phases = np.sort(chosen % period / period)
        assert np.diff([*phases, phases[0] + 1]).max() < 0.4


def test_only_frames_that_show_the_pelvis_are_taken() -> None:
    movement = still(100)
    positions_m = movement.positions_m.copy()
    positions_m[:60, [TREE.markers.index(name) for name in PELVIS[2:]]] = np.nan
    frames = choose_frames(TREE, ScalingMarkers(still(3), (movement.with_positions(positions_m),)))
    assert min(counted(frames.markers_m)[1:]) >= 60


def test_the_reader_is_told_what_was_not_there() -> None:
    blind = without(*PELVIS)
    hidden = each(ScalingMarkers(still(), (still(),)), blind)
    assert hidden.static is not None
    assert choose_frames(TREE, ScalingMarkers(still(), ())).notes == (
        "There is no movement: the model is scaled on the standing pose alone, which says less of joints.",
    )
    assert choose_frames(TREE, ScalingMarkers(None, (still(),))).notes == (
        "There is no standing pose: the model is scaled on the movement alone.",
    )
    assert choose_frames(TREE, ScalingMarkers(hidden.static, (still(),))).notes == (
        "The standing pose shows fewer than three markers of the pelvis and was not used.",
    )
    assert choose_frames(TREE, ScalingMarkers(still(), (still(), *hidden.movements))).notes == (
        "Movements that never show three markers of the pelvis were left out: 1.",
    )
    with pytest.raises(ScalingError, match="No frame shows three markers of the pelvis together") as error:
        choose_frames(TREE, hidden)
    assert "RHJC_study" in error.value.hint


def test_no_arm_begins_in_another_of_its_poses_than_the_recording_would() -> None:
    """Arms crossed while standing up: found frame by frame, one of this person's ends turned the other way."""
    people = SubjectGenerator(TREE, ("us_older",)).sample(8, {"sit_to_stand": 120}, 8)
    subject = people.people[2].subject
    scales = torch.as_tensor((ties(TREE.bodies) @ prior(subject).mean_log).reshape(-1, 3))
    frames = ScalingFrames(people.recordings["sit_to_stand"].measured_m[2, ::12].numpy(), ())
    problem, cold = cold_poses(TREE, frames.markers_m, scales)
    (poses,) = poses_of_frames(TREE, [frames], scales[None])
    joined = problem.cost(poses)
    assert float((cold.cost / joined).max()) > 5.0
    assert float(joined.max()) < 2.0 * float(joined.median())


def test_many_peoples_poses_are_those_of_each_alone() -> None:
    """Also where arms had to be turned back, and with recordings of other lengths."""
    people = SubjectGenerator(TREE, ("us_older",)).sample(8, {"sit_to_stand": 120}, 8)
    builds = [ties(TREE.bodies) @ prior(person.subject).mean_log for person in people.people[:4]]
    scales = torch.as_tensor(np.array(builds)).unflatten(1, (-1, 3))
    recorded = people.recordings["sit_to_stand"].measured_m.numpy()
    frames = [ScalingFrames(recorded[place, :: 14 - place], ()) for place in range(4)]
    turned = cold_poses(TREE, frames[2].markers_m, scales[2])[1].values
    together = poses_of_frames(TREE, frames, scales)
    assert float((together[2] - turned).abs().max()) > 0.5
    for one, own, build in zip(frames, together, scales, strict=True):
        (alone,) = poses_of_frames(TREE, [one], build[None])
        torch.testing.assert_close(own, alone, atol=1e-6, rtol=0)
