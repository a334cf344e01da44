"""What our results folder holds is what opencap-processing loads, and names nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assessment.opencap_layout import missing_files, write_marker_file, write_metadata
from models.markers import MarkerTrajectories
from models.subject import Subject
from pipeline.files.trc import read_trc
from pipeline.session.metadata import read_metadata

PERSON = Subject(height_m=1.56, mass_kg=58.0, sex="f", age_years=78.0)
MODEL = Path("OpenSimData/Model/LaiUhlrich2022_scaled.osim")


def _markers() -> MarkerTrajectories:
    rng = np.random.default_rng(5)
    return MarkerTrajectories(
        ("r.ASIS_study", "C7_study", "r_calc_study"), rng.normal(size=(7, 3, 3)), np.arange(7) / 60
    )


def _write(folder: Path, *relative: str) -> None:
    for name in relative:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_markers_come_back_with_their_frames(tmp_path: Path) -> None:
    markers = _markers()
    assert write_marker_file(tmp_path, "walk", markers, markers.time_s) == "MarkerData/walk.trc"
    read = read_trc(tmp_path / "MarkerData" / "walk.trc")
    assert read.names == markers.names
    np.testing.assert_allclose(read.positions_m, markers.positions_m, atol=1e-5)
    np.testing.assert_allclose(read.time_s, markers.time_s, atol=1e-7)


def test_a_marker_with_holes_is_left_out_so_that_every_cell_is_a_number(tmp_path: Path) -> None:
    markers = _markers()
    markers.positions_m[3, 1] = np.nan
    path = tmp_path / (write_marker_file(tmp_path, "walk", markers, markers.time_s) or "")
    # opencap-processing reads the rows like this, and stops at the first blank cell.
    rows = np.loadtxt(path, delimiter="\t", skiprows=5, usecols=range(2 + 2 * 3))
    assert rows.shape == (7, 8)
    assert np.isfinite(rows).all()
    assert path.read_text().splitlines()[3].split()[2:] == ["r.ASIS_study", "r_calc_study"]


def test_without_one_whole_marker_nothing_is_written(tmp_path: Path) -> None:
    markers = _markers()
    markers.positions_m[2] = np.nan
    assert write_marker_file(tmp_path, "walk", markers, markers.time_s) is None
    assert not (tmp_path / "MarkerData").exists()


def test_frames_are_those_of_the_angles(tmp_path: Path) -> None:
    markers = _markers()
    # Empty ends were cut off and a lost frame was filled in: frames 1 to 5, and one halfway between 2 and 3.
    time_s = np.array([1, 2, 2.5, 3, 4, 5]) / 60
    read = read_trc(tmp_path / (write_marker_file(tmp_path, "walk", markers, time_s) or ""))
    np.testing.assert_allclose(read.time_s, time_s, atol=1e-7)
    np.testing.assert_allclose(read.positions_m[1], markers.positions_m[2], atol=1e-5)
    np.testing.assert_allclose(read.positions_m[2], markers.positions_m[2:4].mean(axis=0), atol=1e-5)


def test_landmarks_of_a_laboratory_get_opencaps_names_and_clusters_keep_theirs(tmp_path: Path) -> None:
    markers = _markers().rename({"r.ASIS_study": "r.ASIS", "C7_study": "r_thigh1", "r_calc_study": "L_calc"})
    read = read_trc(tmp_path / (write_marker_file(tmp_path, "walk", markers, markers.time_s) or ""))
    assert read.names == ("r.ASIS_study", "r_thigh1", "L_calc_study")


@pytest.mark.parametrize("synthetic", [True, False])
def test_metadata_name_the_model_and_nobody(tmp_path: Path, synthetic: bool) -> None:
    write_metadata(tmp_path, PERSON, MODEL, synthetic=synthetic)
    read = read_metadata(tmp_path / "sessionMetadata.yaml")
    assert read.model_name == "LaiUhlrich2022"
    assert (read.subject.height_m, read.subject.mass_kg, read.subject.sex) == (1.56, 58.0, "f")
    assert read.synthetic is synthetic
    assert read.warnings == ()
    assert "subjectID" not in (tmp_path / "sessionMetadata.yaml").read_text()


def test_a_sex_that_is_not_specified_can_be_read_again(tmp_path: Path) -> None:
    write_metadata(tmp_path, Subject(1.7, 70.0, "unspecified"), MODEL, synthetic=False)
    assert read_metadata(tmp_path / "sessionMetadata.yaml").warnings == ()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert missing_files(tmp_path, "walk") == [
        "OpenSimData/Kinematics/walk.mot",
        "MarkerData/walk.trc",
        "openSimModel in sessionMetadata.yaml",
    ]
    _write(tmp_path, "OpenSimData/Kinematics/walk.mot", "MarkerData/walk.trc")
    write_metadata(tmp_path, PERSON, MODEL, synthetic=False)
    assert missing_files(tmp_path, "walk") == [MODEL.as_posix()]
    _write(tmp_path, MODEL.as_posix())
    assert missing_files(tmp_path, "walk") == []


def test_a_monocular_trial_has_a_model_of_its_own_and_needs_no_metadata(tmp_path: Path) -> None:
    _write(tmp_path, "OpenSimData/Kinematics/walk.mot", "MarkerData/walk.trc")
    (tmp_path / "OpenSimData" / "Model" / "walk").mkdir(parents=True)
    assert missing_files(tmp_path, "walk") == ["OpenSimData/Model/walk/*.osim"]
    _write(tmp_path, "OpenSimData/Model/walk/LaiUhlrich2022_scaled.osim")
    assert missing_files(tmp_path, "walk") == []
