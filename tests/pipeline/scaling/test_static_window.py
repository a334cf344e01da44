import numpy as np
import pytest

from models.errors import ScalingError
from models.markers import MarkerTrajectories
from pipeline.scaling.static_window import find_static_window, most_complete_frame

RATE_HZ = 60.0


def walking_then_standing(amplitude_m: float, *, still_m: float = 0.0) -> MarkerTrajectories:
    """Two markers: moving to and fro for a second, then quiet for one, then moving again."""
    time_s = np.arange(181) / RATE_HZ
    moving = (time_s < 1.0) | (time_s > 2.0)
    swing = np.where(moving, amplitude_m * np.sin(2 * np.pi * 2 * time_s), still_m * np.sin(2 * np.pi * 5 * time_s))
    positions = np.zeros((181, 2, 3))
    positions[:, 0, 0] = swing
    positions[:, 1] = [0.0, 1.0, 0.0]
    return MarkerTrajectories(("calc", "C7"), positions, time_s)


def test_finds_the_stretch_in_which_the_person_stands():
    window = find_static_window(walking_then_standing(0.2))
    assert window.markers.time_s[0] >= 1.0
    assert window.markers.time_s[-1] <= 2.0
    assert window.motion_m == pytest.approx(0, abs=1e-12)
    assert window.notes == ()
    assert window.markers.duration_s == pytest.approx(0.3)


def test_restless_trial_is_used_and_its_motion_is_told():
    window = find_static_window(walking_then_standing(0.2, still_m=0.012))
    assert 0.005 < window.motion_m < 0.03
    assert window.worst_marker == "calc"
    assert "calc moves" in window.notes[0]
    assert "5 mm" in window.notes[0]


def test_nobody_stands_still():
    with pytest.raises(ScalingError, match=r"Nobody stands still.*calc moves") as caught:
        find_static_window(walking_then_standing(0.5, still_m=0.5))
    assert "another neutral trial" in caught.value.hint


def test_start_is_left_out_while_predicted_markers_settle():
    markers = walking_then_standing(0.0)
    creeping = markers.positions_m.copy()
    creeping[:, 0, 1] = 0.01 * np.maximum(markers.time_s - 0.5, 0)
    markers = markers.with_positions(creeping)
    assert find_static_window(markers).markers.time_s[0] < 0.3
    assert find_static_window(markers, settling_s=1.0).markers.time_s[0] >= 1.0


def test_trial_too_short_to_settle_gives_its_end_and_says_so():
    markers = walking_then_standing(0.0).frames(0, 40)
    window = find_static_window(markers, settling_s=1.0)
    assert window.markers.time_s[-1] == markers.time_s[-1]
    assert "may not have settled" in window.notes[0]


@pytest.mark.parametrize("n_frames", [1, 5])
def test_very_short_trial_is_averaged_whole(n_frames):
    window = find_static_window(walking_then_standing(0.0).frames(0, n_frames))
    assert window.markers.n_frames == n_frames
    assert f"all of it ({n_frames} frames)" in window.notes[0]


def test_window_with_all_markers_is_preferred_to_a_quieter_one_without():
    markers = walking_then_standing(0.2, still_m=0.002)
    positions = markers.positions_m.copy()
    positions[80:, 1] = np.nan
    positions[:30, 0] = 0.0
    window = find_static_window(markers.with_positions(positions))
    assert np.isfinite(window.mean.positions_m).all()
    assert window.mean.names == ("calc", "C7")


def test_no_marker_at_all():
    markers = walking_then_standing(0.0)
    with pytest.raises(ScalingError, match="no position of any marker"):
        find_static_window(markers.with_positions(np.full_like(markers.positions_m, np.nan)))


def test_most_complete_frame_is_the_middle_one_of_those_that_show_most() -> None:
    positions = np.zeros((9, 3, 3))
    positions[:, 0, 0] = np.arange(9)
    positions[[0, 4], 1] = np.nan  # two frames show less
    positions[:, 2] = np.nan  # never seen
    markers = MarkerTrajectories(("a", "b", "c"), positions, np.arange(9) / 60.0)
    frame = most_complete_frame(markers)
    assert frame.names == ("a", "b")
    assert frame.position_m("a")[0, 0] == 5.0
