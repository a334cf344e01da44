"""What the app is served with: to this machine only, telling nobody anything."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Names of XML formats look like addresses; nothing is loaded from them.
XML_NAMES = re.compile(r"https?://www\.w3\.org/")


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_nothing_is_told_to_others(config: dict[str, Any]) -> None:
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["showEmailPrompt"] is False
    assert config["client"]["showErrorLinks"] is False


def test_errors_show_no_details_which_could_hold_health_data(config: dict[str, Any]) -> None:
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["toolbarMode"] == "minimal"


def test_only_this_machine_reaches_the_app(config: dict[str, Any]) -> None:
    server = config["server"]
    assert server["address"] == "127.0.0.1"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1", "::1"}
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert "enableStaticServing" not in server


def test_archives_of_two_gigabytes_are_taken_and_no_larger_ones(config: dict[str, Any]) -> None:
    assert config["server"]["maxUploadSize"] == 2048


def test_no_font_comes_from_elsewhere(config: dict[str, Any]) -> None:
    assert "http" not in str(config.get("theme", {}))


def test_our_scripts_and_styles_name_no_other_host() -> None:
    ours = [path for kind in ("js", "css", "html", "svg") for path in (ROOT / "app").rglob(f"*.{kind}")]
    assert ours, "the icon at least is ours"
    for path in ours:
        text = XML_NAMES.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), path


def test_secrets_are_not_kept_with_the_code() -> None:
    assert ".streamlit/secrets.toml" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
