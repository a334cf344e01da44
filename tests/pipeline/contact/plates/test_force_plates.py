"""Plate files of several conventions are read alike; files that cannot be used say why."""

import numpy as np
import pytest

from models.errors import ForceDataError
from pipeline.contact.plates.reading import read_force_plates
from pipeline.contact.plates.recording import sample
from pipeline.files.storage import write_storage
from tests.pipeline.plate_files import Y_UP, Z_UP_TO_GROUND, turned

TIME_S = np.arange(200) / 100.0
FORCE = np.array([10.0, 700.0, -20.0])
POINT = np.array([0.5, 0.0, 0.2])
MOMENT = np.array([0.0, 3.0, 0.0])


def nine_columns(stem, moment_stem):
    return [f"{stem}_{kind}{axis}" for kind in "vp" for axis in "xyz"] + [f"{moment_stem}{axis}" for axis in "xyz"]


CONVENTIONS = {
    "numbered": nine_columns("ground_force_1", "ground_force_1_m"),
    "sided": nine_columns("ground_force_r", "ground_torque_r_"),
    "prefixed": nine_columns("1_ground_force", "1_ground_torque_"),
    "single": nine_columns("ground_force", "ground_torque_"),
    "moment": nine_columns("ground_force_1", "ground_moment_1_m"),
}


def write(path, columns, values, time_s=TIME_S):
    write_storage(path, time_s, columns, values, in_degrees=False, name="forces")
    return path


def steady(n_rows=200):
    return np.tile(np.hstack([FORCE, POINT, MOMENT]), (n_rows, 1))


@pytest.mark.parametrize("columns", CONVENTIONS.values(), ids=CONVENTIONS)
def test_conventions(tmp_path, columns):
    recording = read_force_plates(write(tmp_path / "f.mot", columns, steady()), Y_UP)
    (plate,) = recording.plates
    assert plate.force_n[50] == pytest.approx(FORCE)
    assert plate.pressure_point_m[50] == pytest.approx(POINT)
    assert plate.moment_nm[50] == pytest.approx(MOMENT + np.cross(POINT, FORCE))
    assert recording.notes == ()


def test_a_plate_without_free_moment_is_read_and_said(tmp_path):
    recording = read_force_plates(write(tmp_path / "f.mot", CONVENTIONS["numbered"][:6], steady()[:, :6]), Y_UP)
    assert recording.notes == ("Plate ground_force_1: the file holds no free moment; taken as zero.",)


def test_a_plate_nobody_stepped_on_is_left_out_and_said(tmp_path):
    columns = CONVENTIONS["numbered"] + [name.replace("_1_", "_2_") for name in CONVENTIONS["numbered"]]
    recording = read_force_plates(write(tmp_path / "f.mot", columns, np.hstack([steady(), 0.0 * steady()])), Y_UP)
    assert [plate.name for plate in recording.plates] == ["ground_force_1"]
    assert recording.notes == ("Plate ground_force_2: not stepped on.",)


def test_noise_and_stale_pressure_points_of_an_unloaded_plate_do_not_count(tmp_path):
    values = steady()
    values[:100, :3] = [1.0, 8.0, 1.0]
    values[:100, 3:6] = 40.0
    (plate,) = read_force_plates(write(tmp_path / "f.mot", CONVENTIONS["numbered"], values), Y_UP).plates
    assert np.all(plate.moment_nm[:100] == 0.0)
    assert plate.pressure_point_m[150] == pytest.approx(POINT)


@pytest.mark.parametrize(
    ("columns", "change", "message"),
    [
        (["hip_flexion_r_moment"], lambda v: v[:, :1], "no ground reaction forces"),
        (CONVENTIONS["numbered"][:5], lambda v: v[:, :5], "lacks some of its force or centre-of-pressure columns"),
        (CONVENTIONS["numbered"], lambda v: v * [1, -1, 1, 1, 1, 1, 1, 1, 1], "vertical force .* is negative"),
        (CONVENTIONS["numbered"], lambda v: 0.001 * v, "Nobody stood on any of the 1 plates"),
    ],
)
def test_unusable_files_say_why(tmp_path, columns, change, message):
    with pytest.raises(ForceDataError, match=message) as error:
        read_force_plates(write(tmp_path / "forces.mot", columns, change(steady())), Y_UP)
    assert error.value.context["file"] == "forces.mot"
    assert error.value.hint


@pytest.mark.parametrize("text", ["not a force file", "forces\nendheader\ntime\tground_force_1_vx\n0\tabc\n"])
def test_files_that_are_no_tables_are_force_errors_too(tmp_path, text):
    path = tmp_path / "f.mot"
    path.write_text(text)
    with pytest.raises(ForceDataError):
        read_force_plates(path, Y_UP)


def test_a_missing_file_is_a_force_error(tmp_path):
    with pytest.raises(ForceDataError):
        read_force_plates(tmp_path / "nowhere.mot", Y_UP)


def test_sampling_at_the_markers_rate_does_not_alias(tmp_path):
    time_s = np.arange(2000) / 1000.0
    values = np.tile(steady(1), (2000, 1))
    values[:, 1] += 100.0 * np.sin(2 * np.pi * 59.0 * time_s)
    recording = read_force_plates(write(tmp_path / "f.mot", CONVENTIONS["numbered"], values, time_s), Y_UP)
    frames_s = np.arange(120) / 60.0
    (plate,), covered = sample(recording, frames_s, cutoff_hz=30.0)
    assert covered.all()
    assert plate.force_n[20:-20, 1] == pytest.approx(700.0, abs=8.0)


def test_recordings_of_another_time_are_refused(tmp_path):
    recording = read_force_plates(write(tmp_path / "f.mot", CONVENTIONS["numbered"], steady()), Y_UP)
    with pytest.raises(ForceDataError, match=r"recorded from 0.00 to 1.99 s, the movement from 5.00 to 6.00 s"):
        sample(recording, np.linspace(5.0, 6.0, 61), cutoff_hz=6.0)


def test_forces_without_their_rotation_are_missed_and_the_hint_says_where_to_look(tmp_path):
    file = write(tmp_path / "f.mot", CONVENTIONS["numbered"], turned(steady(), Z_UP_TO_GROUND.T))
    with pytest.raises(ForceDataError, match="Nobody stood on any of the 1 plates") as error:
        read_force_plates(file, Y_UP)
    assert "[axes] of a lab session" in error.value.hint
    (plate,) = read_force_plates(file, Z_UP_TO_GROUND).plates
    assert plate.force_n[50] == pytest.approx(FORCE)
    assert plate.pressure_point_m[50] == pytest.approx(POINT)


def test_a_c3d_without_plates_is_a_force_error(tmp_path):
    (tmp_path / "f.c3d").write_text("not a C3D")
    with pytest.raises(ForceDataError, match=r"f\.c3d is not a C3D file"):
        read_force_plates(tmp_path / "f.c3d", Y_UP)


def test_plates_of_a_real_c3d(shared_data):
    recording = read_force_plates(shared_data("lab_bmc_gait_ccby/Gait.c3d"), Z_UP_TO_GROUND)
    assert [plate.name for plate in recording.plates] == ["1", "2"]
    for plate in recording.plates:
        assert 700 < plate.force_n[:, 1].max() < 1000
        assert plate.height_m == pytest.approx(0.0, abs=1e-6)
        assert 0.4 < plate.loaded.mean() * np.ptp(recording.time_s) < 0.8, "one stance phase"


def forces_text(rows, *, rate="100.0"):
    """A .forces file of one plate as Cortex writes it."""
    names = [f"{column}1" for column in ("FX", "FY", "FZ", "X", "Y", "Z", "MZ")]
    header = f"[Force Data]\nNumberOfForcePlates=1\nSampleRate={rate}\nNumberOfSamples={len(rows)}\n"
    lines = ["\t".join(f"{value:.2f}" for value in (number, *row)) for number, row in enumerate(rows, start=1)]
    return header + "\t".join(("#Sample", *names)) + "\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("up", ["y", "z"])
def test_cortex_forces_are_in_millimetres_and_turn_about_the_axis_that_bears_weight(tmp_path, up):
    rotation = Y_UP if up == "y" else Z_UP_TO_GROUND
    row = [*(rotation.T @ FORCE), *(rotation.T @ POINT * 1000.0), MOMENT[1] * 1000.0]
    path = tmp_path / "walk.forces"
    path.write_text(forces_text([row] * 200))
    recording = read_force_plates(path, rotation)
    (plate,) = recording.plates
    assert recording.time_s == pytest.approx(TIME_S)
    assert plate.force_n[50] == pytest.approx(FORCE)
    assert plate.pressure_point_m[50] == pytest.approx(POINT)
    assert plate.moment_nm[50] == pytest.approx(MOMENT + np.cross(POINT, FORCE))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear colleague,\n", "not a .forces file"),
        (forces_text([[0.0] * 7]).replace("FX1", "VX1"), "not Cortex': VX1, FY1"),
        (forces_text([[0.0] * 7, [0.0] * 6]), "cut short"),
        (forces_text([[0.0] * 7]).replace("SampleRate", "Rate"), "no SampleRate"),
        (forces_text([[0.0] * 7], rate="0"), "SampleRate of 0"),
    ],
)
def test_a_damaged_cortex_file_says_what_is_wrong(tmp_path, text, words):
    path = tmp_path / "walk.forces"
    path.write_text(text)
    with pytest.raises(ForceDataError, match=words) as caught:
        read_force_plates(path, Y_UP)
    assert caught.value.context["file"] == "walk.forces"
