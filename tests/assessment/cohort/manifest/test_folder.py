"""A folder in place of a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.cohort.manifest import manifest_in, read_folder
from models.errors import SettingsError
from tests.assessment.cohort.manifest.writing import opencap_id, write_session

PERSON = {"height_m": 1.6, "mass_kg": 60, "sex": "f"}


def test_sessions_are_called_by_their_folders_where_these_are_codes(tmp_path: Path) -> None:
    for name in ("OpenCapData_S2", "S10", f"OpenCapData_{opencap_id(1)}"):
        write_session(tmp_path / name, **PERSON)
    manifest = read_folder(tmp_path)
    assert manifest.bad_rows == ()
    assert [visit.key for visit in manifest.sessions] == [f"{opencap_id(1)}/1", "S2/1", "S10/1"]
    assert manifest.sessions[1].source == tmp_path / "OpenCapData_S2"


def test_names_of_people_become_numbers(tmp_path: Path) -> None:
    write_session(tmp_path / "JaneDoe1", **PERSON)
    write_session(tmp_path / "Kim 2", **PERSON)
    write_session(tmp_path / "P0001", **PERSON)
    write_session(tmp_path / "pilot_Bo3", **PERSON, subjectID="'Bo Li pilot_Bo'")
    write_session(tmp_path / "walk", **PERSON)
    (tmp_path / "ann4.zip").touch()
    manifest = read_folder(tmp_path)
    codes = {visit.source.name: visit.participant for visit in manifest.sessions if isinstance(visit.source, Path)}
    assert codes["P0001"] == "P0001"
    assert {codes[name] for name in ("ann4.zip", "JaneDoe1", "Kim 2", "walk")} == {"P0002", "P0003", "P0004", "P0005"}


def test_who_is_not_known_needs_a_manifest(tmp_path: Path) -> None:
    write_session(tmp_path / "S1", height_m=1.6, sex="f")
    (tmp_path / "S2").mkdir()
    write_session(tmp_path / "S3", **PERSON)
    write_session(tmp_path / "s3", **PERSON)
    manifest = read_folder(tmp_path)
    assert [(bad.row, bad.column) for bad in manifest.bad_rows] == [
        (1, "mass_kg"), (2, "session"), (3, "visit"), (4, "participant"), (4, "visit"),
    ]  # fmt: skip
    assert ["Or write a manifest" in bad.hint for bad in manifest.bad_rows] == [True, True, True, False, True]
    assert manifest.bad_rows[2].reason.endswith("(places 3, 4).")
    assert (manifest.n_places, manifest.left_out) == (4, "4 of 4 entries of the folder")


def test_what_to_do_is_told_once_an_entry_and_made_up_codes_nowhere(tmp_path: Path) -> None:
    write_session(tmp_path / "Jane Doe 10")
    write_session(tmp_path / "S2" / "inside")
    write_session(tmp_path / "S2" / "other")
    write_session(tmp_path / "Jane Doe 9", **PERSON)
    manifest = read_folder(tmp_path)
    said = [(bad.row, bad.participant, bad.column, bad.hint.split(" Or write")[0]) for bad in manifest.bad_rows]
    assert said == [
        (2, "", "height_m", "Complete the session's own files."),
        (2, "", "mass_kg", ""),
        (2, "", "sex", manifest.bad_rows[2].hint),
        (3, "S2", "session", "Put each of them into the folder by itself."),
    ]
    assert manifest.bad_rows[2].hint.startswith("Or write a manifest")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("manifest.csv",), "manifest.csv is in it: give that."),
        (("Jane Doe.csv",), "There is a .csv file in it: if it is a manifest, give that."),
        (("manifest.csv", "old.csv"), "There is a .csv file in it: if it is a manifest, give that."),
        (("notes.txt",), ""),
    ],
)
def test_the_manifest_in_a_folder_is_pointed_at(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert manifest_in(tmp_path) == said
    with pytest.raises(SettingsError) as refused:
        read_folder(tmp_path)
    assert refused.value.hint == said or not said


def test_what_cannot_be_a_session_is_passed_over(tmp_path: Path) -> None:
    write_session(tmp_path / "S1", **PERSON)
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".cache").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "cohort.json").touch()
    manifest = read_folder(tmp_path)
    assert ([visit.participant for visit in manifest.sessions], manifest.bad_rows) == (["S1"], ())


def test_folders_that_are_no_cohort_say_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="neither folders nor archives"):
        read_folder(tmp_path)
    with pytest.raises(SettingsError, match="is a session, not a folder of sessions"):
        read_folder(write_session(tmp_path / "S1"))
    with pytest.raises(SettingsError, match="No such file"):
        read_folder(tmp_path / "absent")
