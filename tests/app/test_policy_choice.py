"""The form of a new assessment offers the policies that a study registered, after the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    from app.intake.visit_form import ask_settings
    from pipeline.settings import Settings

    ask_settings(Settings(scaler="rl"), "x")


def test_a_registered_policy_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARCOSCOPE_POLICIES", str(tmp_path))
    (tmp_path / "our-study").mkdir()
    (tmp_path / "our-study" / "policy.safetensors").touch()
    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    choice = next(one for one in app.selectbox if one.label == "Policy")
    assert choice.options[0] == "by age · as usual"
    assert choice.options[1:3] == ["adults", "older_adults"]
    assert "our-study" in choice.options[3:]
    choice.select("our-study").run()
    assert not app.exception
    assert next(one for one in app.selectbox if one.label == "Policy").value == "our-study"
