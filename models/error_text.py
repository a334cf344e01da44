"""An error as every command line shows it: what, where, what to do next."""

from __future__ import annotations

from rich.markup import escape

from models.errors import SarcoscopeError


def error_text(error: SarcoscopeError) -> str:
    """Return the error in two or three lines, in rich's markup."""
    lines = [f"[bold red]Error:[/] {escape(error.message)}"]
    if error.context:
        lines.append(f"  [dim]where:[/] {escape(error.where)}")
    return "\n".join([*lines, f"  [dim]what to do:[/] {escape(error.hint)}"])
