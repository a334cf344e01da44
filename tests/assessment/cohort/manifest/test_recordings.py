"""Where a row's recordings are: only a look from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assessment.cohort.manifest.recordings import look_at
from tests.assessment.cohort.manifest.writing import opencap_id, write_session


def fault_of(text: str, folder: Path) -> str:
    found = look_at(text, folder, needs_person=True)
    assert found.source is None
    assert found.fault is not None
    return str(found.fault)


def test_folders_are_asked_for_the_person_and_archives_are_not(tmp_path: Path) -> None:
    write_session(tmp_path / "a", height_m=1.6)
    (tmp_path / "b.zip").write_bytes(b"whatever")
    found = look_at("a", tmp_path, needs_person=True)
    assert found.source == tmp_path / "a"
    assert found.said is not None
    assert (found.said.height_m, found.said.mass_kg) == (1.6, None)
    assert look_at("b.zip", tmp_path, needs_person=True).said is None
    assert look_at(opencap_id(1), tmp_path, needs_person=True).said is None


def test_a_session_in_a_folder_around_it_is_found(tmp_path: Path) -> None:
    write_session(tmp_path / "P1" / "OpenCapData_x", sex="f")
    found = look_at("P1", tmp_path, needs_person=True)
    assert found.said is not None
    assert found.said.sex == "f"


def test_a_lab_description_says_of_the_person_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "static.trc").touch()
    (tmp_path / "lab.toml").write_text(
        'name = "x"\nmarker_set = "optical"\nstatic_trial = "static"\n[subject]\nheight_m = 1.7\n'
        f'[[trials]]\nname = "static"\nmarkers = {json.dumps("static.trc")}\n'
    )
    found = look_at("lab.toml", tmp_path, needs_person=True)
    assert found.said is not None, found.fault
    assert found.said.height_m == 1.7


@pytest.mark.parametrize(
    "text", ["absent", "C:\\data\\x", "https://app.opencap.ai/session/" + opencap_id(1), "a" * 5000]
)
def test_a_path_to_nothing_is_not_repeated(tmp_path: Path, text: str) -> None:
    said = fault_of(text, tmp_path)
    assert text not in said


def test_what_is_meant_is_told(tmp_path: Path) -> None:
    assert "relative to the manifest's folder" in fault_of("absent", tmp_path)
    assert "a path of Windows" in fault_of("C:\\data\\x", tmp_path)
    assert "only the UUID" in fault_of("https://app.opencap.ai/session/" + opencap_id(1), tmp_path)


def test_folders_that_are_no_session_or_several_are_refused_without_their_names(tmp_path: Path) -> None:
    (tmp_path / "Jane Doe").mkdir()
    (tmp_path / "Jane.csv").touch()
    write_session(tmp_path / "Joe" / "first")
    write_session(tmp_path / "Joe" / "second")
    assert "The path holds no session." in fault_of("Jane Doe", tmp_path)
    assert "The path holds no session." in fault_of("Jane.csv", tmp_path)
    assert "The folder holds 2 sessions. Give each of them a row of its own." in fault_of("Joe", tmp_path)
    assert not any(
        name in fault_of(text, tmp_path) for text in ("Jane Doe", "Jane.csv", "Joe") for name in ("Jane", "Joe")
    )
