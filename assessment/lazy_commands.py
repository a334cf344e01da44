"""Commands that are loaded when they are called: the page that lists them does not wait for what each works with."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from assessment import commands

_FOLDER = Path(commands.__file__).parent


def lazy_commands(targets: Mapping[str, str]) -> type[TyperGroup]:
    """The class of a `typer.Typer` with these commands.

    Parameters
    ----------
    targets : mapping of str to str
        By the command's name, ``MODULE:FUNCTION`` in `assessment.commands`.
    """

    class LazyGroup(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            # In their place until they are wanted: what the list and the answer to a mistyped one are made of.
            waiting = {name: TyperCommand(name, help=_docstring(target)) for name, target in targets.items()}
            self.commands = waiting | dict(self.commands)

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's
            with formatter.section("Commands"):  # whole texts, where typer cuts them off
                formatter.write_dl([(name, " ".join((one.help or "").split())) for name, one in self.commands.items()])

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return _load(cmd_name, targets[cmd_name]) if cmd_name in targets else super().get_command(ctx, cmd_name)

    return LazyGroup


def _load(name: str, target: str) -> Any:
    module, _, function = target.partition(":")
    # rich would take units in brackets for markup
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(getattr(import_module(f"{commands.__name__}.{module}"), function))
    return get_command(alone)


def _docstring(target: str) -> str:
    """What a command says of itself, read without running its module."""
    module, _, function = target.partition(":")
    return _docstrings(module)[function]


@cache
def _docstrings(module: str) -> dict[str, str]:
    tree = ast.parse((_FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    return {node.name: ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)}
