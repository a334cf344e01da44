import numpy as np
import opensim as osim
import pytest

from models.errors import SessionReadError
from pipeline.files import storage
from pipeline.files.storage import read_storage, write_storage
from tests.pipeline.session.session_files import mot_text

TIME = np.arange(5) / 60
VALUES = np.array([[1 / 3, -2e-7], [0.0, 1e5], [1.5, 2.5], [-1e-12, 3.0], [4.0, -5.0]])
COLUMNS = ("knee_angle_r", "ground_force_r_vy")


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "squat.mot"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("suffix", [".mot", ".sto"])
@pytest.mark.parametrize("in_degrees", [True, False])
def test_opensim_reads_what_is_written(tmp_path, suffix, in_degrees):
    path = tmp_path / "Dynamics" / f"squat{suffix}"
    write_storage(path, TIME, COLUMNS, VALUES, in_degrees=in_degrees, name="Coordinates")

    series = osim.TimeSeriesTable(str(path))
    assert series.getColumnLabels() == COLUMNS
    np.testing.assert_allclose(series.getIndependentColumn(), TIME, rtol=1e-9)
    np.testing.assert_allclose(series.getMatrix().to_numpy(), VALUES, rtol=1e-9)
    assert series.getTableMetaDataString("inDegrees") == ("yes" if in_degrees else "no")

    old = osim.Storage(str(path))
    assert old.isInDegrees() is in_degrees
    assert old.getSize() == len(TIME)
    assert old.getName() == "Coordinates"
    assert old.getStateVector(1).getData().get(1) == pytest.approx(1e5)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "squat.mot"
    write_storage(path, TIME, COLUMNS, VALUES, in_degrees=True, name="Coordinates")
    back = read_storage(path)
    assert back.columns == COLUMNS
    assert back.in_degrees
    assert back.notes == ()
    np.testing.assert_allclose(back.time_s, TIME, rtol=1e-9)
    np.testing.assert_allclose(back.values, VALUES, rtol=1e-9)


@pytest.mark.parametrize(
    ("time_s", "columns", "values", "words"),
    [
        (TIME, COLUMNS, VALUES[:4], "shape"),
        (TIME, ("a", "a"), VALUES, "unique"),
        (TIME, ("a b", "c"), VALUES, "white space"),
        (TIME, ("", "c"), VALUES, "white space"),
        (TIME, COLUMNS, np.full((5, 2), np.nan), "finite"),
        (TIME[::-1], COLUMNS, VALUES, "increase"),
    ],
)
def test_what_opensim_would_garble_is_not_written(tmp_path, time_s, columns, values, words):
    with pytest.raises(ValueError, match=words):
        write_storage(tmp_path / "x.mot", time_s, columns, values, in_degrees=True, name="x")
    assert not (tmp_path / "x.mot").exists()


def test_opencap_layout(table):
    motion = read_storage(table(mot_text(("pelvis_tilt", "pelvis_ty"), n_rows=3)))
    assert motion.columns == ("pelvis_tilt", "pelvis_ty")
    assert motion.in_degrees
    np.testing.assert_allclose(motion.time_s, np.arange(3) / 60, atol=1e-8)
    np.testing.assert_allclose(motion.column("pelvis_ty"), [0.1, 1.1, 2.1])


@pytest.mark.parametrize(
    ("header", "in_degrees"),
    [
        ("nColumns=2\nnRows=2\nDataType=double\nversion=3\nOpenSimVersion=4.1", False),
        ("inDegrees=yes\nnColumns=2\nnRows=2\nDataType=double\nversion=3", True),
        ("Coordinates\nversion=1\nnRows=2\nnColumns=2\ninDegrees=no", False),
        ("name C:/x y/z\ndatacolumns 2\ndatarows 2\nrange 0.0 0.1", True),
    ],
)
def test_headers_mean_what_opensim_takes_them_for(table, header, in_degrees):
    path = table(f"{header}\nendheader \ntime\tfoot\n0\t1\n0.1\t2\n")
    assert read_storage(path).in_degrees is in_degrees
    assert osim.Storage(str(path)).isInDegrees() is in_degrees


def test_windows_line_endings_and_tables_separated_by_spaces(table):
    motion = read_storage(table("x\r\nendheader\r\ntime  a   b\r\n0  1 2\r\n 0.1  3   4 \r\n"))
    np.testing.assert_array_equal(motion.values, [[1, 2], [3, 4]])


def test_repeated_column_of_the_same_numbers_is_left_out_and_said(table):
    motion = read_storage(table("x\nendheader\ntime\ta\tb\ta\n0\t1\t2\t1\n1\t3\t4\t3\n"))
    assert motion.columns == ("a", "b")
    np.testing.assert_array_equal(motion.values, [[1, 2], [3, 4]])
    assert motion.notes == ("The column a stands in the file twice with the same numbers; one is used.",)


def test_header_that_lies_is_noted(table):
    motion = read_storage(table("x\nnRows=9\nnColumns=7\nendheader\ntime\ta\n0\t1\n1\t3\n"))
    assert motion.values.shape == (2, 1)
    assert motion.notes == (
        "The header announces 9 rows, the file holds 2; these are used.",
        "The header announces 7 columns, the file holds 2; these are used.",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear colleague,\n", "not an OpenSim motion file"),
        ("x\nendheader\n", "not an OpenSim motion file"),
        ("x\nendheader\na\tb\n0\t1\n", "first column is 'a', not time"),
        ("x\nendheader\ntime\ta\n", "has no rows"),
        ("x\nendheader\ntime\ta\tb\n0\t1\t2\n1\t2\n", "Line 5 holds 2 columns; 3 are expected"),
        ("x\nendheader\ntime\ta\n0\t1\n1\tx\n", "Line 5 holds a cell that is not a number"),
        ("x\nendheader\ntime\ta\n0\t1\n0\t1\n", "Time does not increase on line 5"),
        ("x\nendheader\ntime\ta\nnan\t1\n", "Time does not increase on line 4"),
        ("x\nendheader\ntime\ta\ta\n0\t1\t2\n", "Two columns are called 'a'"),
        ("x\nDataType=Vec3\nendheader\ntime\ta\n0\t1,2,3\n", "holds Vec3, not numbers"),
        (b"x\0y", "not text"),
        ("", "empty"),
    ],
)
def test_damaged_tables_are_refused_with_the_place(table, text, words):
    with pytest.raises(SessionReadError, match=words) as caught:
        read_storage(table(text))
    assert caught.value.context["file"] == "squat.mot"


def test_large_table_is_refused(table, monkeypatch):
    monkeypatch.setattr(storage, "MAX_STORAGE_BYTES", 10)
    with pytest.raises(SessionReadError, match="large"):
        read_storage(table(mot_text()))


def test_absent_column_lists_those_present(table):
    with pytest.raises(SessionReadError, match="Columns: pelvis_tilt, pelvis_ty"):
        read_storage(table(mot_text())).column("knee_angle_r")


@pytest.mark.parametrize(
    ("recording", "n_rows", "n_columns", "in_degrees"),
    [
        ("opencap_nmd_walk120hz_mit/example_joint_angle_timeseries_walk.mot", 835, 35, True),
        ("opencap_columbia_gait_mit/OpenCapData_2db17660-ae9d-44b4-85ee-ab3193511c6d/OpenSimData/Kinematics/"
         "walking2_1.mot", 132, 33, True),
        ("lab_opencap_labvalidation_subject4_nimble/ID/STS1_grf.mot", 1399, 27, False),
        ("opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData/Dynamics/Asym_0_1/"
         "forces_resultant.mot", 115, 18, True),
    ],
)  # fmt: skip
def test_real_files_equal_opensims_own_reading(shared_data, recording, n_rows, n_columns, in_degrees):
    path = shared_data(recording)
    motion = read_storage(path)
    assert motion.values.shape == (n_rows, n_columns)
    assert motion.in_degrees is in_degrees
    reference = osim.Storage(str(path))
    labels = reference.getColumnLabels()
    assert motion.columns == tuple(labels.get(index) for index in range(1, labels.getSize()))
    row = n_rows // 2
    numbers = reference.getStateVector(row).getData()
    np.testing.assert_allclose(motion.values[row], [numbers.get(index) for index in range(n_columns)], rtol=1e-9)
