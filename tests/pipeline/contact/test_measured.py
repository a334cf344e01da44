"""Plates are given to feet by where they are pressed, and refused where they cannot be."""

import numpy as np
import pytest

from models.errors import ForceDataError
from models.skeleton import GENERIC_MODEL
from pipeline.contact import estimate, from_plates
from pipeline.contact.plates.reading import read_force_plates
from pipeline.motion.body_motion import body_motion
from tests.pipeline.movements import rise_from_chair, squat
from tests.pipeline.plate_files import (
    Y_UP,
    Z_UP_TO_GROUND,
    on_one_plate,
    plate_columns,
    turned,
    write_c3d_plates,
    write_plates,
)


@pytest.fixture(scope="module")
def motion():
    return body_motion(GENERIC_MODEL, squat(sideways_rad=0.03), cutoff_hz=6.0)


@pytest.fixture(scope="module")
def truth(motion):
    return estimate(motion, seated=False)


def plates_of(truth):
    return {side: plate_columns(truth.forces[side]) for side in "rl"}


@pytest.mark.parametrize("names", [("ground_force_1", "ground_force_2"), ("ground_force_2", "ground_force_1")])
@pytest.mark.parametrize("rate_hz", [None, 1000.0])
def test_forces_come_back_on_the_right_feet_whatever_the_plates_are_called(tmp_path, motion, truth, names, rate_hz):
    plates = dict(zip(names, plates_of(truth).values(), strict=True))
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates, rate_hz), Y_UP)
    found = from_plates(motion, recording, seated=False)
    assert found.origin == "measured"
    inner = slice(20, -20)
    for side in "rl":
        expected, contact = truth.forces[side], found.forces[side]
        assert contact.force_n[inner] == pytest.approx(expected.force_n[inner], abs=3.0)
        assert contact.point_m[inner] == pytest.approx(expected.point_m[inner], abs=3e-3)
    assert np.array_equal(found.valid, motion.valid)
    assert found.notes == ()


@pytest.mark.parametrize("kind", [".mot", ".c3d"])
def test_plates_of_a_laboratory_with_another_axis_up_come_back_on_the_right_feet(tmp_path, motion, truth, kind):
    plates = {side: turned(columns, Z_UP_TO_GROUND.T) for side, columns in plates_of(truth).items()}
    path = tmp_path / f"f{kind}"
    if kind == ".c3d":
        write_c3d_plates(path, motion.time_s, [plates["l"], plates["r"]])
    else:
        write_plates(path, motion.time_s, plates)
    found = from_plates(motion, read_force_plates(path, Z_UP_TO_GROUND), seated=False)
    inner = slice(20, -20)
    for side in "rl":
        expected, contact = truth.forces[side], found.forces[side]
        assert contact.force_n[inner] == pytest.approx(expected.force_n[inner], abs=3.0)
        assert contact.point_m[inner] == pytest.approx(expected.point_m[inner], abs=3e-3)
        assert contact.free_moment_nm[inner] == pytest.approx(expected.free_moment_nm[inner], abs=0.5)


def test_names_that_claim_the_other_foot_are_not_believed(tmp_path, motion, truth):
    plates = {f"ground_force_{other}": plates_of(truth)[side] for side, other in (("r", "l"), ("l", "r"))}
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates), Y_UP)
    found = from_plates(motion, recording, seated=False)
    assert found.forces["r"].body == "calcn_r"
    assert found.forces["r"].force_n[90] == pytest.approx(truth.forces["r"].force_n[90], abs=3.0)


def test_both_feet_on_one_plate_are_refused(tmp_path, motion, truth):
    both = {"ground_force": on_one_plate(truth.forces["r"], truth.forces["l"])}
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, both), Y_UP)
    with pytest.raises(ForceDataError, match="both feet stand on it") as error:
        from_plates(motion, recording, seated=False)
    assert "--forces estimated" in error.value.hint


def test_a_foot_beside_its_plate_makes_the_trial_unusable(tmp_path, motion, truth):
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, {"one": plates_of(truth)["r"]}), Y_UP)
    with pytest.raises(ForceDataError, match=r"The plates bear [45]\d % of body weight on average"):
        from_plates(motion, recording, seated=False)


def test_a_foot_that_leaves_its_plate_for_a_while_costs_these_frames_only(tmp_path, motion, truth):
    plates = plates_of(truth)
    plates["l"][100:130, :3] *= 0.3
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates), Y_UP)
    found = from_plates(motion, recording, seated=False)
    assert not found.valid[105:125].any()
    assert found.valid[20:90].all()
    assert any("do not bear what the movement asks for" in note for note in found.notes)


@pytest.mark.parametrize(
    ("shift_m", "message"), [((1.0, 0.0, 0.0), "away from both feet"), ((0.0, 0.0, -3.0), "away from both feet")]
)
def test_plates_in_another_frame_are_refused(tmp_path, motion, truth, shift_m, message):
    plates = plates_of(truth)
    for values in plates.values():
        values[:, 3:6] += shift_m
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates), Y_UP)
    with pytest.raises(ForceDataError, match=message) as error:
        from_plates(motion, recording, seated=False)
    assert "markers' frame" in error.value.hint


def test_a_plate_a_little_off_is_used_and_said(tmp_path, motion, truth):
    plates = plates_of(truth)
    for values in plates.values():
        values[:, 3] -= 0.2
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates), Y_UP)
    found = from_plates(motion, recording, seated=False)
    assert any("cm outside the right foot" in note for note in found.notes)
    assert any("cm outside the left foot" in note for note in found.notes)


def test_plates_that_saw_part_of_the_trial_make_the_rest_not_valid(tmp_path, motion, truth):
    plates = {side: values[60:] for side, values in plates_of(truth).items()}
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s[60:], plates), Y_UP)
    found = from_plates(motion, recording, seated=False)
    assert not found.valid[:60].any()
    assert found.valid[75:-15].all()


def test_under_a_seat_without_a_plate_the_missing_force_is_the_seats(tmp_path):
    motion = body_motion(GENERIC_MODEL, rise_from_chair(), cutoff_hz=6.0)
    truth = estimate(motion, seated=True)
    recording = read_force_plates(write_plates(tmp_path / "f.mot", motion.time_s, plates_of(truth)), Y_UP)
    found = from_plates(motion, recording, seated=True)
    expected = truth.forces["seat"].force_n[:, 1]
    assert found.forces["seat"].force_n[15:25, 1] == pytest.approx(expected[15:25], rel=0.05)
    assert np.all(found.forces["seat"].force_n[motion.time_s > 2.2] == 0.0)
    assert found.valid[15:30].all()
    assert any("the seat is not" in note for note in found.notes)
