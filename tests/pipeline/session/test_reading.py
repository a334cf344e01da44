import contextlib
import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.errors import MarkerDataError, SessionReadError, UploadRejectedError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, marker_set
from models.subject import SubjectMetadata
from pipeline.session import find_sessions, read_markers, read_session
from tests.pipeline.session.session_files import (
    KEYPOINTS,
    METADATA,
    MODEL,
    MONOCULAR,
    STUDY,
    damage,
    make_zip,
    mot_text,
    opencap_files,
    positions,
    trc_text,
    write,
)

UUID = "2db17660-ae9d-44b4-85ee-ab3193511c6d"
NO_METADATA = "There is no sessionMetadata.yaml: height, mass and sex of the participant are not in the session."


@pytest.fixture
def read(tmp_path):
    """Read a session made of these files, given as a folder of this name."""

    def read(files, name=f"OpenCapData_{UUID}"):
        return read_session(write(tmp_path / name, files), tmp_path / "work")

    return read


def without(files, *parts):
    return {name: content for name, content in files.items() if not any(part in name for part in parts)}


def warned(session, words):
    return [warning for warning in session.warnings if words in warning]


# ---- the three producers


def test_complete_folder(read):
    session = read(opencap_files(["squat", "walk_10", "walk_2"]))
    assert session.identifier == UUID
    assert session.kind == "opencap"
    assert session.marker_set == "study"
    assert session.subject == SubjectMetadata(height_m=1.67, mass_kg=60.0, gender_text="Woman")
    assert [trial.name for trial in session.trials] == ["neutral", "squat", "walk_2", "walk_10"]
    assert session.static_trial == "neutral"
    assert [trial.name for trial in session.movement_trials] == ["squat", "walk_2", "walk_10"]
    assert session.trial("squat").kinematics_file.name == "squat.mot"
    assert session.trial("squat").model_file is None
    assert session.model_file.name == "LaiUhlrich2022_scaled.osim"
    assert session.warnings == ()
    assert not session.synthetic


def test_web_zip_gives_the_same_session_as_the_folder(tmp_path, read):
    files = without(opencap_files(), "Settings")
    from_folder = read(files)
    path = make_zip(tmp_path / "download (3).zip", files, f"OpenCapData_{UUID}/")
    from_zip = read_session(path, tmp_path / "work")
    assert from_zip.identifier == from_folder.identifier
    assert [trial.name for trial in from_zip.trials] == [trial.name for trial in from_folder.trials]
    assert from_zip.root.is_relative_to(tmp_path / "work")
    markers = read_markers(from_zip, from_zip.trial("squat"))
    np.testing.assert_array_equal(
        markers.positions_m, read_markers(from_folder, from_folder.trial("squat")).positions_m
    )


def test_zip_without_inner_folder_is_named_after_the_file(tmp_path):
    path = make_zip(tmp_path / "visit 2.zip", opencap_files())
    assert read_session(path, tmp_path / "work").identifier == "visit 2"


def test_zip_unpacked_into_a_folder_of_its_own_name(tmp_path):
    write(tmp_path / f"OpenCapData_{UUID}" / f"OpenCapData_{UUID}", opencap_files())
    assert read_session(tmp_path / f"OpenCapData_{UUID}", tmp_path / "work").identifier == UUID


def test_download_kinematics_folder_has_no_prefix_and_no_readme(read):
    session = read(without(opencap_files(), "README", "Videos"), name=UUID)
    assert session.identifier == UUID
    assert session.warnings == ()


def test_empty_session_is_one_clear_error(read):
    with pytest.raises(SessionReadError, match=r"holds no trial: there are neither marker files \(MarkerData/\*.trc\)"):
        read({"README.txt": "x", "Videos/mappingCamDevice.pickle": b"x"})


def test_zip_of_an_empty_session_is_the_same_error(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"README.txt": "x", "Videos/a.pickle": b"x"}, f"OpenCapData_{UUID}/")
    with pytest.raises(SessionReadError, match="holds no trial") as caught:
        read_session(path, tmp_path / "work")
    assert "Check in the web app that the trials are done" in caught.value.hint


def test_session_in_the_current_folder_has_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path / "visit 2", opencap_files()))
    assert read_session(Path(), tmp_path / "work").identifier == "visit 2"


# ---- several sessions


@pytest.fixture
def participant(tmp_path):
    files = {f"OpenCapData_{name}/{path}": text for name in ("a", "b") for path, text in opencap_files().items()}
    return make_zip(tmp_path / "OpenCapData_Subject_7.zip", files, "OpenCapData_Subject_7/")


def test_participant_zip_gives_its_sessions(participant, tmp_path):
    roots = find_sessions(participant, tmp_path / "work")
    assert [read_session(root, tmp_path / "work").identifier for root in roots] == ["a", "b"]


def test_one_session_is_asked_for_where_several_are(participant, tmp_path):
    with pytest.raises(SessionReadError, match="holds 2 sessions: OpenCapData_a, OpenCapData_b"):
        read_session(participant, tmp_path / "work")


def test_folder_of_sessions(tmp_path):
    for name in ("visit1", "visit2"):
        write(tmp_path / "Data" / name, opencap_files())
    write(tmp_path / "Data" / "other", {"OpenSimData/Model/LaiUhlrich2022_scaled.osim": MODEL})
    assert [root.name for root in find_sessions(tmp_path / "Data", tmp_path / "work")] == ["visit1", "visit2"]


@pytest.mark.parametrize("ours", ["report.html", "Tables/indicators.csv"])
def test_results_are_not_mistaken_for_sessions(tmp_path, ours):
    write(tmp_path / "Data" / "visit1", opencap_files())
    write(tmp_path / "Data" / "results", opencap_files() | {"summary.json": "{}", ours: ""})
    assert [root.name for root in find_sessions(tmp_path / "Data", tmp_path / "work")] == ["visit1"]


# ---- what is no session


def test_single_marker_file_is_answered_with_what_a_session_is(tmp_path):
    path = write(tmp_path, {"walk.trc": trc_text()}) / "walk.trc"
    with pytest.raises(SessionReadError, match=r"walk\.trc is a single file, not a session") as caught:
        read_session(path, tmp_path / "work")
    assert "OpenCapData_<id>" in caught.value.hint
    assert ".toml" in caught.value.hint


@pytest.mark.parametrize("part", ["MarkerData", "OpenSimData/Model"])
def test_folder_inside_a_session_is_answered_with_the_folder_above(tmp_path, part):
    root = write(tmp_path / "s", opencap_files())
    with pytest.raises(SessionReadError, match="holds no session") as caught:
        read_session(root / part, tmp_path / "work")
    assert "give the folder above it" in caught.value.hint


def test_absent_path_and_unrelated_folder(tmp_path):
    with pytest.raises(SessionReadError, match="There is nothing at"):
        read_session(tmp_path / "absent", tmp_path / "work")
    with pytest.raises(SessionReadError, match="holds no session"):
        read_session(write(tmp_path / "photos", {"holiday.jpg": b"x"}), tmp_path / "work")


def test_unsafe_zip_is_refused_at_the_door(tmp_path):
    with pytest.raises(UploadRejectedError, match="not safe"):
        read_session(make_zip(tmp_path / "x.zip", opencap_files(), "../"), tmp_path / "work")


# ---- files that are absent, or that belong together in spite of their names


def test_markers_without_angles(read):
    session = read(without(opencap_files(["squat", "walk"]), "walk.mot"))
    assert session.trial("walk").kinematics_file is None
    assert session.warnings == (
        "walk: OpenCap has no joint angles; its own inverse kinematics may have failed. Look at the markers.",
    )


def test_angles_without_markers(read):
    session = read(without(opencap_files(["squat", "walk"]), "walk.trc"))
    assert session.trial("walk").marker_file is None
    assert session.warnings == ("walk: there are joint angles but no markers; nothing can be computed for it.",)
    with pytest.raises(MarkerDataError, match="has no marker file") as caught:
        read_markers(session, session.trial("walk"))
    assert caught.value.context["trial"] == "walk"


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_a_trial_that_says_so(tmp_path, put):
    folder = write(tmp_path / "OpenCapData_x", opencap_files(["squat", "walk"]))
    marker_file = folder / "MarkerData" / "walk.trc"
    marker_file.unlink()
    put(marker_file)
    session = read_session(folder, tmp_path / "work")
    with pytest.raises(MarkerDataError, match="a folder, a pipe or a device in place of the file") as caught:
        read_markers(session, session.trial("walk"))
    assert caught.value.context["trial"] == "walk"
    assert read_markers(session, session.trial("squat")).names


def test_settings_of_a_trial_that_failed(read):
    session = read(opencap_files() | {"MarkerData/Settings/settings_walking.yaml": "x: 1\n"})
    assert [trial.name for trial in session.trials] == ["neutral", "squat"]
    assert session.warnings == (
        "walking: OpenCap has settings but neither markers nor angles; it could not process this trial.",
    )


def test_missing_metadata_and_model_are_said(read):
    session = read(without(opencap_files(), "sessionMetadata", "Model"))
    assert session.subject == SubjectMetadata()
    assert session.model_file is None
    assert session.warnings == (NO_METADATA, "There is no scaled model; OpenCap's own scaling may have failed.")


def test_odd_metadata_reach_the_warnings(read):
    session = read(opencap_files() | {"sessionMetadata.yaml": "height_m: 178\nmass_kg: 72\nsex: m\n"})
    assert session.subject == SubjectMetadata(mass_kg=72.0, sex="m")
    assert warned(session, "give 1.78 (form field 'Height', or --height-m)")


def test_synthetic_sessions_are_known_as_such(read):
    assert read(opencap_files() | {"sessionMetadata.yaml": METADATA + "synthetic: true\n"}).synthetic


def test_markers_that_say_so_make_a_session_synthetic_whatever_became_of_its_metadata(read):
    made = trc_text(path_line="PathFileType  4\t(X/Y/Z)\t/SYNTHETIC/no-such-person/MarkerData")
    session = read(without(opencap_files(), "sessionMetadata.yaml", ".osim") | {"MarkerData/squat.trc": made})
    assert session.synthetic
    assert session.warnings == (NO_METADATA,), "OpenCap, which scales models, has never seen it"


def test_spaces_in_trial_names(read):
    files = opencap_files(["sit to stand"])
    assert read(files).trial("sit to stand").kinematics_file.name == "sit to stand.mot"


def test_spaces_that_one_producer_strips_do_not_part_a_trial(read):
    files = without(opencap_files(["sit to stand"]), ".mot") | {"OpenSimData/Kinematics/sittostand.mot": mot_text()}
    session = read(files | {"MarkerData/Settings/settings_sittostand.yaml": "x: 1"})
    assert [trial.name for trial in session.trials] == ["neutral", "sit to stand"]
    assert session.trial("sit to stand").kinematics_file.name == "sittostand.mot"
    assert session.warnings == ()


def test_repeated_trials_stay_apart(read):
    session = read(opencap_files(["walk", "walk_1", "walk 1", "walk1", "Walk"]))
    names = [trial.name for trial in session.movement_trials]
    assert len({name.casefold() for name in names}) == 5
    for trial in session.movement_trials:
        assert trial.marker_file.stem == trial.kinematics_file.stem


@pytest.mark.parametrize(("present", "chosen"), [(["Neutral"], "Neutral"), (["neutral_1", "neutral_2"], "neutral_2")])
def test_renamed_neutral_trial_is_used_and_said(read, present, chosen):
    files = without(opencap_files(), "neutral") | {f"MarkerData/{name}.trc": trc_text() for name in present}
    session = read(files)
    assert session.static_trial == chosen
    assert warned(session, f"No trial is called neutral; {chosen} is used as the neutral trial.")


def test_no_neutral_trial(read):
    session = read(without(opencap_files(), "neutral"))
    assert session.static_trial is None
    assert warned(session, "There is no neutral trial")


def test_only_the_neutral_trial(read):
    session = read(opencap_files([]))
    assert session.movement_trials == ()
    assert warned(session, "There is only the neutral trial, no movement.")


def test_calibration_and_hidden_files_are_no_trials(read):
    session = read(opencap_files() | {"MarkerData/calibration.trc": "x", "MarkerData/._squat.trc": b"\0"})
    assert [trial.name for trial in session.trials] == ["neutral", "squat"]
    assert session.warnings == ()


def test_model_is_chosen_by_the_metadata(read):
    session = read(opencap_files() | {"OpenSimData/Model/A_scaled.osim": MODEL, "OpenSimData/Model/B.osim": MODEL})
    assert session.model_file.name == "LaiUhlrich2022_scaled.osim"
    assert warned(session, "There are several models; LaiUhlrich2022_scaled.osim is used, not A_scaled.osim, B.osim.")


def test_shoulder_model_is_said(read):
    metadata = METADATA.replace("LaiUhlrich2022", "LaiUhlrich2022_shoulder")
    assert warned(read(opencap_files() | {"sessionMetadata.yaml": metadata}), "shoulder model")


# ---- marker files at the door


def test_text_file_renamed_trc_is_said_and_leaves_the_others(read):
    session = read(opencap_files(["squat", "notes"]) | {"MarkerData/notes.trc": "Dear colleague,\nthanks.\n"})
    assert warned(session, "notes: the marker file cannot be read. This is not a TRC marker file")
    assert read_markers(session, session.trial("squat")).names == STUDY
    with pytest.raises(MarkerDataError, match="not a TRC"):
        read_markers(session, session.trial("notes"))


def test_session_without_any_readable_marker_file_is_refused(read):
    with pytest.raises(SessionReadError, match=r"No marker file of the session can be read. This is not a TRC"):
        read(opencap_files() | {"MarkerData/neutral.trc": "x", "MarkerData/squat.trc": "y"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (trc_text(n_frames_header=99), "squat: the header announces 99 frames, the file holds 4; these are used."),
        (trc_text(n_markers_header=20), "squat: the header announces 20 markers, the file holds 43; these are used."),
        (trc_text().replace("60.0\t60.0", "120\t120"), "the header says 120 frames per second, the time column 60;"),
        (trc_text(STUDY[2:]), f"squat: 2 of 43 anatomical markers are missing: {STUDY[0]}, {STUDY[1]}."),
        (trc_text(KEYPOINTS), "squat: it holds none of the anatomical markers (names ending in _study)"),
    ],
)
def test_odd_marker_files_are_said(read, text, words):
    assert warned(read(opencap_files() | {"MarkerData/squat.trc": text}), words)


def test_markers_come_in_the_order_of_the_model_whatever_the_file(read):
    names = (*KEYPOINTS, *reversed(STUDY))
    session = read(opencap_files(names=names))
    markers = read_markers(session, session.trial("squat"))
    assert markers.names == STUDY
    expected = positions(4, len(names))
    for index, name in enumerate(names[len(KEYPOINTS) :], start=len(KEYPOINTS)):
        np.testing.assert_allclose(markers.position_m(name), expected[:, index], atol=1e-9)


def test_absent_markers_are_left_out_not_invented(read):
    session = read(opencap_files(names=STUDY[3:]))
    assert read_markers(session, session.trial("squat")).names == STUDY[3:]


def test_keypoints_alone_are_refused_with_what_is_expected(read):
    session = read(opencap_files() | {"MarkerData/squat.trc": trc_text(KEYPOINTS)})
    with pytest.raises(MarkerDataError, match="none of the model's markers") as caught:
        read_markers(session, session.trial("squat"))
    assert "found Neck, RShoulder, midHip" in caught.value.hint
    assert caught.value.context == {"trial": "squat"}


def test_damaged_downloads_meet_nothing_but_our_own_errors(tmp_path):
    """Whatever a byte turns into, the user gets a message, not a traceback, and nothing is left unpacked."""
    rng = np.random.default_rng(0)
    whole = make_zip(tmp_path / "x.zip", opencap_files(), "OpenCapData_x/").read_bytes()
    for _ in range(100):
        (tmp_path / "x.zip").write_bytes(damage(whole, rng))
        with contextlib.suppress(SessionReadError):
            read_session(tmp_path / "x.zip", tmp_path / "work")
            continue
        assert not any(path.name.startswith(".") for path in (tmp_path / "work").rglob("*"))


def test_damaged_files_meet_nothing_but_our_own_errors(tmp_path):
    rng = np.random.default_rng(0)
    files = opencap_files()
    root = write(tmp_path / "s", files)
    n_read = 0
    for _ in range(150):
        for name in ("MarkerData/squat.trc", "sessionMetadata.yaml"):
            (root / name).write_bytes(damage(files[name].encode(), rng))
        session = read_session(root, tmp_path / "work")
        with contextlib.suppress(MarkerDataError):
            n_read += read_markers(session, session.trial("squat")).n_frames > 0
    assert 0 < n_read < 150


# ---- OpenCap Monocular


def monocular_files():
    return {
        "MarkerData/sit to stand.trc": trc_text(MONOCULAR),
        "MarkerData/walk.trc": trc_text(MONOCULAR),
        "OpenSimData/Kinematics/sit to stand.mot": mot_text(),
        "OpenSimData/Kinematics/walk.mot": mot_text(),
        "OpenSimData/Model/sittostand/LaiUhlrich2022_scaled.osim": MODEL,
        "OpenSimData/Model/walk/LaiUhlrich2022_scaled.osim": MODEL,
    }


def test_monocular_session(read):
    session = read(monocular_files())
    assert session.kind == "opencap-monocular"
    assert session.static_trial is None
    assert session.model_file is None
    assert session.trial("walk").model_file.parent.name == "walk"
    assert session.trial("sit to stand").model_file.parent.name == "sittostand"
    assert session.warnings == (NO_METADATA,)


def test_monocular_markers_take_the_models_names(read):
    session = read(monocular_files())
    markers = read_markers(session, session.trial("walk"))
    assert set(markers.names) == set(MONOCULAR_TO_STUDY.values())
    expected = positions(4, len(MONOCULAR))
    for old, new in MONOCULAR_TO_STUDY.items():
        np.testing.assert_allclose(markers.position_m(new), expected[:, MONOCULAR.index(old)], atol=1e-9)


# ---- lab descriptions at the same door

LAB = """
marker_set = "study"
static_trial = "static"
[[trials]]
name = "static"
markers = "FILE"
[marker_names]
"RASI" = "r.ASIS_study"
[axes]
x = "x"
y = "z"
z = "-y"
"""


def test_lab_description_maps_names_and_axes(tmp_path):
    write(tmp_path, {"lab.toml": LAB.replace("FILE", "a.trc"), "a.trc": trc_text(("Jane:RASI", "other"), units="mm")})
    session = read_session(tmp_path / "lab.toml", tmp_path / "work")
    assert session.kind == "lab"
    markers = read_markers(session, session.trial("static"))
    assert markers.names == ("r.ASIS_study",)
    x, y, z = positions(4, 2)[:, 0].T / 1000
    np.testing.assert_allclose(markers.position_m("r.ASIS_study"), np.stack([x, z, -y], axis=1), atol=1e-9)


def test_filter_waits_for_preparation_so_that_no_fault_is_smeared(read):
    session = read(opencap_files() | {"MarkerData/squat.trc": trc_text(n_frames=40)})
    rough = dataclasses.replace(session, conversion=dataclasses.replace(session.conversion, filter="moving-mean:5"))
    raw, unfiltered = (read_markers(one, one.trial("squat")).positions_m for one in (session, rough))
    np.testing.assert_array_equal(unfiltered, raw)


def test_uploaded_lab_description_cannot_point_outside_its_archive(tmp_path):
    write(tmp_path, {"secret.trc": trc_text()})
    path = make_zip(tmp_path / "x.zip", {"lab.toml": LAB.replace("FILE", str(tmp_path / "secret.trc"))})
    with pytest.raises(SessionReadError, match="points outside the upload"):
        read_session(path, tmp_path / "work")


# ---- nobody's name


def named_session(name):
    files = opencap_files([f"{name}_walk", "squat"])
    files |= {"sessionMetadata.yaml": f"subjectID: {name}\ngender_mf: {name}\n"}
    return files | {f"MarkerData/Settings/settings_{name} 2.yaml": "x: 1", f"MarkerData/{name}_sts.trc": "broken"}


def test_the_persons_name_is_in_no_field_of_the_session(read):
    session = read(named_session("Jane"), name=UUID)
    # The paths of files are as the user named them; results and logs show names only.
    nameless = tuple(dataclasses.replace(trial, marker_file=None, kinematics_file=None) for trial in session.trials)
    assert "jane" not in repr(dataclasses.replace(session, trials=nameless)).lower()
    assert {trial.name for trial in session.trials} == {"neutral", "participant_sts", "participant_walk", "squat"}
    with pytest.raises(MarkerDataError) as caught:
        read_markers(session, session.trial("participant_sts"))
    assert "jane" not in str(caught.value).lower()


@pytest.mark.parametrize("folder", ["Jane", "OpenCapData_Jane_visit2", "jane 2"])
def test_folder_named_after_the_person_is_not_the_identifier(read, folder):
    session = read(named_session("Jane"), name=folder)
    assert session.identifier.startswith("session-")
    assert "jane" not in session.identifier.lower()


def test_identifiers_of_two_people_differ_and_stay_the_same(read):
    first = read(opencap_files() | {"sessionMetadata.yaml": "subjectID: Jane\n"}, name="Jane").identifier
    again = read(opencap_files() | {"sessionMetadata.yaml": "subjectID: Jane\n"}, name="x/Jane").identifier
    recording = {"MarkerData/squat.trc": trc_text(n_frames=7), "sessionMetadata.yaml": "subjectID: John\n"}
    other = read(opencap_files() | recording, name="John").identifier
    assert first == again
    assert first != other


def test_refused_session_does_not_name_the_person(read):
    files = {"MarkerData/Jane_walk.trc": "broken", "sessionMetadata.yaml": "subjectID: Jane\n"}
    with pytest.raises(SessionReadError) as caught:
        read(files, name=UUID)
    assert "jane" not in str(caught.value).lower()


# ---- real recordings


def test_field_study_of_2022(shared_data, tmp_path):
    root = shared_data("opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0")
    session = read_session(root, tmp_path)
    assert session.identifier == "fieldstudy-subject0"
    assert session.subject == SubjectMetadata(height_m=1.78, mass_kg=72.0, sex="m")
    assert [trial.name for trial in session.trials] == ["Asym_0", "neutral", "Squats_0"]
    assert session.model_file.name == "LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim"
    assert session.warnings == ()
    markers = read_markers(session, session.trial("Squats_0"))
    assert markers.positions_m.shape == (832, 43, 3)
    assert markers.rate_hz == pytest.approx(60)
    assert np.isfinite(markers.positions_m).all()
    assert 1.3 < markers.position_m("C7_study")[0, 1] < 1.7


def test_columbia_session_and_the_name_in_its_metadata(shared_data, tmp_path):
    folder = shared_data("opencap_columbia_gait_mit")
    roots = find_sessions(folder, tmp_path)
    assert len(roots) == 2
    session = read_session(roots[0], tmp_path)
    assert "Jane" not in repr(session)
    assert session.identifier == UUID
    assert session.subject == SubjectMetadata(height_m=1.67, mass_kg=60.0, gender_text="Woman")
    assert session.warnings == (
        "walking: OpenCap has settings but neither markers nor angles; it could not process this trial.",
    )
    assert read_markers(session, session.trial("neutral")).rate_hz == pytest.approx(30)
    with pytest.raises(SessionReadError, match="holds no trial"):
        read_session(roots[1], tmp_path)


def test_nmd_walk_put_into_a_folder(shared_data, tmp_path):
    recording = shared_data("opencap_nmd_walk120hz_mit")
    for suffix, folder in (("position", "MarkerData"), ("angle", "OpenSimData/Kinematics")):
        (tmp_path / "nmd" / folder).mkdir(parents=True)
        source = next(recording.glob(f"*{suffix}*"))
        shutil.copy(source, tmp_path / "nmd" / folder / f"walk{source.suffix}")
    session = read_session(tmp_path / "nmd", tmp_path / "work")
    assert session.kind == "opencap"
    assert session.static_trial is None
    assert session.trial("walk").kinematics_file is not None
    markers = read_markers(session, session.trial("walk"))
    assert markers.names == marker_set("study").names
    assert markers.rate_hz == pytest.approx(120)
