"""`python -m assessment export-markers`: sessions become clips that say nothing of who was filmed."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
from typer.testing import CliRunner, Result

from assessment.cli import app
from pipeline.files.trc import read_trc
from rl_scaling.tasks.clips import load_clips
from tests.assessment.session_builder import build_session, marker_file


def export(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["export-markers", *map(str, arguments)])


def test_a_session_becomes_clips_of_its_trials(tmp_path: Path) -> None:
    session, out = build_session(tmp_path, "walk"), tmp_path / "clips.npz"
    result = export(session, "-o", out, "--age-years", "72")
    assert result.exit_code == 0, result.output
    clips = load_clips(out)
    assert sorted(clip.static for clip in clips) == [False, True]
    walk = next(clip for clip in clips if not clip.static)
    assert len(walk.names) == 43
    assert walk.rate_hz == np.float64(walk.rate_hz)
    assert (walk.subject.height_m, walk.subject.mass_kg, walk.subject.age_years) == (1.56, 58.0, 72.0)
    assert walk.synthetic
    raw = read_trc(marker_file(session, "walk"))
    toe = raw.positions_m[:, raw.names.index("r_toe_study")]
    assert np.nanmedian(np.abs(walk.positions_m[:, walk.names.index("r_toe_study")] - toe)) < 0.002


def test_nothing_in_the_file_names_session_trial_or_time(tmp_path: Path) -> None:
    session, out = build_session(tmp_path, "walk"), tmp_path / "clips.npz"
    export(session, "-o", out)
    first = {clip.clip for clip in load_clips(out)}
    assert len({clip.person for clip in load_clips(out)}) == 1
    with zipfile.ZipFile(out) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        members = {name.removesuffix(".npy") for name in archive.namelist()}
    for word in ("walk", "neutral", "OpenCapData", "small", tmp_path.name):
        assert word.encode() not in content
        assert word.encode("utf-32-le") not in content
    assert members == {
        "format", "positions_m", "names", "first_frame", "clip", "person", "static", "synthetic", "rate_hz", "height_m",
        "mass_kg", "sex", "age_years",
    }  # fmt: skip
    export(session, "-o", out, "--overwrite")
    assert first.isdisjoint(clip.clip for clip in load_clips(out))


def test_a_faulty_trial_is_left_out_and_said(tmp_path: Path) -> None:
    session, out = build_session(tmp_path, "walk"), tmp_path / "clips.npz"
    marker_file(session, "walk").write_text("nothing of use\n")
    result = export(session, "-o", out)
    assert result.exit_code == 2
    assert "walk" in result.stderr
    assert [clip.static for clip in load_clips(out)] == [True]


def test_what_is_there_is_not_overwritten_and_sessions_that_are_none_are_said(tmp_path: Path) -> None:
    session, out = build_session(tmp_path), tmp_path / "clips.npz"
    out.write_text("precious")
    result = export(session, "-o", out)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert out.read_text() == "precious"
    result = export(tmp_path / "absent", session, "-o", out, "--overwrite")
    assert result.exit_code == 2
    assert len(load_clips(out)) == 1


def manifest(folder: Path, *rows: str) -> Path:
    path = folder / "manifest.csv"
    header = "participant,visit,session,height_m,mass_kg,sex,age_years"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_rows_of_a_manifest_are_people_of_their_own_and_visits_are_one_persons(tmp_path: Path) -> None:
    for place in ("a", "b", "c"):
        build_session(tmp_path / place)
    rows = manifest(
        tmp_path,
        "P001,V1,a,,,,70", "P002,V1,b,1.71,80,m,66", "P001,V2,c/OpenCapData_small,,59.5,,71",
    )  # fmt: skip
    out = tmp_path / "clips.npz"
    result = export(rows, "-o", out)
    assert result.exit_code == 0, result.output
    assert "3 clips of 2 people" in result.stderr
    first, other, second = load_clips(out)
    assert first.person == second.person != other.person
    assert (first.subject.height_m, first.subject.mass_kg, first.subject.sex, first.subject.age_years) == (
        1.56, 58.0, "f", 70.0,
    )  # fmt: skip
    assert (other.subject.height_m, other.subject.mass_kg, other.subject.sex, other.subject.age_years) == (
        1.71, 80.0, "m", 66.0,
    )  # fmt: skip
    assert (second.subject.mass_kg, second.subject.age_years) == (59.5, 71.0)
    with zipfile.ZipFile(out) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert "P001".encode("utf-32-le") not in content


def test_bad_rows_of_a_manifest_stop_the_export_unless_it_is_to_go_on(tmp_path: Path) -> None:
    build_session(tmp_path / "a")
    rows, out = manifest(tmp_path, "P001,V1,a,,,,70", "P002,V1,absent,165,80,m,66"), tmp_path / "clips.npz"
    result = export(rows, "-o", out)
    assert result.exit_code == 2
    assert "row 3 (P002/V1): height_m is '165'" in " ".join(result.stderr.split())
    assert not out.exists()
    result = export(rows, "-o", out, "--keep-going")
    assert result.exit_code == 2
    assert len(load_clips(out)) == 1


def test_a_visit_that_cannot_be_read_is_said_and_the_next_has_its_turn(tmp_path: Path) -> None:
    build_session(tmp_path / "a")
    (tmp_path / "b.zip").write_bytes(b"no zip")
    out = tmp_path / "clips.npz"
    result = export(manifest(tmp_path, "P002,V1,b.zip,1.6,80,m,66", "P001,V1,a,,,,70"), "-o", out)
    assert result.exit_code == 2
    assert "P002/V1" in result.stderr
    assert len(load_clips(out)) == 1


def test_a_manifest_goes_alone(tmp_path: Path) -> None:
    session, out = build_session(tmp_path), tmp_path / "clips.npz"
    rows = manifest(tmp_path, "P001,V1,OpenCapData_small,,,,70")
    for arguments in ((rows, session), (rows, "--age-years", "70")):
        result = export(*arguments, "-o", out)
        assert result.exit_code == 2
        assert "A manifest goes alone" in result.stderr
    assert not out.exists()


def test_errors_of_a_manifest_are_told_by_its_codes_alone(tmp_path: Path) -> None:
    build_session(tmp_path / "whole")
    cut = build_session(tmp_path / "Jane cut", "walk")
    marker_file(cut, "walk").write_text("nothing of use\n")
    build_session(tmp_path / "packed" / "Jane Doe 1")
    build_session(tmp_path / "packed" / "Jane Doe 2")
    shutil.make_archive(str(tmp_path / "Jane Doe two"), "zip", tmp_path / "packed")
    (tmp_path / "Jane Doe bad.zip").write_bytes(b"no zip")
    rows = manifest(
        tmp_path,
        "P1,V1,whole,,,,70", "P2,V1,Jane cut,,,,70", "P3,V1,Jane Doe two.zip,1.6,60,f,70",
        "P4,V1,Jane Doe bad.zip,1.6,60,f,70",
    )  # fmt: skip
    result = export(rows, "-o", tmp_path / "clips.npz")
    said = " ".join(result.stderr.split())
    assert result.exit_code == 2
    assert "The session holds 2 sessions. where: session P3/V1 what to do: Give each of them a row" in said
    assert "where: session P2/V1, trial walk" in said
    assert "where: session P4/V1 " in said
    assert "Jane" not in said
