"""Policies by name: the shipped ones, and those that a study registered beside them or in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.policy_folders import POLICIES, SHIPPED, folder_of, own_folder, own_policies, policy_names


def registered(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "policy.safetensors").touch()
    return folder / name


def test_shipped_policies_are_there_and_are_registered_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SARCOSCOPE_POLICIES", raising=False)
    assert own_folder() == POLICIES
    assert [folder_of(name) for name in SHIPPED] == [POLICIES / name for name in SHIPPED]
    assert policy_names()[: len(SHIPPED)] == SHIPPED == ("adults", "older_adults")


def test_a_folder_of_ones_own_adds_policies_and_hides_no_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(tmp_path))
    ours = registered(tmp_path, "our-study")
    for other in ("older_adults", ".our-study.unfinished", "Ours", "ours (copy)"):
        registered(tmp_path, other)
    assert "our-study" in own_policies()
    assert not {"older_adults", ".our-study.unfinished", "Ours", "ours (copy)"} & set(own_policies())
    assert folder_of("our-study") == ours
    assert folder_of("older_adults") == POLICIES / "older_adults"


@pytest.mark.parametrize("name", ["nobody", "../older_adults", "older_adults/", "", ".", "Ours", "a\0b", "x" * 300])
def test_what_names_no_policy_has_no_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(tmp_path))
    assert folder_of(name) is None
