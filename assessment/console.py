"""The console: everything that the command line says goes to standard error, errors in one shape."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from models.errors import SarcoscopeError

console = Console(stderr=True, highlight=False)


def print_error(error: SarcoscopeError) -> None:
    """One error: what, where, what to do next."""
    console.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.context:
        console.print(f"  [dim]where:[/] {escape(error.where)}")
    console.print(f"  [dim]what to do:[/] {escape(error.hint)}")
