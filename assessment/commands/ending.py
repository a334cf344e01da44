"""How a command ends early: an expected error is one message, a stop is said, and nothing is left half-written."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from assessment.console import console, print_error
from models.errors import SarcoscopeError

STOPPED = "Stopped. Sessions that were done are complete; nothing of the one at hand was kept."


@contextmanager
def one_message() -> Iterator[None]:
    """Turn an expected error into its message and exit code 2."""
    try:
        yield
    except SarcoscopeError as error:
        print_error(error)
        raise typer.Exit(2) from None


@contextmanager
def stoppable(
    said: str | Callable[[], str] = STOPPED,
) -> Iterator[None]:
    """Ctrl-C and a cluster's SIGTERM alike: stop the workers, leave nothing half-written, say so.

    Parameters
    ----------
    said : str or callable
        What is shown then; a callable is asked for it after the stop.
    """

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        console.print(said() if callable(said) else said, soft_wrap=True)
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
