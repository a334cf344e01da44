"""What finished work depends on: the policy in use by its content, and no other policy of a study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assessment.cohort import fingerprint
from assessment.cohort.fingerprint import settings_sha256
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
