"""The console: everything that the command line says goes to standard error, errors in one shape."""

from __future__ import annotations

from rich.console import Console

from models.error_text import error_text
from models.errors import SarcoscopeError

console = Console(stderr=True, highlight=False)


def print_error(error: SarcoscopeError) -> None:
    """One error: what, where, what to do next."""
    console.print(error_text(error))
