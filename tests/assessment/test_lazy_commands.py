"""The command line answers at once: what a command works with is loaded when it is called."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from assessment.cli import COMMANDS, STUDY_MODEL, app

LOADED = """
import sys
from typer.testing import CliRunner
from assessment.cli import app
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
print(*sorted({"numpy", "scipy", "pandas", "torch", "opensim", "sqlmodel", "matplotlib"} & set(sys.modules)))
"""
ALL = [*((name,) for name in COMMANDS), ("study-model",), *(("study-model", name) for name in STUDY_MODEL)]


def _said(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "400"}).invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_the_list_of_commands_waits_for_no_library() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_is_there_and_says_of_itself_what_the_list_says(command: tuple[str, ...]) -> None:
    *above, name = command
    group = get_command(app)
    for one in above:
        _, group, _ = group.resolve_command(None, [one])  # type: ignore[attr-defined]
    listed = group.commands[name].get_short_help_str(1000)  # type: ignore[attr-defined]
    assert len(listed) > 20
    assert f"{name} {listed}" in _said(*above, "--help")
    assert listed.rstrip(".") in _said(*command, "--help")


def test_a_mistyped_command_is_answered_with_those_like_it() -> None:
    result = CliRunner().invoke(app, ["chek"])
    assert result.exit_code == 2
    assert "No such command 'chek'. Did you mean 'check'" in result.output
