"""Why a visit cannot be read, without what its folders and archives are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.cohort.reading_errors import for_tables
from models.errors import MissingMetadataError, SessionReadError
from pipeline.session import read_session
from tests.assessment.session_builder import build_session


def told(message: str, source: Path, unpacked: Path) -> str:
    error = for_tables(SessionReadError(message, hint="Look at Jane."), source, unpacked)
    return f"{error.message} {error.hint}"


def test_folders_around_and_within_an_archive_may_be_called_after_people(tmp_path: Path) -> None:
    (tmp_path / "unpacked" / "Jane Doe" / "OpenCapData_Jane" / "MarkerData").mkdir(parents=True)
    (tmp_path / "unpacked" / "Jane Doe" / "Kim").mkdir()
    text = told(
        "Jane Doe holds 2 sessions: OpenCapData_Jane, Kim; MarkerData is there.",
        tmp_path / "Jane Doe.zip",
        tmp_path / "unpacked",
    )
    assert text == "The session holds 2 sessions; MarkerData is there. Look at Jane."


def test_paths_are_taken_out_with_all_their_parts(tmp_path: Path) -> None:
    source = tmp_path / "Jane"
    assert told(f"{source}/MarkerData/a.trc is empty.", source, tmp_path) == (
        "The session/MarkerData/a.trc is empty. Look at the session."
    )


def test_what_is_left_of_a_text_reads_well_and_fits_a_manifest(tmp_path: Path) -> None:
    source = tmp_path / "Jane"
    build_session(source / "Jane 1")
    build_session(source / "Jane 2")
    with pytest.raises(SessionReadError) as several:
        read_session(source, tmp_path)
    known = for_tables(several.value, source, tmp_path)
    assert known.message == "The session holds 2 sessions."
    assert known.hint == "Give each of them a row of its own (unpack the archive first, if it is one)."
    (tmp_path / "Kim").mkdir()
    with pytest.raises(SessionReadError) as none:
        read_session(tmp_path / "Kim", tmp_path)
    known = for_tables(none.value, tmp_path / "Kim", tmp_path / "Kim")
    assert known.message == "The path holds no session."
    assert known.hint.startswith("A session is the folder OpenCapData_<id> or the .zip")


def test_whereabouts_are_told_by_codes_alone(tmp_path: Path) -> None:
    error = SessionReadError("Jane is cut off.", hint="See Jane.", session="Jane", file="Jane.zip", trial="walk")
    known = for_tables(error, tmp_path / "Jane", tmp_path).within(session="P1/V1")
    assert (known.message, known.where) == ("The session is cut off.", "session P1/V1, trial walk")


def test_a_folder_called_by_a_number_leaves_the_numbers_of_a_text_alone(tmp_path: Path) -> None:
    assert told("height_m = 1.65 is not accepted.", tmp_path / "P001" / "1", tmp_path).startswith("height_m = 1.65 is")


def test_who_is_not_known_is_to_be_given_in_the_manifest(tmp_path: Path) -> None:
    error = MissingMetadataError("The session does not say: sex.", hint="Give --sex on the command line.")
    known = for_tables(error, tmp_path / "a.zip", tmp_path)
    assert isinstance(known, MissingMetadataError)
    assert "height_m, mass_kg and sex of this visit" in known.hint
    assert "--sex" not in known.hint
