"""Lab sessions: the TOML, AddBiomechanics' layout, and what is refused with which words."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import SessionReadError
from pipeline.contact.plates.reading import read_force_plates
from pipeline.session import read_markers
from pipeline.session.lab import is_lab_session, read_lab_session
from pipeline.session.lab_description import read_lab_description
from tests.pipeline.preparation.synthetic_walk import walk

DESCRIPTIONS = Path(__file__).resolve().parents[2] / "lab_sessions"
NIMBLE = "lab_opencap_labvalidation_subject4_nimble"

TOML = """
marker_set = "study"
static_trial = "standing"
filter = "butterworth:8"

[subject]
height_m = 1.70
mass_kg = 70
sex = "f"
age_years = 74

[axes]
x = "x"
y = "z"
z = "-y"

[marker_names]
CLAV = "C7_study"

[[trials]]
name = "standing"
markers = "standing.trc"

[[trials]]
name = "sit to stand 1"
markers = "raw/sts.trc"
forces = "raw/sts.mot"
"""


def write_trc(path, markers, unit="mm"):
    scale = 1000.0 if unit == "mm" else 1.0
    names = "\t\t\t".join(markers.names)
    axes = "\t".join(f"{axis}{n}" for n in range(1, len(markers.names) + 1) for axis in "XYZ")
    lines = [
        "PathFileType\t4\t(X/Y/Z)\tlab.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"60\t60\t{markers.n_frames}\t{len(markers.names)}\t{unit}\t60\t1\t{markers.n_frames}",
        f"Frame#\tTime\t{names}\t\t",
        f"\t\t{axes}",
        "",
    ]
    for number, (time, row) in enumerate(zip(markers.time_s, markers.positions_m, strict=True), start=1):
        cells = "\t".join(f"{value * scale:.6f}" for value in row.ravel())
        lines.append(f"{number}\t{time:.7f}\t{cells}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def lab(tmp_path):
    # The laboratory's frame has Z up: its y is minus the ground's z.
    ground = walk(seconds=0.5)
    z_up = ground.with_positions(ground.positions_m @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]))
    write_trc(tmp_path / "standing.trc", z_up.rename({"C7_study": "CLAV"}))
    write_trc(tmp_path / "raw" / "sts.trc", z_up)
    (tmp_path / "raw" / "sts.mot").write_text("endheader\n")
    (tmp_path / "visit.toml").write_text(TOML)
    return tmp_path


def refused(lab, change, text):
    (lab / "visit.toml").write_text(change(TOML))
    with pytest.raises(SessionReadError) as error:
        read_lab_session(lab / "visit.toml")
    assert text in str(error.value)
    assert error.value.hint


class TestToml:
    def test_everything_it_says_arrives(self, lab):
        session = read_lab_session(lab / "visit.toml")
        assert (session.identifier, session.kind, session.marker_set) == ("visit", "lab", "study")
        assert (session.subject.height_m, session.subject.mass_kg) == (1.70, 70)
        assert (session.subject.sex, session.subject.age_years) == ("f", 74)
        assert session.static_trial == "standing"
        assert [trial.name for trial in session.movement_trials] == ["sit to stand 1"]
        assert session.trial("sit to stand 1").force_file == lab / "raw" / "sts.mot"
        assert session.conversion.filter == "butterworth:8"
        assert session.warnings == ()

    def test_markers_come_out_in_the_ground_frame_under_the_models_names(self, lab):
        (lab / "visit.toml").write_text(TOML.replace('filter = "butterworth:8"\n', ""))
        session = read_lab_session(lab / "visit.toml")
        ground = walk(seconds=0.5)
        read = read_markers(session, session.trial("standing"))
        for name in ("C7_study", "r_toe_study"):
            np.testing.assert_allclose(read.position_m(name), ground.position_m(name), atol=1e-8)

    def test_what_the_subject_table_leaves_out_is_unknown(self, lab):
        (lab / "visit.toml").write_text(TOML.replace("height_m = 1.70\n", "").replace('sex = "f"\n', ""))
        subject = read_lab_session(lab / "visit.toml").subject
        assert (subject.height_m, subject.sex, subject.mass_kg) == (None, None, 70)

    def test_a_map_to_a_marker_the_model_does_not_have_is_warned_of(self, lab):
        (lab / "visit.toml").write_text(TOML.replace('CLAV = "C7_study"', 'CLAV = "C7"'))
        (warning,) = read_lab_session(lab / "visit.toml").warnings
        assert "maps to C7, which the study marker set does not have" in warning

    def test_the_real_session(self, shared_data):
        shared_data(NIMBLE)
        session = read_lab_session(DESCRIPTIONS / "opencap_labvalidation_subject4.toml")
        assert session.subject.mass_kg == 60.05
        assert len(session.movement_trials) == 12
        standing = read_markers(session, session.trial("static1"))
        assert len(standing.names) == 49
        # What the height in the TOML was estimated from.
        assert np.median(standing.position_m("C7")[:, 1]) == pytest.approx(1.463, abs=0.001)
        assert all(trial.force_file.is_file() for trial in session.trials)


class TestRefused:
    @pytest.mark.parametrize(
        ("old", "new", "text"),
        [
            ('z = "-y"', 'z = "y"', "is a mirror image (left-handed): it would exchange left and right"),
            ('z = "-y"', 'z = "x"', "each of the file's axes must be used once, got x=x, y=z, z=x"),
            ('z = "-y"', 'z = "up"', "z = 'up' is no axis; accepted: x, y, z, -x, -y, -z"),
            ('z = "-y"', "", "axes.z: Field required"),
            ("height_m", "height", "subject.height: there is no such entry"),
            ('sex = "f"', 'sex = "female"', "subject.sex: Input should be 'f', 'm' or 'unspecified'"),
            ('"study"', '"vicon"', "marker_set: Input should be 'study' or 'optical'"),
            ("butterworth:8", "butterworth", 'accepted: "none", "butterworth:6" (cut-off in Hz)'),
            ('static_trial = "standing"', 'static_trial = "T"', "static_trial 'T' is not among the trials: standing"),
            ('"sit to stand 1"', '"Standing"', "trial names repeat: Standing, standing"),
            ('"sit to stand 1"', '"../sts"', "trials[1].name: use letters, digits, space and . _ + - only"),
            ("raw/sts.trc", "raw/sts.csv", "sts.csv has not one of the accepted endings .trc, .c3d"),
            ("raw/sts.mot", "raw/absent.mot", "Files that the lab session description names do not exist: absent.mot"),
            ("[axes]", "[axes", "is not readable TOML"),
        ],
    )
    def test_in_words_that_say_what_is_accepted(self, lab, old, new, text):
        refused(lab, lambda toml: toml.replace(old, new, 1), text)

    def test_several_complaints_come_together(self, lab):
        refused(lab, lambda toml: toml.replace("height_m", "height").replace('"study"', '"x"'), "subject.height")
        refused(lab, lambda toml: toml.replace("height_m", "height").replace('"study"', '"x"'), "marker_set")

    def test_two_markers_under_one_name(self, lab):
        refused(
            lab,
            lambda toml: toml.replace("[marker_names]", '[marker_names]\nX = "C7_study"'),
            "several markers one name",
        )

    def test_absent_description(self, tmp_path):
        with pytest.raises(SessionReadError, match=r"There is no lab session description gone\.toml"):
            read_lab_description(tmp_path / "gone.toml")


class TestUploads:
    def test_a_folder_is_confined_to_itself(self, lab):
        inner = lab / "upload"
        inner.mkdir()
        (inner / "visit.toml").write_text(
            TOML.replace('"standing.trc"', '"../standing.trc"').replace("raw/", "../raw/")
        )
        with pytest.raises(SessionReadError, match=r"points outside the upload: standing\.trc, sts\.trc, sts\.mot"):
            read_lab_session(inner)
        # Named by the user, the same description may point anywhere.
        assert read_lab_session(inner / "visit.toml").static_trial == "standing"

    def test_a_link_does_not_lead_out(self, lab):
        inner = lab / "upload"
        inner.mkdir()
        for name in ("standing.trc", "raw"):
            (inner / name).symlink_to(lab / name)
        (inner / "visit.toml").write_text(TOML)
        with pytest.raises(SessionReadError, match="points outside the upload"):
            read_lab_session(inner)

    def test_a_complete_folder_is_read(self, lab):
        assert is_lab_session(lab)
        assert read_lab_session(lab).static_trial == "standing"


class TestAddBiomechanics:
    @pytest.fixture
    def folder(self, tmp_path):
        markers = walk(seconds=0.5)
        for name in ("walk_10", "walk_2", "Static_a"):
            write_trc(tmp_path / "MarkerData" / f"{name}.trc", markers, unit="m")
        (tmp_path / "ID").mkdir()
        (tmp_path / "ID" / "walk_2_grf.mot").write_text("endheader\n")
        return tmp_path

    def test_layout_is_recognised(self, folder):
        assert is_lab_session(folder)
        session = read_lab_session(folder)
        assert [trial.name for trial in session.trials] == ["Static_a", "walk_2", "walk_10"]
        assert (session.static_trial, session.marker_set) == ("Static_a", "study")
        assert session.trial("walk_2").force_file == folder / "ID" / "walk_2_grf.mot"
        assert session.trial("walk_10").force_file is None
        assert any("does not say height, mass, sex or age" in warning for warning in session.warnings)

    @pytest.mark.parametrize("sign", ["sessionMetadata.yaml", "OpenSimData"])
    def test_opencap_sessions_are_not_mistaken_for_it(self, folder, sign):
        (folder / sign).mkdir()
        assert not is_lab_session(folder)

    def test_no_static_trial(self, folder):
        (folder / "MarkerData" / "Static_a.trc").unlink()
        with pytest.raises(SessionReadError, match="None of the trials is named as a static one: walk_2, walk_10"):
            read_lab_session(folder)

    def test_files_of_one_name_are_trials_of_two(self, folder):
        markers = folder / "MarkerData"
        (markers / "walk_2.trc").rename(markers / "walk#10.trc")
        assert [trial.name for trial in read_lab_session(folder).trials] == ["Static_a", "walk_10", "walk_10 (2)"]

    def test_foreign_marker_names(self, tmp_path, folder):
        markers = walk(seconds=0.5)
        for file in (folder / "MarkerData").glob("*.trc"):
            write_trc(file, markers.rename({name: f"M{n}" for n, name in enumerate(markers.names)}))
        with pytest.raises(SessionReadError, match="belong to none of the known sets"):
            read_lab_session(folder)

    def test_real_folder(self, shared_data):
        session = read_lab_session(shared_data(NIMBLE))
        assert (session.static_trial, session.marker_set, len(session.trials)) == ("static1", "optical", 13)
        assert all(trial.force_file is not None for trial in session.trials)


def test_without_a_static_trial_every_trial_is_a_movement(lab):
    file = next(lab.glob("*.toml"))
    file.write_text(file.read_text().replace('static_trial = "standing"\n', ""))
    session = read_lab_session(lab)
    assert session.static_trial is None
    assert session.movement_trials == session.trials


@pytest.mark.parametrize("name", ["bmc_walk1", "bmc_walk2"])
def test_cortex_walks_enter_with_their_marker_names_and_seven_plates(shared_data, name):
    shared_data("lab_bmc_gait_ccby")
    session = read_lab_session(DESCRIPTIONS / f"{name}.toml")
    (trial,) = session.trials
    markers = read_markers(session, trial)
    assert {"r.ASIS", "L.PSIS", "r_knee", "L_calc"} <= set(markers.names)
    # The person walks along X, Y up: the right side is at greater Z.
    assert np.all(markers.position_m("r.ASIS")[:, 2] > markers.position_m("L.ASIS")[:, 2])
    recording = read_force_plates(trial.force_file, session.conversion.file_to_ground)
    assert len(recording.plates) == 4
    assert sum("not stepped on" in note for note in recording.notes) == 3


def test_a_project_with_some_toml_is_no_lab_session(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert not is_lab_session(tmp_path)
