"""Marker trajectories: looked up by name, consistent in shape, and clear when they are not."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories


@pytest.fixture
def markers() -> MarkerTrajectories:
    """Three markers over five frames at 50 Hz; each number tells frame, marker and axis."""
    frame, marker, axis = np.meshgrid(np.arange(5.0), np.arange(3.0), np.arange(3.0), indexing="ij")
    return MarkerTrajectories(("toe", "heel", "knee"), 100 * frame + 10 * marker + axis, 2.0 + np.arange(5) / 50)


def test_a_marker_is_found_by_name_whatever_its_place(markers):
    assert markers.position_m("heel")[2].tolist() == [210, 211, 212]
    assert markers.select(["knee", "heel"]).position_m("heel") == pytest.approx(markers.position_m("heel"))


def test_rate_and_duration(markers):
    assert markers.rate_hz == pytest.approx(50.0)
    assert markers.duration_s == pytest.approx(0.08)
    assert markers.n_frames == 5


def test_a_dropped_frame_does_not_change_the_rate():
    time_s = np.delete(np.arange(10) / 60, 4)
    assert MarkerTrajectories(("a",), np.zeros((9, 1, 3)), time_s).rate_hz == pytest.approx(60.0)


def test_selecting_keeps_the_order_asked_for_and_leaves_out_absent_markers(markers):
    chosen = markers.select(["knee", "hip", "toe"])
    assert chosen.names == ("knee", "toe")
    assert chosen.positions_m[0, :, 0].tolist() == [20, 0]


def test_renaming_leaves_positions_and_other_names_alone(markers):
    renamed = markers.rename({"toe": "r_toe_study"})
    assert renamed.names == ("r_toe_study", "heel", "knee")
    assert renamed.position_m("r_toe_study")[4].tolist() == [400, 401, 402]
    assert np.array_equal(renamed.positions_m, markers.positions_m)


def test_renaming_two_markers_alike_is_refused(markers):
    with pytest.raises(MarkerDataError, match="repeat: heel"):
        markers.rename({"toe": "heel"})


def test_a_stretch_of_frames_keeps_its_times(markers):
    stretch = markers.frames(1, 3)
    assert stretch.time_s == pytest.approx([2.02, 2.04])
    assert stretch.positions_m[0, 0, 0] == 100


def test_other_positions_must_have_the_same_shape(markers):
    moved = markers.with_positions(markers.positions_m + 1.0)
    assert moved.position_m("toe")[0].tolist() == [1, 2, 3]
    with pytest.raises(MarkerDataError, match=r"\(4, 3, 3\)"):
        markers.with_positions(np.zeros((4, 3, 3)))


def test_presence_is_asked_for_all_at_once(markers):
    assert markers.has("toe", "heel")
    assert not markers.has("toe", "hip")


def test_an_absent_marker_names_those_present(markers):
    with pytest.raises(MarkerDataError, match="no marker 'hip'") as caught:
        markers.position_m("hip")
    assert "toe, heel, knee" in caught.value.hint


@pytest.mark.parametrize("time_s", [[0.0, 0.1, 0.1], [0.0, 0.2, 0.1], [0.0, np.nan, 0.2]])
def test_time_must_increase(time_s):
    with pytest.raises(MarkerDataError, match="Time does not increase"):
        MarkerTrajectories(("a",), np.zeros((3, 1, 3)), np.array(time_s))


def test_unseen_markers_are_allowed():
    gaps = np.full((2, 1, 3), np.nan)
    assert np.isnan(MarkerTrajectories(("a",), gaps, np.array([0.0, 0.1])).position_m("a")).all()
