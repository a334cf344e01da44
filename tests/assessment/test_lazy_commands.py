"""The command line answers at once: what a command works with is loaded when it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from assessment import commands
from assessment.cli import COMMANDS, STUDY_MODEL, app

LOADED = """
import sys
from typer.testing import CliRunner
from assessment.cli import app
said = CliRunner().invoke(app, sys.argv[1:]).output
assert "Usage:" in said, said
print(*sorted({"models", "pipeline", "rl_scaling", "numpy", "pandas", "sqlmodel", "opensim"} & set(sys.modules)))
"""
FAILING = """
import sys
import assessment.{module}
def fail(*_, **__):
    secret = "Erika " + "Mustermann"
    raise RuntimeError("a fault of ours")
assessment.{module}.{function} = fail
from assessment.cli import app
app({arguments})
"""
SHARED = {"__init__", "ending", "options", "printing", "progress_bar", "sessions"}
ALL = [*((name,) for name in COMMANDS), ("study-model",), *(("study-model", name) for name in STUDY_MODEL)]


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], check=False, capture_output=True, text=True)  # noqa: S603


def _said(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "400"}).invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize("arguments", [(), ("--help",), ("chek",), ("study-model", "--help")], ids=" ".join)
def test_the_list_of_commands_waits_for_no_library(arguments: tuple[str, ...]) -> None:
    done = _python(LOADED, *arguments)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_is_there_and_says_of_itself_what_the_list_says(command: tuple[str, ...]) -> None:
    *above, name = command
    group = get_command(app)
    for one in above:
        group = group.get_command(None, one)  # type: ignore[attr-defined]
    text = " ".join(group.get_command(None, name).help.split())  # type: ignore[attr-defined]
    assert len(text) > 20
    assert f"{name} {text}" in _said(*above, "--help")
    assert text in _said(*command, "--help")


def test_every_module_of_commands_is_reached() -> None:
    modules = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - SHARED
    assert {target.split(":")[0] for target in (*COMMANDS.values(), *STUDY_MODEL.values())} == modules


def test_a_mistyped_command_is_answered_with_those_like_it() -> None:
    result = CliRunner().invoke(app, ["chek"])
    assert result.exit_code == 2
    assert "No such command 'chek'. Did you mean 'check'" in result.output


@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        ("commands.catalogue", "catalogue_page", ["catalogue"]),
        ("commands.study_model", "read_summary", ["study-model", "apply", "model", "results"]),
    ],
)
def test_a_trace_shows_no_values(module: str, function: str, arguments: list[str]) -> None:
    done = _python(FAILING.format(module=module, function=function, arguments=arguments))
    assert done.returncode == 1
    assert "a fault of ours" in done.stderr
    assert "Erika Mustermann" not in done.stderr
