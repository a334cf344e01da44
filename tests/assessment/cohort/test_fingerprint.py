"""What finished work depends on: the policy in use and the files of a lab session by their content."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assessment.cohort import fingerprint
from assessment.cohort.fingerprint import recordings_sha256, settings_sha256
from models.policy_folders import POLICIES
from pipeline.settings import Settings


def register(folder: Path, weights: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(POLICIES / "adults" / "policy.json", folder)
    (folder / "policy.safetensors").write_bytes(weights)


def test_a_policy_replaced_under_its_name_is_another_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(tmp_path))
    settings = Settings(scaler="rl", policy="our-study")
    register(tmp_path / "our-study", b"first")
    first = settings_sha256(settings)
    assert settings_sha256(settings) == first
    register(tmp_path / "our-study", b"second")
    assert settings_sha256(settings) != first


def test_a_policy_registered_beside_the_shipped_ones_is_no_change_of_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "_ROOT", tmp_path)
    # Without what it remembers of the real code.
    code_sha256 = fingerprint.code_sha256.__wrapped__
    register(tmp_path / "models" / "policies" / "adults", b"shipped")
    before = code_sha256()
    register(tmp_path / "models" / "policies" / "our-study", b"own")
    assert code_sha256() == before
    register(tmp_path / "models" / "policies" / "adults", b"shipped, trained again")
    assert code_sha256() != before


LAB = """marker_set = "optical"
[[trials]]
name = "walk"
markers = "c3d/walk.c3d"
forces = "walk.mot"
"""


@pytest.mark.parametrize("changed", ["c3d/walk.c3d", "walk.mot"])
def test_a_lab_session_is_the_files_that_its_description_names(tmp_path: Path, changed: str) -> None:
    lab = tmp_path / "visit.toml"
    lab.write_text(LAB, encoding="utf-8")
    (tmp_path / "c3d").mkdir()
    for name in ("c3d/walk.c3d", "walk.mot", "another.c3d"):
        (tmp_path / name).write_text("first", encoding="utf-8")
    before = recordings_sha256(lab)
    (tmp_path / "another.c3d").write_text("second", encoding="utf-8")
    assert recordings_sha256(lab) == before
    (tmp_path / changed).write_text("second", encoding="utf-8")
    second = recordings_sha256(lab)
    assert second != before
    (tmp_path / changed).unlink()
    with pytest.raises(FileNotFoundError):
        recordings_sha256(lab)


def test_recordings_behind_a_link_are_recordings(tmp_path: Path) -> None:
    session, disk = tmp_path / "OpenCapData_a", tmp_path / "disk"
    session.mkdir()
    disk.mkdir()
    (disk / "walk.trc").write_text("first", encoding="utf-8")
    (session / "MarkerData").symlink_to(disk, target_is_directory=True)
    before = recordings_sha256(session)
    (disk / "walk.trc").write_text("second", encoding="utf-8")
    assert recordings_sha256(session) != before
    shutil.rmtree(disk)
    with pytest.raises(FileNotFoundError):
        recordings_sha256(session)


def test_a_description_that_cannot_be_read_has_a_hash_of_its_own(tmp_path: Path) -> None:
    lab = tmp_path / "visit.toml"
    lab.write_text("marker_set = ", encoding="utf-8")
    assert len(recordings_sha256(lab)) == 64
